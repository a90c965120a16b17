# What the mount lab promises, and every later one keeps.
load ../helpers

@test "mount: ps lists the container's processes and no others" {
	run -0 inside 'ps -e -o pid=,comm= | sed "s/^/process: /"'
	assert_line --regexp '^process: +1 (bash|sh)$'
	processes=$(grep -c '^process: ' <<<"$output")
	((processes == 3)) # the shell, ps and sed
}

@test "mount: /proc is that of the container's PID namespace" {
	start_container it
	run -0 ask it 'stat --dereference --format %i /proc/1/ns/pid; stat --file-system --format %T /proc'
	assert_line --index 0 "$(namespace "${container_pid[it]}" pid)"
	assert_line --index 1 proc
	stop_container it
}

@test "mount: what is mounted inside is private, and never reaches the host" {
	before=$(cut -d ' ' -f 3- /proc/self/mountinfo)
	start_container it
	run ask it 'mount -t tmpfs nslabs-test /mnt && stat --file-system --format %T /mnt'
	# Is any mount of the container in a peer group (mount_namespaces(7)) that would pass it on?
	shared=$(awk '$7 ~ /^shared:/ {print $5}' "/proc/${container_pid[it]}/mountinfo")
	during=$(cut -d ' ' -f 3- /proc/self/mountinfo)
	stop_container it
	assert_output tmpfs
	assert_equal "$during" "$before"
	assert_equal "$shared" ''
}

@test "mount: a container has a mount namespace of its own" {
	assert_isolated mnt
}

@test "mount: the host is left as it was" {
	assert_host_unchanged 'mount -t tmpfs nslabs-test /mnt; mount -o remount,ro,bind / 2>/dev/null'
}
