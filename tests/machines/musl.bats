# The C library musl, Alpine's, by musl-gcc(1). All but the labs with a library, since libmnl is there for glibc only.
# bats file_tags=once:root
load ../lib/helpers

# without_library LAB
without_library() {
	[[ -z $(fact "$1" libraries) ]]
}

# With the kernel's headers, which musl-gcc doesn't look for, and libmnl's, to compile these labs, but not to link them.
setup_file() {
	command -v musl-gcc >/dev/null || return 0
	cd "$BATS_TEST_DIRNAME/../.." || return
	source tests/lib/tree.bash
	export tree=$BATS_FILE_TMPDIR/tree
	copy_sources "$tree"
	mkdir "$tree/include"
	ln -s /usr/include/{linux,asm-generic,libmnl} "/usr/include/$(gcc -print-multiarch)/asm" "$tree/include"
	by_musl=(CC=musl-gcc CFLAGS="-O2 -idirafter $tree/include -Werror")
	local lab targets=()
	for lab in "${labs[@]}"; do
		if without_library "$lab"; then
			targets+=("build/$lab")
		else
			targets+=("build/labs/$lab/$lab.o")
		fi
	done
	make --silent -C "$tree" "${by_musl[@]}" libmnl= "${targets[@]}" build/common/veth.o build/doctor build/filter
}

setup() {
	command -v musl-gcc >/dev/null || skip 'needs musl-gcc'
}

@test "musl: every lab without a library is built, and passes the judge" {
	for lab in $(labs_where has_marks); do
		without_library "$lab" || continue
		[[ $(strings "$tree/build/$lab") != *GLIBC* ]]
		run -0 scripts/check "$lab" --program "$tree/build/$lab"
	done
}

# bats test_tags=long
@test "musl: each passes the tests that any right program passes" {
	for lab in $(labs_where without_library); do
		PROGRAM=$tree/build/$lab run -0 "$BATS_ROOT/bin/bats" --tap --filter-tags '!ours' "tests/labs/$lab/$lab.bats"
	done
}

@test "musl: the objects of the others are compiled, and veth's" {
	[[ -s $tree/build/labs/net/net.o && -s $tree/build/common/veth.o ]]
}

@test "musl: programs speak the reader's language, without any locale" {
	NSLABS_LANG=zh_CN run -127 "$tree/build/uts" nosuch
	assert_line --index 0 程序开始
	assert_line --index 1 在容器进程中!
	assert_line --index 2 --regexp '^uts: 运行 nosuch: '
	for language in zh_TW.UTF-8 zh; do
		LC_ALL=$language run -0 "$tree/build/uts" true
		assert_line --index 0 程序开始
	done
	LC_ALL=zh_CN.GBK run -0 "$tree/build/uts" true
	assert_line --index 0 'Program started'
	run -0 "$tree/build/uts" env
	refute_line --regexp '^LANGUAGE='
}

@test "musl: the doctor sees what that of glibc sees, and a refusal has its cause" {
	run -0 diff <(build/doctor | grep -vE '^probe.*(net\.veth|bridge\.create)') <("$tree/build/doctor")
	run -125 unshare --user --map-root-user sh -c "echo 0 >/proc/sys/user/max_uts_namespaces && '$tree/build/uts'"
	assert_line --partial 'user.max_uts_namespaces'
}
