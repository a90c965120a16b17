# What the ipc lab promises, and every later one keeps.
load ../../lib/helpers

# ids: what ipcmk(1) prints on stdin, without the words.
id() {
	grep -o '[0-9]*$'
}

# bats test_tags=fault:ipc-objects
@test "ipc: a message queue, semaphores and shared memory of the host aren't visible inside" {
	queue=$(ipcmk -Q | id)
	semaphores=$(ipcmk -S 1 | id)
	memory=$(ipcmk -M 4096 | id)
	run inside 'echo "inside: $(ipcs | grep -c 0x)"'
	outside=$(ipcs | grep -c 0x)
	ipcrm -q "$queue" -s "$semaphores" -m "$memory"
	assert_success
	assert_line 'inside: 0'
	((outside >= 3))
}

# bats test_tags=fault:ipc-objects
@test "ipc: what is made inside isn't visible on the host" {
	before=$(ipcs | grep -c 0x || true)
	start_container it
	ask it 'ipcmk -Q; ipcmk -S 1; ipcmk -M 4096'
	assert_equal "$(ask it 'ipcs | grep -c 0x')" 3
	during=$(ipcs | grep -c 0x || true)
	stop_container it
	assert_equal "$during" "$before"
}

# bats test_tags=fault:ipc-objects
@test "ipc: a POSIX message queue of the host isn't visible inside" {
	name=/nslabs-test-$$
	build/show/mqueue make "$name"
	run build/show/mqueue find "$name"
	assert_output found
	# The path is the host's: the mounts are shared, or a copy.
	run inside "build/show/mqueue find $name"
	build/show/mqueue remove "$name"
	assert_success
	assert_line 'not found'
}

# bats test_tags=shows:ipc-flag
@test "ipc: a container has an IPC namespace of its own" {
	assert_isolated ipc
}

@test "ipc: the host is left as it was" {
	assert_host_unchanged 'ipcmk -Q; ipcmk -S 1; ipcmk -M 4096'
}

# bats test_tags=own
@test "ipc: mounts, network, processes and users are still shared" {
	assert_shared cgroup mnt net pid user
}

# bats test_tags=ours
@test "ipc: the judge agrees" {
	run -0 scripts/check ipc --program "build/$LAB"
}
