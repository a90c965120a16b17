# scripts/dev/lint: what it makes of a machine with other linters than Debian 12's.
# bats file_tags=long
load ../lib/helpers

# make_linter NAME VERSION: a stand-in of this version, which finds something in each file.
make_linter() {
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\n[ "$1" != --version ] || exec echo "%s version %s"\necho "%s found this"; exit 1\n' "$1" "$2" "$1" \
		>"$BATS_TEST_TMPDIR/bin/$1"
	chmod +x "$BATS_TEST_TMPDIR/bin/$1"
}

@test "lint: a linter of another version is named and left out, and fails nothing" {
	make_linter clang-format 19.1.7
	make_linter clang-tidy 140.0
	make_linter shellcheck 0.10.0
	make_linter shfmt v3.10.0
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run -0 scripts/dev/lint
	assert_line 'lint: skipped clang-format: needs version 14, and here is 19.1.7'
	assert_line 'lint: skipped clang-tidy: needs version 14, and here is 140.0'
	assert_line 'lint: skipped shellcheck: needs version 0.9.0, and here is 0.10.0'
	assert_line 'lint: skipped shfmt: needs version 3.6.0, and here is 3.10.0'
	refute_output --partial 'found this'
}

@test "lint: a linter of its own version is obeyed" {
	for tool in clang-format clang-tidy shellcheck; do
		make_linter "$tool" 99
	done
	make_linter shfmt v3.6.0
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run -1 scripts/dev/lint
	assert_line 'shfmt found this'
}
