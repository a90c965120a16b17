# tests/machines/soak, small. On a stage, where no other test's containers come and go.
# bats file_tags=once:user
load ../lib/helpers

ordinary_user=(unshare --user --map-user=1000 --map-group=1000)

# copy_two_labs: a copy of the tree, $tree, with two labs, whose programs can be spoiled.
copy_two_labs() {
	tree=$BATS_TEST_TMPDIR/tree
	copy_tree "$tree"
	echo 'LABS := uts ipc' >"$tree/Makefile"
}

@test "soak: as root, no lab fails, and nothing is left behind" {
	run -0 scripts/stage tests/machines/soak 3 5
	for i in "${!labs[@]}"; do
		assert_line --index "$i" --regexp "^${labs[i]} +3 in a row: 0 failed; 5 side by side: 0 failed; left behind: nothing$"
	done
}

@test "soak: as an ordinary user, no lab fails, and nothing is left behind" {
	run -0 scripts/stage "${ordinary_user[@]}" tests/machines/soak 3 5
	for i in "${!labs[@]}"; do
		assert_line --index "$i" --regexp "^${labs[i]} +3 in a row: 0 failed; 5 side by side: 0 failed; left behind: nothing$"
	done
}

@test "soak: the runs side by side all run at the same time" {
	copy_two_labs
	# Each says how many run when it ends.
	printf '#!/bin/sh\ncd "%s"; touch running.$$; "$@"; ls running.* | wc -l >>most; rm running.$$\n' \
		"$BATS_TEST_TMPDIR" >"$tree/build/uts"
	run -0 scripts/stage "$tree/tests/machines/soak" 0 4
	[[ $(sort -n "$BATS_TEST_TMPDIR/most" | tail -n 1) == 4 ]]
}

@test "soak: a run that fails is counted, and its message is shown" {
	copy_two_labs
	printf '#!/bin/sh\necho "no such luck" >&2\nexit 1\n' >"$tree/build/uts"
	run -1 scripts/stage "$tree/tests/machines/soak" 2 0
	assert_line --regexp '^uts +2 in a row: 2 failed; 0 side by side: 0 failed; left behind: nothing$'
	assert_line --regexp '^ +2 no such luck$'
	assert_line --regexp '^ipc +2 in a row: 0 failed; '
}

@test "soak: what is left behind is named, with the lab that left it" {
	copy_two_labs
	printf '#!/bin/sh\ntouch left\n' >"$tree/build/uts"
	run -1 scripts/stage "$tree/tests/machines/soak" 1 0
	assert_line --regexp '^uts +1 in a row: 0 failed; .*; left behind: \+ file: \./left$'
	assert_line --regexp '^ipc .*; left behind: nothing$'
}

@test "soak: a process that is left behind is named" {
	copy_two_labs
	printf '#!/bin/sh\nsleep 30 >/dev/null 2>&1 &\n' >"$tree/build/uts"
	run -1 scripts/stage "$tree/tests/machines/soak" 1 0
	assert_line --regexp '^uts .*; left behind: \+ process: .*sleep 30 $'
}

@test "soak: an operand that isn't a number is a usage error" {
	for arguments in x '1 x' '1 2 3' -1; do
		# shellcheck disable=SC2086 # several arguments
		run -2 tests/machines/soak $arguments
		assert_output 'usage: tests/machines/soak [IN_A_ROW [SIDE_BY_SIDE]]'
	done
}
