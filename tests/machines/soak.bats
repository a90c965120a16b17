# tests/machines/soak, small. On a stage, where no other test's containers come and go.
# bats file_tags=long,once:user
load ../lib/helpers

ordinary_user=(unshare --user --map-user=1000 --map-group=1000)

# copy_two_labs: a copy of the tree, $tree, with two labs, whose programs can be spoiled.
copy_two_labs() {
	tree=$BATS_TEST_TMPDIR/tree
	copy_tree "$tree"
	echo 'LABS := uts ipc' >"$tree/Makefile"
}

# bats test_tags=fault:many-at-once
@test "soak: as root, no start fails, and nothing is left behind" {
	run -0 scripts/stage tests/machines/soak 0.05
	assert_output --regexp '[1-9][0-9]* starts, 0 failed, 0 left behind; memory: '
	for kind in 'kill one' 'run inspect' 'run nested' 'run one' 'run together' 'signal one'; do
		assert_output --partial "$kind "
	done
}

# bats test_tags=fault:many-at-once
@test "soak: as an ordinary user, no start fails, and nothing is left behind" {
	run -0 scripts/stage "${ordinary_user[@]}" tests/machines/soak 0.05
	assert_output --regexp '[1-9][0-9]* starts, 0 failed, 0 left behind; memory: '
}

@test "soak: a start that fails is counted, and its message is shown" {
	copy_two_labs
	printf '#!/bin/sh\necho "no such luck" >&2\nexit 125\n' >"$tree/build/uts"
	run -1 scripts/stage --keep "$BATS_TEST_TMPDIR" "$tree/tests/machines/soak" 0.02
	assert_line --regexp '^[0-9]+ times: build/uts .* ends with 125, not .*: no such luck$'
	assert_line --regexp ' starts, [1-9][0-9]* failed, 0 left behind; '
}

@test "soak: a file that is left behind is named" {
	copy_two_labs
	printf '#!/bin/sh\ntouch left; exec "$@"\n' >"$tree/build/uts"
	run -1 scripts/stage --keep "$BATS_TEST_TMPDIR" "$tree/tests/machines/soak" 0.02
	assert_line '+ file: ./left'
}

@test "soak: processes that are left behind are named" {
	copy_two_labs
	printf '#!/bin/sh\nsleep 30 >/dev/null 2>&1 </dev/null & exec "$@"\n' >"$tree/build/uts"
	run -1 scripts/stage --keep "$BATS_TEST_TMPDIR" "$tree/tests/machines/soak" 0.02
	assert_line --regexp '^\+ process: .*sleep 30 $'
}

@test "soak: what isn't a number of minutes is a usage error" {
	for arguments in x '1 x' '1 2 3' -1 0; do
		# shellcheck disable=SC2086 # several arguments
		run -2 tests/machines/soak $arguments
		assert_output 'usage: tests/machines/soak [MINUTES [SEED]]'
	done
}
