# The tools of the student's tree, one by one. They are the same for root and an ordinary user.
# bats file_tags=once:user,slow
load ../lib/helpers
load ../lib/student
load ../lib/terminal

setup_file() {
	make_starter
}

setup() {
	enter_starter
}

teardown() {
	close_terminals
}

# start_terminal: a shell in the student's tree, at a terminal of its own.
start_terminal() {
	open_terminal 150 100 "$(shell_at_terminal 'ready> ')"
	wait_for 'ready>'
}

# assert_terminal_restored [COUNT]: the shell has it back, as it was, and nothing is left that watches.
assert_terminal_restored() {
	type_line 'stty -a | tr " " "\n" | grep -xE -e "-?(icanon|echo|isig)" | xargs echo terminal:'
	wait_for '^terminal: isig icanon echo$' "${1:-1}"
	run -1 pgrep -f "inotifywait.*$tree/"
}

@test "next: nothing is carried from a lab that doesn't pass" {
	solve uts uts.flag
	run -1 scripts/next
	assert_output 'no lab passes yet: make check'
	solve inspect
	run -0 scripts/next inspect
	assert_output 'nothing to copy: the later labs already have your lines from the labs that pass'
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
	assert_line 'copied from uts to labs/ipc/ipc.c: uts.hostname uts.flag'
	assert_line 'copied from uts to labs/pid/pid.c: uts.hostname'
	assert_line 'left alone in labs/pid/pid.c, where your lines differ from those in uts: uts.flag'
	run -0 cat labs/pid/pid.c
	assert_output --partial $'{\n\tmy_own_line();\n\t// }'
	assert_output --partial 'strlen(hostname)'
	run -0 scripts/next
	refute_line --regexp '^from '
	assert_equal "${#lines[@]}" 3 # what is the same isn't named; and the current lab is
	NSLABS_LANG=zh_CN run -0 scripts/next
	assert_line 'labs/pid/pid.c 中你的代码与 uts 的不同，没有改动：uts.flag'
}

@test "next: where several labs pass, each file is compared with the nearest" {
	for lab in uts ipc pid; do
		solve "$lab"
		run -0 scripts/next "$lab"
	done
	run -0 scripts/next
	assert_line --index 0 'nothing to copy: the later labs already have your lines from the labs that pass'
	# Lines that differ from each of two earlier labs' are named once, by the nearest.
	sed -i 's|// exercise uts.flag.*|&\n\tmy_own_line();|' labs/mount/mount.c
	run -0 scripts/next
	assert_line --index 0 'left alone in labs/mount/mount.c, where your lines differ from those in pid: uts.flag'
	refute_line --partial 'than uts'
}

@test "next: lines between damaged marks are neither carried nor overwritten, and are named" {
	solve uts
	# Without the first closing mark, the exercise would reach as far as the second.
	sed -i '0,\|^\t// }$|{\|^\t// }$|d}' labs/uts/uts.c
	message="the comments that mark exercise uts.hostname in labs/uts/uts.c have changed: compare with .starter/baseline/labs/uts/uts.c"
	run -0 scripts/check uts
	assert_line "  $message"
	cp -r labs "$BATS_TEST_TMPDIR/labs"
	run -0 scripts/next
	assert_line "$message"
	refute_line --regexp '^from '
	run -0 diff -r "$BATS_TEST_TMPDIR/labs" labs
	# The same in a file that would get lines; and a file whose mark is gone.
	cp "$STARTER/labs/uts/uts.c" labs/uts/uts.c
	solve uts
	sed -i '0,\|^\t// }$|{\|^\t// }$|d}' labs/ipc/ipc.c
	sed -i '/exercise uts.flag/d' labs/pid/pid.c
	cp labs/ipc/ipc.c "$BATS_TEST_TMPDIR/ipc.c"
	run -0 scripts/next
	assert_line --partial 'mark exercise uts.hostname in labs/ipc/ipc.c'
	assert_line --partial 'mark exercise uts.flag in labs/pid/pid.c'
	assert_line 'copied from uts to labs/pid/pid.c: uts.hostname'
	run -0 diff "$BATS_TEST_TMPDIR/ipc.c" labs/ipc/ipc.c
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
	assert_output 'labs/uts/uts.c is still the original'
	rm labs/uts/uts.c
	run -1 scripts/check uts
	assert_line 'Score: 0/3'
	run -0 scripts/progress
	run -0 scripts/reset uts
	run -0 diff "$STARTER/labs/uts/uts.c" labs/uts/uts.c
}

@test "hint: each says a little more about what fails now" {
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

@test "hint: at least three for every check of every lab, in both languages, in every tree" {
	"$top/scripts/starter" "$tree.self" --self
	for lab in "${exercises[@]}"; do
		cd "$tree"
		for language in en zh_CN; do
			NSLABS_LANG=$language run -0 scripts/hint "$lab" --all
			echo "$output" >"$BATS_TEST_TMPDIR/hints"
			# Each check's title line, the marks N/M, no mark left out, no two hints alike.
			run -0 /usr/bin/python3 -c '
import json, re, sys
hints = open(sys.argv[2], encoding="utf-8").read()
verdict = json.load(open(sys.argv[1], encoding="utf-8"))
for check in next(lab for lab in verdict["labs"] if lab["lab"] == sys.argv[4])["checks"]:
    ladder = re.search("^" + check["id"] + ": .*\n((?:\n[0-9]/[0-9]\n(?:.+\n)+)+)", hints, re.MULTILINE)
    rungs = re.findall(r"\n[0-9]/[0-9]\n((?:.+\n)+)", ladder[1])
    assert len(rungs) >= 3, (check["id"], rungs)
    assert len(set(rungs)) == len(rungs), (check["id"], rungs)
    if sys.argv[3] == "zh_CN":
        assert all(re.search("[\u4e00-\u9fff]", rung) for rung in rungs), (check["id"], rungs)
' "$STARTER.json" "$BATS_TEST_TMPDIR/hints" "$language" "$lab"
		done
		# The code is the last one for those who learn alone.
		cd "$tree.self"
		run -0 grep -c '^    ' "labs/$lab/exercise/hints"
		run -1 grep '^code: ' "labs/$lab/exercise/hints"
		NSLABS_LANG=en run -0 scripts/hint "$lab" --all
		assert_line 4/4
	done
}

@test "predict: the prediction is compared with what is seen, and remembered" {
	run -0 make --no-print-directory predict LAB=uts <<<$'nonsense\n0\n1\n1\n2\n'
	assert_line --partial 'A number from 1 to 2, please.'
	assert_line "\$ hostname before; unshare --uts hostname container; hostname"
	assert_line --partial 'As you predicted.'
	assert_line --partial 'You predicted something else: the right answer is 3. Why?'
	assert_equal "$(cat .progress/predictions)" $'uts.1 right\nuts.2 wrong\nuts.3 wrong'
	run -0 scripts/predict uts <<<$'1\n3\n1\n'
	assert_equal "$(grep -c right .progress/predictions)" 3
	run -0 scripts/progress
	assert_line --regexp '^uts .* not checked yet; 3 questions: 3 predicted, 3 right$'
	run -1 scripts/predict ipc <<<1
	assert_equal "$(grep -c ipc .progress/predictions)" 1
}

@test "predict: each lab has two or three questions, in both languages, that the run answers" {
	before=$(hostname)
	for lab in "${labs[@]}"; do
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

@test "exercises: each tool lists the labs where it is given an unknown one" {
	for tool in hint reset predict next watch; do
		run -2 "scripts/$tool" no-such-lab
		assert_output --regexp "^$tool: no lab for this is called 'no-such-lab'; choose from: .*uts ipc pid"
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
	assert_line 'reset: which lab? For example: make reset LAB=uts'
	run -0 diff -r "$STARTER/labs" labs
}

# ---- At a terminal ----

@test "watch: a save by renaming or in place is seen, and what passes leads on, to the end" {
	cd "$top"
	rm -rf "$tree"
	scripts/starter "$tree" --labs uts,ipc
	cd "$tree"
	start_terminal
	press 'make watch' Enter
	wait_for '^The current lab: uts'
	wait_for '^uts: n next, r run'
	wait_for 'uts.namespace: .*FAIL'
	solve uts uts.flag # which renames
	wait_for 'uts.namespace: .*OK'
	wait_for '^uts: n next, r run' 2
	solve uts
	wait_for 'copied from uts to labs/ipc/ipc.c: uts.hostname uts.flag'
	wait_for '^The next lab: ipc'
	wait_for '^Its lesson: labs/ipc/README.md; questions about it: make predict LAB=ipc'
	wait_for '^ipc: n next, r run'
	cp labs/ipc/ipc.c "$BATS_TEST_TMPDIR/ipc.c"
	solve ipc
	wait_for 'That was the last lab: done!'
	cat "$BATS_TEST_TMPDIR/ipc.c" >labs/ipc/ipc.c
	wait_for 'ipc.namespace: .*FAIL' 2
	press q
	wait_for 'ready>' 2
	assert_terminal_restored
	# What next has saved was checked once.
	assert_equal "$(screen -S - | grep -c 'ipc.namespace: .*FAIL')" 2
}

@test "watch: a lab that passes with an exercise still empty doesn't lead on" {
	solve pid pid.flag pid.child
	start_terminal
	press 'scripts/watch pid' Enter
	wait_for '^It passes, but these are still empty: pid.parent. Write them, or press n for the next lab.'
	wait_for '^pid: n next, r run'
	solve pid
	wait_for '^The next lab: mount'
	wait_for '^mount: n next, r run'
	press q
	assert_terminal_restored
}

@test "watch: each key does what it says" {
	start_terminal
	press 'scripts/watch uts' Enter
	wait_for '^uts: n next, r run'
	press h
	wait_for '^1/3'
	press l
	wait_for '^nest .*not checked yet'
	press c
	wait_for '^Score: 0/[1-9]'
	echo '// mine' >>labs/uts/uts.c
	wait_for '^uts: n next, r run' 5
	press x
	wait_for 'your own file is kept as labs/uts/uts.c.~1~'
	wait_for '^uts: n next, r run' 7 # the restored file is a new one
	press r
	wait_for 'In the container process!'
	press "sleep 1000.$BASHPID" Enter
	within 10 pgrep -fx "sleep 1000.$BASHPID"
	press C-c
	press 'echo the terminal is $(tty >/dev/null && echo there)' Enter
	wait_for '^the terminal is there'
	press 'exit' Enter
	wait_for '^uts: n next, r run' 8
	press n
	wait_for '^ipc: n next, r run'
	press q
	assert_terminal_restored
}

@test "watch: Ctrl-C and a signal restore the terminal" {
	start_terminal
	press 'scripts/watch' Enter
	wait_for '^inspect: n next, r run'
	press C-c
	wait_for 'ready>' 2
	assert_terminal_restored
	press "sh -c 'echo \$\$ >pid; exec scripts/watch uts'; echo status \$?" Enter
	wait_for '^uts: n next, r run'
	kill "$(cat pid)"
	wait_for '^status 143'
	assert_terminal_restored 2
}
