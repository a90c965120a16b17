# What the mount lab promises, and every later one keeps.
load ../../lib/helpers

@test "mount: ps lists the container's processes and no others" {
	run -0 inside 'ps -e -o pid=,comm= | sed "s/^/process: /"'
	assert_line --regexp '^process: +1 (bash|sh)$'
	processes=$(grep -c '^process: ' <<<"$output")
	((processes == 2 || processes == 3)) # the shell, ps, and sed if it has begun by then
}

# bats test_tags=shows:mount-proc
@test "mount: /proc is that of the container's PID namespace" {
	start_container it
	run -0 ask it 'stat --dereference --format %i /proc/1/ns/pid; stat --file-system --format %T /proc'
	assert_line --index 0 "$(namespace "${container_pid[it]}" pid)"
	assert_line --index 1 proc
	stop_container it
}

# bats test_tags=shows:mount-private
@test "mount: what is mounted inside is private, and never reaches the host" {
	before=$(cut -d ' ' -f 3- /proc/self/mountinfo)
	start_container it
	run ask it 'mount -t tmpfs nslabs-test /mnt && stat --file-system --format %T /mnt'
	# Before the dash are the peer groups that a mount passes events on to, or gets them from (proc(5), mountinfo).
	linked=$(awk '$7 != "-" {print $5, $7}' "/proc/${container_pid[it]}/mountinfo")
	during=$(cut -d ' ' -f 3- /proc/self/mountinfo)
	stop_container it
	assert_output tmpfs
	assert_equal "$during" "$before"
	assert_equal "$linked" ''
}

# bats test_tags=shows:mount-flag
@test "mount: a container has a mount namespace of its own" {
	assert_isolated mnt
}

@test "mount: the host is left as it was" {
	assert_host_unchanged 'mount -t tmpfs nslabs-test /mnt; mount -o remount,ro,bind / 2>/dev/null'
}

# bats test_tags=ours
@test "mount: /proc is mounted without set-user-ID programs, devices and programs to run" {
	start_container it
	run -0 ask it 'cat /proc/self/mountinfo'
	assert_line --regexp ' / /proc rw,nosuid,nodev,noexec,relatime '
	stop_container it
}

# bats test_tags=ours
@test "mount: the judge agrees" {
	run -0 scripts/check mount --program "build/$LAB"
}
