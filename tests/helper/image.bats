# The image that labs give to their containers: scripts/image, and where the programs look for it.
load ../lib/helpers

setup() {
	export HOME=$BATS_TEST_TMPDIR/home
	unset XDG_CACHE_HOME
	mkdir "$HOME"
	# Ordinary users are to reach what is in there.
	chmod a+rx "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"
}

# What can't be written to, can't be removed.
teardown() {
	chmod --silent u+w "$BATS_TEST_TMPDIR/tree/build" || true
}

# checksum DIRECTORY
checksum() {
	tar --sort=name --mtime=@0 --create --directory "$1" . | sha256sum
}

# hide COMMAND...: a PATH of links to all commands but these, in $path.
hide() {
	local directory command
	path=$BATS_TEST_TMPDIR/path
	mkdir "$path"
	for directory in /usr/local/bin /usr/bin /bin /usr/sbin /sbin; do
		ln -s -t "$path" "$directory"/* 2>/dev/null || true
	done
	for command; do
		rm -f "$path/$command"
	done
}

@test "image: make makes it, in build/image, with a lab that asks for it" {
	copy_tree "$BATS_TEST_TMPDIR/tree"
	cd "$BATS_TEST_TMPDIR/tree"
	rm -rf build/image
	run -0 make --silent build/root
	assert_equal "$(cat build/image/etc/motd)" 'This is another system, in a directory of the host.'
	# The second time, there is nothing to do; when the script is newer, there is.
	run -0 make build/root
	refute_output --partial IMG
	touch scripts/image
	run -0 make build/root
	assert_line --partial 'IMG build/image'
	refute_line --partial 'LD'
}

@test "image: busybox-static is all that it needs, and it runs without any file of the host" {
	scripts/image "$BATS_TEST_TMPDIR/image"
	cmp "$BATS_TEST_TMPDIR/image/bin/busybox" "$(command -v busybox)"
	# Without libraries: no other directory is there.
	run -0 "${with_rights[@]}" chroot "$BATS_TEST_TMPDIR/image" /bin/sh -c 'echo /*; ls /bin | wc -l; id -un'
	assert_line --index 0 '/bin /dev /etc /home /mnt /proc /root /run /sys /tmp /var'
	((lines[1] > 200))
	assert_line --index 2 root
	assert_equal "$(find "$BATS_TEST_TMPDIR/image" -type f -size +4k)" "$BATS_TEST_TMPDIR/image/bin/busybox"
	(($(du --summarize --block-size=1M "$BATS_TEST_TMPDIR/image" | cut -f 1) <= 5))
}

# bats test_tags=once:user
@test "image: two are alike, whatever the umask, the language and the directory" {
	scripts/image "$BATS_TEST_TMPDIR/one"
	(umask 077 && cd / && LC_ALL=C.UTF-8 NSLABS_LANG=zh_CN "$OLDPWD/scripts/image" "$BATS_TEST_TMPDIR/a b/c")
	assert_equal "$(checksum "$BATS_TEST_TMPDIR/a b/c")" "$(checksum "$BATS_TEST_TMPDIR/one")"
	# Made anew, it has nothing of what was changed in it.
	echo changed >"$BATS_TEST_TMPDIR/one/etc/motd"
	ln -sf / "$BATS_TEST_TMPDIR/one/mnt/link"
	scripts/image "$BATS_TEST_TMPDIR/one"
	assert_equal "$(checksum "$BATS_TEST_TMPDIR/one")" "$(checksum "$BATS_TEST_TMPDIR/a b/c")"
	run -0 ls -A "$BATS_TEST_TMPDIR/a b"
	assert_output c
}

# bats test_tags=once:user
@test "image: nothing but an image of its own is replaced" {
	mkdir -p "$BATS_TEST_TMPDIR/system/etc" "$BATS_TEST_TMPDIR/empty"
	cp /etc/os-release "$BATS_TEST_TMPDIR/system/etc"
	for place in "$BATS_TEST_TMPDIR"/{system,empty} /; do
		run -1 scripts/image "$place"
		assert_output "image: $place is there, and no image of mine: remove it, or name another place"
	done
	[[ -e $BATS_TEST_TMPDIR/system/etc/os-release ]]
}

@test "image: where the tree can't be written to, each user has one in the cache, and the programs find it" {
	copy_tree "$BATS_TEST_TMPDIR/tree"
	cd "$BATS_TEST_TMPDIR/tree"
	rm -rf build/image
	chmod a-w build
	[[ $EUID -ne 0 ]] || chown 65534:65534 "$HOME" # Root may write everywhere, and isn't tried.
	run -0 --separate-stderr "${without_rights[@]}" scripts/image
	assert_equal "$stderr" "$HOME/.cache/nslabs/image"
	run -0 --separate-stderr "${without_rights[@]}" build/user build/root cat /etc/motd
	assert_output 'This is another system, in a directory of the host.'
	rm -rf "$HOME/.cache"
	export XDG_CACHE_HOME=$HOME/cached
	run -0 --separate-stderr "${without_rights[@]}" scripts/image
	assert_equal "$stderr" "$HOME/cached/nslabs/image"
	# Inside, the files are the caller's own.
	run -0 --separate-stderr "${without_rights[@]}" build/user build/root stat -c %u /etc/motd
	assert_output 0
}

# bats test_tags=once:root
@test "image: another user's isn't used by the user lab where there is an own one" {
	copy_tree "$BATS_TEST_TMPDIR/tree"
	cd "$BATS_TEST_TMPDIR/tree"
	other=(setpriv --reuid 12345 --regid 12345 --clear-groups)
	chown 12345 "$HOME"
	# Root's will do, though its files are nobody's.
	run -0 --separate-stderr "${other[@]}" build/user build/root stat -c %u /etc/motd
	assert_output 65534
	run -0 "${other[@]}" scripts/image
	run -0 --separate-stderr "${other[@]}" build/user build/root stat -c %u /etc/motd
	assert_output 0
	run -0 --separate-stderr build/root stat -c %u /etc/motd
	assert_output 0
}

# bats test_tags=long
@test "image: without busybox-static it is made of bash-static alone, or what is missing is named" {
	hide busybox busybox.static bash-static
	run -1 env PATH="$path" scripts/image "$BATS_TEST_TMPDIR/image"
	assert_output 'image: busybox-static is missing: scripts/setup installs it'
	[[ ! -e $BATS_TEST_TMPDIR/image ]]
	# One that needs libraries is of no use in an image.
	cp "$(command -v sed)" "$path/busybox"
	run -1 env PATH="$path" scripts/image "$BATS_TEST_TMPDIR/image"
	rm "$path/busybox"
	run -1 env PATH="$path" NSLABS_IMAGE=bash scripts/image "$BATS_TEST_TMPDIR/image"
	assert_output 'image: bash-static is missing: scripts/setup --grade installs it'
	# The rest of make goes on.
	copy_tree "$BATS_TEST_TMPDIR/tree"
	rm -rf "$BATS_TEST_TMPDIR"/tree/build/{image,root}
	run -0 env PATH="$path" make --silent --directory "$BATS_TEST_TMPDIR/tree" build/root
	assert_line 'image: busybox-static is missing: scripts/setup installs it'
	ln -s "$(command -v bash-static)" "$path/bash-static"
	run -0 env PATH="$path" scripts/image "$BATS_TEST_TMPDIR/image"
	run -0 ls "$BATS_TEST_TMPDIR/image/bin"
	assert_output $'bash\nsh'
}

# bats test_tags=once:root
@test "image: the sandbox's is made of bash-static, and brings no unshare, nsenter or pivot_root" {
	NSLABS_IMAGE=bash scripts/image "$BATS_TEST_TMPDIR/image"
	run -0 ls "$BATS_TEST_TMPDIR/image/bin"
	assert_output $'bash\nsh'
	# What the program of a student sees there.
	sed 's/^	return exec_command(command);/	execl("\/bin\/sh", "sh", "-c", "echo \/bin\/* >\&2; exec sh", (char *)NULL);\n&/' labs/root/root.c >"$BATS_TEST_TMPDIR/root.c"
	run scripts/check root --sandbox "$BATS_TEST_TMPDIR/root.c" --log "$BATS_TEST_TMPDIR/log"
	run -0 cat "$BATS_TEST_TMPDIR/log"
	assert_line --partial '/bin/bash /bin/sh'
	refute_output --partial busybox
}

@test "image: a wrong use is told, in the reader's language" {
	for words in '--unknown' 'one two' "''"; do
		eval "run -2 scripts/image $words"
		assert_output 'usage: scripts/image [DIR]'
	done
	run -0 scripts/image --help
	assert_line --index 0 'image: make the image of a small system, the root directory that a lab gives to its container.'
	run -1 env NSLABS_LANG=zh_CN scripts/image /
	refute_output --partial 'is there'
}
