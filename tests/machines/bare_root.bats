# scripts/dev/bare-root: a bare Debian as a machine of its own, of which nothing is left.
# bats file_tags=long,once:root,network,slow
load ../lib/helpers

bare_root=(timeout -k 1 60 scripts/dev/bare-root)

# The first run makes the root, which takes half a minute; the others have it.
setup_file() {
	[[ $EUID -eq 0 ]] || return 0
	local status=0
	timeout -k 1 300 scripts/dev/bare-root bookworm true </dev/null >"$BATS_FILE_TMPDIR/first" 2>&1 || status=$?
	echo "$status" >"$BATS_FILE_TMPDIR/status"
}

setup() {
	[[ $EUID -eq 0 ]] || skip 'needs root'
	command -v mmdebstrap >/dev/null || skip 'needs mmdebstrap'
	! grep -qE "Temporary failure resolving|Could not (resolve|connect)|Unable to connect" "$BATS_FILE_TMPDIR/first" ||
		skip 'no mirror of Debian answers'
	[[ $(<"$BATS_FILE_TMPDIR/status") == 0 ]] || fail "$(cat "$BATS_FILE_TMPDIR/first")"
}

# host: what a machine could leave behind on its host.
host() {
	hostname
	cut -d ' ' -f 3- /proc/self/mountinfo
	ls -A build/roots
	find "${TMPDIR:-/tmp}" /tmp -maxdepth 1 -name 'mmdebstrap*'
}

@test "bare-root: has its own namespaces, but the host's network, and a clean environment" {
	host=$(for kind in mnt uts ipc pid; do readlink "/proc/self/ns/$kind"; done)
	SECRET=1 run -0 "${bare_root[@]}" bookworm sh -c '
		. /etc/os-release; echo "$ID $VERSION_CODENAME"
		hostname; id -u; pwd; echo "${SECRET:-clean}"
		for kind in mnt uts ipc pid net; do readlink /proc/self/ns/$kind; done
		cat /proc/1/comm'
	assert_equal "${lines[*]:0:5}" 'debian bookworm bookworm 0 /root/nslabs clean'
	for i in 5 6 7 8; do
		[[ ${lines[i]} =~ ^[a-z]+:\[[0-9]+\]$ && $host != *"${lines[i]}"* ]] || fail "the host's: ${lines[i]}"
	done
	assert_line --index 9 "$(readlink /proc/self/ns/net)"
	assert_line --index 10 bash
}

@test "bare-root: the tree is there, without what is built, and belongs to root" {
	run -0 "${bare_root[@]}" bookworm sh -c 'cmp Makefile - && ls -d build .git; stat -c %u scripts/tour' <Makefile
	assert_line 0
	assert_line --partial "cannot access 'build'"
	assert_line --partial "cannot access '.git'"
}

@test "bare-root: a machine allows user namespaces, devices, terminals, and has nothing of the host mounted" {
	run -0 "${bare_root[@]}" bookworm sh -c '
		unshare --user --map-root-user --pid --fork --mount-proc id -u
		echo >/dev/null && test -c /dev/pts/ptmx && ls -A /dev/shm /run /tmp | grep -v :
		cut -d " " -f 5 /proc/self/mountinfo | sort | tr "\n" " "; echo
		git --version'
	assert_line --index 0 0
	assert_line '/ /dev/mqueue /dev/pts /dev/shm /proc /run /sys /tmp '
	assert_line --regexp '^git version'
}

@test "bare-root: apt has the mirror of the host's" {
	run -0 "${bare_root[@]}" bookworm bash -c 'apt-get update -q && apt-cache show bats | sed -n 1p'
	assert_line 'Package: bats'
}

@test "bare-root: passes standard input, output and the exit status on" {
	run -0 --separate-stderr "${bare_root[@]}" bookworm sh -c 'cat; echo "to stderr" >&2' <<<'to stdin'
	assert_output 'to stdin'
	[[ $stderr == 'to stderr' ]]
	for status in 1 7 125 255; do
		run "-$status" "${bare_root[@]}" bookworm sh -c "exit $status" </dev/null
	done
	run -137 "${bare_root[@]}" bookworm sh -c 'kill -KILL $$'
}

@test "bare-root: leaves nothing behind when it ends, whatever still runs there" {
	host >"$BATS_TEST_TMPDIR/before"
	run -0 "${bare_root[@]}" bookworm sh -c '
		hostname changed; mount -t tmpfs tmpfs /mnt; touch /tmp/nslabs-left /root/left; setsid sleep 4711 >/dev/null 2>&1 &'
	run ! pgrep -f '^sleep 4711$'
	run -0 diff "$BATS_TEST_TMPDIR/before" <(host)
}

@test "bare-root: leaves nothing behind when it is killed" {
	host >"$BATS_TEST_TMPDIR/before"
	for signal in KILL TERM HUP; do
		# HUP would stay ignored where the tests themselves run under nohup.
		env --default-signal=HUP scripts/dev/bare-root bookworm sleep 4712 </dev/null >/dev/null 2>&1 3>&- &
		killed=$!
		within 20 pgrep -f '^sleep 4712$' >/dev/null
		kill "-$signal" "$killed"
		run wait "$killed"
		within 5 eval '! pgrep -f "^sleep 4712$" >/dev/null'
	done
	run -0 diff "$BATS_TEST_TMPDIR/before" <(host)
}

@test "bare-root: killed while it makes a root, leaves the old one, and what comes next" {
	root=$(stat -c %i build/roots/bookworm.tar)
	scripts/dev/bare-root --fresh bookworm true </dev/null >/dev/null 2>&1 3>&- &
	killed=$!
	within 20 eval 'pgrep -f mmdebstrap.*bookworm >/dev/null'
	kill -KILL "$killed"
	within 5 eval '! pgrep -f mmdebstrap.*bookworm >/dev/null'
	run -0 "${bare_root[@]}" bookworm true
	assert_output ''
	assert_equal "$(stat -c %i build/roots/bookworm.tar)" "$root"
}

@test "bare-root: a suite that doesn't exist is an error, and leaves no root" {
	run -125 "${bare_root[@]}" nosuch true
	assert_output --partial "nosuch"
	run ls build/roots
	refute_output --partial nosuch
}

@test "bare-root: a command line without a suite or a command is a usage error" {
	for arguments in '' bookworm '--fresh bookworm' '../x true' '--nosuch bookworm true'; do
		# shellcheck disable=SC2086 # several arguments
		run -125 "${bare_root[@]}" $arguments
		assert_output 'usage: scripts/dev/bare-root [--fresh] SUITE COMMAND [ARG]...'
	done
	run -0 "${bare_root[@]}" --help
	assert_line --regexp '^Exit status: '
	run -125 "${without_rights[@]}" bash scripts/dev/bare-root bookworm true
	assert_output 'bare-root: only root can make such a machine'
}
