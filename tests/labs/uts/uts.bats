# What the uts lab promises, and every later one keeps.
load ../../lib/helpers

# bats test_tags=shows:uts-hostname
@test "uts: the hostname inside is the container's" {
	run -0 inside 'echo "the name: $(hostname)"'
	assert_line 'the name: container'
}

@test "uts: the hostname of the host is unchanged" {
	before=$(hostname)
	[[ $before != container ]]
	inside 'hostname changed'
	assert_equal "$(hostname)" "$before"
}

@test "uts: a domain name set inside is not the host's" {
	before=$(domainname)
	run -0 inside 'domainname inside.example; echo "the domain: $(domainname)"'
	assert_line 'the domain: inside.example'
	assert_equal "$(domainname)" "$before"
}

# bats test_tags=shows:uts-flag
@test "uts: a container has a UTS namespace of its own" {
	assert_isolated uts
}

@test "uts: the host is left as it was" {
	assert_host_unchanged 'hostname changed; domainname inside.example'
}

# bats test_tags=own
@test "uts: everything else is still shared" {
	assert_shared cgroup ipc mnt net pid user
}

# bats test_tags=own,ours
@test "uts: --hostname gives another name" {
	run -0 "${program[@]}" --hostname other hostname
	assert_line other
}

# bats test_tags=own,ours,fault:odd-hostname
@test "uts: a hostname may have 64 bytes, and 65 are refused with the reason" {
	long=$(printf 'n%.0s' {1..64})
	run -0 "${program[@]}" --hostname "$long" hostname
	assert_line "$long"
	run -125 "${program[@]}" --hostname "${long}n" hostname
	assert_line "uts: sethostname ${long}n: Invalid argument"
	assert_line "a hostname has at most 64 bytes"
}

# bats test_tags=ours
@test "uts: the judge agrees" {
	run -0 scripts/check uts --program "build/$LAB"
}
