# The programs under Valgrind, which can't look into static ones, nor work with the sanitizers: so on a copy of the tree.
# bats file_tags=long,once:user
load ../lib/helpers

setup_file() {
	copy_sources "$BATS_FILE_TMPDIR/tree"
	make --silent --directory "$BATS_FILE_TMPDIR/tree" VARIANT= link=-lmnl build/uts build/net
}

# assert_clean STATUS COMMAND...: there is no leak and no bad access. (Of the child, Valgrind would also report that
# mount(2) gets no type where it needs none.)
assert_clean() {
	cd "$BATS_FILE_TMPDIR/tree"
	run "-$1" scripts/stage valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite \
		--child-silent-after-fork=yes "${@:2}"
	refute_output --partial ==
}

@test "memory: Valgrind finds no leak and no bad access" {
	assert_clean 7 build/uts sh -c 'exit 7'
	assert_clean 127 build/uts ./no-such-command
	assert_clean 0 build/net true
}
