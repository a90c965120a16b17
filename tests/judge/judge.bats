# The judge: what it says of right and wrong programs, in which form, and that it leaves nothing behind.
load ../lib/helpers

setup_file() {
	make --no-print-directory --silent all
}

setup() {
	work=$BATS_TEST_TMPDIR
	# What is judged, and those of it that run a command in a container.
	mapfile -t judged < <(labs_where has_marks)
	mapfile -t containers < <(labs_where judged_container)
	export TMPDIR=$work # where the judge puts a directory, and tests/lib/snapshot looks for what is left
	# An ordinary user must reach it, too.
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_SUITE_TMPDIR" "$work"
}

judged_container() {
	has_marks "$1" && makes_container "$1"
}

# script NAME COMMANDS: make a program, $work/NAME.
script() {
	printf '#!/bin/bash\n%s\n' "$2" >"$work/$1"
	chmod 755 "$work/$1"
}

# judge LAB PROGRAM [OPTION]...: the verdicts.
judge() {
	scripts/check "$1" --program "$2" --json "${@:3}" | verdicts
}

@test "judge: JSON has the promised keys, and the score is that of what the lab adds" {
	scripts/check uts --program build/uts --json >"$work/json"
	run -0 /usr/bin/python3 - "$work/json" <<-'END'
		import json, sys
		lab = json.load(open(sys.argv[1]))
		assert list(lab) == ["lab", "status", "score", "max_score", "checks"], lab
		assert (lab["lab"], lab["status"], lab["score"], lab["max_score"]) == ("uts", "pass", 3, 3), lab
		for check in lab["checks"]:
		    assert list(check) == ["id", "title", "status", "why", "expected", "actual", "hint", "points"], check
		    assert check["id"].startswith("uts.") and check["title"] and check["why"] and check["hint"], check
	END
}

# bats test_tags=long
@test "judge: without a name, all labs are judged, in the order of the course" {
	expected=0
	[[ $(cat /proc/self/setgroups) == allow ]] || expected=77
	run "-$expected" scripts/check --json
	echo "$output" >"$work/json"
	run -0 /usr/bin/python3 - "$work/json" "${judged[@]}" <<-'END'
		import json, sys
		verdict = json.load(open(sys.argv[1]))
		assert [lab["lab"] for lab in verdict["labs"]] == sys.argv[2:], verdict
		assert verdict["score"] == sum(lab["score"] for lab in verdict["labs"]), verdict
	END
}

# bats test_tags=long
@test "judge: what a program prints is escaped in every form" {
	script nasty $'printf "\\033[2J\\001\\r]]></failure><!-- \\xff\\xef\\xbf\\xbf # SKIP\\n" >&2; exit 3'
	for format in '' --json --junit --tap; do
		# shellcheck disable=SC2086 # no word for the text
		run -1 scripts/check uts --program "$work/nasty" $format
		echo "$output" >"$work/out$format"
		run grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$work/out$format"
		assert_failure 1
	done
	grep -qF '\x1b[2J\x01' "$work/out"
	run -0 /usr/bin/python3 - "$work" <<-'END'
		import json, sys
		import xml.etree.ElementTree as xml
		json.load(open(sys.argv[1] + "/out--json"))
		suite = xml.parse(sys.argv[1] + "/out--junit").getroot()[0]
		assert suite.get("tests") == "5" and int(suite.get("failures")) == len(suite.findall("testcase/failure")) > 0
	END
	run -0 cat "$work/out--tap"
	assert_line --index 0 'TAP version 13'
	assert_line --index 1 '1..5'
	assert_equal "$(grep -cE '^(not )?ok [1-5] - uts\.[a-z-]+: [^#]+$' "$work/out--tap")" 5
	refute_line --regexp '^(not )?ok .*# SKIP'
}

@test "judge: a failure shows what was expected and seen, why, and how to see it; the whole output is in a file" {
	script chatty 'seq 100000; exec bash'
	run -1 scripts/check uts --program "$work/chatty"
	assert_line --regexp '^  uts.namespace: .* FAIL \([0-9.]+s\)$'
	assert_line --regexp '^    expected: .'
	assert_line --regexp '^    seen: uts:\[[0-9]+\], '
	assert_line --regexp '^    why it matters: .'
	assert_line --regexp '^    see it yourself: .'
	assert_line 'Score: 0/3'
	log=$(sed -n 's/^  everything the program printed is in //p' <<<"$output")
	assert_equal "$(grep -cxE '[0-9]{1,6}' "$log")" 100000
}

@test "judge: a failure quotes the program's own error, and the line below it" {
	script uts 'printf "%s\n" "uts: sethostname: Operation not permitted" "use sudo" "something else" >&2; exec bash'
	run -1 scripts/check uts --program "$work/uts"
	assert_line --regexp '^ +uts: sethostname: Operation not permitted$'
	assert_line --regexp '^ +use sudo$'
	refute_line --regexp 'something else'
}

@test "judge: a check that can't be tried only says so: the cause is explained once" {
	run -1 scripts/check uts --program "$work/missing"
	assert_line --partial "seen: the program can't be tried: see uts.compiles"
	assert_equal "$(grep -c 'why it matters' <<<"$output")" 1
	script nothing 'exit 3'
	run -1 scripts/check uts --program "$work/nothing"
	assert_line --partial "seen: the program's shell was not found: see uts.runs"
	assert_equal "$(grep -c 'why it matters' <<<"$output")" 1
}

@test "judge: a full score with a check that fails says that it is no pass" {
	script leak 'hostname changed; exec unshare --ipc bash'
	run -1 scripts/check ipc --program "$work/leak"
	assert_line 'Score: 3/3 (not passed: a check that gives no point fails)'
}

# bats test_tags=long
@test "judge: an exercise that nobody has touched scores 0" {
	copy_sources "$work/tree"
	for lab in uts pid mount; do
		scripts/lib/marks.py empty "labs/$lab/$lab.c" >"$work/tree/labs/$lab/$lab.c"
	done
	cd "$work/tree"
	for lab in uts pid mount; do
		run -1 scripts/check "$lab"
		assert_line --regexp '^Score: 0/[1-9]'
		assert_line --partial "exercise $lab.flag in labs/$lab/$lab.c"
	done
}

# bats test_tags=long,fault:broken-submission
@test "judge: a compile error is a verdict of its own, with the compiler's message" {
	copy_sources "$work/tree"
	cd "$work/tree"
	echo 'int main(void) { return no_such_name; }' >labs/uts/uts.c
	run -1 scripts/check uts
	assert_line --regexp '^  uts.compiles: .* FAIL'
	assert_line --regexp 'labs/uts/uts.c:1:.*error: .*no_such_name'
	# The same checks as ever, and none passes.
	run bash -c 'scripts/check uts --json'
	assert_equal "$(verdicts <<<"$output")" "$(cd "$OLDPWD" && judge uts build/uts | sed 's/pass$/fail/')"
}

# bats test_tags=fault:resource-hog
@test "judge: a program that hangs is stopped in time, and the system call is named" {
	script hang 'exec sleep 1000'
	SECONDS=0
	run -1 scripts/check uts --program "$work/hang" --timeout 1
	((SECONDS <= 3))
	assert_output --regexp 'uts.runs: .* FAIL'
	assert_output --regexp 'sleep is in the system call clock_nanosleep'
	refute pgrep -f 'sleep 1000$'
}

# bats test_tags=fault:resource-hog
@test "judge: a program that stops its process group, or kills all that it can, doesn't reach the judge" {
	script stop 'kill -STOP 0'
	run -1 scripts/check uts --program "$work/stop" --timeout 1
	assert_line --regexp '^  uts.runs: .* FAIL'
	script kill 'kill -KILL -1; exec unshare --uts sh -c "hostname container; exec bash"'
	run -1 scripts/check uts --program "$work/kill"
	assert_line --regexp '^  uts.host-unchanged: .* FAIL'
	assert_line --regexp '^ *- process [0-9]+, which was there before$'
}

@test "judge: a program that can't be read, executed or found is a failure, not blocked" {
	script unreadable 'exec bash'
	cp "$work/unreadable" "$work/inexecutable"
	chmod 111 "$work/unreadable"
	chmod 644 "$work/inexecutable"
	for program in unreadable inexecutable missing; do
		run -1 scripts/check uts --program "$work/$program"
		assert_line --regexp '^  uts.compiles: .* FAIL'
	done
	run -1 scripts/check user --program "$work/unreadable"
	assert_line --partial 'unreadable: its mode is ---x--x--x'
	refute_line --regexp 'BLOCKED'
}

@test "judge: programs that don't run as root are judged also where only root can read the tree" {
	mkdir "$work/closed"
	mapfile -t ordinary < <(labs_where runs_as user)
	cp "${ordinary[@]/#/build/}" "$work/closed"
	chmod 700 "$work/closed" "$work/closed"/*
	# To the nest lab's user, root's files are its own; this is another's.
	[[ $EUID -ne 0 ]] || chown -R 1 "$work/closed"
	for lab in "${ordinary[@]}"; do
		run judge "$lab" "$work/closed/$lab"
		refute_line --partial ' fail'
		assert_line "$lab.namespace pass" || assert_line "$lab.inner pass"
	done
}

# bats test_tags=long,fault:no-namespace
@test "judge: without a namespace to be had, no stage can be made: all is blocked, with the limit's name" {
	run -77 unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_uts_namespaces
		exec scripts/check uts --program build/uts'
	assert_line --regexp '^  uts.compiles: .* OK'
	assert_equal "$(grep -c BLOCKED <<<"$output")" 4
	assert_line --partial 'sysctl:user.max_uts_namespaces: '
	assert_line --regexp '^Score: 0/3 \(blocked: 4; '
	run -77 unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_uts_namespaces
		exec scripts/check inspect --program build/inspect --tap'
	assert_line --regexp '^ok 2 - inspect.inodes: .* # SKIP .*max_uts_namespaces'
}

# bats test_tags=long,fault:no-namespace
@test "judge: where there is a namespace for the stage and none for the program, the check is blocked, since unshare(1) fails too" {
	run -77 unshare --user --map-root-user sh -c 'echo 1 >/proc/sys/user/max_uts_namespaces
		exec scripts/check uts --program build/uts --json'
	assert_line --regexp '"actual": "this machine can.t: `unshare --uts hostname container` says: unshare: '
	run -0 verdicts <<<"$output"
	assert_line 'uts.namespace blocked'
	refute_line --partial ' fail'
}

# bats test_tags=long,fault:no-namespace,fault:call-filtered
@test "judge: where a filter refuses clone(2) alone, the check is blocked, though unshare(1) works" {
	for error in EPERM ENOSYS KILL; do
		run -77 build/tests/deny clone "$error" scripts/check uts --program build/uts --json
		assert_line --regexp '"actual": "this machine can.t: `clone\(2\)` says: .*\\nseccomp: '
		run -0 verdicts <<<"$output"
		assert_line 'uts.namespace blocked'
		refute_line --partial ' fail'
	done
	# What the lab doesn't ask for doesn't count, and a filter is no excuse.
	run -0 build/tests/deny clone:0x40000000 EPERM scripts/check uts --program build/uts
	run -1 build/tests/deny clone:0x40000000 EPERM scripts/check uts --program build/skeleton
}

# As Linux before 5.11 has it.
# bats test_tags=long
@test "judge: on a kernel that is too old for our helper, what fails is blocked" {
	run -77 build/tests/deny close_range EINVAL scripts/check uts --program build/uts --json
	assert_line --regexp '"actual": "this machine can.t: `close_range\(2\)` says: Invalid argument.*\\nkernel:old: '
	run -0 verdicts <<<"$output"
	assert_line 'uts.namespace blocked'
	refute_line --partial ' fail'
	# A program that does without it passes.
	run -0 build/tests/deny close_range EINVAL scripts/check uts --program tests/labs/uts/right/python.py
}

# bats test_tags=long
@test "judge: without a tool that it takes itself, all is blocked, with the tool's name" {
	for tool in nsenter ipcmk ipcrm; do
		run -77 unshare --map-root-user --mount sh -c '
			mount --bind /dev/null "$(command -v "$0")" && exec scripts/check ipc --program build/ipc' "$tool"
		assert_line --partial "$tool: Permission denied"
		[[ $tool == ipcrm ]] || assert_line --regexp "^ +tool:$tool: to install what is missing: "
		assert_line --regexp '^Score: 0/3 \(blocked: 5; '
	done
	# The program's shell does without this one.
	run -0 unshare --map-root-user --mount sh -c '
		mount --bind /dev/null "$(command -v ipcs)" && exec scripts/check ipc --program build/ipc'
}

@test "judge: where the stage is a user namespace, setgroups is blocked, and the rest is judged" {
	run -77 unshare --user --map-root-user scripts/check user --program build/user --json
	run -0 verdicts <<<"$output"
	assert_line 'user.setgroups blocked'
	assert_equal "$(grep -c ' pass$' <<<"$output")" 7
	# An id of 0 outside would be the stage's root, whom an ordinary user can't be.
	script zero 'exec unshare --user --map-users=0,0,1 --map-groups=0,0,1 bash'
	run unshare --user --map-root-user scripts/check user --program "$work/zero"
	assert_failure 1
}

# bats test_tags=long,fault:masked-proc
@test "judge: where parts of /proc are masked, what can't mount a new one is blocked, and no program fails" {
	for lab in $(labs_where has_mark user.flag); do
		# A user namespace further in, the mask can't be taken off.
		run -77 "${with_rights[@]}" unshare --mount sh -c 'mount -t tmpfs none /proc/irq &&
			exec unshare --user --map-root-user --mount scripts/check "$0" --program "build/$0"' "$lab"
		assert_line --partial 'masked-proc'
		refute_line --partial FAIL
	done
}

@test "judge: maps of many lines, by newuidmap, are accepted" {
	[[ $EUID -eq 0 ]] || skip "needs root"
	# Root inside is the caller, or the first of the ids that the caller was given.
	script caller 'exec unshare --user --map-root-user --map-auto bash'
	script given 'exec unshare --user --map-auto --setuid 0 --setgid 0 bash'
	for program in caller given; do
		run -0 scripts/check user --program "$work/$program"
		assert_line 'Score: 5/5'
	done
}

# bats test_tags=long
@test "judge: on the machine itself, right programs pass" {
	if [[ $EUID -eq 0 ]]; then
		for lab in "${containers[@]}"; do
			run -0 scripts/check "$lab" --program "build/$lab" --real
		done
	else
		# Here, outside any user namespace, setgroups can be judged; without root, no other lab can.
		run -0 scripts/check user --program build/user --real
		run -77 scripts/check uts --program build/uts --real
		assert_line --partial 'Operation not permitted'
	fi
}

@test "judge: on the machine itself, what a program leaves there is found" {
	# shellcheck disable=SC2016 # for the script
	script leaves 'ipcmk -Q >"${0%/*}/queue"; exec unshare --user --map-root-user bash'
	: >"$work/queue"
	chmod 666 "$work/queue"
	run -1 scripts/check user --program "$work/leaves" --real
	ipcrm --queue-id "$(grep -o '[0-9]*$' "$work/queue")"
	assert_line --regexp '^  user.host-unchanged: .* FAIL'
	assert_line --regexp '^ *\+ msg '
}

# bats test_tags=long
@test "judge: on the machine itself, no check changes it" {
	tests/lib/snapshot >"$work/snapshot"
	script nothing 'exec bash'
	for lab in "${containers[@]}"; do
		run scripts/check "$lab" --program "$work/nothing" --real
		((status == 1 || status == 77))
	done
	run -0 tests/lib/snapshot --compare "$work/snapshot"
}

# queues: print the identifiers of all message queues.
queues() {
	awk 'NR > 1 {print $2}' /proc/sysvipc/msg
}

# bats test_tags=long
@test "judge: the host is left as it was, whatever the program does" {
	queues >"$work/queues"
	tests/lib/snapshot >"$work/snapshot"
	script mischief 'hostname spoilt; ipcmk -Q; mount -t tmpfs spoilt /mnt; mount -t tmpfs spoilt /proc
		ip link set lo down; ip link add spoilt type bridge; setsid sleep 1000 & exec bash'
	for lab in "${containers[@]}"; do
		run -1 scripts/check "$lab" --program "$work/mischief"
		if grep -q '^START_AS = ' "labs/$lab/exercise/checks.py"; then # the program has no right to spoil all of it
			assert_line --regexp '\+ msg '
			refute_line --partial 'tmpfs spoilt'
			# Without a range of ids, an ordinary user's program runs on the machine, where its queues stay.
			for id in $([[ $EUID -eq 0 ]] || queues | grep -vxFf "$work/queues"); do
				ipcrm --queue-id "$id"
			done
		else
			assert_line --regexp "^  $lab.host-unchanged: .* FAIL"
			assert_line --regexp '\+ mount .* tmpfs spoilt'
		fi
	done
	run -0 tests/lib/snapshot --compare "$work/snapshot"
}

# bats test_tags=fault:grader-killed
@test "judge: killed, it leaves no stage and no program behind" {
	script wait 'exec sleep 4321'
	setsid scripts/check uts --program "$work/wait" >/dev/null 2>&1 3>&- &
	judge=$!
	within 10 pgrep -f 'sleep 4321$'
	kill -KILL $judge
	within 2 refute pgrep -f 'sleep 4321$'
	run find "$work" -name 'nslabs-check*'
	assert_output ''
}

# bats test_tags=long
@test "judge: speaks the reader's language" {
	copy_sources "$work/tree"
	mkdir -p "$work/tree/build/locale/zh_CN/LC_MESSAGES"
	printf '%s\n' 'msgid ""' 'msgstr "Content-Type: text/plain; charset=UTF-8\n"' \
		'msgid "the shell has a UTS namespace of its own"' 'msgstr "外壳有自己的 UTS 命名空间"' |
		msgfmt -o "$work/tree/build/locale/zh_CN/LC_MESSAGES/nslabs.mo" -
	NSLABS_LANG=zh_CN run -0 "$work/tree/scripts/check" uts --program build/uts
	assert_line --partial 'uts.namespace: 外壳有自己的 UTS 命名空间'
	NSLABS_LANG=en LANGUAGE=zh_CN run -0 "$work/tree/scripts/check" uts --program build/uts
	assert_line --partial 'uts.namespace: the shell has'
	NSLABS_LANG='' LANG=zh_CN.UTF-8 LC_ALL='' LANGUAGE='' run -0 "$work/tree/scripts/check" uts --program build/uts
	assert_line --partial 'uts.namespace: 外壳'
}

@test "judge: the program speaks the reader's language" {
	make --no-print-directory --silent all
	NSLABS_LANG=zh_CN run -0 scripts/check uts
	grep -qx 程序开始 build/check/uts.log
	NSLABS_LANG=en run -0 scripts/check uts
	grep -qx 'Program started' build/check/uts.log
}

@test "judge: what root builds in a user's tree belongs to that user" {
	[[ $EUID -eq 0 ]] || skip 'needs root'
	copy_sources "$work/tree"
	chown -R 65534:65534 "$work/tree"
	run -0 "$work/tree/scripts/check" uts
	run -0 find "$work/tree" -user root
	assert_output ''
}

@test "judge: all its messages can be found for translation" {
	xgettext -L Python --keyword=N_ --from-code=UTF-8 -o "$work/messages.pot" scripts/lib/judge/*.py labs/*/exercise/checks.py
	for text in 'the shell has a UTS namespace of its own' 'it prints endlessly' 'Score: %(score)d/%(max)d'; do
		grep -qF "\"$text" "$work/messages.pot"
	done
}

@test "judge: what is no lab with checks is a usage error that lists them" {
	for words in nothing '--program build/uts' 'uts --json --tap' '--nothing'; do
		# shellcheck disable=SC2086 # several words
		run -2 --separate-stderr scripts/check $words
		assert_output ''
		assert_regex "$stderr" 'usage: scripts/check'
	done
	run -2 scripts/check nothing
	assert_line --partial "${judged[*]}"
	run -2 scripts/check skeleton
	assert_output 'check: skeleton comes complete, without exercises: there is nothing to do'
}

@test "judge: a program that has ended unnoticed isn't waited for" {
	run -0 /usr/bin/python3 - <<-'END'
		import os, subprocess, sys, time
		sys.path.insert(0, "scripts")
		from lib.judge.program import Program, started
		class Stage:
		    timeout = 60
		    def start(self, command, fds, terminal):
		        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
		        started[process.pid] = process
		        return process
		program = Program(Stage(), ["sh", "-c", "exec >&- 2>&-; sleep 0.5"])
		while program.streams:
		    program.pump(60)
		os.waitid(os.P_PID, program.process.pid, os.WEXITED | os.WNOWAIT)
		started = time.monotonic()
		program.pump(20)
		assert time.monotonic() - started < 10
	END
}

@test "judge: a process of its own can be put beside the shell, and sees nothing of the machine" {
	for lab in pid nest; do
		run -0 /usr/bin/python3 - "$lab" <<-'END'
			import os, sys
			from pathlib import Path
			sys.path.insert(0, "scripts")
			from lib.judge.container import Container
			from lib.judge.kernel import namespaces, status
			from lib.judge.stage import Stage
			with Stage() as stage:
			    box = Container(stage, [], Path("build", sys.argv[1]).resolve())
			    box.hold_shell()
			    planted = box.plant()
			    found = namespaces(planted)
			    assert {kind for kind in found if found[kind] != box.namespaces[kind]} <= {"user"}, found
			    assert int(status(planted)["CapPrm"], 16) == 0
			    assert os.listdir(f"/proc/{planted}/fd") == []
		END
	done
}

# as_user_with_range COMMAND...: an ordinary user to whom /etc/subuid and /etc/subgid give a range of ids. (Root.)
as_user_with_range() {
	printf 'nobody:1000000:65536\n' >"$work/subids"
	# shellcheck disable=SC2016 # for the shell there
	unshare --mount sh -c 'mount --bind "$0" /etc/subuid && mount --bind "$0" /etc/subgid &&
		exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"' "$work/subids" "$@"
}

@test "judge: an ordinary user with a range of ids gets all verdicts, as root does" {
	[[ $EUID -eq 0 ]] || skip 'needs root'
	script ids 'cat /proc/self/uid_map >&2; exit 1'
	for lab in user nest; do
		run -0 as_user_with_range scripts/check "$lab" --program "build/$lab" --json
		assert_equal "$(verdicts <<<"$output")" "$(judge "$lab" "build/$lab")"
	done
	run -1 as_user_with_range scripts/check user --program "$work/ids"
	assert_line --regexp '^ +0 +65534 +1$'
	assert_line --regexp '^ +1 +1000000 +[0-9]+$'
}

# bats test_tags=long,once:user
@test "judge: without a range, an ordinary user's program can't kill all that the user has" {
	sleep 654321 3>&- &
	script kills 'kill -KILL -1; exec unshare --user --map-root-user bash'
	run -0 scripts/check user --program "$work/kills"
	kill $!
	# Nor fork without end.
	script forks 'for i in {1..100}; do sleep 1000 & done; exec unshare --user --map-root-user bash'
	run -1 scripts/check user --program "$work/forks"
	refute pgrep -f 'sleep 1000$'
}

# bats test_tags=once:user
@test "judge: without a range, an ordinary user's program that stops what has started it is a failure, and ends" {
	script stops 'kill -STOP $PPID; exec unshare --user --map-root-user bash'
	run -1 scripts/check user --program "$work/stops" --timeout 4
	refute pgrep -f "$work/stops"
}

@test "judge: where /dev/shm is the machine's, it leaves nothing there" {
	TMPDIR=/dev/shm run -0 scripts/check uts --program build/uts
	run -1 compgen -G '/dev/shm/nslabs-check.*'
}

# bats test_tags=long
@test "judge: in a PID namespace of its own, it waits for what it is given, and ends" {
	script deep 'name=$(printf "d%.0s" {1..250})
		for place in /tmp /var/tmp /dev/shm /run; do
			(cd $place; for i in {1..5000}; do mkdir $name && cd $name || break; done) &
		done
		exec sleep 1000'
	unshare=(unshare --pid --fork --mount-proc --kill-child)
	[[ $EUID -eq 0 ]] || unshare+=(--user --map-root-user)
	run -0 timeout 60 "${unshare[@]}" scripts/check uts --program build/uts
	run -1 timeout 60 "${unshare[@]}" scripts/check uts --program "$work/deep" --timeout 1
	assert_line 'Score: 0/3'
}

@test "judge: started with SIGCHLD ignored, as some services start what they run, it judges nonetheless" {
	run -0 bash -c "trap '' CHLD; exec scripts/check uts --program build/uts"
}

@test "judge: each run has an ordinary user of its own, with a name and with ids that differ" {
	[[ $EUID -eq 0 ]] || skip 'needs root'
	# shellcheck disable=SC2016 # for the script
	script who 'echo "$(id -un) $(id -u) $(id -g) $HOME $PWD" >&2; exec unshare --user --map-root-user bash'
	for log in 1 2; do
		run -0 scripts/check user --program "$work/who" --log "$work/log$log"
	done
	read -r name uid gid home here < <(grep ^student "$work/log1")
	assert_equal "$name $home $here" "student $HOME $PWD"
	((uid != gid && uid != 65534 && gid != 65534))
	run cmp <(grep ^student "$work/log1") <(grep ^student "$work/log2")
	assert_failure 1
}

# bats test_tags=long,fault:expected-words-only
@test "judge: no point for a program that does nothing, hangs or always errs" {
	script nothing 'exit 0'
	script errs 'echo no >&2; exit 1'
	script hangs 'exec sleep 1000'
	script plain 'exec bash'
	for lab in "${judged[@]}"; do
		for program in nothing errs hangs plain; do
			run -1 scripts/check "$lab" --program "$work/$program" --timeout 1
			assert_line --regexp '^Score: 0/[0-9]+$'
		done
	done
}

@test "judge: the stage's files are its own but for the program's directory and the caller's" {
	mkdir "$work/beside" "$work/caller"
	script writes "echo >/tmp/mine; echo >\$HOME/mine; echo >/run/mine || exit; echo >/etc/mine; touch '$work/beside/theirs'
		echo >here; exec unshare --user --map-root-user --uts sh -c 'hostname container; exec bash'"
	mv "$work/writes" "$work/beside/"
	tree=$PWD
	cd "$work/caller"
	chmod 777 . "$work/beside"
	TMPDIR='' run -0 "$tree/scripts/check" uts --program "$work/beside/writes"
	[[ -e $work/caller/here && -e $work/beside/theirs ]]
	for directory in /tmp "$HOME" /run /etc; do
		[[ ! -e $directory/mine ]]
	done
}

@test "judge: a cable whose other end comes up late is no change of the host" {
	run -0 /usr/bin/python3 -B - <<-'END'
		import sys
		sys.path.insert(0, "scripts")
		from lib.judge.require import name_line
		pairs = [("2: eth0@uplink: <NO-CARRIER,BROADCAST,UP,LOWER_UP> mtu 1500 state LOWERLAYERDOWN mode DEFAULT",
		          "2: eth0@uplink: <BROADCAST,UP,LOWER_UP> mtu 1500 state UP mode DEFAULT"),
		         ("default via 100.64.0.1 dev eth0 linkdown ", "default via 100.64.0.1 dev eth0 "),
		         ("", "multicast ff00::/8 dev eth0 table local proto kernel metric 256 pref medium")]
		for late, now in pairs:
		    assert name_line(late) == name_line(now), (name_line(late), name_line(now))
		assert name_line(pairs[0][1]) != name_line(pairs[0][1].replace("UP,", ""))
	END
}
