# What the namespaces do where it gets hard: what crosses them, names and addresses that are taken, large transfers,
# shared mounts. What each lab promises plainly is in tests/labs.
load ../lib/helpers

# The rest of it is in tests/labs/ipc/ipc.bats.
# bats test_tags=fault:ipc-objects
@test "namespaces: a POSIX queue that is made in a container isn't visible on the host" {
	# shellcheck disable=SC2034 # for start_container
	program=("${with_rights[@]}" build/ipc)
	name=/nslabs-test-$$
	start_container it
	run -0 ask it "build/show/mqueue make $name; build/show/mqueue find $name"
	assert_output found
	run -0 build/show/mqueue find "$name"
	assert_output 'not found'
	stop_container it
}

# bats test_tags=fault:queue-opened-before
@test "namespaces: a POSIX queue that was open before works in a new IPC namespace, where its name is unknown" {
	name=/nslabs-test-$$
	run build/tests/trial queue "$name"
	build/show/mqueue remove "$name"
	assert_success
	run without_asan_warning "$output"
	assert_output $'by its descriptor: sent\nby its name: No such file or directory'
}

# bats test_tags=fault:unmapped-owner
@test "namespaces: files of an owner that isn't mapped belong to 65534 inside" {
	[[ $EUID -eq 0 ]] || skip 'needs root'
	# Not as 65534 itself, which is the overflow id as well.
	run -0 --separate-stderr setpriv --reuid 12345 --regid 12345 --clear-groups build/user stat --format '%u %g' /etc/passwd
	assert_output '65534 65534'
}

# bats test_tags=fault:veth-taken
@test "namespaces: if the name of a veth pair is taken, it gets another" {
	run -0 --separate-stderr timeout -k 1 20 scripts/stage sh -ec '
		ip link add nslabs0 type veth peer name other
		mkfifo "$0/go"
		build/net cat "$0/go" &
		until ip link show nslabs1 up >/dev/null 2>&1; do sleep 0.02; done
		echo "another name" >"$0/go"
		wait $!' "$BATS_TEST_TMPDIR"
	assert_output 'another name'
}

# The program chooses the number of the interface, to find it again: it is the PID of the container. Here that is one of
# the next 50, and all of them are taken.
# bats test_tags=fault:veth-taken
@test "namespaces: if the index of a veth pair is taken, it gets the next one that is free" {
	run -0 --separate-stderr timeout -k 1 20 scripts/stage sh -ec '
		first=$(sh -c "echo \$\$")
		for next in $(seq 50); do
			echo "link add taken$next index $((first + next)) type veth peer name other$next index $((first + next + 1000))"
		done | ip -batch -
		build/net ip -oneline link show eth0 # shows the index of the other end
		echo "free: $((first + 51))"'
	[[ ${lines[0]} =~ ' eth0@if'([0-9]+): ]]
	assert_line "free: ${BASH_REMATCH[1]}"
}

# bats test_tags=fault:veth-taken
@test "namespaces: if a subnet is in use, the veth pair gets another" {
	for route in 198.18.0.0/30 198.18.0.2/32 198.18.0.0/16; do
		run -0 --separate-stderr scripts/stage sh -ec '
			ip route add "$0" dev lo
			ip route add 128.0.0.0/1 dev lo # half of a default route, which is in nobodys way
			build/net ip -oneline -4 address show eth0' "$route"
		assert_output --regexp ' inet 198\.(18\.[0-9]+|19\.[0-9]+)\.[0-9]+/30 '
		[[ $output != *' 198.18.0.'* && ($route != */16 || $output == *' 198.19.'*) ]]
	done
	for route in 198.18.0.0/15 198.0.0.0/8; do
		run -125 --separate-stderr scripts/stage sh -ec 'ip route add "$0" dev lo; build/net true' "$route"
		run without_asan_warning "$stderr"
		assert_line 'net: find a free subnet in 198.18.0.0/15: Address already in use'
	done
}

# bats test_tags=fault:no-ip-command
@test "namespaces: the host's ip command isn't needed" {
	run -0 --separate-stderr scripts/stage sh -ec '
		export PATH=/nowhere
		exec build/net /bin/cat /proc/net/dev'
	assert_line --regexp '^ *eth0:'
}

# bats test_tags=fault:large-transfer
@test "namespaces: the veth pair carries much data both ways, and is gone when the container is killed" {
	cat >"$BATS_TEST_TMPDIR/transfer" <<-'EOF'
		import fcntl, socket, struct, sys, threading
		data = bytes(range(256)) * 65536 # 16 MiB
		if sys.argv[1] == "host":
		    listener = socket.create_server(("", 5000))
		    print("listening", flush=True)
		    connection = listener.accept()[0]
		else:
		    # The host's address is one less than that of eth0 (SIOCGIFADDR).
		    request = fcntl.ioctl(socket.socket(), 0x8915, struct.pack("256s", b"eth0"))
		    address = int.from_bytes(request[20:24], "big") - 1
		    connection = socket.create_connection((socket.inet_ntoa(address.to_bytes(4, "big")), 5000))
		threading.Thread(target=connection.sendall, args=(data,)).start()
		received = bytearray()
		while len(received) < len(data):
		    received += connection.recv(1 << 20)
		print(sys.argv[1], "got it intact" if received == data else "got something else", flush=True)
		connection.recv(1) # nothing more comes
	EOF
	run -0 --separate-stderr timeout -k 1 30 scripts/stage sh -ec '
		mkfifo "$0/out"
		python3 "$0/transfer" host >"$0/out" &
		host=$!
		exec 4<"$0/out"
		read -r line <&4
		build/net python3 "$0/transfer" container >"$0/log" &
		program=$!
		read -r line <&4
		echo "$line"
		until grep "^container" "$0/log"; do sleep 0.02; done
		kill -KILL $program
		while ip -oneline link | grep nslabs; do sleep 0.02; done >/dev/null
		kill $host || true' "$BATS_TEST_TMPDIR"
	assert_output $'host got it intact\ncontainer got it intact'
}

# The mounts of a stage are shared.
# bats test_tags=fault:shared-mounts
@test "namespaces: with shared mounts, none that is made in a container reaches the host" {
	for lab in $(labs_where has_mark mount.private); do
		run -0 --separate-stderr scripts/stage sh -ec '
			cut -d " " -f 3- /proc/self/mountinfo >"$0"
			grep -q "^[^ ]* [^ ]* / .* shared:" "$0"
			build/$1 sh -c "mount -t tmpfs inside /mnt && stat --file-system --format %T /mnt"
			cut -d " " -f 3- /proc/self/mountinfo | diff "$0" -' "$BATS_TEST_TMPDIR/before" "$lab"
		assert_output tmpfs
	done
}

# Without `bind`, it would be the file system itself that becomes read-only, for all its mounts: a mount namespace
# doesn't hinder root from that, a user namespace does.
# bats test_tags=fault:remount
@test "namespaces: a mount that is made read-only in a container stays writable on the host" {
	for lab in $(labs_where has_mark mount.private); do
		run -0 --separate-stderr scripts/stage sh -ec '
			mount -t tmpfs tmpfs /mnt
			build/$0 sh -ec "mount -o remount,bind,ro /mnt; ! touch /mnt/inside"
			touch /mnt/outside
			ls /mnt' "$lab"
		assert_output outside
	done
	run -0 --separate-stderr scripts/stage sh -ec '
		mount -t tmpfs tmpfs /mnt
		! build/user mount -o remount,ro /mnt
		touch /mnt/outside
		ls /mnt'
	assert_output outside
}
