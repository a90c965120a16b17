# scripts/dev/mutants, small: the faults of the uts lab, tried by one test.
# bats file_tags=long,once:root
load ../lib/helpers

setup() {
	[[ $EUID -eq 0 ]] || skip "needs root"
}

@test "mutants: what no test notices is listed, unless a reason is given" {
	tree=$BATS_TEST_TMPDIR/tree
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_SUITE_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR"
	copy_tree "$tree"
	rm "$tree"/tests/labs/*/*.bats "$tree"/tests/helper/*.bats "$tree/tests/machines/doctor.bats"
	printf '%s\n' 'load ../../lib/helpers' '# bats test_tags=once:root' '@test "uts: it has a name" {' \
		'run -0 build/uts hostname' 'assert_line container' '}' >"$tree/tests/labs/uts/uts.bats"
	export PATH=/usr/sbin:/usr/bin:/sbin:/bin # without Bats' own programs
	run -1 "$tree/scripts/dev/mutants" --count 9 --jobs 1 labs/uts/uts.c
	assert_line --regexp '^labs: [0-9.]+% of [0-9]+ lines are run: uts.c [0-9]+%'
	assert_line --regexp '^labs/uts/uts.c:[0-9]+: say\("Program started"\);$'
	refute_output --partial 'return exec_command' # without it, the test fails
	live=$(sed -n 's/.* \([0-9]*\) live .*/\1/p' <<<"$output")
	printf 'labs/uts/uts.c\tsay("Program started");\t;\tfor this test\n' >>"$tree/tests/machines/mutants.tsv"
	run "$tree/scripts/dev/mutants" --count 9 --jobs 1 labs/uts/uts.c
	refute_output --partial 'say("Program started")'
	assert_line --regexp " faults .*, 1 equivalent, $((live - 1)) live "
}
