# How the programs are built: as distributions harden theirs.
# bats file_tags=long,once:user
load ../lib/helpers

@test "builds: each program is position-independent, its relocations are read-only, and its stack guarded" {
	for program in "${labs[@]}" doctor filter; do
		run -0 readelf --wide --file-header --program-headers --dynamic --syms "build/$program"
		assert_line --regexp '^ *Type: +DYN'
		assert_line --regexp '^ *GNU_RELRO '
		assert_line --regexp 'FLAGS.* BIND_NOW'
		assert_line --regexp 'FLAGS_1.* NOW PIE'
		assert_line --regexp '^ *GNU_STACK .* RW '
		assert_line --regexp ' __stack_chk_fail\b'
		assert_line --regexp ' __[a-z]+_chk\b' # a fortified function
	done
}

@test "builds: without optimization, or for the sanitizers, there is no warning" {
	copy_sources "$BATS_TEST_TMPDIR/tree"
	for how in CFLAGS=-O0 'CFLAGS=-g -O1' VARIANT=asan; do
		run -0 make --no-print-directory -C "$BATS_TEST_TMPDIR/tree" build/uts build/filter "$how"
		refute_output --partial warning
	done
}
