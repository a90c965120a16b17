# make install and make uninstall, and the completion that they install.
# bats file_tags=once:user
load ../lib/helpers

setup_file() {
	make --no-print-directory --silent all man
}

setup() {
	unset MAKEFLAGS MAKELEVEL VARIANT PREFIX DESTDIR
	export NSLABS_LANG=en
}

# files DIRECTORY: list its files, each with its mode.
files() {
	(cd "$1" && find . ! -type d -printf '%m %P\n' | LC_ALL=C sort)
}

# expected_files: list what make install must put into PREFIX.
expected_files() {
	for lab in "${labs[@]}"; do
		echo "755 bin/nslabs-$lab"
		echo "644 share/bash-completion/completions/nslabs-$lab"
		printf '644 %s\n' "share/man/man1/nslabs-$lab.1" "share/man/zh_CN/man1/nslabs-$lab.1"
	done
	echo '755 bin/nslabs-image'
	printf '644 %s\n' share/locale/zh_CN/LC_MESSAGES/nslabs.mo share/man/{,zh_CN/}man7/nslabs.7
}

@test "install: programs, catalogues, manual pages and completion go to DESTDIR and PREFIX, and nothing else" {
	(umask 077 && make --silent install DESTDIR="$BATS_TEST_TMPDIR/root")
	assert_equal "$(files "$BATS_TEST_TMPDIR/root/usr/local")" "$(expected_files | LC_ALL=C sort)"
	assert_equal "$(cd "$BATS_TEST_TMPDIR/root" && echo * usr/*)" 'usr usr/local'
	make --silent install DESTDIR="$BATS_TEST_TMPDIR/with space" PREFIX=/opt/nslabs
	assert_equal "$(files "$BATS_TEST_TMPDIR/with space/opt/nslabs")" "$(expected_files | LC_ALL=C sort)"
}

@test "uninstall: removes what was installed, and nothing else" {
	prefix="$BATS_TEST_TMPDIR/a prefix"
	mkdir -p "$prefix/bin" "$prefix/share/man/man1" "$prefix/share/locale/zh_CN/LC_MESSAGES"
	touch "$prefix/bin/uts" "$prefix/bin/nslabs-other" "$prefix/share/man/man1/mount.1" \
		"$prefix/share/locale/zh_CN/LC_MESSAGES/other.mo"
	before=$(files "$prefix")
	# Twice, as when a new version comes.
	make --silent install PREFIX="$prefix"
	make --silent install PREFIX="$prefix"
	[[ $(files "$prefix") != "$before" ]]
	# What was built isn't needed for that.
	tree=$BATS_TEST_TMPDIR/tree
	copy_sources "$tree"
	run -0 make --silent -C "$tree" uninstall PREFIX="$prefix"
	assert_equal "$(files "$prefix")" "$before"
	run -0 make --silent uninstall PREFIX="$prefix"
}

@test "install: where it may not write, it fails and says so" {
	touch "$BATS_TEST_TMPDIR/file"
	run -2 make --silent install PREFIX="$BATS_TEST_TMPDIR/file"
	assert_output --partial "$BATS_TEST_TMPDIR/file"
}

@test "install: the installed programs run, without the tree, in English and in Chinese" {
	prefix=$BATS_TEST_TMPDIR/prefix
	make --silent install PREFIX="$prefix"
	cd "$BATS_TEST_TMPDIR"
	export PATH=$prefix/bin:$PATH
	for lab in "${labs[@]}"; do
		run -0 "nslabs-$lab" --version
		assert_output --regexp "^nslabs-$lab \(nslabs\) [0-9.]+\$"
	done
	run -0 nslabs-user nslabs-uts hostname
	assert_output $'Program started\nIn the container process!\nProgram started\nIn the container process!\ncontainer'
	NSLABS_LANG=zh_CN run -0 nslabs-user nslabs-net true
	assert_output $'程序开始\n在容器进程中!\n程序开始\n在容器进程中!'
	NSLABS_LANG=zh_CN run -0 nslabs-uts --help
	assert_line --partial 用法
	# By a link, they find their catalogue too.
	ln -s "$prefix/bin/nslabs-uts" link
	NSLABS_LANG=zh_CN run -0 ./link --help
	assert_line --index 0 --partial '用法：link'
	# Where a program called locale is beside them, as in /usr/bin.
	cp /bin/true "$prefix/bin/locale"
	NSLABS_LANG=zh_CN run -0 nslabs-uts --help
	assert_line --partial 用法
	# Without a catalogue, in English.
	rm "$prefix/share/locale/zh_CN/LC_MESSAGES/nslabs.mo"
	NSLABS_LANG=zh_CN run -0 nslabs-uts --help
	assert_line --index 0 --partial usage:
}

@test "install: the advice of an installed program names installed programs" {
	make --silent install PREFIX="$BATS_TEST_TMPDIR/prefix"
	export PATH=$BATS_TEST_TMPDIR/prefix/bin:$PATH
	run -125 "${with_rights[@]}" setpriv --bounding-set -sys_admin nslabs-uts true
	assert_line 'it needs CAP_SYS_ADMIN, or CLONE_NEWUSER among the flags: use sudo, or the user lab: nslabs-user nslabs-uts'
	run -125 "${with_rights[@]}" setpriv --bounding-set -net_admin nslabs-net true
	assert_line 'it needs CAP_NET_ADMIN over both network namespaces: use sudo, or the user lab: nslabs-user nslabs-net'
}

@test "install: man shows the installed pages" {
	make --silent install PREFIX="$BATS_TEST_TMPDIR/prefix"
	export MANPATH=$BATS_TEST_TMPDIR/prefix/share/man
	for lab in "${labs[@]}"; do
		run -0 man "nslabs-$lab"
		assert_line --index 0 --partial "nslabs-$lab(1)"
	done
	run -0 man 7 nslabs
	assert_line --index 0 --partial 'nslabs(7)'
	LANGUAGE=zh_CN LC_ALL=C.UTF-8 run -0 man --manpath="$MANPATH/zh_CN" nslabs-uts
	assert_line 名称
}
