# How a container starts, lives and ends: the handshake, signals, a terminal, orphans, SIGKILL at any moment.
# What the labs themselves promise is in tests/labs: that PID 1 can't be killed from inside, for example.
# bats file_tags=slow
# shellcheck disable=SC2086,SC1003 # commands of several words; the key that is named C-\
load ../lib/helpers
load ../lib/terminal

setup() {
	# A container without a PID namespace; a container whose command is PID 1; a container in a container.
	uts="${with_rights[*]} build/uts"
	user="build/user"
	nested="build/user build/uts"
	mark=100.$$$BATS_TEST_NUMBER # an operand of sleep(1), to find this test's own among all processes
	started=()
	ulimit -c 0
	# LeakSanitizer attaches to the process at its end, and hangs if SIGCONT is pending there. Other tests look for leaks.
	export ASAN_OPTIONS=detect_leaks=0
}

# What a test leaves when it fails halfway.
teardown() {
	close_terminals
	[[ ${#started[@]} -eq 0 ]] || kill -KILL "${started[@]}" 2>/dev/null || true
}

# start COMMAND...: in the background.
start() {
	"$@" 3>&- &
	started+=($!)
}

# has_ended PID: its parent, this shell, may not have waited for it yet.
has_ended() {
	! kill -0 "$1" 2>/dev/null || in_state Z "$1"
}

# wait_for_end PID: of what start() has started; sets `status`.
wait_for_end() {
	status=0
	within 10 has_ended "$1"
	wait "$1" || status=$?
}

# sleeping N: N containers have come as far as to run `sleep $mark`.
sleeping() {
	[[ $(pgrep -c -f "^sleep $mark") -eq $1 ]]
}

# in_state LETTERS PID...: each of the processes is in one of these states, as ps(1) has them; T is stopped.
in_state() {
	local pid
	for pid in "${@:2}"; do
		grep -q "^State:.[$1] " "/proc/$pid/status" || return 1
	done
}

# chain PID: print the process, its child, the child of that, and so on.
chain() {
	local pid=$1
	echo "$pid"
	while pid=$(pgrep -P "$pid"); do
		echo "$pid"
	done
}

# open_host_shell: a terminal with a shell whose prompt is its level, 1 on the host.
open_host_shell() {
	open_terminal 200 60 "$(shell_at_terminal '$SHLVL> ' SHLVL=0)"
	within 5 at_prompt 1
}

# shell_pid: of the terminal's shell.
shell_pid() {
	in_tmux display-message -p -t "$terminal" '#{pane_pid}'
}

# shows REGEX: a line at the terminal fits.
shows() {
	screen | grep -E "$1" >/dev/null
}

# at_prompt LEVEL; before it on the line may be the prompt of a shell that was killed.
at_prompt() {
	[[ $(screen | tail -n 1) =~ (^|" ")$1">"$ ]]
}

# job: print the PIDs of what runs at the terminal, from the program to the innermost command.
job() {
	chain "$(shell_pid)" | tail -n +2
}

# sleeps: the innermost command at the terminal is `sleep $mark`.
sleeps() {
	[[ $(job | tail -n 1 | xargs --no-run-if-empty ps -o args= -p) == "sleep $mark" ]]
}

# start_at_terminal COMMAND: type it, with a sleep as the container's command.
start_at_terminal() {
	type_line "$1 sleep $mark"
	within 5 sleeps
}

# job_in_state LETTERS: so are all of them.
job_in_state() {
	local pids
	mapfile -t pids < <(job)
	[[ ${#pids[@]} -gt 0 ]] && in_state "$1" "${pids[@]}"
}

# assert_last_status N: the command that was typed last has ended so.
assert_last_status() {
	type_line 'echo "status: $?"'
	within 10 shows '^status: [0-9]'
	run -0 screen
	assert_line "status: $1"
}

# bats test_tags=fault:ended-by-signal
@test "life: TERM, INT, HUP and QUIT to the program end the container in 2 s, with status 128 + n" {
	local command signal i statuses=()
	for command in "$uts" "$user" "$nested"; do
		for signal in TERM INT HUP QUIT; do
			# HUP would stay ignored where the tests themselves run under nohup.
			start env --default-signal=HUP $command sleep "$mark" 2>/dev/null
			statuses+=($((128 + $(kill -l $signal))))
		done
	done
	within 10 sleeping 12
	for i in "${!started[@]}"; do
		kill -$((statuses[i] - 128)) "${started[i]}"
	done
	SECONDS=0
	for i in "${!started[@]}"; do
		wait_for_end "${started[i]}"
		assert_equal "$status" "${statuses[i]}"
	done
	((SECONDS <= 3))
	sleeping 0
}

# bats test_tags=fault:ended-by-signal
@test "life: an alarm, sent or set by the caller, ends the container as other signals do" {
	for command in "$uts" "$user"; do
		start $command sleep "$mark" 2>/dev/null
		within 5 sleeping 1
		kill -ALRM "${started[-1]}"
		wait_for_end "${started[-1]}"
		assert_equal "$status" 142
	done
	# The command can't know of the one that the caller has set.
	run -142 timeout -k 1 10 python3 -c 'import os, signal, sys; signal.alarm(1); os.execvp(sys.argv[1], sys.argv[1:])' \
		$user sh -c "trap 'echo cleaned up; exit 3' ALRM; sleep $mark & wait"
	assert_line 'cleaned up'
}

# bats test_tags=fault:ended-by-signal
@test "life: a command that handles a signal has the time to clean up" {
	local signal
	for signal in TERM HUP INT QUIT ALRM; do
		# A shell that is started with a signal ignored can't trap it.
		start env --default-signal=$signal build/user sh -c "trap 'echo cleaned up; exit 3' $signal; sleep $mark & wait" \
			>"$BATS_TEST_TMPDIR/out" 2>/dev/null
		within 5 sleeping 1
		kill -$signal "${started[-1]}"
		wait_for_end "${started[-1]}"
		assert_equal "$status" $((128 + $(kill -l $signal)))
		run -0 cat "$BATS_TEST_TMPDIR/out"
		assert_output 'cleaned up'
	done
}

# bats test_tags=fault:ended-by-signal
@test "life: under nohup, HUP doesn't end the container" {
	start nohup $uts sleep "$mark" >/dev/null 2>&1
	within 5 sleeping 1
	kill -HUP "${started[0]}"
	kill -TERM "${started[0]}" # the first to arrive gives the status
	wait_for_end "${started[0]}"
	assert_equal "$status" 143
}

# bats test_tags=long,fault:terminal-keys
@test "life: Ctrl-C and Ctrl-\\ at a terminal end the container" {
	local command i
	for command in "$uts" "$user" "$nested"; do
		open_host_shell
		start_at_terminal "$command"
		press C-c
		open_host_shell
		start_at_terminal "$command"
		press 'C-\'
	done
	for i in "${!terminals[@]}"; do
		terminal=${terminals[i]}
		assert_last_status $((130 + i % 2))
	done
	sleeping 0
}

# bats test_tags=long,fault:terminal-keys
@test "life: Ctrl-Z at a terminal stops the container, and fg continues it" {
	local command
	for command in "$uts" "$user" "$nested"; do
		open_host_shell
		start_at_terminal "$command"
		press C-z
		within 5 at_prompt 1
		within 5 job_in_state T
		type_line fg
		within 5 job_in_state SR
		# It is in the foreground again: the terminal's keys reach it.
		press C-c
	done
	for terminal in "${terminals[@]}"; do
		assert_last_status 130
	done
}

# Here the program is itself PID 1 and can't stop, but what is around it can.
# bats test_tags=fault:terminal-keys
@test "life: in another container, Ctrl-Z stops the command as well" {
	open_host_shell
	start_at_terminal 'unshare --user --map-root-user --pid --fork build/uts'
	press C-z
	within 5 at_prompt 1
	within 5 in_state T "$(job | head -n 1)"
	within 5 in_state T "$(job | tail -n 1)"
	type_line fg
	within 5 job_in_state SR
	press C-c
	assert_last_status 130
}

# bats test_tags=fault:terminal-keys
@test "life: a command that handles Ctrl-Z and Ctrl-C itself gets them once, as from a shell" {
	local command
	cat >"$BATS_TEST_TMPDIR/handler" <<-'EOF'
		import os, signal, time
		def tidy(*_):
		    time.sleep(0.02) # as a long way to tidy up
		    print("\ntidied", flush=True)
		    os.kill(os.getpid(), signal.SIGSTOP)
		signal.signal(signal.SIGTSTP, tidy)
		signal.signal(signal.SIGINT, lambda *_: print("\ninterrupted", flush=True))
		print("\nready", flush=True)
		while True: time.sleep(0.05)
	EOF
	for command in "$uts" "$user" "$nested"; do
		open_host_shell
		type_line "$command python3 '$BATS_TEST_TMPDIR/handler'"
		within 5 shows '^ready'
		if [[ $command == "$uts" ]]; then # a PID 1 is stopped before it can do anything
			press C-z
			within 5 shows '^tidied'
			within 5 at_prompt 1
			type_line fg
		fi
		press C-c
	done
	for terminal in "${terminals[@]}"; do
		assert_last_status 130
		assert_equal "$(screen | grep -c '^interrupted')" 1
	done
}

# bats test_tags=fault:terminal-keys
@test "life: in the background, a command that reads from the terminal is stopped until fg" {
	local command
	open_host_shell
	for command in "$uts" "$user" "$nested"; do
		type_line "$command cat &"
		within 5 pgrep -s "$(shell_pid)" -x cat
		within 5 job_in_state T
		type_line fg
		within 5 job_in_state SR
		type_line 'some text'
		within 5 shows '^some text$'
		press C-d
		assert_last_status 0
		press C-l
	done
}

# bats test_tags=fault:terminal-keys
@test "life: in the background, a command that may not write to the terminal is stopped until fg" {
	local command
	open_host_shell
	type_line 'stty tostop'
	for command in "$uts" "$user" "$nested"; do
		type_line "$command sh -c 'echo writ''ten' 2>/dev/null &"
		within 5 pgrep -s "$(shell_pid)" -f '^sh -c echo written'
		within 5 job_in_state T
		run -1 shows '^written$'
		type_line fg
		within 5 shows '^written$'
		assert_last_status 0
		press C-l
	done
}

# open_shell COMMAND: start an interactive shell in a container, at a new terminal; keep the terminal's modes in a file.
open_shell() {
	open_host_shell
	type_line "stty -a >'$BATS_TEST_TMPDIR/before'"
	type_line "$1 bash --norc"
	within 5 at_prompt 2
}

# bats test_tags=long,fault:terminal-keys
@test "life: an interactive shell in a container has its own Ctrl-C, Ctrl-Z, fg and Ctrl-\\" {
	local command
	for command in "$uts" "$user" "$nested"; do
		open_shell "$command"
		press C-c
		start_at_terminal ''
		press C-c
		within 5 sleeping 0
		start_at_terminal ''
		press C-z
		within 5 shows '^\[1\]\+ +Stopped +sleep'
		type_line fg
		within 5 in_state S "$(pgrep -f "^sleep $mark")"
		press 'C-\'
		within 5 sleeping 0
	done
	# Had one of these reached the program, the container would soon be gone.
	SECONDS=0
	within 5 eval '((SECONDS > 2))'
	for terminal in "${terminals[@]}"; do
		within 5 at_prompt 2
		type_line 'exit 7'
		within 5 at_prompt 1
		assert_last_status 7
		type_line "stty -a >'$BATS_TEST_TMPDIR/after'"
		start_at_terminal ''
		press C-c
		within 5 sleeping 0
		run -0 diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	done
}

# bats test_tags=fault:terminal-keys
@test "life: an interactive shell in a container that suspends itself, or is stopped, goes on by fg" {
	open_shell "$uts"
	type_line suspend
	within 5 at_prompt 1
	type_line fg
	within 5 at_prompt 2
	# It doesn't know that it has been stopped, and goes on to read from the terminal.
	kill -STOP "$(job | tail -n 1)"
	within 5 at_prompt 1
	type_line fg
	type_line 'echo writ''ten'
	within 5 shows '^written$'
	type_line 'exit 7'
	within 5 at_prompt 1
	assert_last_status 7
}

# As a shell has, it has a process group of its own, in the foreground.
# bats test_tags=fault:terminal-keys
@test "life: a command that has stopped itself gets the foreground back by fg, and not by bg" {
	local continue
	cat >"$BATS_TEST_TMPDIR/stops" <<-'EOF'
		import os, signal, sys, time
		signal.signal(signal.SIGTTOU, signal.SIG_IGN)
		if os.getpgrp() != os.getpid():
		    os.setpgid(0, 0)
		os.tcsetpgrp(2, os.getpid())
		os.kill(os.getpid(), signal.SIGSTOP)
		seen = []
		for _ in range(200):
		    time.sleep(0.001)
		    seen.append(os.tcgetpgrp(2) == os.getpid())
		print("foreground:", any(seen), file=open(sys.argv[1], "w"))
	EOF
	open_host_shell
	for continue in bg fg; do
		type_line "$uts python3 '$BATS_TEST_TMPDIR/stops' '$BATS_TEST_TMPDIR/$continue'"
		within 5 shows 'Stopped'
		within 5 at_prompt 1
		type_line "$continue"
		within 5 test -s "$BATS_TEST_TMPDIR/$continue"
		press C-l
	done
	run -0 cat "$BATS_TEST_TMPDIR"/{bg,fg}
	assert_output $'foreground: False\nforeground: True'
}

# A shell at its prompt has set the terminal not to echo.
# bats test_tags=long,fault:terminal-keys
@test "life: when the container is killed at its prompt, the terminal is as it was" {
	local command signal statuses=()
	for command in "$uts" "$user" "$nested"; do
		for signal in TERM HUP; do
			open_shell "env --default-signal=HUP $command"
			kill -$signal "$(job | head -n 1)"
			statuses+=($((128 + $(kill -l $signal))))
		done
	done
	for i in "${!terminals[@]}"; do
		terminal=${terminals[i]}
		within 5 at_prompt 1
		assert_last_status "${statuses[i]}"
		type_line "stty -a >'$BATS_TEST_TMPDIR/after'; echo written"
		within 5 shows '^written$'
		run -0 diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	done
}

# is_inside PID: what runs at the terminal is in all the namespaces that the process is in.
is_inside() {
	local kind pid
	pid=$(job | tail -n 1)
	for kind in uts ipc pid mnt net user; do
		[[ "/proc/$pid/ns/$kind" -ef "/proc/$1/ns/$kind" ]] || return 1
	done
}

# bats test_tags=long
@test "life: the line for a second terminal, typed there, leads into the container" {
	local command line lines insides containers=("$user" "build/user build/net")
	[[ $EUID -ne 0 ]] || containers+=(build/uts build/pid build/net)
	for command in "${containers[@]}"; do
		open_host_shell
		type_line "$command bash --norc"
		within 5 at_prompt 2
		mapfile -t lines < <(screen | sed -n 's/^Look inside from a second terminal.*: //p')
		mapfile -t insides < <(job)
		# There is one for each container. The first says what the caller is in, and only the host's own PID namespace has
		# this inode.
		assert_equal "${#lines[@]}" "$(grep -o build/ <<<"$command" | wc -l)"
		where=' on this same host'
		[[ $(namespace self pid) -ne 4026531836 ]] || where=
		assert_regex "$(screen | grep '^Look inside' | head -n 1)" "^Look inside from a second terminal$where: (sudo )?nsenter"
		[[ ${#lines[@]} -eq 1 ]] || assert_regex "$(screen | grep '^Look inside' | tail -n 1)" 'on this same host: '
		# For a container in a container, the second line is typed in the outer one.
		open_host_shell
		for line in "${!lines[@]}"; do
			type_line "${lines[line]}"
			within 5 is_inside "${insides[line + 1]}"
		done
	done
}

# How often it is killed: NSLABS_KILLS.
# bats test_tags=long,fault:sigkill
@test "life: killed by SIGKILL at any moment, the program leaves nothing behind" {
	mapfile -t containers < <(for lab in $(labs_where makes_container); do command_of "$lab"; done)
	TMPDIR=$BATS_TEST_TMPDIR NSLABS_TEST_TOKEN=kills run -0 scripts/stage \
		bash -s "${NSLABS_KILLS:-50}" "$BATS_TEST_TMPDIR" "${containers[@]}" <<-'EOF'
			mkfifo "$2/never"
			exec 4<>"$2/never"
			tests/lib/snapshot >"$2/before"
			labs=("${@:3}")
			for ((i = 0; i < $1; i++)); do
				"${labs[i % ${#labs[@]}]}" sleep 100 &
				# Most of its first 5 ms have passed when it runs the command.
				read -r -t "0.00$((RANDOM % 5))$((RANDOM % 10))" -u 4
				kill -KILL $!
				wait $!
				[[ $? -eq 137 ]] || echo "ended by itself"
			done 2>"$2/errors"
			tests/lib/snapshot --compare "$2/before"
			pgrep -a sleep || true
		EOF
	assert_output ''
}

# kill_before_prctl LAB CALL TRACED: kill the program once strace(1) has seen this of the system call CALL. The child's first
# prctl(2) takes long; by the time of the second, it would soon run the command.
kill_before_prctl() {
	start strace -f -q -o "$BATS_TEST_TMPDIR/trace" -e trace="prctl,$2" -e inject=prctl:delay_enter=500000 \
		"build/$1" touch "$BATS_TEST_TMPDIR/made" 2>/dev/null
	within 5 grep -qF "$3" "$BATS_TEST_TMPDIR/trace"
	kill -KILL "$(pgrep -P "${started[0]}")"
	wait_for_end "${started[0]}"
	run -0 cat "$BATS_TEST_TMPDIR/trace"
	assert_line --regexp 'prctl resumed.*\(DELAYED\)|prctl\(PR_SET_PDEATHSIG.*\(DELAYED\)'
	[[ ! -e $BATS_TEST_TMPDIR/made ]]
}

# bats test_tags=fault:sigkill
@test "life: killed right after it has let the child go on, before the child has tied its life to it, the program leaves no container" {
	kill_before_prctl user write '"!", 1'
}

# bats test_tags=fault:sigkill
@test "life: skeleton that is killed before the child has tied its life to it leaves no child" {
	kill_before_prctl skeleton clone 'clone('
}

# bats test_tags=fault:host-fails
@test "life: if the host can't be prepared, the command never runs" {
	run -125 --separate-stderr build/tests/trial fail "$BATS_TEST_TMPDIR/made"
	assert_equal "$(without_asan_warning "$stderr")" 'trial: prepare the host: Operation canceled'
	# Without this capability, net can't make its pair.
	run -125 "${with_rights[@]}" setpriv --bounding-set -net_admin build/net touch "$BATS_TEST_TMPDIR/made"
	assert_line 'net: add a veth pair: Operation not permitted'
	assert_line --partial 'it needs CAP_NET_ADMIN over both network namespaces'
	refute_line 'In the container process!'
	[[ ! -e $BATS_TEST_TMPDIR/made ]]
}

# bats test_tags=fault:pid-1-ends
@test "life: when PID 1 ends, so does every process of the container, and its status is the one that counts" {
	run -7 build/user sh -c "sleep $mark >/dev/null 2>&1 & sleep $mark >/dev/null 2>&1 & exit 7"
	within 2 sleeping 0
}

# bats test_tags=long,fault:orphans
@test "life: a thousand orphans are reaped by the shell that is PID 1" {
	run -0 timeout -k 1 20 build/user bash -c '
		for ((i = 0; i < 1000; i++)); do (true & exec true) & done; wait
		until [[ $(ps -e -o stat= | grep -c Z) -eq 0 ]]; do sleep 0.05; done
		echo "left: $(ps -e | grep -c true)"'
	assert_line 'left: 0'
}

# bats test_tags=fault:self-stopped
@test "life: a command that stops itself stops the program, until both are continued" {
	local command
	for command in "$uts" "$nested"; do
		start $command sh -c 'kill -STOP $$; exit 7' 2>/dev/null
	done
	within 5 in_state T "${started[0]}"
	kill -CONT "${started[0]}"
	wait_for_end "${started[0]}"
	assert_equal "$status" 7
	# In another container, the program is PID 1 and can't stop; so the command just goes on.
	wait_for_end "${started[1]}"
	assert_equal "$status" 7
}

# bats test_tags=fault:ended-by-signal
@test "life: TERM ends a container that has stopped" {
	start $uts sh -c 'kill -STOP $$' 2>/dev/null
	within 5 in_state T "${started[0]}"
	kill -TERM "${started[0]}"
	kill -CONT "${started[0]}"
	wait_for_end "${started[0]}"
	assert_equal "$status" 143
}

@test "life: when its terminal is closed, a container ends" {
	local command
	for command in "$uts" "$user" "$nested"; do
		open_host_shell
		start_at_terminal "$command"
	done
	close_terminals
	within 4 sleeping 0
}

# bats test_tags=fault:sigchld-ignored
@test "life: a caller that ignores SIGCHLD gets the right status, and the command has its signals as the caller had them" {
	local lab option signals='grep -E ^Sig(Blk|Ign) /proc/self/status'
	run -7 timeout -k 1 10 env --ignore-signal=CHLD build/skeleton sh -c 'exit 7'
	for lab in uts mount; do
		for option in --ignore-signal=CHLD,PIPE --block-signal --default-signal; do
			run -7 "${with_rights[@]}" timeout -k 1 10 env $option build/$lab sh -c 'exit 7'
			expected=$(env $option $signals)
			run -0 --separate-stderr "${with_rights[@]}" env $option build/$lab $signals
			assert_output "$expected"
		done
	done
}

# bats test_tags=fault:sigchld-ignored
@test "life: a zombie that the caller left doesn't matter" {
	run -7 python3 -c '
import os, sys
if os.fork() == 0:
    os._exit(0)
os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT) # leaves it a zombie
os.execvp(sys.argv[1], sys.argv[1:])' $uts sh -c 'exit 7'
}
