# What the bridge lab promises.
load ../../lib/helpers
load ../../lib/terminal

teardown() {
	close_terminals
	kill_containers
}

# pid_of NAME PART: print the PID here of a part of the running container: its `host`, the `neighbour` or the `shell`.
pid_of() {
	local shell=${container_pid[$1]} host
	host=$(parent_of "$shell")
	case $2 in
	shell) echo "$shell" ;;
	host) echo "$host" ;;
	neighbour) pgrep -P "$(pgrep -o -P "$host")" ;; # the child of the host's first child, which waits for it
	esac
}

# in_part NAME PART COMMAND...: run a command in the network namespace of that part.
in_part() {
	local enter=(nsenter --target "$(pid_of "$1" "$2")" --net)
	[[ $EUID -eq 0 ]] || enter+=(--user --preserve-credentials)
	"${enter[@]}" "${@:3}"
}

# bats test_tags=shows:bridge-address
@test "bridge: the neighbour answers the container, and the container the neighbour" {
	start_container it
	# With a time to live of 1, a packet gets past no router.
	run -0 in_part it shell ping -q -c 1 -W 2 -t 1 198.18.0.2
	run -0 in_part it neighbour ping -q -c 1 -W 2 -t 1 198.18.0.3
	stop_container it
}

# bats test_tags=shows:bridge-host-address
@test "bridge: the host answers both" {
	start_container it
	run -0 in_part it shell ping -q -c 1 -W 2 198.18.0.1
	run -0 in_part it neighbour ping -q -c 1 -W 2 198.18.0.1
	stop_container it
}

# interfaces NAME PART: print the names of those in that part, on one line.
interfaces() {
	in_part "$1" "$2" sed -n 's/^ *\(.*\):.*/\1/p' /proc/self/net/dev | sort | paste -s -d ' '
}

# bats test_tags=shows:bridge-create
@test "bridge: the host has a bridge that is up, two ends of cables, and lo" {
	start_container it
	assert_equal "$(interfaces it host)" 'bridge0 lo nslabs0 nslabs1'
	run -0 in_part it host ip -oneline link show type bridge
	assert_output --regexp '^[0-9]+: bridge0: <[^>]*,UP'
	stop_container it
}

# bats test_tags=shows:bridge-port
@test "bridge: the container and the neighbour have lo and a cable, whose other end is a port of the bridge" {
	start_container it
	for part in shell neighbour; do
		assert_equal "$(interfaces it $part)" 'eth0 lo'
		index=$(in_part it $part ip -oneline link show eth0 | sed -E 's/^[0-9]+: eth0@if([0-9]+):.*/\1/')
		run -0 in_part it host ip -oneline link show master bridge0
		assert_line --regexp "^$index: nslabs[01]@"
		assert_equal "${#lines[@]}" 2
	done
	stop_container it
}

# bats test_tags=shows:bridge-route
@test "bridge: what isn't for a neighbour goes to the host" {
	start_container it
	in_part it host ip address add 203.0.113.7/32 dev bridge0
	for part in shell neighbour; do
		run -0 in_part it "$part" ping -q -c 1 -W 2 203.0.113.7
		run -0 in_part it "$part" ip route show default
		assert_output --partial 'default via 198.18.0.1 dev eth0'
	done
	stop_container it
}

@test "bridge: a container has a network namespace of its own" {
	assert_isolated net
}

@test "bridge: the host, the neighbour and the container have the namespaces of part one each, and share the rest" {
	start_container it
	mapfile -t pids < <(for part in host neighbour shell; do pid_of it $part; done)
	outside=$(parent_of "${pids[0]}")
	for kind in uts ipc pid mnt net; do
		run -0 eval "for pid in $outside ${pids[*]}; do namespace \$pid $kind; done | sort -u"
		assert_equal "${#lines[@]}" 4
	done
	for kind in user cgroup; do
		for pid in "${pids[@]}"; do
			assert_equal "$(namespace "$pid" $kind)" "$(namespace "$outside" $kind)"
		done
	done
	run -0 ask it 'hostname; echo $$; ps -e -o comm= | sort -u | paste -s -d " "'
	assert_output $'container\n1\nbash paste ps sort'
	stop_container it
}

@test "bridge: nothing leads to the machine" {
	start_container it
	for part in host shell neighbour; do
		run in_part it $part ping -q -c 1 -W 0.2 203.0.113.1
		[[ $status -ne 0 ]]
	done
	# No end of a cable in the host's network is one of ours, and the host has no way but to the bridge.
	run -0 in_part it host ip route
	assert_output --regexp '^198\.18\.0\.0/24 dev bridge0 [^
]*$'
	stop_container it
}

@test "bridge: two programs side by side have the same addresses, and nothing to do with each other" {
	start_container it
	start_container other
	in_part other neighbour ip link set eth0 down
	run -0 in_part it shell ping -q -c 1 -W 2 198.18.0.2
	run -1 in_part other shell ping -q -c 1 -W 0.2 198.18.0.2
	stop_container it
	stop_container other
}

@test "bridge: without the neighbour, the container and the program go on" {
	start_container it
	kill -KILL "$(pid_of it neighbour)"
	run -0 ask it 'ping -q -c 1 -W 2 198.18.0.1 >/dev/null; echo $?'
	assert_output 0
	stop_container it
}

# bats test_tags=fault:large-transfer
@test "bridge: 100 MB each way at once, by TCP between the two containers, arrive intact" {
	cat >"$BATS_TEST_TMPDIR/transfer" <<-'EOF'
		import hashlib, random, socket, sys, threading
		size = 100_000_000
		def data(seed):
		    return random.Random(seed).randbytes(1 << 20)
		def send(connection, block):
		    for start in range(0, size, len(block)):
		        connection.sendall(block[:size - start])
		if sys.argv[1] == "neighbour":
		    listener = socket.create_server(("198.18.0.2", 5000))
		    print("listening", flush=True)
		    connection = listener.accept()[0]
		    own, other = data(1), data(2)
		else:
		    connection = socket.create_connection(("198.18.0.2", 5000))
		    own, other = data(2), data(1)
		threading.Thread(target=send, args=(connection, own)).start()
		received, buffer = 0, bytearray(1 << 20)
		while received < size:
		    # A block at a time, which is compared with what was sent.
		    want = min(len(buffer), size - received)
		    got = connection.recv_into(memoryview(buffer)[:want], want, socket.MSG_WAITALL)
		    if got != want or buffer[:got] != other[:got]:
		        sys.exit(f"{sys.argv[1]} got something else after {received} bytes")
		    received += got
		print(sys.argv[1], "got", received, "bytes intact", flush=True)
	EOF
	start_container it
	in_part it neighbour /usr/bin/python3 "$BATS_TEST_TMPDIR/transfer" neighbour >"$BATS_TEST_TMPDIR/log" 3>&- &
	within 10 grep -q listening "$BATS_TEST_TMPDIR/log"
	run -0 in_part it shell timeout 60 /usr/bin/python3 "$BATS_TEST_TMPDIR/transfer" container
	assert_output 'container got 100000000 bytes intact'
	wait $!
	run -0 tail -n 1 "$BATS_TEST_TMPDIR/log"
	assert_output 'neighbour got 100000000 bytes intact'
	stop_container it
}

# bats test_tags=fault:sigkill
@test "bridge: SIGKILL to the program ends the host, the neighbour and the container, and so their networks" {
	start_container it
	mapfile -t pids < <(for part in host neighbour shell; do pid_of it $part; done)
	kill -KILL "${program_pid[it]}"
	wait "${program_pid[it]}" || true
	for pid in "${pids[@]}"; do
		run -0 timeout 5 tail --pid "$pid" -f /dev/null
	done
}

# bats test_tags=ours,fault:host-fails
@test "bridge: where one of the three can't be made, it says why, and the command doesn't run" {
	# The limit is that of a user namespace around.
	for limit in 0 1 2; do
		# shellcheck disable=SC2016 # for the shell inside
		run -125 --separate-stderr unshare --user --map-root-user sh -c '
			echo $0 >/proc/sys/user/max_net_namespaces; exec build/bridge echo "it runs"' $limit
		assert_output ''
		assert_equal "${stderr_lines[-1]}" \
			"the sysctl user.max_net_namespaces is $limit; to allow more, as root: \`sysctl -w user.max_net_namespaces=10000\`"
	done
}

# bats test_tags=ours
@test "bridge: without the right to make a bridge, the user lab is named; without bridges, the kernel is blamed" {
	run -125 --separate-stderr "${with_rights[@]}" setpriv --bounding-set -net_admin build/bridge true
	assert_equal "${stderr_lines[-2]}" 'bridge: add the bridge bridge0: Operation not permitted'
	assert_equal "${stderr_lines[-1]}" 'it needs CAP_NET_ADMIN as well: use sudo, or the user lab: build/user build/bridge'
	run -7 "${with_rights[@]}" setpriv --bounding-set -net_admin build/user build/bridge sh -c 'exit 7'
	# Of its requests, only that for the bridge has such a length.
	run -125 --separate-stderr "${with_rights[@]}" build/tests/deny sendto:0x3c EOPNOTSUPP build/bridge true
	assert_equal "${stderr_lines[-2]}" 'bridge: add the bridge bridge0: Operation not supported'
	assert_regex "${stderr_lines[-1]}" '^the kernel has no bridge(: use one with CONFIG_BRIDGE, and install its modules|; to load it, as root: `modprobe bridge`)$'
}

# bats test_tags=ours
@test "bridge: a program that takes the steps in another order is told what to do first" {
	assert_told() {
		cc -w -D_GNU_SOURCE -DNSLABS_VERSION='""' -Icommon -o "$BATS_TEST_TMPDIR/bridge" "$BATS_TEST_TMPDIR/bridge.c" build/common.a -lmnl
		run -125 --separate-stderr "${with_rights[@]}" "$BATS_TEST_TMPDIR/bridge" true
		assert_regex "$stderr" "$1"
	}
	scripts/lib/marks.py remove labs/bridge/bridge.c bridge.create >"$BATS_TEST_TMPDIR/bridge.c"
	assert_told 'bridge: give bridge0 the address 198.18.0.1: No such device'
	scripts/lib/marks.py remove labs/bridge/bridge.c bridge.create bridge.host-address >"$BATS_TEST_TMPDIR/bridge.c"
	assert_told 'bridge: find the bridge bridge0: No such device'
	scripts/lib/marks.py remove labs/bridge/bridge.c bridge.port >"$BATS_TEST_TMPDIR/bridge.c"
	assert_told 'bridge: give eth0 the address 198.18.0.2: No such device'
	scripts/lib/marks.py remove labs/bridge/bridge.c bridge.address >"$BATS_TEST_TMPDIR/bridge.c"
	assert_told 'bridge: add the default route by 198.18.0.1: Network is unreachable'
	assert_equal "${stderr_lines[-1]}" 'no interface here is in the network of this address: give one an address of that network first'
}

@test "bridge: at a terminal, Ctrl-C and Ctrl-Z in the shell leave the neighbour alone" {
	open_terminal 80 24 "$(shell_at_terminal 'outside ')"
	wait_for '^outside'
	type_line "PS1='inside ' ${program[*]} bash --norc"
	wait_for '^inside'
	type_line 'sleep 1000'
	within 5 pgrep -x -f 'sleep 1000'
	press C-z
	wait_for 'Stopped'
	type_line 'fg'
	press C-c
	type_line 'ping -q -c 1 -W 2 198.18.0.2 >/dev/null; echo "answered: $?"'
	wait_for '^answered: 0'
	type_line 'exit 5'
	type_line 'echo status $?'
	wait_for '^status 5'
}

# bats test_tags=ours
@test "bridge: at a terminal, each of the three says how to look into it" {
	open_terminal 130 24 "$(shell_at_terminal 'outside ')"
	wait_for '^outside'
	type_line "PS1='inside ' ${program[*]} bash --norc"
	wait_for '^inside'
	run screen
	assert_output --partial 'nsenter --target 3 --uts --ipc --pid --mount --net'
	assert_output --partial 'nsenter --target 4 --uts --ipc --pid --mount --net'
	type_line 'exit'
}

@test "bridge: the host is left as it was" {
	assert_host_unchanged 'ip link add left type bridge; ip route add 203.0.113.0/24 dev lo'
}

# bats test_tags=ours
@test "bridge: the judge agrees" {
	run -0 scripts/check bridge --program "build/$LAB"
}
