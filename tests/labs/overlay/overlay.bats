# What the overlay lab promises.
load ../../lib/helpers

setup() {
	image=build/image layer=$BATS_TEST_TMPDIR/layer
	# The program without a layer that it is given.
	bare=("${program[@]}")
	[[ ${program[*]} != *tests/lib/layered ]] || read -ra bare < <(scripts/lib/program overlay)
}

# in_layer COMMANDS: run shell commands in a container with $layer.
in_layer() {
	timeout -k 1 20 "${bare[@]}" --layer "$layer" sh -c "$1" 3>&-
}

# sum: print a sum of the image: of all names, contents, modes, owners and times.
sum() {
	tar --sort=name --create --directory "$image" . | sha256sum
}

# attributes FILE: print the names and values of its extended attributes that an ordinary user may see.
attributes() {
	/usr/bin/python3 -c 'import os, sys
for name in os.listxattr(sys.argv[1]):
    print(name, os.getxattr(sys.argv[1], name).decode())' "$1"
}

# bats test_tags=shows:overlay-mount,shows:overlay-directories
@test "overlay: what is written inside is in the upper layer, and the files of the image are seen beside it" {
	run -0 --separate-stderr in_layer 'echo hello >/file; cat /file /var/lib/data'
	assert_output $'hello\nA file of the image.'
	assert_equal "$(cat "$layer/upper/file")" hello
	[[ ! -e $image/file ]]
	# Nothing else was copied.
	assert_equal "$(cd "$layer/upper" && find . | sort | paste -s -d ' ')" '. ./file'
}

# bats test_tags=shows:overlay-mount
@test "overlay: a file of the image that is changed is copied first, and the image keeps its own" {
	in_layer 'echo more >>/var/lib/data'
	assert_equal "$(cat "$layer/upper/var/lib/data")" $'A file of the image.\nmore'
	assert_equal "$(cat "$image/var/lib/data")" 'A file of the image.'
}

# bats test_tags=shows:overlay-mount
@test "overlay: what is deleted leaves a whiteout, a device with the numbers 0 and 0, and the image keeps it" {
	run -0 --separate-stderr in_layer 'rm /etc/motd; ls /etc; cat /etc/motd || true'
	assert_output $'group\nos-release\npasswd'
	assert_equal "$(stat --format '%F %t:%T' "$layer/upper/etc/motd")" 'character special file 0:0'
	[[ -f $image/etc/motd ]]
}

# bats test_tags=shows:overlay-mount
@test "overlay: a directory that is deleted and made anew is empty, and opaque" {
	run -0 --separate-stderr in_layer 'rm -r /var; mkdir /var; ls -A /var; echo end'
	assert_output end
	run -0 attributes "$layer/upper/var"
	assert_line 'user.overlay.opaque y'
	[[ -f $image/var/lib/data ]]
}

# bats test_tags=once:user,no-asan
@test "overlay: without userxattr, that is an I/O error in a user namespace, though the mount succeeds" {
	sed 's/,userxattr"/"/' labs/overlay/overlay.c >"$BATS_TEST_TMPDIR/overlay.c"
	cc -w -D_GNU_SOURCE -DNSLABS_VERSION='""' -Icommon -o "$BATS_TEST_TMPDIR/overlay" "$BATS_TEST_TMPDIR/overlay.c" build/common.a
	run unshare --user --map-root-user "$BATS_TEST_TMPDIR/overlay" --image "$(realpath "$image")" --layer "$layer" sh -c 'rm -r /var; mkdir /var'
	assert_failure 1
	assert_line --partial 'Input/output error'
}

# bats test_tags=shows:overlay-mount,ours
@test "overlay: two containers share the image, and neither sees what the other one writes" {
	start_container one
	start_container other
	ask one 'echo one >/file; rm /etc/motd'
	run -0 ask other 'ls /file; cat /etc/motd; echo other >/file'
	assert_output 'This is another system, in a directory of the host.'
	run -0 ask one 'cat /file; ls /etc/motd'
	assert_output one
	# It is one file, with one inode: the page cache has it once.
	assert_equal "$(ask one 'stat -c %i /bin/busybox')" "$(ask other 'stat -c %i /bin/busybox')"
	stop_container one
	stop_container other
}

# bats test_tags=shows:overlay-lock
@test "overlay: a layer belongs to one container at a time, and later to another one, with what was written" {
	program=("${bare[@]}" --layer "$layer")
	start_container it
	run -125 --separate-stderr "${program[@]}" true
	assert_equal "${stderr_lines[-2]}" "overlay: lock $layer: Resource temporarily unavailable"
	assert_equal "${stderr_lines[-1]}" 'another container has this layer: wait until that has ended, or name another one by --layer'
	ask it 'echo kept >/file'
	stop_container it
	run -0 --separate-stderr "${program[@]}" cat /file
	assert_output kept
}

# bats test_tags=fault:layer-in-use
@test "overlay: of many that start at once with one layer, one has it" {
	mkfifo "$BATS_TEST_TMPDIR/hold"
	exec {hold}<>"$BATS_TEST_TMPDIR/hold"
	for _ in {1..8}; do
		(
			"${bare[@]}" --layer "$layer" sh -c 'echo ran; read -r line' <"$BATS_TEST_TMPDIR/hold" 2>/dev/null {hold}>&- 3>&- && code=0 || code=$?
			echo "ended $code"
		) >>"$BATS_TEST_TMPDIR/out" &
	done
	seven_have_ended() {
		[[ $(grep -c '^ended 125$' "$BATS_TEST_TMPDIR/out") -eq 7 ]]
	}
	within 20 seven_have_ended
	echo >&"$hold"
	wait
	assert_equal "$(sort "$BATS_TEST_TMPDIR/out" | uniq -c | paste -s -d ' ' | tr -s ' ')" ' 1 ended 0 7 ended 125 1 ran'
}

# bats test_tags=fault:sigkill
@test "overlay: killed at any moment, it leaves the layer free and whole, and the image as it was" {
	before=$(sum)
	in_layer 'echo kept >/file'
	for hundredths in 1 2 3 4 5; do
		timeout -s KILL "0.0$hundredths" "${bare[@]}" --layer "$layer" sh -c 'while rm -rf /var/*; do mkdir -p /var/a/b; done' 2>/dev/null || true
		run -0 --separate-stderr in_layer 'cat /file; rm -rf /var; mkdir /var; ls -A /var'
		assert_output kept
	done
	assert_equal "$(sum)" "$before"
}

@test "overlay: the host is left as it was, and so is the image" {
	before=$(sum)
	assert_host_unchanged 'mount -t tmpfs none /mnt; echo >/mnt/file; hostname changed; rm -r /etc /home; echo >/bin/new; chmod 700 /var'
	assert_equal "$(sum)" "$before"
}

# The kernel makes work/work with mode 000, and leaves files in it.
@test "overlay: whoever made the layer can remove it, without further rights" {
	if [[ $EUID -eq 0 ]]; then
		without=(setpriv --bounding-set -all)
		bare=(unshare --user --map-root-user build/overlay)
	fi
	in_layer 'rm /etc/motd; rm -r /var; mkdir /var'
	[[ $(ls -A "$layer/work/work") ]]
	run -0 "${without[@]}" rm -r "$layer" </dev/null
	[[ ! -e $layer ]]
}

# bats test_tags=shows:overlay-directories
@test "overlay: the layer's directories are made, or found" {
	in_layer true
	assert_equal "$(cd "$layer" && echo ./*)" './upper ./work'
	mkdir "$layer/upper/found"
	run -0 --separate-stderr in_layer 'ls -d /found'
	assert_output /found
}

# bats test_tags=long
@test "overlay: by default, the layer is beside the image" {
	copy_tree "$BATS_TEST_TMPDIR/tree"
	cd "$BATS_TEST_TMPDIR/tree"
	cp -r --preserve=timestamps "$OLDPWD/build" .
	rm -rf build/layer
	read -ra bare < <(scripts/lib/program overlay)
	"${bare[@]}" touch /file
	[[ -e build/layer/upper/file ]]
	cd /
	"${bare[@]/#build/$OLDPWD/build}" rm /file
	[[ ! -e $OLDPWD/build/layer/upper/file ]]
}

@test "overlay: image and layer may have relative paths with blanks in them" {
	tree=$PWD
	cd "$BATS_TEST_TMPDIR"
	"$tree/scripts/image" 'an image'
	ln -s 'an image' link
	for name in 'an image' link; do
		run -0 --separate-stderr "${bare[@]/#build/$tree/build}" --image "$name" --layer 'a layer' sh -c 'echo x >>/file; cat /etc/motd'
		assert_output 'This is another system, in a directory of the host.'
	done
	assert_equal "$(cat 'a layer/upper/file')" $'x\nx'
}

# bats test_tags=once:root
@test "overlay: an ordinary user has it in the user lab, and owns what was written" {
	home=/tmp/nslabs-overlay.$$
	install -d -m 777 "$home"
	run -0 "${without_rights[@]}" scripts/image "$home/image"
	run -0 --separate-stderr "${without_rights[@]}" build/user build/overlay --image "$home/image" --layer "$home/layer" \
		sh -c 'echo hello >/file; rm -r /var; mkdir /var; ls -A /var; id -u'
	assert_output 0
	assert_equal "$(stat --format %u "$home/layer/upper/file")" "$("${without_rights[@]}" id -u)"
	run -0 "${without_rights[@]}" rm -r "$home/layer" "$home/image" </dev/null
	rmdir "$home"
}

# assert_told ADVICE [WORD...]: the program with these words ends with status 125, and its last line is ADVICE.
assert_told() {
	run -125 --separate-stderr "${@:2}" true
	assert_equal "${stderr_lines[-1]}" "$1"
}

# bats test_tags=fault:overlay
@test "overlay: what can't be a layer is refused, and why" {
	mkdir "$layer" "$layer.full"
	assert_told 'there is no such directory: `scripts/image` makes the image, or --image names another one' "${bare[@]}" --layer "$layer" --image /nonexistent
	assert_told 'the directory around it must be there: make that first, or name another one by --layer' "${bare[@]}" --layer "$layer/no/where"
	mkdir "$layer/a,b" "$layer/a:b"
	divided='a comma or a colon in one of these paths ends it for the kernel: name other directories by --image and --layer'
	assert_told "$divided" "${bare[@]}" --layer "$layer/a,b"
	assert_told "$divided" "${bare[@]}" --layer "$layer" --image "$layer/a:b"
	run -125 --separate-stderr "${bare[@]}" --layer /etc/passwd true
	assert_equal "${stderr_lines[-1]}" 'overlay: open the layer /etc/passwd: Not a directory'
	# shellcheck disable=SC2016 # for the inner shell
	assert_told "$layer.full/in/upper is in an overlay itself, as in a container engine, and no overlay takes that for its upper layer: name a directory of another file system by --layer" \
		"${with_rights[@]}" unshare --mount sh -c 'mkdir "$1"/l "$1"/u "$1"/w && mount -t overlay -o "lowerdir=$1/l,upperdir=$1/u,workdir=$1/w,userxattr" overlay "$1" && exec build/overlay --layer "$1/in" true' sh "$layer.full"
}

# bats test_tags=fault:overlay,once:root
@test "overlay: a layer of another user's is refused before anything runs in it" {
	refused="you can't write there, or it is another user's, such as root's: name another layer by --layer, or remove this one"
	assert_told "$refused" "${without_rights[@]}" build/user build/overlay --layer /nonexistent
	[[ $EUID -eq 0 ]] || return 0
	in_layer 'rm /etc/motd'
	chmod 755 "$BATS_RUN_TMPDIR"
	assert_told "$refused" "${without_rights[@]}" build/user build/overlay --layer "$layer"
	chmod 700 "$BATS_RUN_TMPDIR"
}

# bats test_tags=fault:overlay,once:user,no-asan
@test "overlay: a program that leaves a step out is told which" {
	make_without() {
		scripts/lib/marks.py remove labs/overlay/overlay.c "$1" >"$BATS_TEST_TMPDIR/overlay.c"
		cc -w -D_GNU_SOURCE -DNSLABS_VERSION='""' -Icommon -o "$BATS_TEST_TMPDIR/overlay" "$BATS_TEST_TMPDIR/overlay.c" build/common.a
	}
	other=("${with_rights[@]}" "$BATS_TEST_TMPDIR/overlay" --image "$(realpath "$image")" --layer "$layer")
	make_without overlay.directories
	assert_told "$layer/upper isn't there: make the layer's directories first" "${other[@]}"
	make_without overlay.mount
	assert_told 'the kernel makes it when it mounts the layers, if you may write there: are they mounted, and is the layer yours?' "${other[@]}"
}

# bats test_tags=fault:overlay,fault:call-filtered,no-asan
@test "overlay: a kernel without overlayfs is named (emulated), and so is a filter on its mount" {
	command -v strace >/dev/null || skip 'strace is missing'
	# Of the calls of mount(2), it is the third.
	emulate() {
		"${with_rights[@]}" strace -f -o /dev/null -e trace=mount -e "inject=mount:error=$1:when=3" build/overlay --layer "$layer" true
	}
	run -125 --separate-stderr emulate ENODEV
	[[ ${stderr_lines[-1]} == 'the kernel has no overlayfs'* ]] || fail "${stderr_lines[-1]}"
	run -125 --separate-stderr "${with_rights[@]}" build/tests/deny mount EPERM build/overlay --layer "$layer" true
	assert_equal "${stderr_lines[-1]}" 'a seccomp filter refuses it, as in a container engine: run it outside, or have the engine allow it'
}

# bats test_tags=fault:overlay,long
@test "overlay: where the kernel allows no user namespace, the checks are blocked, and it is said what is refused" {
	# shellcheck disable=SC2016 # for the inner shell
	run -77 unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; exec scripts/check overlay --program build/overlay --json'
	assert_line --regexp "this machine can't: .unshare --user .*unshare failed: No space left on device"
	run -0 verdicts <<<"$output"
	assert_line 'overlay.root blocked'
	refute_line --partial ' fail'
}

# bats test_tags=ours
@test "overlay: the judge agrees" {
	run -0 scripts/check overlay --program "build/$LAB"
}
