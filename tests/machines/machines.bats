# scripts/dev/machines: what it makes of what was seen on a machine. `make machines` itself takes an hour.
# bats file_tags=once:user
load ../lib/helpers

setup() {
	tree=$BATS_TEST_TMPDIR/tree
	copy_sources "$tree"
	cd "$tree"
	cat >scripts/dev/bare-root <<-'END'
		#!/bin/sh
		echo "$*" >>calls
		[ "$1" != sid ] || exit 125
		echo "a word of the machine's" >&2
		cat "$1.seen"
	END
	printf '%s\t%s\n' 'root tour' 11/11 system 'Debian 13 (trixie)' gcc 14.2.0 Linux 6.12.1 'root test' '800 passed, 0 failed, 9 skipped' \
		lacking 'shfmt jq' Bats 1.11.1 'learner tour' 11/11 'learner check' 28/28 'learner labs' '73 passed, 0 failed, 0 skipped' \
		'sudoer tour' 11/11 'sudoer check' 28/28 'sudoer labs' '70 passed, 0 failed, 3 skipped' >trixie.seen
}

@test "machines: the rows of a system are replaced in both languages, and no others" {
	cp -r docs docs.before
	run -0 scripts/dev/machines trixie
	assert_equal "$(cat calls)" 'trixie scripts/dev/machines --on-machine --test'
	assert_equal "$(cat build/machines/trixie.log)" "a word of the machine's"
	for page in machines.md machines.zh-CN.md; do
		run -0 grep trixie "docs/$page"
		assert_line '| Debian 13 (trixie) | 14.2.0 | 1.11.1 | 6.12.1 | shfmt jq |'
		assert_line '| Debian 13 (trixie) | 11/11 | 800/0/9 | 11/11 | 28/28 | 73/0/0 | 11/11 | 28/28 | 70/0/3 |'
		run -0 diff <(grep -v '(trixie)' "docs.before/$page") <(grep -v '(trixie)' "docs/$page")
	done
}

@test "machines: what failed, and what was not run, is in the row; a failure is the status" {
	sed -i 's,^learner check.*,learner check\t(2),; s,0 skipped$,1 skipped,; /^root test/d; s,^\(sudoer labs\t\).*,\169 passed\, 1 failed\, 3 skipped (1),' trixie.seen
	run -1 scripts/dev/machines --no-test trixie
	assert_equal "$(cat calls)" 'trixie scripts/dev/machines --on-machine --no-test'
	run -0 grep trixie docs/machines.md
	assert_line '| Debian 13 (trixie) | 11/11 | - | 11/11 | (2) | 73/0/1 | 11/11 | 28/28 | 69/1/3 (1) |'
}

@test "machines: a machine that can't be made leaves the pages as they are" {
	cp -r docs docs.before
	run -125 scripts/dev/machines sid
	run -0 diff -r docs.before docs
	run -125 scripts/dev/machines --nonsense
	assert_output 'usage: scripts/dev/machines [--no-test] [SUITE]...'
	run -0 scripts/dev/machines --help
}
