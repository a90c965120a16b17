# scripts/trace, beyond what tests/student/make.bats has of it.
load ../lib/helpers

setup() {
	export TMPDIR=$BATS_TEST_TMPDIR # other tests look for what is left behind in the usual one
}

# bats test_tags=long
@test "trace: every line names a process and its call, and none is a call that every program makes" {
	for lab in $(labs_where makes_container); do
		run -0 --separate-stderr scripts/trace "$lab"
		for line in "${lines[@]}"; do
			assert_regex "$line" '^(host|container( [0-9]+)?)  +([a-z0-9_]+\(.+\)|exited with 0)$'
		done
		refute_line --regexp 'mmap|brk| open|locale|ENOENT|\.so|0x|unfinished|resumed'
	done
}

@test "trace: Chinese messages are readable" {
	NSLABS_LANG=zh_CN run -0 scripts/trace uts
	assert_line --regexp '^host +write\(2, "程序开始\\n", [0-9]+\)$'
	assert_line --regexp '^container +write\(2, "在容器进程中!\\n", [0-9]+\)$'
	# A longer one is cut between two characters.
	NSLABS_LANG=zh_CN run scripts/trace uts --no-such-option
	run -0 iconv --from-code=utf-8 --to-code=utf-8 <<<"$output"
}

@test "trace: shows the mounts" {
	run -0 scripts/trace mount
	assert_line --regexp '^container +mount\(NULL, "/", NULL, MS_REC\|MS_PRIVATE, NULL\)$'
	assert_line --regexp '^container +mount\("proc", "/proc", "proc", '
}

@test "trace: shows the requests to netlink, on both sides" {
	run -0 scripts/trace net
	assert_line --regexp '^host +sendto\(netlink, RTM_NEWLINK "nslabs%d" "veth"\)$'
	assert_line --regexp '^host +sendto\(netlink, RTM_NEWADDR "nslabs[0-9]+" "198\.1[89]\.[0-9.]+"\)$'
	assert_line --regexp '^container +ioctl\([0-9], SIOCSIFFLAGS, \{ifr_name="lo", ifr_flags=IFF_UP\}\)$'
	assert_line --regexp '^container +sendto\(netlink, RTM_NEWADDR\)$'
}

@test "trace: shows where inspect looks" {
	run -0 scripts/trace inspect
	assert_line --regexp '^host +[a-z0-9]*stat[a-z0-9]*\(.*"/proc/[0-9]+/ns/uts"'
}

@test "trace: the command's own calls and children aren't listed" {
	run -0 --separate-stderr scripts/trace pid sh -c '(ls; ls) >/dev/null; sh -c "exit 0"'
	assert_equal "$(grep -c '^container .*execve' <<<"$output")" 1
	refute_output --partial 'container 2'
}

@test "trace: the status is the program's own" {
	run -7 scripts/trace uts sh -c 'exit 7'
	run -127 scripts/trace uts /nosuch
	assert_line --regexp '^container +exited with 127$'
}

@test "trace: a call that fails is shown with its error" {
	# In a user namespace of its own, since the limit is one of a user namespace.
	run -125 unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_uts_namespaces && scripts/trace uts'
	assert_line --regexp '^host +clone\(flags=.*\) = -1 ENOSPC \(No space left on device\)$'
}

@test "trace: nothing is left behind" {
	scripts/trace uts
	[[ -z $(find "$TMPDIR" -name "nslabs*") ]]
}

@test "trace: without strace, says how to install it" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s /usr/bin/* "$BATS_TEST_TMPDIR/bin"
	rm "$BATS_TEST_TMPDIR/bin/strace"
	PATH=$BATS_TEST_TMPDIR/bin run -125 scripts/trace uts
	assert_output "trace: strace isn't installed: run scripts/setup"
}

@test "trace: where ptrace is refused, says so" {
	run -125 strace -f -o /dev/null -e trace=ptrace -e inject=ptrace:error=EPERM scripts/trace uts
	assert_line --index 0 --regexp '^trace: strace may not trace here'
	assert_line --index 1 --regexp 'PTRACE_[A-Z]+: Operation not permitted$'
}

@test "trace: without a lab, or with an unknown one, lists the labs" {
	for lab in '' nosuch; do
		run -125 scripts/trace $lab
		assert_output "No lab is called '$lab'. The labs: ${labs[*]}"
	done
}
