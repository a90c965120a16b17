# What the join lab promises.
load ../../lib/helpers
load ../../lib/terminal

join=${program[0]}
kinds=(uts ipc pid mnt net cgroup user)
[[ ! -e /proc/self/ns/time ]] || kinds+=(time)

# An ordinary user's own container is in a user namespace.
own=()
[[ $EUID -eq 0 ]] || own=(--user --map-root-user)

# enter_target OPTION...: start a container, and let `program` enter it.
enter_target() {
	start_target "${own[@]}" "$@"
	program=("$join" "$target")
}

setup() {
	export ASAN_OPTIONS=detect_leaks=0 # which doesn't work under strace(1)
}

teardown() {
	close_terminals
	kill_containers
	end_target
}

# build_as SED: build/join as this script of sed(1) changes it: $joined.
build_as() {
	joined=$BATS_TEST_TMPDIR/join
	sed "$1" labs/join/join.c >"$joined.c"
	run -1 cmp --silent labs/join/join.c "$joined.c"
	cc -w -D_GNU_SOURCE -DNSLABS_VERSION='""' -Icommon -o "$joined" "$joined.c" build/common.a
}

# assert_refused ERROR CAUSE COMMAND...: the command fails with these two lines.
assert_refused() {
	run -125 --separate-stderr "${@:3}"
	assert_output ''
	assert_equal "$(without_asan_warning "$stderr" | grep -vx 'Program started')" "$1"$'\n'"$2"
}

# bats test_tags=shows:join-pidfd,shows:join-compare,shows:join-setns
@test "join: the shell is in every namespace of the container, and the program's caller stays where it was" {
	enter_target --uts --ipc --pid --mount --net --cgroup
	start_container it
	for kind in "${kinds[@]}"; do
		assert_equal "$(namespace "${container_pid[it]}" "$kind")" "$(namespace "$target" "$kind")"
	done
	assert_not_equal "$(namespace $$ uts)" "$(namespace "$target" uts)"
	stop_container it
}

@test "join: its PID is there, and its hostname; ps shows what else is in there" {
	enter_target --uts --pid --mount-proc
	start_container it
	assert_equal "$(awk '/^NSpid:/ {print $NF}' "/proc/${container_pid[it]}/status")" "$(ask it 'echo $$')"
	run -0 ask it 'hostname; ps -e -o pid=,comm= | sed 3q'
	assert_line box
	assert_line '1 sleep'
	assert_line --regexp '^[2-9] (bash|sh)$'
	stop_container it
}

# bats test_tags=shows:join-compare
@test "join: an ordinary user enters a container of their own, without sudo, by its user namespace" {
	become=("${without_rights[@]}")
	start_target --user --map-root-user --uts --pid --mount-proc
	run -0 --separate-stderr "${become[@]}" "$join" "$target" sh -c 'hostname; id -u; readlink /proc/1/exe'
	assert_line --index 0 box
	assert_line --index 1 0
	assert_line --index 2 --regexp '/sleep$'
}

@test "join: with --only it enters no others, but for the user namespace" {
	enter_target --uts --ipc --pid --mount-proc
	program=("$join" --only uts "$target")
	start_container it
	for kind in "${kinds[@]}"; do
		where=$$
		[[ $kind != @(uts|user) ]] || where=$target
		assert_equal "$(namespace "${container_pid[it]}" "$kind")" "$(namespace "$where" "$kind")"
	done
	stop_container it
	run -125 "$join" --only uts,nosuch "$target" true
	assert_line "join: --only must be kinds of namespaces, such as uts,pid, not 'uts,nosuch'"
}

@test "join: with --only pid, /proc is still the host's" {
	enter_target --uts --ipc --pid --mount-proc
	program=("$join" --only pid "$target")
	start_container it
	assert_equal "$(ask it 'read -r pid _ </proc/self/stat; echo $pid')" "${container_pid[it]}"
	assert_not_equal "$(ask it 'echo $$')" "${container_pid[it]}"
	stop_container it
}

@test "join: what the container shares with the host is left out, and a process that shares all is no error" {
	become=("${without_rights[@]}")
	start_target --user --map-root-user --uts
	run -0 strace -f -e trace=setns -e signal=none "${become[@]}" "$join" "$target" true
	assert_line --regexp 'setns\(.*, CLONE_NEWUTS\|CLONE_NEWUSER\) += 0'
	run -7 "$join" $$ sh -c 'exit 7'
}

# The kernel gives the next process the number after that in ns_last_pid. strace(1) stops the program after its pidfd_open(2).
# bats test_tags=shows:join-alive,fault:pid-reused
@test "join: a process that has taken the PID in between isn't entered, nor is a command run elsewhere" {
	for taker in 'sleep 1000' 'unshare --uts sleep 1000'; do
		# shellcheck disable=SC2086 # several words
		run -0 "${with_rights[@]}" unshare --pid --fork --kill-child --mount-proc /usr/bin/python3 - "$BATS_TEST_TMPDIR/log" "$join" $taker 3>&- <<'END'
import os, re, signal, subprocess, sys, time

log, join, *taker = sys.argv[1:]


def wait_for(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def runs_sleep(pid):
    return open(f"/proc/{pid}/comm").read() == "sleep\n"


first = subprocess.Popen(["unshare", "--uts", "sleep", "1000"])
wait_for(lambda: runs_sleep(first.pid))
open(log, "w")
strace = subprocess.Popen(
    ["strace", "-f", "-o", log, "-e", "trace=pidfd_open", "-e", "inject=pidfd_open:signal=STOP:when=1", join,
     str(first.pid), "echo", "it ran"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
wait_for(lambda: "stopped by SIGSTOP" in open(log).read())
program = int(re.match("[0-9]+", open(log).read())[0])
first.kill()
first.wait()
open("/proc/sys/kernel/ns_last_pid", "w").write(str(first.pid - 1))
other = subprocess.Popen(taker)
assert other.pid == first.pid, (other.pid, first.pid)
wait_for(lambda: runs_sleep(other.pid))
os.kill(program, signal.SIGCONT)
out, errors = strace.communicate(timeout=20)
print(out + errors.replace(str(first.pid), "PID"), strace.returncode)
END
		assert_line 'join: ask whether process PID lives: No such process'
		assert_line 'it has ended meanwhile'
		assert_line ' 125'
		refute_line 'it ran'
	done
}

@test "join: the container is left as it was, and so is the host" {
	enter_target --uts --ipc --pid --mount-proc
	seen() {
		cat "/proc/$target/mountinfo"
		pgrep --ns "$target" --nslist pid
	}
	before=$(seen)
	assert_host_unchanged 'mount -t tmpfs tmpfs /mnt; umount /mnt'
	run -0 seen
	assert_output "$before"
}

# bats test_tags=fault:container-ends
@test "join: it ends with the command's status, and with the container" {
	enter_target --uts --pid
	run -43 "${program[@]}" sh -c 'exit 43'
	run -143 "${program[@]}" sh -c 'kill -TERM $$'
	run -127 "${program[@]}" /nonexistent
	"${program[@]}" sleep 1001 2>/dev/null 3>&- &
	program_pid[it]=$!
	within 5 pgrep -x -f 'sleep 1001'
	kill -KILL "$target"
	status=0
	wait "${program_pid[it]}" || status=$?
	assert_equal "$status" 137
}

# bats test_tags=fault:sigkill
@test "join: killed by SIGKILL, it leaves nothing of its own in the container" {
	enter_target --uts --pid
	"${program[@]}" sleep 1002 2>/dev/null 3>&- &
	program_pid[it]=$!
	within 5 pgrep -x -f 'sleep 1002'
	kill -KILL "${program_pid[it]}"
	gone() {
		! pgrep -x -f 'sleep 1002'
	}
	within 5 gone
	kill -0 "$target"
}

@test "join: at a terminal, Ctrl-C ends its command, and an interactive shell has its own job control" {
	enter_target --uts --pid --mount-proc
	open_terminal 80 24 "$(shell_at_terminal 'outside ')"
	wait_for '^outside'
	type_line "${program[*]} sleep 1003; echo status \$?"
	within 5 pgrep -x -f 'sleep 1003'
	press C-c
	wait_for 'status 130$'
	type_line "PS1='inside ' ${program[*]} bash --norc"
	wait_for '^inside'
	type_line 'sleep 1004'
	within 5 pgrep -x -f 'sleep 1004'
	press C-z
	wait_for 'Stopped'
	type_line 'fg'
	press C-c
	type_line 'exit 5'
	type_line 'echo status $?'
	wait_for '^status 5'
}

# bats test_tags=ours,fault:wrong-process
@test "join: a PID that is no process's, a thread's, or that of a process that has ended" {
	assert_refused 'join: open process 4194304: No such process' 'no process has this PID: `ps -e` lists them' "$join" 4194304 true
	/usr/bin/python3 -c 'import threading, time
thread = threading.Thread(target=time.sleep, args=(20,))
thread.start()
print(thread.native_id, flush=True)' >"$BATS_TEST_TMPDIR/thread" 3>&- &
	leader=$!
	within 5 grep -q . "$BATS_TEST_TMPDIR/thread"
	thread=$(<"$BATS_TEST_TMPDIR/thread")
	run -125 "$join" "$thread" true
	# EINVAL up to some version of Linux, ENOENT after it.
	assert_line --regexp "^join: open process $thread: (Invalid argument|No such file or directory)$"
	assert_line "it is a thread: enter the process that it belongs to, $leader"
	kill "$leader"
	sh -c 'sleep 0 & exec sleep 20' 3>&- &
	maker=$!
	ended() {
		zombie=$(pgrep -P "$maker") && [[ $(ps -o state= "$zombie") == Z ]]
	}
	within 5 ended
	run -125 "$join" "$zombie" true
	# An ordinary user may not look at it any more.
	assert_line --regexp "^join: read the namespaces of process $zombie: (No such file or directory|Permission denied)$"
	assert_line "the process has ended, though its parent hasn't waited for it yet: it has left its namespaces"
	for pid in 0 -1 1.5 self ''; do
		run -125 "$join" -- "$pid" true
		assert_line "join: PID must be a number from 1 to 2147483647, not '$pid'"
	done
}

# bats test_tags=ours,once:root,fault:no-privilege
@test "join: another user's process, and a container without a user namespace of its own, take rights" {
	[[ $EUID -eq 0 ]] || skip "needs root"
	assert_refused "join: read the namespaces of process $$: Permission denied" 'the process belongs to another user: use sudo' \
		"${without_rights[@]}" "$join" $$ true
	# Its user is the caller, and its namespaces are the machine's.
	unshare --uts "${without_rights[@]}" sleep 1000 3>&- &
	maker=$!
	is_there() {
		[[ $(ps -o comm= "$maker") == sleep ]]
	}
	within 5 is_there
	for caller in "${without_rights[*]}" 'setpriv --bounding-set -sys_admin'; do
		# shellcheck disable=SC2086 # several words
		assert_refused "join: enter CLONE_NEWUTS of process $maker: Operation not permitted" \
			"it needs CAP_SYS_ADMIN over the container's namespaces: use sudo" $caller "$join" "$maker" true
	done
	assert_refused "join: ask whether process $maker lives: Operation not permitted" \
		'it belongs to another user, and root needs CAP_KILL to ask: keep that capability' setpriv --bounding-set -kill "$join" "$maker" true
	kill "$maker"
	start_target --mount
	assert_refused "join: enter CLONE_NEWNS of process $target: Operation not permitted" \
		'root needs CAP_SYS_CHROOT to enter a mount namespace: keep that capability, or leave out mnt by --only' \
		setpriv --bounding-set -sys_chroot "$join" "$target" true
}

# The cgroup namespace was made before the user namespace, and so belongs to the machine's.
# bats test_tags=ours,once:root
@test "join: a namespace that the container's user namespace doesn't own is named, and left out by --only" {
	[[ $EUID -eq 0 ]] || skip "needs root"
	become=(unshare --cgroup "${without_rights[@]}")
	start_target --user --map-root-user --uts --pid --mount-proc
	assert_refused "join: enter CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUSER of process $target: Operation not permitted" \
		"of these, the container's user namespace doesn't own cgroup: leave that out by --only, or use sudo" \
		"${without_rights[@]}" "$join" "$target" true
	run -0 --separate-stderr "${without_rights[@]}" "$join" --only uts,pid,mnt "$target" hostname
	assert_output box
	run -0 "$join" "$target" true
}

# bats test_tags=ours,no-asan
@test "join: what setns(2) answers to a program that doesn't compare, or opens no descriptor, is explained" {
	build_as 's/if (differs && /if (/'
	assert_refused "join: enter CLONE_NEWUTS | CLONE_NEWUSER of process $$: Invalid argument" \
		'you are in this user namespace already, and setns(2) refuses to enter it again: leave out CLONE_NEWUSER' \
		"$joined" --only uts $$ true
	build_as 's/different != 0 && //'
	assert_refused "join: enter  of process $$: Invalid argument" \
		"setns(2) refuses to enter none: don't call it if there is nothing to enter" "$joined" $$ true
	build_as '/pidfd = (int)syscall/d; /if (pidfd == -1)/,+1d'
	assert_refused "join: ask whether process $$ lives: Bad file descriptor" \
		'this is no descriptor of a process: first open the process by pidfd_open(2)' "$joined" $$ true
	build_as '/pidfd = (int)syscall/d; /if (pidfd == -1)/,+1d; /if (syscall(SYS_pidfd_send_signal/,+1d'
	start_target "${own[@]}" --uts
	assert_refused "join: enter CLONE_NEWUTS${own:+ | CLONE_NEWUSER} of process $target: Bad file descriptor" \
		'this is no descriptor of a process: first open the process by pidfd_open(2)' "$joined" "$target" true
}

# bats test_tags=ours,fault:call-filtered
@test "join: a filter that refuses setns or pidfd_open is named" {
	enter_target --uts
	assert_refused "join: enter CLONE_NEWUTS${own:+ | CLONE_NEWUSER} of process $target: Operation not permitted" \
		'a seccomp filter refuses it, as in a container engine: run it outside, or have the engine allow it' \
		build/tests/deny setns EPERM "${program[@]}" true
	assert_refused "join: open process $target: Operation not permitted" \
		'a seccomp filter is on, as in a container engine: run it outside, or have the engine allow it' \
		build/tests/deny pidfd_open EPERM "${program[@]}" true
	assert_refused "join: open process $target: Function not implemented" \
		'a seccomp filter refuses it, as in a container engine: run it outside, or have the engine allow it' \
		build/tests/deny pidfd_open ENOSYS "${program[@]}" true
}

# The sanitizers themselves read /proc.
# bats test_tags=ours,no-asan
@test "join: a /proc that is missing, another namespace's, or hides the process, is named" {
	assert_refused 'join: read the namespaces of process self: No such file or directory' \
		'/proc isn'\''t mounted; as root: `mount -t proc proc /proc`' \
		"${with_rights[@]}" unshare --mount sh -c 'mount -t tmpfs none /proc && exec "$0" $$ true' "$join"
	# In there, no process has this PID, but /proc shows the one that has it here.
	assert_refused "join: open process $$: No such process" \
		'/proc shows the processes of another PID namespace, and their PIDs there: as root, `mount -t proc proc /proc`' \
		"${with_rights[@]}" unshare --pid --fork "$join" $$ true
	[[ $EUID -eq 0 ]] || return 0
	assert_refused 'join: read the namespaces of process 1: No such file or directory' \
		"this /proc hides the process, which is another user's (hidepid): use sudo" \
		unshare --pid --fork --mount sh -c 'mount -t proc -o hidepid=2 proc /proc && "$@"; exit $?' sh \
		"${without_rights[@]}" "$join" 1 true
}

# When the program ends, the sanitizers look for it in /proc, which is the container's.
# bats test_tags=ours,no-asan
@test "join: the judge agrees" {
	run -0 scripts/check join --program "build/$LAB"
}
