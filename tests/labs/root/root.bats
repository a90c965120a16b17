# What the root lab promises.
load ../../lib/helpers

image=build/image
own=ID=nslabs # a line of its os-release

# make_image: make an image in $mine, with the program of the lesson in it.
make_image() {
	mine="$BATS_TEST_TMPDIR/an image"
	scripts/image "$mine"
	cp build/show/walk_out "$mine"
}

# The id of the host's system, which isn't the image's.
host_id() {
	grep ^ID= /etc/os-release
}

# bats test_tags=shows:root-bind,shows:root-pivot
@test "root: the files inside are those of the image" {
	run -0 inside 'cat /etc/os-release; echo /*'
	assert_line "$own"
	assert_line '/bin /dev /etc /home /mnt /proc /root /run /sys /tmp /var'
}

# bats test_tags=shows:root-pivot
@test "root: the root of the mount namespace is the image, not only that of the shell" {
	start_container it
	enter=(nsenter --target "${container_pid[it]}" --mount)
	[[ $EUID -eq 0 ]] || enter+=(--user --preserve-credentials)
	run -0 "${enter[@]}" cat /etc/os-release
	assert_line "$own"
	stop_container it
}

# bats test_tags=shows:root-detach
@test "root: nothing of the host is mounted inside but the devices" {
	run -0 --separate-stderr inside 'cut -d " " -f 5 /proc/self/mountinfo'
	assert_output "$(printf '%s\n' / /dev/{null,zero,full,random,urandom,tty} /proc)"
	run -0 --separate-stderr inside 'cat /../etc/os-release'
	assert_line "$own"
}

# bats test_tags=shows:root-proc
@test "root: /proc shows the container's processes" {
	run -0 --separate-stderr inside 'echo /proc/[0-9]*'
	assert_output /proc/1
}

@test "root: the devices are the host's, and no others are there" {
	run -0 --separate-stderr inside 'echo /dev/*; echo gone >/dev/null; head -c 3 /dev/zero | od -An -tx1; echo >/dev/full || echo full'
	assert_line --index 0 '/dev/full /dev/null /dev/random /dev/tty /dev/urandom /dev/zero'
	assert_line --index 1 --regexp '00 00 00'
	assert_line --index 2 full
	assert_equal "$(stat --format '%F %t:%T' "$image/dev/null")" 'regular empty file 0:0'
}

@test "root: a program that walks out of a chroot stays in the image" {
	make_image
	run -0 "${with_rights[@]}" chroot "$mine" /walk_out <<<'cat /etc/os-release'
	assert_line "$(host_id)"
	run -0 --separate-stderr "${program[@]}" --image "$mine" /walk_out <<<'cat /etc/os-release'
	assert_line "$own"
	refute_line "$(host_id)"
}

@test "root: a descriptor of the host's root isn't passed on; it would lead out" {
	make_image
	# shellcheck disable=SC2016 # for the shell inside
	change_root='mount --rbind "$1" "$1" && cd "$1" && mount -t proc proc proc && pivot_root . . && umount -l . && exec sh'
	PATH=$PATH:/usr/sbin:/sbin
	run -0 "${with_rights[@]}" unshare --mount --pid --fork sh -c "$change_root" sh "$mine" 9</ <<<'cat /proc/self/fd/9/etc/os-release; cat /etc/motd'
	assert_line "$(host_id)"
	assert_line 'This is another system, in a directory of the host.'
	run -0 --separate-stderr "${program[@]}" --image "$mine" 9</ <<<'cat /proc/self/fd/9/etc/os-release; echo /proc/self/fd/*'
	refute_output --partial "$(host_id)"
	assert_output --regexp '^/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2( /proc/self/fd/[0-9]*)?$'
}

@test "root: the container has the steps of part one" {
	assert_base
}

# bats test_tags=own
@test "root: two containers may have the same image, and each writes into it" {
	make_image
	program+=(--image "$mine")
	start_container one
	start_container other
	ask one 'echo from one >/tmp/file'
	run -0 ask other 'cat /tmp/file'
	assert_output 'from one'
	stop_container one
	stop_container other
	assert_equal "$(cat "$mine/tmp/file")" 'from one'
}

# bats test_tags=own
@test "root: the image may be named by a relative path, or a link" {
	make_image
	ln -s "$mine" "$BATS_TEST_TMPDIR/link"
	tree=$PWD
	cd "$BATS_TEST_TMPDIR"
	run -0 --separate-stderr "${program[@]/#build/$tree/build}" --image 'an image' cat /etc/motd
	run -0 --separate-stderr "${program[@]/#build/$tree/build}" --image link cat /etc/motd
	assert_output 'This is another system, in a directory of the host.'
}

@test "root: a command that the image lacks isn't found, and a shell is what the image has" {
	run -127 "${program[@]}" python3
	run -0 --separate-stderr inside 'echo "$0 ${BASH_VERSION-none}"'
	assert_output --regexp ' none$'
}

@test "root: the host is left as it was, and so is the image" {
	before=$(tar --sort=name --mtime=@0 --create --directory $image . | sha256sum)
	assert_host_unchanged 'mount -t tmpfs none /mnt; echo >/mnt/file; hostname changed'
	assert_equal "$(tar --sort=name --mtime=@0 --create --directory $image . | sha256sum)" "$before"
}

@test "root: killed at any moment, it leaves the image as it was" {
	before=$(tar --sort=name --mtime=@0 --create --directory $image . | sha256sum)
	for hundredths in 0 1 2 3 4; do
		timeout -s KILL "0.0$hundredths" "${program[@]}" sleep 1 2>/dev/null || true
	done
	assert_equal "$(tar --sort=name --mtime=@0 --create --directory $image . | sha256sum)" "$before"
}

# assert_told SED [WORD...]: the program as sed(1) changes it ends with status 125, and its last two lines are $step and
# $advice. The words come before it. With the sanitizers, the library would take further options of the linker.
assert_told() {
	sed -E "$1" labs/root/root.c >"$BATS_TEST_TMPDIR/root.c"
	cc -w -D_GNU_SOURCE -DNSLABS_VERSION='""' -Icommon -o "$BATS_TEST_TMPDIR/root" "$BATS_TEST_TMPDIR/root.c" build/common.a
	run -125 --separate-stderr "${with_rights[@]}" "${@:2}" "$BATS_TEST_TMPDIR/root" --image "$place" true
	assert_equal "${stderr_lines[-2]}" "root: $step"
	assert_equal "${stderr_lines[-1]}" "$advice"
}

# The kernel says the same for many mistakes: EINVAL for most, and EBUSY if something is already where it would go. In a
# user namespace, / is locked, and that comes first.
# bats test_tags=long,ours,no-asan,fault:pivot
@test "root: what pivot_root(2) refuses, and why" {
	place=$(realpath $image)
	busy="pivot_root to $place: Device or resource busy" invalid="pivot_root to $place: Invalid argument"

	advice="the new root isn't a mount point: bind it to itself first, with MS_BIND and MS_REC"
	# On the mount of / or another one: in a checkout's tree on the one, and here in /tmp perhaps on the other.
	step=$invalid
	[[ $EUID -ne 0 || $(stat --format %m "$place") != / ]] || step=$busy
	assert_told 's/^\tif \(mount\(image.*/if (0)/'

	advice='the working directory was entered before it was bound, and so is the one below the mount: bind first, and then enter'
	assert_told 's/^\tif \(mount\(image/if (chdir(image) || mount(image/; s/^\tif \(chdir.*/if (0)/'

	advice='the second directory, where the old root goes, must be the new root or be below it'
	step=$busy
	assert_told 's/"\.", "\."/".", "\/"/'
	step=$invalid
	assert_told 's/"\.", "\."/".", "\/proc\/1"/'

	advice='the new root is the root already, as after chroot(2): leave that out'
	step=$busy
	assert_told 's/^\tif \(syscall/chroot(image); chdir("\/"); &/'

	advice="/ isn't a mount point here, as after chroot(2), and pivot_root(2) takes no other root: leave out the chroot"
	step=$invalid
	[[ $EUID -ne 0 || $(stat --format %m "$place") != / ]] || step=$busy
	assert_told 's/^\tif \(mount\(image.*/if (0)/; s/^\tif \(syscall/chroot(image); chdir("\/"); &/'

	# Here, / is no mount, the new root is one, and there is no /proc to look into.
	step=$invalid
	advice='/ is the root directory of a chroot: leave that; or if it is a mount point, make the mount around it private, outside as root: `mount --make-rprivate /`'
	assert_told 's/^\tif \(syscall/chroot(".."); chdir("\/image"); &/'
}

# bats test_tags=ours,no-asan,fault:pivot,fault:shared-mounts
@test "root: pivot_root(2) refuses what would reach the host, and that is said" {
	place=$(realpath $image)
	step="pivot_root to $place: Invalid argument"

	advice='the new root, or the mount around it, is shared, and a pivot would reach the host: first make / private, with MS_REC'
	# Without its own call that makes / private; the outer unshare keeps the mounts from the machine.
	assert_told 's/^\tset_up_base.*/mount_proc();/' unshare --mount --pid --fork --propagation private sh -c 'mount --make-rshared / && exec "$@"' sh

	advice='/ is the root directory of a chroot: leave that; or if it is a mount point, make the mount around it private, outside as root: `mount --make-rprivate /`'
	assert_told 's/^$/ /' unshare --mount --propagation private sh -c 'mount --rbind / /mnt && mount --make-rshared / && exec chroot /mnt "$@"' sh
}

# bats test_tags=ours,no-asan,fault:pivot
@test "root: the other mistakes around it are told from each other" {
	place=$(realpath $image)

	step='detach the old root: Device or resource busy'
	advice='the old root is in use, if only by what is mounted below: MNT_DETACH takes it away all the same'
	assert_told 's/, MNT_DETACH/, 0/'

	step='detach the old root: Invalid argument'
	advice='the working directory isn'"'"'t a mount that can be taken away: pivot_root(2) comes first, and puts the old root there'
	assert_told 's/^\tif \(syscall.*/if (chdir("dev") == -1)/'

	step='mount /proc: Operation not permitted'
	advice='no /proc is mounted here, and a user namespace gets one only where another one is to be seen: mount it before the old root is detached; or outside, as root: `mount -t proc proc /proc`'
	with_rights=(unshare --user --map-root-user)
	assert_told '/^\tif \(mount\("proc"/,+1d; s/^\treturn exec/if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1)\n die("mount \/proc");\n&/'

	step="bind $place: Invalid argument"
	advice='in a user namespace, nothing that is mounted below may be left out: add MS_REC'
	if [[ $EUID -eq 0 ]]; then
		with_rights=(unshare --mount sh -c 'mount -t tmpfs none "$0/mnt" && exec unshare --user --map-root-user "$@"' "$place")
	else
		with_rights=(unshare --user --map-root-user --mount sh -c 'mount -t tmpfs none "$0/mnt" && exec unshare --user --map-root-user "$@"' "$place")
	fi
	assert_told 's/ \| MS_REC//'
}

# bats test_tags=own
@test "root: without the image, or what a device is bound on, it says what to do" {
	for name in /nonexistent ''; do
		run -125 --separate-stderr "${program[@]}" --image "$name" true
		assert_equal "${stderr_lines[-2]}" "root: bind $name: No such file or directory"
		assert_equal "${stderr_lines[-1]}" 'there is no such directory: `scripts/image` makes the image, or --image names another one'
	done
	mkdir "$BATS_TEST_TMPDIR/empty"
	run -125 --separate-stderr "${program[@]}" --image "$BATS_TEST_TMPDIR/empty" true
	assert_equal "${stderr_lines[-2]}" 'root: bind /dev/null: No such file or directory'
	assert_equal "${stderr_lines[-1]}" "the image has no /dev/null on which the host's could be bound: an empty file will do"
	run -125 --separate-stderr "${program[@]}" --image /etc/passwd true
	assert_equal "${stderr_lines[-1]}" 'root: enter /etc/passwd: Not a directory'
}

# bats test_tags=fault:call-filtered
@test "root: a filter on pivot_root is named, and the checks are blocked" {
	run -125 --separate-stderr "${with_rights[@]}" build/tests/deny pivot_root EPERM build/root true
	assert_equal "${stderr_lines[-1]}" \
		'a seccomp filter refuses it, as in a container engine: run it outside, or have the engine allow it'
	run -77 "${with_rights[@]}" build/tests/deny pivot_root EPERM scripts/check root --program build/root --json
	run -0 verdicts <<<"$output"
	assert_line 'root.pivot blocked'
	refute_line --partial ' fail'
}

# bats test_tags=ours
@test "root: the judge agrees" {
	run -0 scripts/check root --program "build/$LAB"
}
