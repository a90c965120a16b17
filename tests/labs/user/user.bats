# What the user lab promises, and nest keeps.
load ../../lib/helpers

@test "user: root inside is the caller outside" {
	start_container it
	assert_equal "$(ask it 'id -u; id -g' | paste -s -d ' ')" '0 0'
	run -0 stat --format '%u %g' "/proc/${container_pid[it]}"
	assert_output "$(id -u) $(id -g)"
	stop_container it
}

# bats test_tags=shows:user-uid_map
@test "user: the uid map has one line, 0 for the caller's id" {
	start_container it
	# The map is relative to who reads it, so read it from outside.
	run -0 cat "/proc/${container_pid[it]}/uid_map"
	assert_output --regexp "^ *0 +$(id -u) +1\$"
	stop_container it
}

# bats test_tags=shows:user-gid_map
@test "user: the gid map has one line, 0 for the caller's group" {
	start_container it
	run -0 cat "/proc/${container_pid[it]}/gid_map"
	assert_output --regexp "^ *0 +$(id -g) +1\$"
	stop_container it
}

# bats test_tags=shows:user-setgroups
@test "user: setgroups is denied" {
	run -0 inside 'echo "setgroups: $(cat /proc/self/setgroups)"'
	assert_line 'setgroups: deny'
}

@test "user: a file made inside belongs to the caller" {
	inside "touch '$BATS_TEST_TMPDIR/file'; stat --format 'owner: %u' '$BATS_TEST_TMPDIR/file'" |
		grep -qx 'owner: 0'
	run -0 stat --format %u "$BATS_TEST_TMPDIR/file"
	assert_output "$(id -u)"
}

# bats test_tags=shows:user-flag
@test "user: a container has a user namespace of its own" {
	assert_isolated user
}

@test "user: the host is left as it was" {
	assert_host_unchanged 'hostname changed; mount -t tmpfs nslabs-test /mnt; ipcmk -Q'
}

# bats test_tags=own,fault:unmapped-owner
@test "user: files of others belong to the overflow id" {
	run -0 inside 'echo "owner: $(stat --format %u /proc/1 /sys | paste -s -d " ")"'
	if [[ $EUID -eq 0 ]]; then
		assert_line 'owner: 0 0'
	else
		assert_line 'owner: 0 65534'
	fi
}

# bats test_tags=ours
@test "user: the judge agrees" {
	# Where setgroups is denied already, a check is blocked.
	expected=0
	[[ $(cat /proc/self/setgroups) == allow ]] || expected=77
	run "-$expected" scripts/check user --program "build/$LAB"
}
