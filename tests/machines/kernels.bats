# scripts/dev/kernels: the labs' effects on the kernel of this release of Debian, and not only on the one that runs here.
# bats file_tags=once:root,network,slow
load ../lib/helpers

# Fetching a kernel takes a while; the machine itself takes some seconds.
setup_file() {
	local status=0
	timeout -k 1 240 scripts/dev/kernels --effects >"$BATS_FILE_TMPDIR/seen" 2>"$BATS_FILE_TMPDIR/errors" || status=$?
	echo "$status" >"$BATS_FILE_TMPDIR/status"
}

setup() {
	local command
	[[ $(uname -m) == x86_64 ]] || skip 'needs an x86-64'
	for command in apt-get qemu-system-x86_64 cpio busybox; do
		command -v "$command" >/dev/null || skip "needs $command"
	done
	[[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]] || skip 'needs debian-archive-keyring'
	! grep -qE "Temporary failure resolving|Could not (resolve|connect)|Unable to connect" "$BATS_FILE_TMPDIR/errors" ||
		skip 'no mirror of Debian answers'
}

# assert_effects USER: all that tests/labs/NAME/effects expects was seen.
assert_effects() {
	local lab
	run -0 sed -n "s/^$1: //p" "$BATS_FILE_TMPDIR/seen"
	for lab in "${labs[@]}"; do
		assert_line --regexp "^ok [0-9]+ - $lab: "
	done
	refute_line --partial 'not ok'
	assert_line "1..$(grep -c '^ok' <<<"$output")"
}

@test "kernels: on this release's own kernel each lab's effects are there, as root and as an ordinary user" {
	[[ $(<"$BATS_FILE_TMPDIR/status") == 0 ]] || fail "$(cat "$BATS_FILE_TMPDIR"/{errors,seen})"
	run -0 sed -n 's/^kernel: //p' "$BATS_FILE_TMPDIR/seen"
	assert_output --regexp '^[0-9.]+.*-cloud-amd64$'
	refute_output "$(uname -r)"
	assert_effects root
	assert_effects student
}

# bats test_tags=fault:pivot
@test "kernels: where / is a ramdisk, the lab root says that this kernel can't move it" {
	[[ $(<"$BATS_FILE_TMPDIR/status") == 0 ]] || fail "$(cat "$BATS_FILE_TMPDIR"/{errors,seen})"
	run -0 sed -n 's/^ramdisk: //p' "$BATS_FILE_TMPDIR/seen"
	assert_line 'root: pivot_root to /root/root/nslabs/build/image: Invalid argument'
	assert_line "/ is a ramdisk, the first mount of all, and this kernel can't move that: boot with a root on a disk, or switch_root(8) to another mount"
}

# Here QEMU only says that the command has ended, and with which status.
@test "kernels: a kernel is fetched once; the status is the command's; nothing is left" {
	mkdir "$BATS_TEST_TMPDIR"/{bin,tmp}
	printf '#!/bin/sh\necho fetched again >&2\n' >"$BATS_TEST_TMPDIR/bin/apt-get"
	printf '#!/bin/sh\nfor word; do case $word in file:*/status) echo "$STATUS" >"${word#file:}" ;; esac; done\n' \
		>"$BATS_TEST_TMPDIR/bin/qemu-system-x86_64"
	chmod +x "$BATS_TEST_TMPDIR"/bin/*
	for status in 0 7; do
		STATUS=$status PATH=$BATS_TEST_TMPDIR/bin:$PATH TMPDIR=$BATS_TEST_TMPDIR/tmp run "-$status" scripts/dev/kernels --effects
		assert_output ''
	done
	STATUS='' PATH=$BATS_TEST_TMPDIR/bin:$PATH TMPDIR=$BATS_TEST_TMPDIR/tmp run -125 scripts/dev/kernels --effects
	assert_line --regexp '^kernels: the machine with the kernel of [a-z]+ panicked, or came to no end'
	assert_equal "$(ls -A "$BATS_TEST_TMPDIR/tmp")" ''
}

@test "kernels: when it is killed, so is the machine" {
	mkdir "$BATS_TEST_TMPDIR/tmp"
	TMPDIR=$BATS_TEST_TMPDIR/tmp scripts/dev/kernels --effects >/dev/null 2>&1 3>&- &
	killed=$!
	within 20 pgrep --full "qemu-system-x86_64.*$BATS_TEST_TMPDIR" >/dev/null
	kill -KILL "$killed"
	within 5 eval '! pgrep --full "qemu-system-x86_64.*$BATS_TEST_TMPDIR" >/dev/null'
}

@test "effects: what isn't there is not ok, and the status says so" {
	tree=$BATS_TEST_TMPDIR/tree
	copy_tree "$tree"
	# A lab without its effect, and one that nobody says anything about.
	cp "$tree/build/skeleton" "$tree/build/uts"
	rm "$tree/tests/labs/pid/effects"
	cd "$tree"
	run -1 scripts/stage tests/machines/effects
	assert_line --regexp "^not ok [0-9]+ - uts: the hostname inside is the container's\$"
	assert_line '# wanted: container'
	assert_line --regexp '^not ok [0-9]+ - pid: tests/labs/pid/effects is missing$'
	assert_line --regexp '^ok [0-9]+ - ipc: ipcs is empty inside$'
}

@test "kernels: another command line is a usage error" {
	for arguments in --nosuch 'bookworm' '--run bookworm' '--run ../x true' '--effects bookworm'; do
		# shellcheck disable=SC2086 # several arguments
		run -125 scripts/dev/kernels $arguments
		assert_output 'usage: scripts/dev/kernels [--effects | --run SUITE COMMAND]'
	done
	TMPDIR=$BATS_TEST_TMPDIR run -0 scripts/dev/kernels --help
	assert_line --regexp '^Exit status: '
	assert_equal "$(find "$BATS_TEST_TMPDIR" -name 'nslabs-*')" ''
}
