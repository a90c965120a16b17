# What the nest lab promises.
load ../../lib/helpers

# bats test_tags=shows:nest-inner
@test "nest: a container in a container has a PID in each PID namespace" {
	start_container it
	run -0 awk '/^NSpid:/ {print $2, NF - 1, $NF}' "/proc/${container_pid[it]}/status"
	assert_output "${container_pid[it]} 3 1"
	stop_container it
}

# bats test_tags=shows:nest-pids
@test "nest: says each level's PIDs, as the host sees them" {
	start_container it
	expected=$(sed -n 's/^NSpid:/PIDs, from the host'\''s down to its own:/p' "/proc/${container_pid[it]}/status" \
		"/proc/$(parent_of "${container_pid[it]}")/status")
	run -0 grep -x "$expected" "$BATS_TEST_TMPDIR/it.err"
	stop_container it
	assert_equal "${#lines[@]}" 2
}

@test "nest: --depth N makes N containers" {
	for depth in 1 3 7; do
		run -0 build/nest --depth "$depth" true
		assert_equal "$(grep -c 'In the container process!' <<<"$output")" $depth
		# The innermost has a PID in each namespace, and is PID 1 of its own.
		numbers=$(printf '\t[0-9]+%.0s' $(seq $depth))
		assert_line --regexp "^PIDs, from the host's down to its own:$numbers"$'\t1$'
	done
}

# bats test_tags=fault:nested-too-deep
@test "nest: as deep as the kernel allows, and one level more is refused with the reason" {
	# How deep we are ourselves, no /proc of our own shows: try.
	for depth in {32..20}; do
		run build/nest --depth "$depth" true
		[[ $status -ne 0 ]] || break
	done
	assert_success
	run -125 build/nest --depth $((depth + 1)) true
	assert_line --regexp '^nest: clone with .*CLONE_NEWPID.*: No space left on device$'
	assert_line --partial 'PID namespaces nest 32 deep'
}

@test "nest: the innermost command's status comes out" {
	run -7 build/nest --depth 4 sh -c 'exit 7'
}

# bats test_tags=fault:usage-error
@test "nest: a wrong depth is a usage error" {
	for depth in 0 -1 x 2x 1001 ''; do
		run -125 build/nest --depth "$depth" true
		assert_line "nest: --depth must be a number from 1 to 1000, not '$depth'"
	done
}

@test "nest: the host is left as it was" {
	assert_host_unchanged 'hostname changed; sleep 1000 &'
}

# bats test_tags=ours,own
@test "nest: the judge agrees" {
	run -0 scripts/check nest --program "build/$LAB"
}
