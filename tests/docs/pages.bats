# The pages of docs/ that list what the tree has: they are in step with it.
# bats file_tags=once:user
load ../lib/helpers

@test "docs/exercises: the page has what the programs and the checks have" {
	run -0 scripts/dev/exercises --check
	assert_output ''
}

@test "docs/exercises: a check or an exercise that is new makes the page old, and the page is named" {
	copy_sources "$BATS_TEST_TMPDIR/tree"
	cd "$BATS_TEST_TMPDIR/tree"
	sed -i 's/the shell has a UTS namespace of its own/it has one/' labs/uts/exercise/checks.py
	run -1 scripts/dev/exercises --check
	assert_line "exercises: docs/exercises.md isn't up to date: scripts/dev/exercises makes it anew"
	run -0 scripts/dev/exercises
	grep -qF "it has one (\`uts.namespace\`)" docs/exercises.md
	grep -q '^Each lab but' docs/exercises.md # What stands above is kept.
	run -0 scripts/dev/exercises --check
}

@test "docs/cheatsheet: it has each verb of a student's tree, and no other" {
	local page verbs
	# Without the verbs of developers: a student's tree has none of these.
	verbs=$(sed -nE 's/^([a-z-]+):.*## .*/\1/p' Makefile | sed 's/^all$//' | sort)
	for page in docs/cheatsheet.md docs/cheatsheet.zh-CN.md; do
		assert_equal "$(sed -nE 's/^\| `make ?([a-z]*).*/\1/p' "$page" | sort)" "$verbs"
	done
}
