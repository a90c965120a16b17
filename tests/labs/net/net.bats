# What the net lab promises. The later ones, for ordinary users, keep what needs no right over the host.
load ../../lib/helpers

# The addresses of the running container `it`: its own, and the host's end of the pair, one less.
read_addresses() {
	inner=$(ask it "ip -oneline -4 address show eth0 | sed -E 's|.* inet ([0-9.]+)/30 .*|\1|'")
	[[ $inner =~ ^198\.(18|19)\.[0-9]+\.[0-9]+$ ]]
	outer=${inner%.*}.$((${inner##*.} - 1))
}

# in_host_of NAME COMMAND...: run a command where the container's host is: here, or in the user lab around it.
in_host_of() {
	local host=(nsenter --target "$(parent_of "${container_pid[$1]}")" --net)
	[[ $EUID -eq 0 ]] || host+=(--user --preserve-credentials)
	"${host[@]}" "${@:2}"
}

# bats test_tags=shows:net-loopback
@test "net: loopback is up inside" {
	run -0 inside 'ping -q -c 1 -W 2 127.0.0.1 >/dev/null; echo "status: $?"'
	assert_line 'status: 0'
}

@test "net: none of the host's interfaces are visible inside" {
	run -0 inside 'ip -oneline link | sed -E "s/^[0-9]+: ([^:@]+).*/interface: \1/"'
	assert_line 'interface: lo'
	refute_line --regexp '^interface: (lo.+|[^le].*|e[^t].*|eth[^0].*|eth0.+)$'
}

# bats test_tags=shows:net-flag
@test "net: a container has a network namespace of its own" {
	assert_isolated net
}

@test "net: the host is left as it was" {
	assert_host_unchanged 'ip link add nslabs-test type dummy; ip route add 203.0.113.0/24 dev lo'
}

# bats test_tags=own,shows:net-veth
@test "net: a veth pair connects the container with the host" {
	start_container it
	index=$(ask it "ip -oneline link show eth0 | sed -E 's/^[0-9]+: eth0@if([0-9]+):.*/\1/'")
	run -0 in_host_of it ip -oneline link
	assert_line --regexp "^$index: nslabs[0-9]+@"
	stop_container it
}

# bats test_tags=own,shows:net-host-address
@test "net: the container's address answers the host" {
	start_container it
	read_addresses
	run -0 in_host_of it ping -q -c 1 -W 2 "$inner"
	stop_container it
}

# bats test_tags=own,shows:net-container-address
@test "net: the host's address answers the container" {
	start_container it
	read_addresses
	run -0 ask it "ping -q -c 1 -W 2 $outer >/dev/null; echo \$?"
	assert_output 0
	stop_container it
}

# bats test_tags=own
@test "net: when the container ends, the pair is gone" {
	start_container it
	read_addresses
	stop_container it
	if [[ $EUID -eq 0 ]]; then # the host of an ordinary user's pair is gone as well
		run -0 timeout 5 sh -c "while ip -oneline address | grep -w '$outer'; do sleep 0.1; done"
	fi
}

# bats test_tags=own
@test "net: two containers have different addresses" {
	if [[ $EUID -ne 0 ]]; then # both in one user lab, for the same host, and each stays until the other is there
		# shellcheck disable=SC2016 # for the shells inside
		run -0 timeout 60 build/user sh -c '
			for name in a b; do
				build/net sh -c "ip -4 -oneline address show eth0; touch $0/$name
					until [ -e $0/a ] && [ -e $0/b ]; do sleep 0.05; done" &
			done
			wait' "$BATS_TEST_TMPDIR"
		assert_equal "$(grep -o '198.1[89][0-9.]*/30' <<<"$output" | sort -u | wc -l)" 2
		return
	fi
	start_container it
	read_addresses
	first=$inner
	start_container other
	second=$(ask other "ip -oneline -4 address show eth0 | sed -E 's|.* inet ([0-9.]+)/30 .*|\1|'")
	[[ $second =~ ^198\. && $second != "$first" ]]
	stop_container it
	stop_container other
}

# bats test_tags=ours,own
@test "net: the judge agrees" {
	run -0 scripts/check net --program "build/$LAB"
}
