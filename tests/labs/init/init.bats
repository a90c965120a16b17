# What the init lab promises.
load ../../lib/helpers
load ../../lib/terminal

teardown() {
	close_terminals
	kill_containers
}

# pid_1: print the PID, here, of the container's PID 1: the parent of its shell.
pid_1() {
	parent_of "${container_pid[it]}"
}

# bats test_tags=shows:init-command
@test "init: the shell is a child of PID 1, and that is the program" {
	run -0 inside 'echo "$$ $PPID"; ps -o comm= -p 1'
	assert_line '2 1'
	assert_line "${program[-1]##*/}"
}

# bats test_tags=shows:init-reap
@test "init: orphans that have ended leave no zombie, however many end at once" {
	start_container it
	# Each of ten sleeps loses its parent, and then ends; the next ten have ended before.
	ask it '(for i in 0 1 2 3 4 5 6 7 8 9; do sleep 0.2 & done)'
	ask it '(for i in 0 1 2 3 4 5 6 7 8 9; do sleep 0 & done; exec sleep 0.3)'
	has_one_child() {
		[[ $(pgrep -P "$(pid_1)") == "${container_pid[it]}" ]]
	}
	within 5 has_one_child # the shell; pgrep(1) finds zombies, too
	stop_container it
}

# zombies_of PID: print how many of its children have ended, and it hasn't waited for them.
zombies_of() {
	ps -o state= --ppid "$1" | tr -cd Z | wc -c
}

@test "init: in the same container with sleep as PID 1, they stay as zombies" {
	"${with_rights[@]}" unshare --uts --ipc --pid --fork --kill-child --mount-proc \
		sh -c '(sleep 0.5 & sleep 0.5 & sleep 0.5 &); exec sleep 1000' 3>&- &
	unshare=$!
	within 5 pgrep -P "$unshare" -x sleep
	three_zombies() {
		(($(zombies_of "$(pgrep -P "$unshare" -x sleep)") == 3))
	}
	within 5 three_zombies
	kill -KILL "$unshare"
	wait "$unshare" || true
}

# bats test_tags=shows:init-forward
@test "init: SIGTERM to PID 1 reaches the command, whose own handler decides how the container ends" {
	start_container it
	ask it "trap 'caught=yes' TERM"
	kill -TERM "$(pid_1)"
	reached() {
		[[ $(ask it 'echo "$caught"') == yes ]]
	}
	within 5 reached
	echo 'exit 43' >&"${to[it]}"
	wait_status=0
	wait "${program_pid[it]}" || wait_status=$?
	assert_equal "$wait_status" 43
}

# bats test_tags=shows:init-block
@test "init: the signals that would be dropped reach it as well" {
	start_container it
	for signal in HUP USR1 USR2 WINCH; do
		ask it "trap 'caught=$signal' $signal"
		kill -s "$signal" "$(pid_1)"
		reached() {
			[[ $(ask it 'echo "$caught"') == "$signal" ]]
		}
		within 5 reached
	done
	stop_container it
}

@test "init: a command without a handler ends at once by SIGTERM; as PID 1, it doesn't" {
	before=${EPOCHREALTIME/./}
	run -143 timeout --preserve-status 0.3 "${program[@]}" sleep 1000
	((${EPOCHREALTIME/./} - before < 1500000))
}

@test "init: ends with the command's status" {
	run -43 "${program[@]}" sh -c 'exit 43'
	run -137 "${program[@]}" sh -c 'kill -KILL $$'
	run -143 "${program[@]}" sh -c 'kill -TERM $$'
	run -127 "${program[@]}" /nonexistent
	run -126 "${program[@]}" /
}

@test "init: ends with the command, and what that has left running is killed" {
	start_container it
	ask it '(sleep 1000 >/dev/null &)'
	orphan=$(pgrep -P "$(pid_1)" -x sleep)
	stop_container it
	run -0 timeout 5 tail --pid "$orphan" -f /dev/null
}

@test "init: PID 1 sleeps until something happens" {
	start_container it
	pid=$(pid_1)
	used() {
		awk '{print $14 + $15}' "/proc/$pid/stat"
	}
	before=$(used)
	sleep 0.5
	assert_equal "$(used)" "$before"
	run -0 awk '/^State:/ {print $2}' "/proc/$pid/status"
	assert_output S
	stop_container it
}

# Without container.blocks_signals, PID 1 would lose some: it neither handles nor blocks them before container_main().
# Not in the user lab: its own PID 1 is a program that has just begun, and loses some.
# bats test_tags=ours
@test "init: no SIGTERM is lost that comes while the program starts" {
	run -0 /usr/bin/python3 - "${with_rights[@]}" build/init sleep 1000 3>&- <<'END'
import random, subprocess, sys, time

late = 0
for _ in range(200):
    program = subprocess.Popen(sys.argv[1:], stderr=subprocess.DEVNULL)
    time.sleep(random.uniform(0, 0.01))
    program.terminate()
    sent = time.monotonic()
    program.wait()
    late += time.monotonic() - sent > 1.5  # After 2 s, the program kills a container that doesn't end.
print(late, "late")
END
	assert_output '0 late'
}

@test "init: at a terminal, Ctrl-C ends its command, and Ctrl-Z stops it" {
	open_terminal 80 24 "$(shell_at_terminal 'outside ')"
	wait_for '^outside'
	type_line "${program[*]} sleep 1000; echo status \$?"
	wait_for 'In the container process'
	within 5 pgrep -x -f 'sleep 1000'
	press C-c
	wait_for 'status 130$'
	type_line "${program[*]} sleep 1001"
	wait_for 'In the container process' 2
	within 5 pgrep -x -f 'sleep 1001'
	press C-z
	wait_for 'Stopped'
	run -0 ps -o state= -p "$(pgrep -x -f 'sleep 1001')"
	assert_output T
	type_line fg
	running() {
		[[ $(ps -o state= -p "$(pgrep -x -f 'sleep 1001')") == S ]]
	}
	within 5 running
	press C-c
	type_line 'echo status $?'
	wait_for 'status 130$' 2
}

@test "init: at a terminal, an interactive shell has its own job control" {
	open_terminal 80 24 "$(shell_at_terminal 'outside ')"
	wait_for '^outside'
	type_line "PS1='inside ' ${program[*]} bash --norc"
	wait_for '^inside'
	type_line 'sleep 1000'
	within 5 pgrep -x -f 'sleep 1000'
	press C-z
	wait_for 'Stopped'
	type_line 'fg'
	press C-c
	type_line 'echo "jobs: $(jobs | wc -l)"'
	wait_for '^jobs: 0'
	type_line 'exit 5'
	type_line 'echo status $?'
	wait_for '^status 5'
}

@test "init: a container has UTS, IPC, PID and mount namespaces of its own, and the rest is shared" {
	start_container it
	start_container other
	host=$(parent_of "$(pid_1)")
	for kind in uts ipc pid mnt; do
		one=$(namespace "${container_pid[it]}" "$kind")
		assert_not_equal "$one" "$(namespace "$host" "$kind")"
		assert_not_equal "$one" "$(namespace "${container_pid[other]}" "$kind")"
	done
	for kind in cgroup net user; do
		assert_equal "$(namespace "${container_pid[it]}" "$kind")" "$(namespace "$host" "$kind")"
	done
	stop_container it
	stop_container other
}

@test "init: the host is left as it was" {
	assert_host_unchanged '(sleep 1000 &); hostname changed'
}

# bats test_tags=ours
@test "init: where PID 1 can make no child, it says why" {
	run -125 "${without_rights[@]}" build/user prlimit --nproc=2 build/init true
	assert_line 'init: fork: Resource temporarily unavailable'
	assert_line --partial 'a limit on processes'
}

# bats test_tags=ours
@test "init: the judge agrees" {
	run -0 scripts/check init --program "build/$LAB"
}
