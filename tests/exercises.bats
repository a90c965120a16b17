# The tools in the student's tree, and the whole way through it.
load helpers

setup_file() {
	make --no-print-directory --silent all
	export STARTER=$BATS_FILE_TMPDIR/starter
	scripts/starter "$STARTER"
	make --no-print-directory --silent -C "$STARTER" >"$BATS_FILE_TMPDIR/make" 2>&1
}

setup() {
	export NSLABS_LANG=en
	unset MAKEFLAGS MFLAGS
	tree=$BATS_TEST_TMPDIR/tree
	cp -r --preserve=timestamps "$STARTER" "$tree"
	top=$PWD
	cd "$tree"
}

teardown() {
	if [[ -S $BATS_TEST_TMPDIR/tmux ]]; then
		tmux -S "$BATS_TEST_TMPDIR/tmux" kill-server
	fi
}

# solve LAB [ID]...: write the solution's lines into the student's file, of all exercises that the lab adds, or of these.
solve() {
	/usr/bin/python3 -c '
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1] + "/scripts")
from pathlib import Path
from exercises import fill, read_text, regions, source, write_text
lab = sys.argv[2]
solution = regions(read_text(source(lab)))
ids = sys.argv[3:] or [name for name in solution if name.startswith(lab + ".")]
path = Path("labs", lab, lab + ".c")
write_text(path, fill(read_text(path), {name: solution[name] for name in ids}))
' "$top" "$@"
}

# verdict LAB: the status, the score and the most that can be scored.
verdict() {
	scripts/check "$1" --json | /usr/bin/python3 -c 'import json, sys
lab = json.load(sys.stdin)
print(lab["status"], lab["score"], lab["max_score"])'
}

labs=(inspect uts ipc pid mount net user nest)

# Where only an ordinary user's stage is to be had, one check can't be made.
if [[ $EUID -eq 0 ]]; then
	passes() { echo pass; }
	blocked=0
else
	passes() { [[ $1 == user ]] && echo blocked || echo pass; }
	blocked=1
fi

@test "exercises: region by region and lab by lab, all fails becomes all passes" {
	run -2 make --no-print-directory check
	assert_line --regexp '^Score: 0/28'
	for lab in "${labs[@]}"; do
		mapfile -t exercises < <(sed -nE "s|.*// exercise ($lab\\..*):.*|\\1|p" "labs/$lab/$lab.c")
		for exercise in "${exercises[@]}"; do
			run -0 solve "$lab" "$exercise"
		done
		run verdict "$lab"
		assert_output --regexp "^$(passes "$lab") [0-9]+ [0-9]+\$"
		run -0 scripts/next
	done
	run make --no-print-directory check
	assert_line --regexp "^Score: $((28 - blocked))/28"
	[[ $status -eq $((blocked * 2)) ]] # make says 2 for the judge's 77
	[[ $blocked -eq 0 ]] || assert_line "Nothing fails. The exit status 77 says so; make calls it an error, which it isn't."
	# What was carried is what the solutions have, but for comments, which come with a step's first appearance.
	for lab in "${labs[@]}"; do
		run -0 diff <(sed '\|^\t*// |d; s| *// .*||' "$top/labs/$lab/$lab.c") <(sed '\|^\t*// |d; s| *// .*||' "labs/$lab/$lab.c")
	done
	run -0 scripts/progress
	refute_output --partial fails
	assert_line --regexp '^nest +\[#{20}\] 3/3 passes; predicted 0 of 3, rightly 0$'
}

@test "next: nothing is carried from a lab that doesn't pass" {
	solve uts uts.flag
	run -1 scripts/next
	assert_output 'no lab passes yet: make check'
	solve inspect
	run -0 scripts/next inspect
	assert_output 'nothing to carry: the later labs have all that they take from what passes'
	run -0 scripts/next
	assert_line --index 1 'The current lab: uts'
	assert_line --index 2 'Its lesson: labs/uts/README.md; questions about it: make predict LAB=uts'
	rm .progress/checks
	run -1 scripts/next uts
	assert_output "uts doesn't pass: make check LAB=uts"
	# It passed once, and the lines were changed since.
	echo 'uts pass 3 3' >.progress/checks
	run -1 scripts/next
	assert_output "uts doesn't pass: make check LAB=uts"
	run -0 diff -r "$STARTER/labs/ipc" labs/ipc
}

@test "next: it fills what is empty, and leaves alone what the student has written" {
	solve uts
	sed -i 's|// exercise uts.flag.*|&\n\tmy_own_line();|' labs/pid/pid.c
	run -0 make --no-print-directory next LAB=uts
	assert_line 'from uts to labs/ipc/ipc.c: uts.hostname uts.flag'
	assert_line 'from uts to labs/pid/pid.c: uts.hostname'
	assert_line 'left alone in labs/pid/pid.c, which has other lines than uts: uts.flag'
	run -0 cat labs/pid/pid.c
	assert_output --partial $'{\n\tmy_own_line();\n\t// }'
	assert_output --partial 'strlen(hostname)'
	run -0 scripts/next
	refute_line --regexp '^from '
	assert_equal "${#lines[@]}" 3 # what is the same isn't named; and the current lab is
	NSLABS_LANG=zh_CN run -0 scripts/next
	assert_line 'labs/pid/pid.c 中已有、与 uts 不同，没有改动：uts.flag'
}

@test "next: where several labs pass, each file is compared with the nearest" {
	for lab in uts ipc pid; do
		solve "$lab"
		run -0 scripts/next "$lab"
	done
	run -0 scripts/next
	assert_line --index 0 'nothing to carry: the later labs have all that they take from what passes'
	# Lines that differ from each of two earlier labs' are named once, by the nearest.
	sed -i 's|// exercise uts.flag.*|&\n\tmy_own_line();|' labs/mount/mount.c
	run -0 scripts/next
	assert_line --index 0 'left alone in labs/mount/mount.c, which has other lines than pid: uts.flag'
	refute_line --partial 'than uts'
}

@test "next: what stands between damaged marks is neither carried nor overwritten, and is named" {
	solve uts
	# Without the first closing mark, the exercise would reach as far as the second.
	sed -i '0,\|^\t// }$|{\|^\t// }$|d}' labs/uts/uts.c
	message="the comments that mark exercise uts.hostname in labs/uts/uts.c aren't as they were given: compare with .starter/baseline/labs/uts/uts.c"
	run -0 scripts/check uts
	assert_line "  $message"
	cp -r labs "$BATS_TEST_TMPDIR/labs"
	run -0 scripts/next
	assert_line "$message"
	refute_line --regexp '^from '
	run -0 diff -r "$BATS_TEST_TMPDIR/labs" labs
	# The same in the file that would be given something; and one whose mark is gone.
	cp "$STARTER/labs/uts/uts.c" labs/uts/uts.c
	solve uts
	sed -i '0,\|^\t// }$|{\|^\t// }$|d}' labs/ipc/ipc.c
	sed -i '/exercise uts.flag/d' labs/pid/pid.c
	cp labs/ipc/ipc.c "$BATS_TEST_TMPDIR/ipc.c"
	run -0 scripts/next
	assert_line --partial 'mark exercise uts.hostname in labs/ipc/ipc.c'
	assert_line --partial 'mark exercise uts.flag in labs/pid/pid.c'
	assert_line 'from uts to labs/pid/pid.c: uts.hostname'
	run -0 diff "$BATS_TEST_TMPDIR/ipc.c" labs/ipc/ipc.c
}

@test "exercises: one that no check judges is named while it is empty, and scores nothing" {
	run -0 /usr/bin/python3 -c 'import sys
sys.dont_write_bytecode = True
sys.path.insert(0, "scripts")
from exercises import EXERCISES, unjudged
print(*(name for lab in EXERCISES for name in unjudged(lab)))'
	assert_output 'pid.parent pid.child nest.pids'
	run -0 scripts/progress
	refute_output --partial 'still empty'
	solve pid pid.flag pid.child
	empty='still empty: exercise pid.parent in labs/pid/pid.c; no check judges it'
	run -0 make --no-print-directory check LAB=pid
	assert_line "  $empty"
	refute_line --partial pid.child
	assert_line 'Score: 2/2'
	run -0 scripts/progress
	assert_line "          $empty"
	run -0 scripts/next
	assert_line "$empty"
	NSLABS_LANG=zh_CN run -0 scripts/check pid
	assert_line '  还空着：labs/pid/pid.c 中的练习 pid.parent；这里没有检查能判断它'
	# It is for those who write it: no verdict, and nothing about another program.
	for options in '--json' '--tap' '--program build/pid'; do
		# shellcheck disable=SC2086
		run -0 scripts/check pid $options
		refute_output --partial 'pid.parent'
	done
	# Where its only check is blocked, nobody else would say so.
	solve user
	sed -i '/setgroups", "deny"/d' labs/user/user.c
	run scripts/check user
	if [[ $blocked -gt 0 ]]; then
		assert_line '  still empty: exercise user.setgroups in labs/user/user.c; no check judges it'
		run -0 scripts/hint user
		assert_line --index 0 --partial 'user.setgroups: '
	else
		refute_output --partial 'still empty'
	fi
	run -0 scripts/hint pid
	assert_line --index 0 'pid.parent: say which PID the parent sees'
	assert_line 1/3
	solve pid
	run -0 scripts/hint pid
	assert_output --partial 'nothing fails in pid'
	run -0 scripts/check pid
	refute_output --partial 'still empty'
}

@test "reset: the file is as it was given, and the student's is kept under another name each time" {
	for number in 1 2; do
		echo "// attempt $number" >>labs/uts/uts.c
		run -0 make --no-print-directory reset LAB=uts
		assert_line "your own file is kept as labs/uts/uts.c.~$number~"
		assert_line 'restored: labs/uts/uts.c'
		assert_equal "$(tail -n 1 "labs/uts/uts.c.~$number~")" "// attempt $number"
		run -0 diff "$STARTER/labs/uts/uts.c" labs/uts/uts.c
	done
	run -0 scripts/reset uts
	assert_output 'labs/uts/uts.c is as it was given'
	rm labs/uts/uts.c
	run -1 scripts/check uts
	assert_line 'Score: 0/3'
	run -0 scripts/progress
	run -0 scripts/reset uts
	run -0 diff "$STARTER/labs/uts/uts.c" labs/uts/uts.c
}

@test "hint: each is a little more, for what fails now" {
	run -0 make --no-print-directory hint LAB=uts
	assert_line --index 0 'uts.namespace: the shell has a UTS namespace of its own'
	assert_line 1/3
	run -0 scripts/hint uts
	assert_line 2/3
	assert_line --partial uts_namespaces
	assert_equal "$(cat .progress/hints)" 'uts.namespace 2'
	run -0 scripts/hint uts
	run -0 scripts/hint uts
	assert_line 3/3
	assert_line --partial 'That was the last hint'
	solve uts uts.flag
	run -0 scripts/hint uts
	assert_line --index 0 --partial 'uts.hostname-inside: '
	assert_line 1/3
	solve uts
	run -0 scripts/hint uts
	assert_output --partial 'nothing fails in uts'
	run -0 make --no-print-directory hint LAB=uts ALL=1
	assert_line --partial 'Look at container_main in labs/uts/uts.c, before exec_command'
}

@test "hint: a compile error has its own" {
	sed -i 's|// exercise uts.flag.*|&\n\tno such thing|' labs/uts/uts.c
	run -0 scripts/hint uts
	assert_line --index 0 'uts.compiles: the program compiles'
	assert_line 1/3
	run -0 scripts/hint uts
	assert_line --partial 'make build/uts'
}

# bats test_tags=once:user
@test "hint: whichever exercise is missing, the hints for what fails first are about it" {
	for lab in "${labs[@]}"; do
		mapfile -t all < <(sed -nE "s|.*// exercise (.*):.*|\\1|p" "labs/$lab/$lab.c")
		for missing in "${all[@]}"; do
			[[ $missing == "$lab".* ]] || continue
			run -0 scripts/reset "$lab"
			rm -f "labs/$lab/$lab.c".*
			mapfile -t others < <(printf '%s\n' "${all[@]}" | grep -vxF "$missing")
			solve "$lab" "${others[@]}"
			run scripts/check "$lab" --json
			failed=$(/usr/bin/python3 -c 'import json, sys
print(next((check["id"] for check in json.load(sys.stdin)["checks"] if check["status"] == "fail"), ""))' <<<"$output")
			case $missing in
			pid.parent | pid.child | nest.pids) assert_equal "$failed" '' && failed=$missing ;;
			user.setgroups) [[ $blocked -eq 0 ]] || continue ;;
			esac
			for file in hints hints.zh-CN; do
				run -0 sed -n "/^# .*$failed/,/^code: /p" "$top/labs/$lab/$file"
				assert_output --regexp "code: (.* )?$missing( |\$)"
			done
		done
	done
}

# bats test_tags=once:user
@test "hint: at least three for every check of every lab, in both languages, in every tree" {
	cd "$top"
	scripts/starter "$tree.self" --self
	for lab in "${labs[@]}"; do
		cd "$tree"
		scripts/check "$lab" --json >"$BATS_TEST_TMPDIR/verdict" || true
		for language in en zh_CN; do
			NSLABS_LANG=$language run -0 scripts/hint "$lab" --all
			echo "$output" >"$BATS_TEST_TMPDIR/hints"
			# Each check's title line, the marks N/M, no mark left out, no two hints alike.
			run -0 /usr/bin/python3 -c '
import json, re, sys
hints = open(sys.argv[2], encoding="utf-8").read()
for check in json.load(open(sys.argv[1], encoding="utf-8"))["checks"]:
    ladder = re.search("^" + check["id"] + ": .*\n((?:\n[0-9]/[0-9]\n(?:.+\n)+)+)", hints, re.MULTILINE)
    rungs = re.findall(r"\n[0-9]/[0-9]\n((?:.+\n)+)", ladder[1])
    assert len(rungs) >= 3, (check["id"], rungs)
    assert len(set(rungs)) == len(rungs), (check["id"], rungs)
    if sys.argv[3] == "zh_CN":
        assert all(re.search("[\u4e00-\u9fff]", rung) for rung in rungs), (check["id"], rungs)
' "$BATS_TEST_TMPDIR/verdict" "$BATS_TEST_TMPDIR/hints" "$language"
		done
		# The code is the last one for those who learn alone.
		cd "$tree.self"
		run -0 grep -c '^    ' "labs/$lab/hints"
		run -1 grep '^code: ' "labs/$lab/hints"
		NSLABS_LANG=en run -0 scripts/hint "$lab" --all
		assert_line 4/4
	done
}

@test "predict: the prediction is compared with what is seen, and remembered" {
	run -0 make --no-print-directory predict LAB=uts <<<$'nonsense\n0\n1\n1\n2\n'
	assert_line --partial 'A number from 1 to 2, please.'
	assert_line "\$ hostname before; unshare --uts hostname container; hostname"
	assert_line --partial 'As you predicted.'
	assert_line --partial 'You predicted otherwise: it is answer 3. Why?'
	assert_equal "$(cat .progress/predictions)" $'uts.1 right\nuts.2 wrong\nuts.3 wrong'
	run -0 scripts/predict uts <<<$'1\n3\n1\n'
	assert_equal "$(grep -c right .progress/predictions)" 3
	run -0 scripts/progress
	assert_line --regexp '^uts .* not checked yet; predicted 3 of 3, rightly 3$'
	run -1 scripts/predict ipc <<<1
	assert_equal "$(grep -c ipc .progress/predictions)" 1
}

# bats test_tags=once:user
@test "predict: each lab has two or three questions, in both languages, that the run answers" {
	before=$(hostname)
	for lab in skeleton "${labs[@]}"; do
		for language in en zh_CN; do
			NSLABS_LANG=$language run -0 scripts/predict "$lab" <<<$'1\n1\n1\n'
			if [[ $language == zh_CN ]]; then
				assert_output --partial 你的预测
				assert_output --regexp '[？。]'
				refute_output --partial 'What '
			fi
		done
		run -0 grep -c "^$lab\\." .progress/predictions
		assert_output --regexp '^[23]$'
	done
	assert_equal "$(hostname)" "$before"
}

@test "exercises: a tool says which labs there are" {
	for tool in hint reset predict next watch; do
		run -2 "scripts/$tool" no-such-lab
		assert_output --regexp "^$tool: no lab that fits is called 'no-such-lab'; there are: .*uts ipc pid"
		assert_equal "${#lines[@]}" 1
		run -0 "scripts/$tool" --help
		assert_line --partial "$tool: "
	done
}

@test "exercises: without LAB, hint and predict are about the current lab, and reset asks" {
	run -0 make --no-print-directory hint
	assert_line --index 0 'The current lab: inspect'
	assert_line --index 1 --partial 'inspect.inodes: '
	echo 'inspect pass 4 4' >.progress/checks
	run -2 make --no-print-directory --silent predict </dev/null
	assert_line --index 0 'The current lab: uts'
	run -2 make --no-print-directory reset
	assert_line 'reset: which lab? Say it like this: make reset LAB=uts'
	run -0 diff -r "$STARTER/labs" labs
}

@test "exercises: outside of a student's tree nothing is remembered or reset" {
	cd "$top"
	run -1 scripts/reset uts
	assert_output "this is no student's tree: scripts/starter makes one"
	run -1 scripts/watch
	assert_output "this is no student's tree: scripts/starter makes one"
	run -0 scripts/check uts
	[[ ! -e .progress ]]
}

# ---- At a terminal ----

# start_terminal: a shell in the student's tree, at a terminal of its own.
start_terminal() {
	tmux -S "$BATS_TEST_TMPDIR/tmux" -f /dev/null new-session -d -x 150 -y 100 env HOME="$BATS_TEST_TMPDIR" PS1='ready> ' bash --norc 3>&-
	wait_for 'ready>'
}

type_keys() {
	tmux -S "$BATS_TEST_TMPDIR/tmux" send-keys "$@"
}

# wait_for PATTERN [COUNT]: wait until it stands so often on the screen, or scrolled off it.
wait_for() {
	local end=$((SECONDS + 20)) screen
	while true; do
		screen=$(tmux -S "$BATS_TEST_TMPDIR/tmux" capture-pane -p -S -)
		[[ $(grep -cE "$1" <<<"$screen") -lt ${2:-1} ]] || return 0
		[[ $SECONDS -lt $end ]] || fail "no '$1' ${2:-} on the screen: $screen"
		sleep 0.05
	done
}

# assert_terminal_restored [COUNT]: the shell has it back, as it was, and nothing is left that watches.
assert_terminal_restored() {
	type_keys 'stty -a | tr " " "\n" | grep -xE -e "-?(icanon|echo|isig)" | xargs echo terminal:' Enter
	wait_for '^terminal: isig icanon echo$' "${1:-1}"
	run -1 pgrep -f "inotifywait.*$tree/"
}

@test "watch: a save by renaming or in place is seen, and what passes leads on, to the end" {
	cd "$top"
	rm -rf "$tree"
	scripts/starter "$tree" --labs uts,ipc
	cd "$tree"
	start_terminal
	type_keys 'make watch' Enter
	wait_for '^The current lab: uts'
	wait_for '^uts: n next, r run'
	wait_for 'uts.namespace: .*FAIL'
	solve uts uts.flag # which renames
	wait_for 'uts.namespace: .*OK'
	wait_for '^uts: n next, r run' 2
	solve uts
	wait_for 'from uts to labs/ipc/ipc.c: uts.hostname uts.flag'
	wait_for '^The next lab: ipc'
	wait_for '^Its lesson: labs/ipc/README.md; questions about it: make predict LAB=ipc'
	wait_for '^ipc: n next, r run'
	cp labs/ipc/ipc.c "$BATS_TEST_TMPDIR/ipc.c"
	solve ipc
	wait_for 'That was the last lab: done!'
	cat "$BATS_TEST_TMPDIR/ipc.c" >labs/ipc/ipc.c
	wait_for 'ipc.namespace: .*FAIL' 2
	type_keys q
	wait_for 'ready>' 2
	assert_terminal_restored
	# What next has saved was checked once.
	assert_equal "$(tmux -S "$BATS_TEST_TMPDIR/tmux" capture-pane -p -S - | grep -c 'ipc.namespace: .*FAIL')" 2
}

@test "watch: what passes with an exercise still empty doesn't lead on" {
	solve pid pid.flag pid.child
	start_terminal
	type_keys 'scripts/watch pid' Enter
	wait_for '^It passes, but these are still empty: pid.parent. Write them, or press n for the next lab.'
	wait_for '^pid: n next, r run'
	solve pid
	wait_for '^The next lab: mount'
	wait_for '^mount: n next, r run'
	type_keys q
	assert_terminal_restored
}

@test "host: a second terminal is on the same throwaway host as the first" {
	solve uts
	start_terminal
	type_keys 'make run LAB=uts' Enter
	wait_for '^scripts/stage build/uts$'
	wait_for 'In the container process!'
	type_keys 'hostname' Enter
	wait_for '^container$'
	tmux -S "$BATS_TEST_TMPDIR/tmux" split-window env HOME="$BATS_TEST_TMPDIR" PS1='second> ' bash --norc 3>&-
	wait_for 'second>'
	type_keys 'make host' Enter
	wait_for 'on the throwaway host that runs at another terminal'
	# The line that the program has printed, with the PID that it has there.
	type_keys 'pid=$(pgrep -P $(pgrep -x uts)); nsenter --target $pid --uts hostname inside-it' Enter
	type_keys 'readlink /proc/{$$,$pid}/ns/uts | sort -u | wc -l; id -u; exit' Enter
	wait_for '^2$'
	wait_for '^0$'
	wait_for 'second>' 2
	tmux -S "$BATS_TEST_TMPDIR/tmux" select-pane -t 0
	type_keys 'hostname; exit' Enter
	wait_for '^inside-it$'
	wait_for 'ready>' 2
	type_keys 'make host' Enter
	wait_for 'on a new throwaway host'
	type_keys 'exit' Enter
}

@test "watch: each key does what it says" {
	start_terminal
	type_keys 'scripts/watch uts' Enter
	wait_for '^uts: n next, r run'
	type_keys h
	wait_for '^1/3'
	type_keys l
	wait_for '^nest .*not checked yet'
	type_keys c
	wait_for '^Score: 0/28'
	echo '// mine' >>labs/uts/uts.c
	wait_for '^uts: n next, r run' 5
	type_keys x
	wait_for 'your own file is kept as labs/uts/uts.c.~1~'
	wait_for '^uts: n next, r run' 7 # the restored file is a new one
	type_keys r
	wait_for 'In the container process!'
	type_keys "sleep 1000.$BASHPID" Enter
	until pgrep -fx "sleep 1000.$BASHPID"; do sleep 0.05; done
	type_keys C-c
	type_keys 'echo the terminal is $(tty >/dev/null && echo there)' Enter
	wait_for '^the terminal is there'
	type_keys 'exit' Enter
	wait_for '^uts: n next, r run' 8
	type_keys n
	wait_for '^ipc: n next, r run'
	type_keys q
	assert_terminal_restored
}

@test "watch: Ctrl-C and a signal restore the terminal" {
	start_terminal
	type_keys 'scripts/watch' Enter
	wait_for '^inspect: n next, r run'
	type_keys C-c
	wait_for 'ready>' 2
	assert_terminal_restored
	type_keys "sh -c 'echo \$\$ >pid; exec scripts/watch uts'; echo status \$?" Enter
	wait_for '^uts: n next, r run'
	kill "$(cat pid)"
	wait_for '^status 143'
	assert_terminal_restored 2
}
