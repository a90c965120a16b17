# The snapshot of the host names what a lab could leave behind.
load ../lib/helpers

setup() {
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir -p "$TMPDIR" "$BATS_TEST_TMPDIR/bin"
	export PATH=$BATS_TEST_TMPDIR/bin:$PATH
	before=$BATS_TEST_TMPDIR/before
}

teardown() {
	rm -f nslabs-leak nslabs-leaks
}

# stand_in NAME: put a command of this name, which prints what is in a file, before the machine's own: to load a module
# or to have rules of nftables would change the machine, or need what may not be there.
stand_in() {
	printf '#!/bin/sh\ncat "%s"\n' "$BATS_TEST_TMPDIR/$1" >"$BATS_TEST_TMPDIR/bin/$1"
	chmod 755 "$BATS_TEST_TMPDIR/bin/$1"
	cat >"$BATS_TEST_TMPDIR/$1"
}

# All at once, since the comparison gives the host time to settle. Most leaks are a stage's, and go with it.
# bats test_tags=long
@test "snapshot: each kind of leak is named" {
	stand_in nft <<<'table inet old'
	printf 'Module Size Used by\n%s\n' 'old 4096 0' | stand_in lsmod
	echo before >nslabs-leaks
	NSLABS_TEST_TOKEN=leak run scripts/stage --keep "$BATS_TEST_TMPDIR" bash -s "$before" "$BATS_TEST_TMPDIR" <<-'EOF'
		mount -t tmpfs tmpfs /run && mkdir /run/netns && mount -t tmpfs tmpfs /sys/fs/cgroup
		cgroup=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup) # a stand-in for our own
		mkdir -p "$cgroup" && touch "$cgroup/cgroup.procs"
		echo before >/dev/shm/other
		tests/lib/snapshot >"$1"
		hostname changed
		domainname inside.example
		mount -t tmpfs nslabs-leak /mnt
		ip link add nslabs-leak type veth peer name nslabs-peer
		ip address add 198.18.0.1/30 dev nslabs-leak
		ip link set nslabs-leak up
		ip route add blackhole 198.18.1.0/24
		ip -6 route add blackhole fd00:18::/64
		ip rule add from 198.18.2.0/24 blackhole
		ip -6 rule add from fd00:19::/64 blackhole
		ip neighbour add 198.18.0.2 lladdr 02:00:00:00:00:01 dev nslabs-leak
		ip neighbour add proxy 198.18.0.3 dev nslabs-leak
		tc qdisc add dev lo root netem delay 1ms 2>/dev/null || tc qdisc add dev lo root pfifo
		echo table inet leak >>"$2/nft"
		echo 'leak 4096 0' >>"$2/lsmod"
		mkdir /run/netns/nslabs-leak "$cgroup"/nslabs-{leak,1-0123abcd}
		echo 1 >"$cgroup/nslabs-1-0123abcd/cgroup.procs"
		ipcmk -Q
		ipcmk -S 1
		ipcmk -M 4096
		build/show/mqueue make /nslabs-leak
		touch /dev/shm/leak "$TMPDIR/nslabs-leak" /tmp/leak nslabs-leak
		echo after >/dev/shm/other
		echo after >nslabs-leaks
		sysctl --quiet net.ipv4.ip_forward=1 net.ipv4.conf.lo.accept_local=1
		unshare --uts sleep 1000 &
		env -i setsid --fork sleep 1001 # an orphan without a token
		until [[ $(tr '\0' ' ' </proc/$!/cmdline) == sleep* ]]; do sleep 0.02; done
		NSLABS_SNAPSHOT_PATIENCE=0 tests/lib/snapshot --compare "$1"
		echo "status: $?"
		NSLABS_SNAPSHOT_PATIENCE=0 unshare --uts tests/lib/snapshot --compare "$1" | sed 's/^/elsewhere: /'
	EOF
	assert_line 'status: 1'
	while read -r kind what; do
		assert_line --regexp "^\+ $kind: .*$what"
	done <<-'END'
		hostname changed
		domainname inside.example
		mount nslabs-leak
		link nslabs-leak
		address 198.18.0.1/30
		route blackhole 198.18.1.0/24
		route blackhole fd00:18::/64
		rule from 198.18.2.0/24
		rule from fd00:19::/64
		neighbour 198.18.0.2 .* PERMANENT
		neighbour 198.18.0.3 .* proxy
		qdisc dev lo root
		nftables table inet leak
		module leak
		System.V.msg [0-9]+ 644
		System.V.sem [0-9]+ 644
		System.V.shm [0-9]+ 644
		POSIX.queue nslabs-leak
		netns nslabs-leak
		cgroup /nslabs-leak$
		cgroup /nslabs-1-0123abcd$
		/dev/shm leak
		content /dev/shm/other
		content ./nslabs-leaks
		temporary.file nslabs-leak
		temporary.file /tmp/leak
		file ./nslabs-leak$
		sysctl net/ipv4/ip_forward = 1
		sysctl net/ipv4/conf/lo/accept_local = 1
		process sleep 1000
		process sleep 1001
	END
	assert_line --regexp '^elsewhere: \+ namespace: uts:'
	# An interface brings sysctls, and that is no other leak than itself.
	refute_line --regexp '^. sysctl: .*nslabs-leak'
}

@test "snapshot: an unchanged host is the same as before, and something that has gone is named as well" {
	touch "$TMPDIR/nslabs-leak"
	tests/lib/snapshot >"$before"
	run -0 tests/lib/snapshot --compare "$before"
	assert_output ''
	rm "$TMPDIR/nslabs-leak"
	run -1 tests/lib/snapshot --compare "$before"
	assert_line '- temporary file: '"$TMPDIR/nslabs-leak"
}

# bats test_tags=long
@test "snapshot: a module that the kernel loads by itself, and what it needs, is no leak" {
	printf '%s\n' 'options veth x=1' 'alias rtnl_link_veth veth' | stand_in modprobe
	printf 'Module Size Used by\n%s\n' 'veth 4096 0' 'ptr_ring 4096 1 veth' 'leak 4096 0' | stand_in lsmod
	run -0 tests/lib/snapshot
	assert_line 'module: leak'
	assert_equal "$(grep -c '^module: ' <<<"$output")" 1
}

# As on the machine itself, where others do what they like: PID 1 isn't a stage's.
@test "snapshot: what others do beside it on the machine is no difference" {
	run -0 timeout -k 1 30 "${with_rights[@]}" unshare --mount --net --pid --fork --mount-proc bash -s "$before" 3>&- <<-'EOF'
		mount --bind "$(dirname "$1")" /mnt && mount -t tmpfs none /dev/shm && mount -t tmpfs none /tmp || exit
		export TMPDIR=/tmp NSLABS_TEST_TOKEN=/none/such
		env -i sleep 1000 >/dev/null 2>&1 &
		gone=$! # it will end meanwhile
		tests/lib/snapshot >/mnt/before || exit
		kill $gone
		touch /dev/shm/other /tmp/other
		ip link add nslabs0 type veth peer name nslabs1 && ip address add 198.18.0.1/30 dev nslabs0
		env -i unshare --uts --user sleep 1000 >/dev/null 2>&1 &
		tests/lib/snapshot --compare /mnt/before
		status=$?
		kill $!
		exit $status
	EOF
	assert_output ''
}

@test "snapshot: a sandbox's cgroup is waited for while it is used; one that was there before, or whose judge is dead, is no leak" {
	run -0 timeout -k 1 30 scripts/stage --keep "$BATS_TEST_TMPDIR" bash -s "$before" <<-'EOF'
		mount -t tmpfs tmpfs /sys/fs/cgroup
		cgroup=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)
		mkdir -p "$cgroup"/nslabs-{1,2}-0123abcd && touch "$cgroup"{,/nslabs-{1,2}-0123abcd}/cgroup.procs
		flock "$cgroup/nslabs-1-0123abcd" sleep 1000 >/dev/null &
		until ! flock --nonblock "$cgroup/nslabs-1-0123abcd" true; do sleep 0.02; done
		tests/lib/snapshot >"$1"
		mkdir "$cgroup"/nslabs-{3,4}-0123abcd && touch "$cgroup"/nslabs-{3,4}-0123abcd/cgroup.procs
		flock "$cgroup/nslabs-4-0123abcd" sleep 1 &
		until ! flock --nonblock "$cgroup/nslabs-4-0123abcd" true; do sleep 0.02; done
		SECONDS=0
		tests/lib/snapshot --compare "$1"
		echo "status: $?, after $((SECONDS >= 1)), $(flock --nonblock "$cgroup/nslabs-4-0123abcd" echo free)"
		kill %1
	EOF
	assert_output 'status: 0, after 1, free'
}
