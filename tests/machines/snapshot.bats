# The snapshot of the host names what a lab could leave behind.
load ../lib/helpers

setup() {
	export TMPDIR=${TMPDIR:-/tmp}
}

teardown() {
	rm -f nslabs-leak /dev/shm/nslabs-leak "$TMPDIR/nslabs-leak"
}

# All at once, since the comparison gives the host time to settle. Most leaks are a stage's, and go with it.
@test "snapshot: each kind of leak is named" {
	NSLABS_TEST_TOKEN=leak run scripts/stage bash -s "$BATS_TEST_TMPDIR/before" <<-'EOF'
		mount -t tmpfs tmpfs /run && mkdir /run/netns && mount -t tmpfs tmpfs /sys/fs/cgroup
		cgroup=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup) # a stand-in for our own
		mkdir -p "$cgroup" && touch "$cgroup/cgroup.procs"
		tests/lib/snapshot >"$1"
		hostname changed
		domainname inside.example
		mount -t tmpfs nslabs-leak /mnt
		ip link add nslabs-leak type veth peer name nslabs-peer
		ip address add 198.18.0.1/30 dev nslabs-leak
		ip link set nslabs-leak up
		ip route add blackhole 198.18.1.0/24
		mkdir /run/netns/nslabs-leak "$cgroup"/nslabs-{leak,1-0123abcd}
		ipcmk -Q
		ipcmk -S 1
		ipcmk -M 4096
		build/show/mqueue make /nslabs-leak
		touch /dev/shm/nslabs-leak "$TMPDIR/nslabs-leak" nslabs-leak
		sysctl --quiet net.ipv4.ip_forward=1
		unshare --uts sleep 1000 &
		NSLABS_SNAPSHOT_PATIENCE=0 tests/lib/snapshot --compare "$1"
		echo "status: $?"
	EOF
	assert_line 'status: 1'
	kinds=(hostname domainname mount link address route 'System V msg' 'System V sem' 'System V shm' 'POSIX queue'
		netns cgroup /dev/shm 'temporary file' file sysctl process)
	for kind in "${kinds[@]}"; do
		assert_line --regexp "^\+ $kind: "
	done
	assert_line --regexp '^\+ cgroup: .*/nslabs-leak$'
	assert_line --regexp '^\+ cgroup: .*/nslabs-1-0123abcd$' # a sandbox's that doesn't end
}

@test "snapshot: an unchanged host is the same as before, and something that has gone is named as well" {
	touch "$TMPDIR/nslabs-leak"
	tests/lib/snapshot >"$BATS_TEST_TMPDIR/before"
	run -0 tests/lib/snapshot --compare "$BATS_TEST_TMPDIR/before"
	assert_output ''
	rm "$TMPDIR/nslabs-leak"
	run -1 tests/lib/snapshot --compare "$BATS_TEST_TMPDIR/before"
	assert_line '- temporary file: '"$TMPDIR/nslabs-leak"
}
