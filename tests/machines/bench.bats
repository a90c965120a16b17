# scripts/dev/bench, in one round: that it measures, not what.
# bats file_tags=once:user
load ../lib/helpers

setup() {
	export TMPDIR=$BATS_TEST_TMPDIR # other tests look for what is left behind in the usual one
}

# copy_small: make $tree, a copy with few labs, of which one has tests: it is quick to measure.
copy_small() {
	tree=$BATS_TEST_TMPDIR/tree
	copy_tree "$tree"
	sed -i 's/^LABS := .*/LABS := skeleton uts user/' "$tree/Makefile"
	find "$tree/tests/labs" -mindepth 1 -maxdepth 1 ! -name uts -exec rm -r {} +
}

has_peer() {
	[[ $(fact "$1" peer) ]]
}

# bats test_tags=long
@test "bench launch: compares each lab that names a peer with it and bare" {
	run -0 --separate-stderr scripts/dev/bench launch 1
	number='[1-9][0-9]*'
	ms='[0-9]+\.[0-9][0-9] ms'
	ratio='[0-9]+\.[0-9][0-9][! ]'
	for lab in $(labs_where has_peer); do
		assert_line --regexp "^$lab +$ms +$ms +$ratio +$ms +$ratio +$number KiB +$number KiB +$ratio\$"
	done
	[[ -z $(find "$TMPDIR" -maxdepth 1 -name "nslabs*") ]]
}

# bats test_tags=long
@test "bench launch: a program that can't be run is an error, not a measurement" {
	tree=$BATS_TEST_TMPDIR/tree
	copy_tree "$tree"
	rm "$tree/build/pid"
	run -1 "$tree/scripts/dev/bench" launch 1
	assert_output --partial 'build/pid'
	refute_line --regexp '^pid '
}

# bats test_tags=long
@test "bench check: compares the judge with as many empty tests" {
	copy_small
	run -0 --separate-stderr "$tree/scripts/dev/bench" check 1
	times='[0-9]+\.[0-9][0-9] s +[0-9]+\.[0-9][0-9] times bats'
	assert_line --regexp "^make check LAB=uts +$times\$"
	assert_line --regexp "^make check +$times\$"
	assert_line --regexp "^bats: [1-9][0-9]* empty tests +$times\$"
	[[ -z $(find "$TMPDIR" -maxdepth 1 -name "nslabs*") ]]
}

# bats test_tags=long
@test "bench grade: measures classes, two jobs against one, and one against a plain loop" {
	copy_small
	run -0 --separate-stderr "$tree/scripts/dev/bench" grade 1 1,2
	for class in '1 trees' '1 singles' '2 singles'; do
		assert_line --regexp "^ +$class +[0-9.]+ a minute +[0-9.]+ s each +[0-9.]+ s of processor each +[1-9][0-9]+ KiB\$"
	done
	assert_line --regexp '^two jobs: [0-9.]+ times as fast as one '
	assert_line --regexp '^one job: [0-9.]+ times the plain loop of make and bats, in processor time [0-9.]+ '
	[[ -z $(find "$TMPDIR" -maxdepth 1 -name "nslabs*") ]]
}

@test "bench: an unknown benchmark and a wrong number of rounds are usage errors" {
	for arguments in '' nosuch 'launch 0' 'launch x' 'launch 1 2' 'check 0' 'grade 0' 'grade 1,' 'grade 1 1 1'; do
		# shellcheck disable=SC2086 # several arguments
		run -2 scripts/dev/bench $arguments
		assert_output 'usage: scripts/dev/bench launch|check [ROUNDS], scripts/dev/bench grade [TREES [SINGLES]]'
	done
}

@test "bare: runs a command in the namespaces asked for, and no others" {
	run -0 unshare --user --map-root-user build/bare 0x04000000 sh -c \
		'for kind in uts ipc; do [ "/proc/$$/ns/$kind" -ef "/proc/$PPID/ns/$kind" ] && echo "$kind: the same"; done; true'
	assert_output 'ipc: the same'
}
