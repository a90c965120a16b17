# Each fault that docs/faults.md names has a test, and `make faults` tells what came of it.
# bats file_tags=once:user
load ../lib/helpers

setup() {
	tree=$BATS_TEST_TMPDIR/tree
	copy_sources "$tree"
	cd "$tree"
}

# bats test_tags=long
@test "faults: a name without a test and a tag without a name are found, in either language" {
	run -0 scripts/dev/parts
	# In two pieces, so that this file has no such tag itself.
	printf '# bats %s=once:user,fault:%s\n@test "new" { true; }\n' test_tags new >tests/docs/new.bats
	run -1 scripts/dev/parts
	assert_output - <<-'END'
		parts: docs/faults.md: a test has the tag fault:new, and no row of the page names it
		parts: docs/faults.zh-CN.md: a test has the tag fault:new, and no row of the page names it
	END
	echo '| `new` | it | it | - | - | - |' >>docs/faults.md
	run -1 scripts/dev/parts
	assert_output 'parts: docs/faults.zh-CN.md: a test has the tag fault:new, and no row of the page names it'
	echo '| `new` | it | it | - | - | - |' >>docs/faults.zh-CN.md
	run -0 scripts/dev/parts
	rm tests/docs/new.bats
	run -1 scripts/dev/parts
	assert_line 'parts: docs/faults.md: new: no test has the tag fault:new, or the page has it twice'
	assert_line 'parts: docs/faults.zh-CN.md: new: no test has the tag fault:new, or the page has it twice'
}

# use_results: instead of its tests, the tree has some whose results are those on standard input.
use_results() {
	find tests -mindepth 1 -maxdepth 1 ! -name lib -exec rm -r {} +
	mkdir -p tests/docs tests/helper
	printf '#!/bin/sh\necho "$VARIANT $*" >asked\ncat results\n' >scripts/test
	cat >results
	cat >tests/docs/a.bats <<-'END'
		TAGS fault:good,fault:bad
		TEST "works" { true; }
		TEST "has no tag" { true; }
		TAGS fault:bad
		TEST "fails with \" and # in it" { false; }
		TAGS once:root,fault:cant
		TEST "can't" { skip; }
		TAGS fault:lost
		TEST "ends halfway" { kill $PPID; }
	END
	cat >tests/helper/b.bats <<-'END'
		TAGS-OF-FILE once:user
		TAGS fault:privileged
		TEST "of root" { skip 'needs root'; }
		TAGS no-asan,fault:good
		TEST "not under asan" { true; }
	END
	# Bats would take them for this file's own.
	sed -i 's/^TAGS-OF-FILE /# bats file_tags=/; s/^TAGS /# bats test_tags=/; s/^TEST /@test /; s/ {\( .*\)\?; }$/ {\n}/' tests/*/*.bats
	for page in docs/faults.md docs/faults.zh-CN.md; do
		sed -i '/^|/d' $page
		printf '| `%s` | `- \\| -` | x | - | - | - |\n' good bad cant lost privileged >>$page
	done
}

@test "faults: the worst of a fault's tests is its state, printed and written into both pages" {
	use_results <<-'END'
		user a.bats: 1..4
		user a.bats: ok 1 works
		user a.bats: not ok 2 fails with " and # in it
		user b.bats: ok 1 of root # skip needs root
		user b.bats: ok 2 not under asan
	END
	tried=(scripts/dev/faults)
	[[ $EUID -ne 0 ]] || tried=(unshare --user scripts/dev/faults)
	run -1 "${tried[@]}"
	run -0 cat asked
	assert_output ' --tags fault:good,fault:bad,fault:cant,fault:lost,fault:privileged'
	run -0 grep '^| `' docs/faults.md
	assert_output - <<-'END'
		| `good` | `- \| -` | x | - | pass | - |
		| `bad` | `- \| -` | x | - | fail | - |
		| `cant` | `- \| -` | x | - | - | - |
		| `lost` | `- \| -` | x | - | fail | - |
		| `privileged` | `- \| -` | x | - | - | - |
	END
	run -0 grep '^| `' docs/faults.zh-CN.md
	assert_line '| `bad` | `- \| -` | x | - | 失败 | - |'
	run -0 grep -E "^- root, user: $(date +%Y)-.*, Linux $(uname -r)\$" docs/faults.md docs/faults.zh-CN.md
	assert_equal "${#lines[@]}" 2

	printf '%s\n' 'user a.bats: ok 1 works # skip no such device' 'user b.bats: ok 1 not under asan' \
		'user b.bats: ok 2 of root # skip needs root' >results
	run -0 "${tried[@]}" good
	assert_line --regexp '^good +blocked *$'
	run -0 grep -c '| blocked | - |$' docs/faults.md
	assert_output 1

	# Of these, none but the programs' are tried.
	run -0 env VARIANT=asan "${tried[@]}" good privileged
	assert_line --regexp '^good +- *$'
	run -0 cat asked
	assert_output 'asan --tags fault:good,fault:privileged tests/labs tests/helper'
}

@test "faults: an unknown name is a usage error" {
	run -2 scripts/dev/faults nonsense
	assert_line "faults: docs/faults.md doesn't name nonsense"
	assert_line 'usage: scripts/dev/faults [NAME]...'
}
