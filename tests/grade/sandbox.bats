# The sandbox: what is in it, that the judge says the same of a program there, and that no submission gets out of it.
# bats file_tags=slow
load ../lib/helpers

setup_file() {
	make --no-print-directory --silent all
}

setup() {
	work=$BATS_TEST_TMPDIR
	export TMPDIR=$work # where tests/lib/snapshot looks for what is left
	sandbox=(scripts/lib/sandbox)
	[[ $EUID -ne 0 ]] || sandbox+=(--id 70000:70001)
}

# judge FILE [OPTION]...: the verdict on a file for uts.
judge() {
	scripts/check uts --sandbox "$@" --json
}

# in_cgroups PATTERN: print the cgroups with such a name.
in_cgroups() {
	find /sys/fs/cgroup -name "$1" 2>/dev/null || true
}

# What the judge says of the catalogues' programs in it is in tests/judge/catalogue.bats.

# bats test_tags=long,once:root,fault:resource-hog,fault:forgery,fault:daemon
@test "sandbox: each hostile submission gets the verdict that the catalogue states, in time, and the host is as it was" {
	tests/lib/snapshot >"$work/snapshot"
	SECONDS=0
	run -0 tests/judge/catalogue --sandbox --jobs 2 hostile
	assert_line --regexp '^[0-9]+ judged, 0 unexpected$'
	((SECONDS < 600))
	run -0 tests/lib/snapshot --compare "$work/snapshot"
}

@test "sandbox: every hostile submission is in the catalogue" {
	assert_equal "$(cut -f 4 tests/hostile/catalogue.tsv | grep '\.c$' | sort -u)" "$(cd tests/hostile && ls -- *.c)"
}

@test "sandbox: hostile submissions are never judged without it" {
	run -2 tests/judge/catalogue hostile
	assert_output --partial 'for --sandbox only'
}

# bats test_tags=fault:forgery
@test "sandbox: what isn't handed in can't be seen or changed" {
	run -0 "${sandbox[@]}" sh -c 'ls -A / /nslabs /etc /run /mnt /tmp /sys; find /home /root /var /srv /opt 2>/dev/null
		touch /here /usr/here /etc/here /nslabs/here /nslabs/Makefile /dev/here 2>&1; ps -eo comm='
	refute_line --regexp '^(labs|tests|scripts|shadow|passwd|home|root|var|srv)$'
	refute_line --regexp '^/(home|root|var|srv|opt)'
	assert_equal "$(grep -cE '^touch: .*(Read-only file system|Permission denied)$' <<<"$output")" 6
	refute_line bash
	refute_line bats
}

@test "sandbox: the tools that make namespaces aren't in it, not even below what can be mounted or unmounted there" {
	run -0 "${sandbox[@]}" sh -c 'for tool in unshare nsenter; do
		umount /usr/bin/$tool
		mount --bind /usr /mnt
		mount --rbind /usr /mnt && umount /mnt/bin/$tool
		mount -o remount,rw,bind /usr
		/usr/bin/$tool --help; /mnt/bin/$tool --help; done 2>&1; exit 0'
	refute_output --partial 'Usage:'
	assert_output --regexp 'unshare: (Permission denied|not found)'
	refute_output --partial 'remounted'
}

@test "sandbox: without unshare(1) namespaces can be made all the same, in each other, and a new /proc mounted" {
	run -0 /usr/bin/python3 - build/nest "${sandbox[@]}" <<-'END'
		import os, subprocess, sys
		program, *sandbox = sys.argv[1:]
		fd = os.open(program, os.O_RDONLY)
		command = ["/nslabs/build/nest", "--depth", "3", "--", "sh", "-c", "grep NSpid /proc/self/status; ps -e | wc -l"]
		sys.exit(subprocess.run([*sandbox, "--file", str(fd), "build/nest", *command], pass_fds=[fd]).returncode)
	END
	assert_line --regexp '^NSpid:	[0-9]+$'
	((${lines[-1]} < 8))
}

@test "sandbox: a program and its stage's first process have no descriptors but their pipes" {
	cat >"$work/list.c" <<-'END'
		#include <unistd.h>
		int main(void)
		{
			execl("/bin/ls", "ls", "-l", "/proc/self/fd", "/proc/1/fd", (char *)0);
		}
	END
	run -1 judge "$work/list.c" --log "$work/log"
	run -0 sed -nE 's/.* ([0-9]+ -> [^0-9[]*).*/\1/p' "$work/log"
	assert_output '0 -> pipe:
1 -> /dev/null
2 -> /dev/null
0 -> pipe:
1 -> pipe:
2 -> pipe:
3 -> /proc/'
}

@test "sandbox: it has no network but its loopback, and its own names and queues" {
	hostname=$(hostname)
	run -0 "${sandbox[@]}" sh -c 'ip -brief link; hostname inside; ipcmk -Q'
	assert_line --index 0 --regexp '^lo '
	refute_line --regexp '^(eth|en|wl|veth)'
	assert_equal "$(hostname)" "$hostname"
}

@test "sandbox: root's submissions run under ids that nothing else uses, inside and outside" {
	[[ $EUID -eq 0 ]] || skip "needs root"
	run -0 scripts/lib/sandbox --id 70000:70001 sh -c 'cat /proc/self/uid_map /proc/self/gid_map; grep Groups: /proc/self/status'
	assert_line --index 0 --regexp '^ +0 +70000 +1$'
	assert_line --index 1 --regexp '^ +0 +70001 +1$'
	assert_line --index 2 --regexp '^Groups:\s*$'
	# In the user lab and the compiler's, there is no user namespace around.
	run -0 scripts/lib/sandbox --ordinary --id 70000:70001 cat /proc/self/uid_map /proc/self/setgroups
	assert_line --index 0 --regexp '^ +0 +0 +4294967295$'
	assert_line --index 1 allow
}

@test "sandbox: for an ordinary user, the compiler and the user lab run as that user, without any rights" {
	run -0 "${without_rights[@]}" scripts/lib/sandbox --ordinary sh -c 'id -u; ls -d /proc/1'
	refute_line 0
}

# bats test_tags=long
@test "sandbox: nothing is written into the tree, by several judges side by side" {
	# But for what Python has compiled.
	copy_sources "$work/tree"
	make --no-print-directory --silent -C "$work/tree" build/common.a build/filter
	touch "$work/tree/build/check.lock"
	find "$work/tree" -type f -not -path "*/build/python/*" -exec md5sum {} + | sort >"$work/before"
	for lab in uts ipc pid mount; do
		"$work/tree/scripts/check" $lab --sandbox labs/$lab/$lab.c --json >"$work/$lab" 3>&- &
	done
	wait
	for lab in uts ipc pid mount; do
		grep -q '"status": "pass"' "$work/$lab"
		run ! grep -q '"status": "\(fail\|blocked\)"' "$work/$lab"
	done
	run -0 diff "$work/before" <(find "$work/tree" -type f -not -path "*/build/python/*" -exec md5sum {} + | sort)
}

@test "sandbox: the whole output is only written to a file that the caller names" {
	run -0 scripts/check uts --sandbox labs/uts/uts.c --log "$work/log"
	grep -q '^# The commands that were sent to it:' "$work/log"
	run -2 scripts/check --log "$work/log"
}

# bats test_tags=fault:broken-submission
@test "sandbox: a compile error is a verdict, with the file's name as in a tree and the compiler's message" {
	echo 'int main(void) { return no_such_name; }' >"$work/error.c"
	run -1 judge "$work/error.c"
	assert_output --regexp 'labs/uts/uts.c:1:.*error: .*no_such_name'
}

# bats test_tags=long
@test "sandbox: an endless compile is stopped, and the verdict says so" {
	run -1 judge tests/hostile/endless_compile.c
	assert_output --partial 'CPU time limit exceeded'
}

@test "sandbox: the compiler can't be made to tell secrets" {
	[[ $EUID -eq 0 ]] || skip "needs root"
	for file in include_shadow incbin; do
		run -1 judge tests/hostile/$file.c
		assert_output --partial 'uts.c'
		refute_output --partial 'root:'
		refute_output --partial 'PATH='
	done
}

# bats test_tags=fault:broken-submission
@test "sandbox: a link, a pipe, a directory and a large file fail; a missing file gives no verdict" {
	cp labs/uts/uts.c "$work/uts.c"
	ln -s uts.c "$work/link.c"
	mkfifo "$work/pipe.c"
	mkdir "$work/directory.c"
	head -c 262145 /dev/zero >"$work/large.c"
	for name in link pipe directory large; do
		run -1 timeout 20 scripts/check uts --sandbox "$work/$name.c"
		assert_line --regexp '^  uts.compiles: .* FAIL'
		assert_line '    expected: a file of at most 256 KiB'
	done
	run -2 judge "$work/missing.c"
	assert_output "check: $work/missing.c: No such file or directory"
}

# bats test_tags=long
@test "sandbox: a sandbox that can't be made gives no verdict" {
	mkdir "$work/bin"
	printf '#!/bin/sh\necho "bwrap: out of order" >&2\nexit 1\n' >"$work/bin/bwrap"
	chmod 755 "$work/bin/bwrap"
	PATH=$work/bin:$PATH run -2 judge labs/uts/uts.c
	assert_output --regexp "^check: can't make the sandbox: bwrap: out of order"
}

# bats test_tags=long,fault:no-namespace
@test "sandbox: where the machine has no namespace to give, all is blocked" {
	run -77 unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_uts_namespaces
		exec scripts/check uts --sandbox labs/uts/uts.c --json'
	assert_output --partial '"status": "blocked"'
	refute_output --partial '"status": "fail"'
}

# bats test_tags=fault:resource-hog
@test "sandbox: its memory and its processes are limited in sum" {
	[[ $EUID -eq 0 ]] || skip "needs root"
	[[ -w /sys/fs/cgroup/memory ]] || [[ -w /sys/fs/cgroup/cgroup.procs ]] || skip "needs a cgroup that can be written to"
	# The sum of all, and not each, is what is said to be left.
	cat >"$work/eat.c" <<-'END'
		#include <stdlib.h>
		#include <string.h>
		#include <unistd.h>
		int main(void)
		{
			fork(), fork(), fork();
			char *memory = malloc(100 << 20);
			memset(memory, 1, 100 << 20);
			pause();
		}
	END
	judge "$work/eat.c" --timeout 3 >"$work/verdict" 3>&- &
	judge=$!
	# It is there, and it goes. Others may judge at the same time.
	until [[ -n $(find /sys/fs/cgroup -name "nslabs-*" -exec grep -l '' {}/cgroup.procs \; 2>/dev/null) ]]; do
		kill -0 $judge
		sleep 0.02
	done
	wait $judge || [[ $? -eq 1 ]]
	# Of eight processes of 100 MiB each, not all fit into 512 MiB.
	run grep -o 'eat is in\|uts is in' "$work/verdict"
	((${#lines[@]} < 8))
}

@test "sandbox: the program can't make the system calls that no lab needs, and newer programs' calls are left" {
	run -0 judge tests/hostile/reach_out.c
}

# bats test_tags=long
@test "sandbox: nor can the compiler" {
	copy_sources "$work/tree"
	echo '$(shell grep Seccomp: /proc/self/status >&2)' >>"$work/tree/Makefile"
	echo '#error so that the words are shown' >"$work/error.c"
	run -1 "$work/tree/scripts/check" uts --sandbox "$work/error.c"
	assert_output --partial 'Seccomp:	2'
}

@test "sandbox: nor what is run in it by hand; our own commands can" {
	run -0 "${sandbox[@]}" grep Seccomp: /proc/self/status
	assert_output 'Seccomp:	2'
	run -0 "${sandbox[@]}" --ordinary grep Seccomp: /proc/self/status
	assert_output 'Seccomp:	2'
	run -0 /usr/bin/python3 -BEs - <<-'END'
		import sys
		sys.path.insert(0, "scripts")
		from lib.judge.sandbox import Sandbox
		enlarge = ["/usr/bin/python3", "-c", "import fcntl, os; print(fcntl.fcntl(os.pipe()[0], 1031, 1 << 17))"]
		with Sandbox(10, False, {}) as stage:
		    print(stage.enter(["mnt", "net"], enlarge).stdout, end="")
		    print(stage.run(enlarge).stderr(), end="")
	END
	assert_line --index 0 131072
	assert_line --index -1 'PermissionError: [Errno 1] Operation not permitted'
}

@test "sandbox: without its filter there is no sandbox" {
	copy_sources "$work/tree"
	run -125 "$work/tree/scripts/lib/sandbox" --ordinary true
	assert_output 'sandbox: build/filter is missing: `make build/filter` makes it'
}

@test "filter: it runs the command, and says what it can't run" {
	run -7 build/filter sh -c 'exit 7'
	run -127 build/filter "$work/missing"
	assert_line --index 0 "filter: run $work/missing: No such file or directory"
	run -126 build/filter "$work"
	run -125 build/filter
	assert_output 'usage: filter COMMAND [ARG]...'
}

# bats test_tags=long
@test "sandbox: in a PID namespace, where orphans become the judge's own, what dies slowly is ended as well" {
	run -1 timeout -k 5 100 "${with_rights[@]}" unshare --pid --fork --kill-child --mount-proc \
		scripts/check uts --sandbox tests/hostile/deep_directories.c --timeout 3
	assert_line --regexp '^  uts.runs: .* FAIL'
}

@test "sandbox: processes without end take no points from a program beside them" {
	[[ $EUID -eq 0 ]] || skip "needs root"
	[[ -w /sys/fs/cgroup/cpu ]] || skip "no cgroups of version 1 for the processors' time"
	cat >"$work/spin.c" <<-'END'
		#include <unistd.h>
		int main(void)
		{
			for (int i = 0; i < 6; i++) {
				fork();
				setsid();
			}
			for (;;)
				;
		}
	END
	scripts/check uts --sandbox "$work/spin.c" --timeout 8 >/dev/null 3>&- &
	judge=$!
	until [[ $(cat /sys/fs/cgroup/cpu/nslabs-"$judge"-*/cgroup.procs 2>/dev/null | wc -l) -gt 30 ]]; do
		kill -0 $judge
		sleep 0.02
	done
	run -0 scripts/check net --sandbox labs/net/net.c
	wait $judge || [[ $? -eq 1 ]]
}

# bats test_tags=fault:grader-killed
@test "sandbox: killed, the judge leaves no process and no cgroup behind" {
	cat >"$work/sleep.c" <<-'END'
		#include <unistd.h>
		int main(void)
		{
			execl("/bin/sleep", "sleep", "8765", (char *)0);
		}
	END
	setsid scripts/check uts --sandbox "$work/sleep.c" >/dev/null 2>&1 3>&- &
	judge=$!
	until pgrep -f '^sleep 8765$' >/dev/null; do
		kill -0 $judge
		sleep 0.02
	done
	# A PID of this stage may be another's on another stage.
	cgroups=$(in_cgroups "nslabs-$judge-*")
	[[ $EUID -ne 0 || -n $cgroups || ! -e /sys/fs/cgroup/cgroup.procs && ! -e /sys/fs/cgroup/memory ]]
	kill -KILL $judge
	within 5 refute pgrep -f '^sleep 8765$'
	for cgroup in $cgroups; do
		within 10 test ! -e "$cgroup"
	done
}

# bats test_tags=fault:grader-killed
@test "sandbox: what a judge and its sandbox left when both were killed is removed by the next judge" {
	[[ $EUID -eq 0 ]] || skip 'needs root'
	# The first of the places where a judge makes its own.
	above=$(PYTHONPATH=scripts /usr/bin/python3 -B -c 'from lib.judge.sandbox import find_places; print(next(find_places())[0])')
	left=$above/nslabs-$$
	mkdir "$left"-{0000dead,000a11fe,00000e11}
	touch -d '1 hour ago' "$left"-{0000dead,000a11fe}
	flock --close "$left-000a11fe" scripts/check uts --sandbox labs/uts/uts.c >"$work/log" || true
	remaining=$(cd "$above" && echo "nslabs-$$-"*)
	rmdir "$left"-{000a11fe,00000e11}
	assert_equal "$remaining" "nslabs-$$-00000e11 nslabs-$$-000a11fe" # new, and in use
	run -0 grep '^Score: 3/3$' "$work/log"
}

# bats test_tags=long
@test "sandbox: it doesn't matter which descriptors the judge was given" {
	open=
	for fd in {4..8}; do
		open+=" $fd</dev/null"
		run -0 bash -c "exec $open; exec scripts/check uts --sandbox labs/uts/uts.c"
	done
}

@test "sandbox: what can't be combined is a usage error" {
	for words in '--sandbox labs/uts/uts.c' 'uts --sandbox labs/uts/uts.c --real' \
		'uts --sandbox labs/uts/uts.c --program build/uts'; do
		# shellcheck disable=SC2086 # several words
		run -2 scripts/check $words
		assert_output --partial 'usage: scripts/check'
	done
	run -125 scripts/lib/sandbox
	assert_output --partial 'usage: scripts/lib/sandbox'
}
