# What holds for every lab, whichever part of it a lab writes itself: the labs come from the Makefile. In more ways, the same is
# tried of some of them in the other files here.
# bats file_tags=slow
load ../lib/helpers

setup_file() {
	tests/lib/snapshot >"$BATS_FILE_TMPDIR/before"
	# What a lab enters that makes no container of its own.
	[[ $EUID -eq 0 ]] || own=(--user --map-root-user)
	start_target "${own[@]}" --uts --ipc --pid --mount-proc
	echo "$maker" >"$BATS_FILE_TMPDIR/maker"
	export NSLABS_TARGET=$target
}

# After all of them, the host is as it was before.
teardown_file() {
	kill -KILL "$(<"$BATS_FILE_TMPDIR/maker")"
	within 5 eval "! kill -0 $NSLABS_TARGET 2>/dev/null"
	tests/lib/snapshot --compare "$BATS_FILE_TMPDIR/before" >&2
}

setup() {
	mapfile -t containers < <(labs_where makes_container)
	ulimit -c 0
	export ASAN_OPTIONS=detect_leaks=0 # see life.bats
	mark=100.$$$BATS_TEST_NUMBER       # an operand of sleep(1), to find this test's own among all processes
	started=()
}

# What a test leaves when it fails halfway.
teardown() {
	[[ ${#started[@]} -eq 0 ]] || kill -KILL "${started[@]}" 2>/dev/null || true
}

# in_each COMMAND...: run it with the words that start the lab, for each lab in `containers`; LAB is the lab.
in_each() {
	for LAB in "${containers[@]}"; do
		read -ra words < <(command_here "$LAB")
		"$@" "${words[@]}" || fail "in $LAB"
	done
}

# with_pids LAB: its container has PIDs of its own, PID 1 is the command, and there is Bash.
with_pids() {
	has_mark pid.flag "$1" || { in_part 2 "$1" && runs_as root "$1" && [[ -z $(fact "$1" image) && $1 != init ]]; }
}

# last_lines N TEXT: without what AddressSanitizer adds.
last_lines() {
	without_asan_warning "$2" | tail -n "$1"
}

statuses_come_out() {
	local code
	for code in 0 1 2 77 125 126 127 128 137 254 255; do
		run "-$code" "$@" sh -c "exit $code"
	done
}

# bats test_tags=long,fault:every-status
@test "every lab: the status is the command's" {
	in_each statuses_come_out
}

signals_come_out() {
	local signal
	for signal in TERM INT HUP QUIT KILL ABRT SEGV PIPE; do
		# PID 1 can't be killed from inside: so it is a child that is, and its shell says how.
		run -$((128 + $(kill -l $signal))) env --default-signal "$@" sh -c "(kill -$signal \$\$) || true; sh -c 'kill -$signal \$\$'; exit \$?"
	done
}

# bats test_tags=long,fault:killed-by-signal
@test "every lab: of a command that is killed, the status is 128 + n" {
	in_each signals_come_out
}

descriptors_stay_closed() {
	local file=$BATS_TEST_TMPDIR/file in out err expected code
	# shellcheck disable=SC2034 # eval uses it
	local script='read -r line; code=$?
		{ echo "$line"; } 2>/dev/null || code=$((code + 2))
		{ echo error >&2; } || code=$((code + 4))
		exit $code'
	for in in '' '<&-'; do
		for out in '' '>&-' '>/dev/full'; do
			for err in '' '2>&-'; do
				expected=$((${in:+1} + ${out:+2} + ${err:+4} + 0)) code=0
				eval 'timeout -k 1 20 "$@" sh -c "$script" <<<input >$file.out 2>$file.err 3>&-' "$in $out $err" || code=$?
				assert_equal "$code" "$expected"
				[[ $in$out ]] || assert_equal "$(cat "$file.out")" input
				[[ $err ]] || assert_equal "$(last_lines 1 "$(cat "$file.err")")" error
			done
		done
	done
}

# bats test_tags=long,fault:closed-descriptor
@test "every lab: a closed standard descriptor stays closed for the command, and none is taken for another" {
	in_each descriptors_stay_closed
}

messages_keep_their_order() {
	local command=(sh -c 'echo one; echo two >&2; echo three')
	"$@" "${command[@]}" </dev/null >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
	run bash -c '"$@" </dev/null 2>&1 | cat' bash "$@" "${command[@]}"
	run without_asan_warning "$output"
	assert_equal "$(tail -n 3 <<<"$output")" $'one\ntwo\nthree'
	# As many lines as in files; the PIDs in some differ.
	assert_equal "${#lines[@]}" "$(without_asan_warning "$(cat "$BATS_TEST_TMPDIR"/{out,err})" | wc -l)"
	[[ $(grep -c '^Program started$' <<<"$output") -le $# ]]
}

# bats test_tags=fault:output-through-pipe
@test "every lab: through a pipe, each message comes once and in order" {
	in_each messages_keep_their_order
}

runs_a_shell() {
	NSLABS_TARGET='' run -0 --separate-stderr timeout -k 1 20 "${with_rights[@]}" unshare --mount --net sh -c 'mount --bind /dev/null "$0" && exec "$@"' \
		"$(realpath /bin/bash)" "$(command_of "$LAB")" <<<'echo "Bash: ${BASH_VERSION-none}"'
	assert_line 'Bash: none'
}

# bats test_tags=fault:no-bash
@test "every lab: without /bin/bash it runs /bin/sh" {
	in_each runs_a_shell
}

# bats test_tags=fault:no-sys-admin
@test "every lab: root without CAP_SYS_ADMIN is told of the user lab, and there it works" {
	for lab in $(labs_where runs_as root); do
		run -125 --separate-stderr "${with_rights[@]}" setpriv --bounding-set -sys_admin "build/$lab" true
		assert_equal "$(last_lines 1 "$stderr")" \
			"it needs CAP_SYS_ADMIN, or CLONE_NEWUSER among the flags: use sudo, or the user lab: build/user build/$lab"
		run -7 "${with_rights[@]}" setpriv --bounding-set -sys_admin build/user "$(command_of "$lab")" sh -c 'exit 7'
	done
}

# bats test_tags=fault:call-filtered,fault:no-clone3
@test "every lab: a filter on clone is named, to an ordinary user as well, and without clone3 it works" {
	for lab in $(labs_where brings_flag) nest; do
		for rights in "${with_rights[*]}" "${without_rights[*]}"; do
			# shellcheck disable=SC2086 # several words
			run -125 --separate-stderr $rights build/tests/deny clone EPERM "build/$lab" true
			assert_equal "$(last_lines 1 "$stderr")" \
				'a seccomp filter refuses it, as in a container engine: run it outside, or have the engine allow it'
		done
	done
	in_each works_without_clone3
}

works_without_clone3() {
	run -7 build/tests/deny clone3 ENOSYS "$@" sh -c 'true; exit 7'
}

# bats test_tags=fault:masked-proc
@test "every lab: where parts of /proc are masked, what mounts a new one for an ordinary user says so" {
	for lab in $(labs_where runs_as user); do
		run -125 --separate-stderr "${with_rights[@]}" unshare --mount sh -c 'mount -t tmpfs none /proc/irq && exec "build/$0" true' "$lab"
		assert_equal "$(last_lines 1 "$stderr")" \
			'parts of /proc are masked, as in a container engine (/proc/irq): run it outside, or have the engine unmask them'
	done
}

# bats test_tags=fault:unmapped-owner
@test "every lab: in a user namespace, files of an owner that isn't mapped belong to 65534" {
	# Not as 65534 itself, which is the overflow id as well.
	[[ $EUID -ne 0 ]] || other=(setpriv --reuid 12345 --regid 12345 --clear-groups)
	for lab in $(labs_where runs_as user); do
		run -0 --separate-stderr "${other[@]}" "build/$lab" stat --format '%u %g' /etc/passwd
		assert_output '65534 65534'
	done
}

all_are_ended() {
	local signal pid
	for signal in TERM INT HUP QUIT; do
		env --default-signal "$@" sleep "$mark" 2>/dev/null 3>&- &
		started+=($!)
		expected[$!]=$((128 + $(kill -l $signal)))
	done
}

count_sleeping() {
	[[ $(pgrep -c -f "^sleep $mark") -eq $1 ]]
}

# bats test_tags=fault:ended-by-signal
@test "every lab: TERM, INT, HUP and QUIT to the program end the container in 2 s, with status 128 + n" {
	local -A expected
	local pid status
	# Skeleton has no handlers: its child dies with it.
	mapfile -t containers < <(labs_where makes_container | grep -vx skeleton)
	in_each all_are_ended
	within 20 count_sleeping ${#started[@]}
	for pid in "${started[@]}"; do
		kill -$((expected[$pid] - 128)) "$pid"
	done
	within 4 count_sleeping 0
	for pid in "${started[@]}"; do
		status=0
		wait "$pid" || status=$?
		assert_equal "$status" "${expected[$pid]}"
	done
}

status_and_signals_are_right() {
	local option expected signals=(grep -E '^Sig(Blk|Ign)' /proc/self/status)
	for option in --ignore-signal=CHLD,PIPE --block-signal --default-signal; do
		run -7 timeout -k 1 10 env $option "$@" sh -c 'exit 7'
		expected=$(env $option "${signals[@]}")
		run -0 --separate-stderr env $option "$@" "${signals[@]}"
		assert_output "$expected"
	done
}

# bats test_tags=long,fault:sigchld-ignored
@test "every lab: a caller that ignores SIGCHLD or blocks all signals gets the right status, and the command the caller's signals" {
	in_each status_and_signals_are_right
}

stops_and_goes_on() {
	local pid status=0
	"$@" sh -c 'kill -STOP $$; exit 7' 2>/dev/null 3>&- &
	pid=$!
	started+=("$pid")
	# A PID 1 can't be stopped from inside, and just goes on.
	within 10 eval '! kill -0 '"$pid"' 2>/dev/null || grep -qE "^State:.[TZ]" /proc/'"$pid"'/status'
	kill -CONT "$pid" 2>/dev/null || true
	wait "$pid" || status=$?
	assert_equal "$status" 7
}

# bats test_tags=fault:self-stopped
@test "every lab: a command that stops itself stops the program, which goes on when it is continued" {
	# init's PID 1 doesn't wait for stops, and nothing inside could stop it.
	mapfile -t containers < <(labs_where makes_container | grep -vx -e skeleton -e init)
	in_each stops_and_goes_on
}

pid_1_lives_and_ends_all() {
	run -7 timeout -k 1 20 "$@" sh -c "kill -KILL 1; kill -TERM 1; sleep $mark >/dev/null 2>&1 & sleep $mark >/dev/null 2>&1 & exit 7"
	within 2 count_sleeping 0
	# The PIDs may be the host's, as /proc is.
	run -0 timeout -k 1 60 "$@" bash -c '
		for ((i = 0; i < 100; i++)); do (true & exec true) & done; wait
		me=$(exec awk "/^PPid:/ {print \$2}" /proc/self/status)
		while grep -lsx "PPid:.$me" /proc/[0-9]*/status | xargs --no-run-if-empty grep -qsx "State:.Z (zombie)"; do sleep 0.05; done
		echo "none of $me is left"'
	assert_line --regexp '^none of [0-9]+ is left$'
}

# bats test_tags=long,fault:kill-pid-1,fault:pid-1-ends,fault:orphans
@test "every lab: a PID 1 can't be killed from inside, reaps orphans, and takes all with it" {
	mapfile -t containers < <(labs_where with_pids)
	in_each pid_1_lives_and_ends_all
}

no_object_of_the_host() {
	run -0 --separate-stderr "$@" sh -c 'ipcs | grep -c 0x; ipcmk -Q >/dev/null; ipcs | grep -c 0x' || true
	assert_output $'0\n1'
}

# bats test_tags=fault:ipc-objects
@test "every lab: none of the host's queues is visible inside, and none that is made there outside" {
	mapfile -t containers < <(labs_where has_mark ipc.flag)
	queue=$(ipcmk -Q | grep -o '[0-9]*$')
	before=$(ipcs -q | grep -c 0x)
	in_each no_object_of_the_host
	after=$(ipcs -q | grep -c 0x)
	ipcrm -q "$queue"
	assert_equal "$after" "$before"
}
