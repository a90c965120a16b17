# What the skeleton promises. It makes no namespace yet.
load ../../lib/helpers

# bats test_tags=ours
@test "skeleton: says what the tutorial says, on stderr" {
	run -0 --separate-stderr build/skeleton true
	assert_output ''
	assert_equal "$(without_asan_warning "$stderr")" $'Program started\nIn the container process!'
}

@test "skeleton: the shell runs in a child of the program" {
	start_container it
	assert_equal "$(parent_of "${container_pid[it]}")" "${program_pid[it]}"
	stop_container it
}

# bats test_tags=own
@test "skeleton: the child shares every namespace with the host" {
	start_container it
	for kind in cgroup ipc mnt net pid user uts; do
		assert_equal "$(namespace "${container_pid[it]}" $kind)" "$(namespace $$ $kind)"
	done
	stop_container it
}

# bats test_tags=ours
@test "skeleton: the status is the command's own" {
	run -7 inside 'exit 7'
}

# bats test_tags=own,ours,fault:sigkill
@test "skeleton: killed, it takes the child with it" {
	start_container it
	kill -KILL "${program_pid[it]}"
	run -0 timeout 5 tail --pid "${container_pid[it]}" -f /dev/null
}
