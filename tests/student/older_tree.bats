# A student's tree that an older version made is brought up to date, and the student's work stays.
#
# older_tree.tar.xz is a tree of the version in which all tools lay flat in scripts/ and each mark was a pair. Its student
# has solved inspect, uts (in a way of their own) and one exercise of net, carried lines forward, answered a question, and
# changed README.md and a hint.
# bats file_tags=long
load ../lib/helpers

setup() {
	tree=$BATS_TEST_TMPDIR/tree
	top=$PWD
	export NSLABS_LANG=en
	unset MAKEFLAGS MFLAGS MAKELEVEL
	mkdir "$tree"
	tar --extract --xz --no-same-owner --file tests/student/older_tree.tar.xz --directory "$tree"
	cp -r "$tree" "$BATS_TEST_TMPDIR/before"
}

# written LAB TREE: the student's lines of each exercise of a lab.
written() {
	/usr/bin/python3 -BEs -c '
import sys
sys.path.insert(0, sys.argv[1] + "/scripts/lib")
from marks import lines_by_id
print(lines_by_id(open(sys.argv[2], encoding="utf-8").read()))' "$top" "$2/labs/$1/$1.c"
}

@test "older tree: brought up to date, it has all that the student wrote, and no conflict" {
	run -0 scripts/starter "$tree"
	refute_output --partial CONFLICT
	assert_line "merged with the new version: ANSWERS.md"
	for lab in "$tree"/labs/*/exercise/checks.py; do
		lab=$(basename "${lab%/exercise/checks.py}")
		assert_equal "$(written "$lab" "$tree")" "$(written "$lab" "$BATS_TEST_TMPDIR/before")"
	done
	run -0 cat "$tree/labs/uts/uts.c"
	assert_output --partial '// my own way'
	run -0 grep -c 'Because\.' "$tree/ANSWERS.md"
	run -0 tail -n 1 "$tree/README.md"
	assert_output 'My notes: inode numbers again.'
	run -0 grep CHILD "$tree/labs/uts/hints"
	cmp "$tree/.progress/checks" "$BATS_TEST_TMPDIR/before/.progress/checks"
}

@test "older tree: brought up to date, the tools work in it, and the old ones are gone" {
	scripts/starter "$tree" >/dev/null
	[[ ! -e $tree/scripts/checks.py && ! -e $tree/docs/diagrams && ! -e $tree/tests ]]
	cd "$tree"
	make --no-print-directory --silent 2>/dev/null
	for lab in inspect uts; do
		run -0 make --silent check LAB="$lab"
	done
	run -2 make --silent check LAB=net
	run -0 make --silent next
	assert_line 'The current lab: ipc'
	run -0 make --silent hint LAB=ipc
	assert_line --regexp '^ipc\.namespace: '
	run -0 make --silent progress
	assert_line --regexp '^uts +\[#+\] 3/3 passes'
}
