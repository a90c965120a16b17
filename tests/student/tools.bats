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

# assert_terminal_restored [COUNT]: the shell has it back, as it was, and nothing is left that watches.
assert_terminal_restored() {
	type_line 'stty -a | tr " " "\n" | grep -xE -e "-?(icanon|echo|isig)" | xargs echo terminal:'
	wait_for '^terminal: isig icanon echo$' "${1:-1}"
	run -1 pgrep -f "inotifywait.*$tree/"
}

# bats test_tags=long
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

# bats test_tags=long
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

# bats test_tags=long
@test "next: what it brought follows your correction, unless you have touched it" {
	solve uts
	sed -i 's/strlen(hostname)/9/' labs/uts/uts.c
	scripts/next uts
	run -0 grep -c 'sethostname(hostname, 9)' labs/{ipc,pid,nest}/*.c
	solve ipc
	run -0 scripts/check ipc
	solve pid pid.flag
	sed -i 's/sethostname(hostname, 9)/sethostname("container", 9)/' labs/pid/pid.c
	# The correction reaches the labs that pass, too, and by them the later ones: in one go.
	solve uts
	run -0 scripts/next
	assert_line 'copied from uts to labs/ipc/ipc.c: uts.hostname'
	assert_equal "$(grep -c 'differ from' <<<"$output")" 1
	assert_line 'left alone in labs/pid/pid.c, where your lines differ from those in ipc: uts.hostname'
	run -1 grep -lr 'sethostname(hostname, 9)' labs --include='*.c'
	run -0 grep -c 'sethostname("container", 9)' labs/pid/pid.c
	run -0 scripts/next
	assert_line --index 0 'left alone in labs/pid/pid.c, where your lines differ from those in ipc: uts.hostname'
	refute_output --partial copied
	# A lab that is nearer gives, and one that is farther away doesn't take that back.
	run -0 scripts/next pid
	assert_line 'copied from pid to labs/mount/mount.c: uts.hostname pid.flag'
	run -0 scripts/next uts
	refute_output --partial copied
	assert_line 'left alone in labs/mount/mount.c, where your lines differ from those in uts: uts.hostname'
	# Another indentation is no other line.
	sed -i 's/^\tcontainer.flags |= CLONE_NEWUTS;/        container.flags |=  CLONE_NEWUTS;/' labs/net/net.c
	sed -i 's/container.flags |= CLONE_NEWUTS;/container.flags |= CLONE_NEWUTS | CLONE_NEWUTS;/' labs/uts/uts.c
	run -0 scripts/next uts
	assert_line --regexp '^copied from uts to labs/net/net.c: .*uts.flag'
}

# bats test_tags=long
@test "next: after reset, what you write yourself is yours" {
	solve uts
	scripts/next uts
	scripts/reset ipc
	solve ipc uts.hostname uts.flag
	sed -i 's/strlen(hostname)/9/' labs/uts/uts.c
	run -0 scripts/next uts
	assert_line 'left alone in labs/ipc/ipc.c, where your lines differ from those in uts: uts.hostname'
	assert_line 'copied from uts to labs/pid/pid.c: uts.hostname'
	# A lab whose file is gone gets nothing.
	rm labs/pid/pid.c
	sed -i 's/hostname, 9/hostname, 8 + 1/' labs/uts/uts.c
	run -0 scripts/next uts
	assert_line 'copied from uts to labs/mount/mount.c: uts.hostname'
	[[ ! -e labs/pid/pid.c ]]
}

# bats test_tags=long
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

# bats test_tags=long
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

# bats test_tags=long
@test "reset: the file is as it was given, and the student's is kept under another name each time" {
	for number in 1 2; do
		echo "// attempt $number" >>labs/uts/uts.c
		run -0 make --no-print-directory reset LAB=uts
		assert_line "your own file is kept as labs/uts/uts.c.~$number~"
		assert_line 'restored: labs/uts/uts.c'
		assert_line "to bring it back: cp labs/uts/uts.c.~$number~ labs/uts/uts.c"
		assert_equal "$(tail -n 1 "labs/uts/uts.c.~$number~")" "// attempt $number"
		run -0 diff "$STARTER/labs/uts/uts.c" labs/uts/uts.c
	done
	echo '// mine' >>labs/skeleton/skeleton.c
	run -0 make --no-print-directory reset LAB=skeleton
	assert_line --index 2 'restored: labs/skeleton/skeleton.c'
	assert_equal "${#lines[@]}" 3
	run -0 scripts/reset uts
	assert_output 'labs/uts/uts.c is still the original'
	rm labs/uts/uts.c
	run -1 scripts/check uts
	assert_line 'Score: 0/3'
	run -0 scripts/progress
	run -0 scripts/reset uts
	run -0 diff "$STARTER/labs/uts/uts.c" labs/uts/uts.c
}

# bats test_tags=long
@test "check, hint, reset and watch: where the lines of earlier labs are still missing, make next is named, or done" {
	for lab in uts ipc pid; do
		solve "$lab"
	done
	solve mount
	run -1 scripts/check mount
	missing='still empty in labs/mount/mount.c: uts.hostname uts.flag ipc.flag pid.flag; make next copies what you wrote for them in the labs that pass'
	assert_line "  $missing"
	assert_line --partial 'exercise pid.flag'
	run -0 scripts/hint mount
	assert_line '1/3'
	assert_line --partial 'its file has the earlier exercises as well, and here they are still empty'
	run -0 scripts/reset mount
	assert_line "$missing"
	run -0 scripts/check uts
	start_terminal
	press 'scripts/watch mount' Enter
	wait_for '^copied from uts to labs/mount/mount.c: uts.hostname uts.flag'
	press q
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

@test "hint: all hints are printed without the program being built or judged" {
	rm -rf build/uts build/check .progress
	echo '#error' >>labs/uts/uts.c
	run -0 scripts/hint uts --all
	assert_line --regexp '^uts\.namespace: .+'
	[[ ! -e build/uts && ! -e build/check && ! -e .progress ]]
}

# bats test_tags=long
@test "hint: a lab without hints says so" {
	rm labs/uts/exercise/hints*
	run -1 scripts/hint uts
	assert_line --regexp '^uts\.namespace: '
	assert_line "there is no hint for this; the lab's lesson may help"
	run -0 scripts/hint uts --all
	refute_output --partial Traceback
}

# bats test_tags=long
@test "hint: a flag that was thrown away by = is seen, also where it isn't the lab's own" {
	solve uts
	scripts/next uts
	sed -i 's|// exercise ipc.flag.*|&\n\tcontainer.flags = CLONE_NEWIPC;|' labs/ipc/ipc.c
	run -0 scripts/hint ipc
	assert_line --index 0 'ipc.host-unchanged: the host is left as it was'
	assert_line 1/3
	assert_output --partial '|= adds the new bit'
	NSLABS_LANG=zh_CN run -0 scripts/hint ipc
	assert_line 2/3
	assert_output --partial 'make trace LAB=ipc'
	# What keeps the other flags throws nothing away, and what is in a comment doesn't count.
	for line in 'flags |= CLONE_NEWIPC; // not = CLONE_NEWIPC;' 'flags = CLONE_NEWUTS | CLONE_NEWIPC;' \
		'flags = container.flags | CLONE_NEWIPC;'; do
		sed -i "s#container.flags .*NEWIPC;.*#container.$line#" labs/ipc/ipc.c
		run -0 scripts/hint ipc
		assert_output --partial 'nothing fails in ipc'
	done
	# An exercise that is still empty comes first.
	scripts/next ipc
	sed -i 's#|= CLONE_NEWIPC#= CLONE_NEWIPC#' labs/pid/pid.c
	run -0 scripts/hint pid
	assert_line --index 0 --partial 'pid.namespace: '
	refute_output --partial 'got lost'
}

# fail_uts MISTAKE: let a check of uts fail, with this mistake, whatever the program does.
fail_uts() {
	solve uts
	[[ -e mistake ]] || cat >>labs/uts/exercise/checks.py <<-'END'

		@check("uts.made-up", "made up", "why", exercise="uts.flag")
		def uts_made_up(box):
		    raise Fail("this", "that", mistake=open("mistake").read().strip())
	END
	echo "$1" >mistake
	for file in labs/uts/exercise/hints labs/uts/exercise/hints.zh-CN; do
		printf '\n# uts.made-up%s\nfirst\n\nsecond\n\nthird\n' '' :short :long >>"$file"
	done
}

# assert_hint NUMBER [MISTAKE]: the next hint is this one.
assert_hint() {
	run -0 scripts/hint uts
	assert_line --index 0 'uts.made-up: made up'
	assert_line "$1/3"
	assert_equal "$(cat .progress/hints)" "uts.made-up${2:+:$2} $1"
}

# bats test_tags=long
@test "hint: each mistake has hints of its own, which begin anew when another one is seen" {
	fail_uts short
	assert_hint 1 short
	assert_hint 2 short
	echo long >mistake
	assert_hint 1 long
	# What has no hints of its own has those of the check.
	echo unheard-of >mistake
	assert_hint 1
	assert_hint 2
	echo short >mistake
	assert_hint 1 short
	assert_hint 2 short
	# The judge sees the other one, and no hint was asked for.
	echo long >mistake
	run -1 scripts/check uts
	echo short >mistake
	assert_hint 1 short
	run -0 scripts/hint uts --all
	assert_line 'uts.made-up: made up'
	assert_line 'uts.made-up:long: made up'
}

# bats test_tags=long
@test "hint: the same one goes on after a save that doesn't compile, and after another lab's" {
	fail_uts short
	assert_hint 1 short
	sed -i 's|// exercise uts.flag.*|&\n\tno such thing|' labs/uts/uts.c
	run -1 scripts/check uts
	sed -i '/no such thing/d' labs/uts/uts.c
	assert_hint 2 short
	run -0 scripts/hint
	assert_line --index 0 'The current lab: inspect'
	assert_line 1/3
	run -0 scripts/hint ipc
	assert_line 1/3
	assert_equal "$(head -n 1 .progress/hints)" 'uts.made-up:short 2'
	rm .progress/hints
	assert_hint 1 short
}

# bats test_tags=long
@test "hint: it begins anew after reset, also of a file that is still the original, and when the lab has passed" {
	for number in 1 2; do
		run -0 scripts/hint uts
		assert_line "$number/3"
	done
	run -0 scripts/reset uts
	assert_output 'labs/uts/uts.c is still the original'
	run -0 scripts/hint uts
	assert_line 1/3
	solve uts
	run -0 scripts/check uts
	run -0 scripts/reset uts
	run -0 scripts/hint uts
	assert_line 1/3
	solve uts
	run -0 scripts/check uts
	cp .starter/baseline/labs/uts/uts.c labs/uts/uts.c
	run -0 scripts/hint uts
	assert_line 1/3
}

# bats test_tags=long
@test "hint: the same check's hints begin anew where the program itself says something else" {
	solve uts
	local call='if (sethostname(hostname, 1000) == -1)'
	sed -i "s/if (sethostname(.*/$call/" labs/uts/uts.c
	for number in 1 2; do
		run -0 scripts/hint uts
		assert_line --index 0 --partial 'uts.runs: '
		assert_line "$number/3"
	done
	# Another number in the same message is no other mistake.
	sed -i 's/die("sethostname %s", hostname)/die("sethostname %d", getpid())/' labs/uts/uts.c
	run -0 scripts/hint uts
	assert_line 1/3
	run -0 scripts/hint uts
	assert_line 2/3
	sed -i 's/hostname, 1000/(char *)8, 9/' labs/uts/uts.c
	run -0 scripts/hint uts
	assert_line --index 0 --partial 'uts.runs: '
	assert_line 1/3
}

# bats test_tags=long
@test "hint: while the exercise is empty, the hints are the general ones" {
	fail_uts short
	sed -i '/CLONE_NEWUTS/d' labs/uts/uts.c
	# The first check that fails is another.
	sed -i 's/^@check("uts.namespace"/@check("uts.elsewhere"/; s/require_own_namespace(box, "uts", act_on_names)/pass/; /^check("uts.host-unchanged/,$s/(host_unchanged)/(lambda box: None)/' labs/uts/exercise/checks.py
	assert_hint 1
	assert_hint 2
}

# bats test_tags=long
@test "hint: a compile error has its own" {
	sed -i 's|// exercise uts.flag.*|&\n\tno such thing|' labs/uts/uts.c
	run -0 scripts/hint uts
	assert_line --index 0 'uts.compiles: the program compiles'
	assert_line 1/3
	run -0 scripts/hint uts
	assert_line --partial 'make build/uts'
}

# bats test_tags=long
@test "hint: at least three for every check of every lab, in both languages, in every tree" {
	for part in 1 2; do
		[[ $part == 1 ]] || enter_starter "$part"
		"$top/scripts/starter" "$tree.self" --self --part "$part"
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
' "$given.json" "$BATS_TEST_TMPDIR/hints" "$language" "$lab"
			done
			# The code is the last one for those who learn alone.
			cd "$tree.self"
			run -0 grep -c '^    ' "labs/$lab/exercise/hints"
			run -1 grep '^code: ' "labs/$lab/exercise/hints"
			NSLABS_LANG=en run -0 scripts/hint "$lab" --all
			assert_line 4/4
		done
	done
}

# bats test_tags=long
@test "predict: the prediction is compared with what is seen, and remembered" {
	run -0 make --no-print-directory predict LAB=uts <<<$'nonsense\nz\n\na\nA\nb.\n'
	assert_line --partial 'A letter from a to b, please.'
	assert_line "\$ hostname before; unshare --uts hostname container; hostname"
	assert_line --partial 'As you predicted.'
	assert_line --partial 'You predicted something else: the right answer is c.'
	assert_line --regexp '^Why: ".+", in labs/uts/README.md$'
	assert_equal "$(cat .progress/predictions)" $'uts.1 right\nuts.2 wrong\nuts.3 wrong'
	run -0 scripts/predict uts <<<$'a\nc\na\n'
	assert_equal "$(grep -c right .progress/predictions)" 3
	run -0 scripts/progress
	assert_line --regexp '^uts .* not checked yet; 3 questions: 3 predicted, 3 right$'
	run -1 scripts/predict ipc <<<a
	assert_equal "$(grep -c ipc .progress/predictions)" 1
}

# bats test_tags=long
@test "predict: each lab has two or three questions, in both languages, that the run answers" {
	before=$(hostname)
	for part in 1 2; do
		[[ $part == 1 ]] || enter_starter "$part"
		for lab in $(cd "$top" && labs_where in_part "$part"); do
			for language in en zh_CN; do
				NSLABS_LANG=$language run -0 scripts/predict "$lab" <<<$'a\na\na\n'
				if [[ $language == zh_CN ]]; then
					assert_output --partial 你的预测
					assert_output --regexp '[？。]'
					refute_output --partial 'What '
				fi
			done
			run -0 grep -c "^$lab\\." .progress/predictions
			assert_output --regexp '^[23]$'
		done
	done
	assert_equal "$(hostname)" "$before"
}

@test "predict: the lesson asks the same, and has the heading that explains the answer" {
	local page
	cd "$top"
	for lab in "${labs[@]}"; do
		for language in en zh_CN; do
			page=labs/$lab/README.md
			[[ $language == en ]] || page=labs/$lab/README.zh-CN.md
			NSLABS_LANG=$language run -0 python3 -BEs -c 'import re, sys
sys.path.insert(0, "scripts")
from lib.questions import read_questions
lab, page = sys.argv[1:]
lines = re.sub(r"\n +(?![ -])", " " if page.endswith("README.md") else "", open(page).read()).splitlines()
for number, question in enumerate(read_questions(lab)[0], 1):
    expected = ["%d. %s" % (number, question["question"]), "### " + question["see"]]
    expected += ["   - **%s.** %s" % choice for choice in zip("abcdef", question["answer"])]
    for line in expected:
        if line not in lines:
            print("%s has no line: %s" % (page, line))' "$lab" "$page"
			assert_output ''
		done
	done
}

# bats test_tags=long
@test "exercises: each tool lists the labs where it is given an unknown one" {
	for tool in hint reset predict next watch; do
		run -2 "scripts/$tool" no-such-lab
		assert_output --regexp "^$tool: no lab for this is called 'no-such-lab'; choose from: .*uts ipc pid"
		assert_equal "${#lines[@]}" 1
		run -0 "scripts/$tool" --help
		assert_line --partial "$tool: "
	done
}

# bats test_tags=long
@test "exercises: a wrong command line is refused in the reader's language" {
	export NSLABS_LANG=zh_CN
	for arguments in 'hint --all=1' 'hint uts ipc' 'next --nonsense' 'watch no-such-lab' 'progress uts' 'reset' 'check --j' \
		'check --timeout' 'check --timeout x' 'check --json --tap' 'check no-such-lab' 'check --program uts'; do
		# shellcheck disable=SC2086
		run -2 scripts/$arguments
		assert_line --regexp "^${arguments%% *}: .*[^ -~]"
		refute_output --regexp '(usage|error|argument|option|choose|ambiguous|ignored)[: ]'
	done
}

# bats test_tags=long
@test "exercises: without LAB, hint is about the current lab, and reset asks" {
	run -0 make --no-print-directory hint
	assert_line --index 0 'The current lab: inspect'
	assert_line --index 1 --partial 'inspect.inodes: '
	echo 'inspect pass 4 4' >.progress/checks
	run -0 make --no-print-directory hint
	assert_line --index 0 'The current lab: uts'
	run -2 make --no-print-directory reset
	assert_line 'reset: which lab? For example: make reset LAB=uts'
	run -0 diff -r "$STARTER/labs" labs
}

# bats test_tags=long
@test "check: only the script says that its exit status is 77; make ends with 0" {
	solve user
	# Where setgroups is denied already, one check can't be made.
	run -77 env -u MAKELEVEL unshare --user --map-root-user scripts/check user
	assert_line "Nothing fails, but some of it can't be shown here: exit status 77."
	run -0 unshare --user --map-root-user make --no-print-directory check LAB=user
	assert_line "Nothing fails, but some of it can't be shown here."
	refute_output --partial 77
}

@test "skeleton: check, hint and the other tools say in one line that it has no exercise" {
	for tool in check hint next watch; do
		run -2 "scripts/$tool" skeleton
		assert_output "$tool: skeleton comes complete, without exercises: there is nothing to do"
	done
}

@test "predict: without LAB it is about the first lab with a question that wasn't answered yet" {
	run -1 scripts/predict <<<a
	assert_line --index 0 'The first lab with questions that you have not answered: skeleton'
	for lab in "${labs[@]}"; do
		for number in 1 2 3; do
			echo "$lab.$number right"
		done
	done >.progress/predictions
	run -0 scripts/predict </dev/null
	assert_output 'you have answered all questions; to be asked again: make predict LAB=skeleton'
	sed -i '/^uts.3/d' .progress/predictions
	run -1 scripts/predict </dev/null
	assert_line --index 0 'The first lab with questions that you have not answered: uts'
	# make builds what its questions are about.
	rm -r .progress build/skeleton
	run -2 make --silent predict </dev/null
	assert_line --index 0 --partial skeleton
	[[ -x build/skeleton ]]
}

# bats test_tags=long
@test "next: at the very end it says so" {
	for lab in "${exercises[@]}"; do
		cp "$top/labs/$lab/$lab.c" "labs/$lab/$lab.c"
		echo "$lab pass 1 1"
	done >.progress.checks
	mkdir -p .progress
	mv .progress.checks .progress/checks
	run -0 scripts/next
	assert_line 'all labs pass: there is nothing left to do'
	sed -i '/^nest/d' .progress/checks
	run -0 scripts/next
	refute_output --partial 'nothing left'
}

# bats test_tags=long
@test "progress: a verdict counts until the lab changes; one of an older version, without a digest, counts" {
	solve uts
	run -0 scripts/check uts
	run -0 scripts/progress
	assert_line --regexp '^uts .*#{20}. 3/3 passes'
	sed -i '/CLONE_NEWUTS/d' labs/uts/uts.c
	run -0 scripts/progress
	assert_line --regexp '^uts +\[-{20}\] not checked since it has changed; 3 questions'
	# The same lines again are what passed.
	solve uts
	run -0 scripts/progress
	assert_line --regexp '^uts .* 3/3 passes'
	echo '// changed' >>common/message.h
	run -0 scripts/progress
	assert_line --regexp '^uts .* not checked since'
	rm .progress/digests
	run -0 scripts/progress
	assert_line --regexp '^uts .* 3/3 passes'
}

# ---- At a terminal ----

# bats test_tags=long
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
	cat "$STARTER/labs/uts/uts.c" >labs/uts/uts.c # in place
	wait_for 'uts.namespace: .*FAIL' 2
	wait_for '^uts: n next, r run' 3
	solve uts
	wait_for 'copied from uts to labs/ipc/ipc.c: uts.hostname uts.flag'
	wait_for '^The next lab: ipc'
	wait_for '^Its lesson: labs/ipc/README.md; questions about it: make predict LAB=ipc'
	wait_for '^ipc: n next, r run'
	solve ipc
	wait_for 'That was the last lab, and all of them pass. Congratulations!'
	wait_for 'ready>' 2
	assert_terminal_restored
	# What next has saved was checked once.
	assert_equal "$(screen -S - | grep -c 'ipc.namespace: .*FAIL')" 1
	assert_equal "$(screen -S - | grep -c '^The next lab:')" 1
}

# bats test_tags=long
@test "watch: a lab that was broken after its pass comes again before the end" {
	cd "$top"
	rm -rf "$tree"
	scripts/starter "$tree" --labs uts,ipc
	cd "$tree"
	solve uts
	run -0 scripts/check uts
	run -0 scripts/next uts
	sed -i '/CLONE_NEWUTS/d' labs/uts/uts.c
	solve ipc
	start_terminal
	press 'make watch LAB=ipc' Enter
	wait_for '^The next lab: uts'
	wait_for 'uts.namespace: .*FAIL'
	wait_for '^uts: n next, r run'
	solve uts
	wait_for '^The next lab: ipc'
	wait_for 'That was the last lab, and all of them pass. Congratulations!'
	wait_for 'ready>' 2
}

# bats test_tags=long
@test "watch: after the last lab come those that haven't passed, and then nothing" {
	cd "$top"
	rm -rf "$tree"
	scripts/starter "$tree" --labs uts,ipc
	cd "$tree"
	solve ipc
	start_terminal
	press 'make watch LAB=ipc' Enter
	wait_for '^The next lab: uts'
	wait_for '^uts: n next, r run'
	press n
	wait_for '^The next lab: uts' 2 # ipc passes, and leads on
	wait_for '^uts: n next, r run' 2
	sed -i '/CLONE_NEWIPC/d' labs/ipc/ipc.c
	press n
	wait_for '^ipc: n next, r run'
	solve uts
	press q
	wait_for 'ready>' 2
	scripts/check uts
	press 'make watch LAB=ipc' Enter
	wait_for '^ipc: n next, r run' 2
	press n
	wait_for '^There is no other lab left: all but this one pass.'
	wait_for '^ipc: n next, r run' 3
	press q
	wait_for 'ready>' 3
	assert_terminal_restored
}

# bats test_tags=long
@test "watch: keys that are typed while something runs don't count" {
	# The judge waits for as long as this file is there.
	touch busy
	cat >>labs/uts/exercise/checks.py <<-'END'
		import os, time
		os.path.exists("busy") and print("busy", file=open("/dev/tty", "w"))
		while os.path.exists("busy"):
		    time.sleep(0.05)
	END
	echo '// mine' >>labs/uts/uts.c
	start_terminal
	press 'scripts/watch uts' Enter
	wait_for '^busy'
	press -l xyqxyn
	press Enter
	sleep 0.2
	rm busy
	wait_for '^uts: n next, r run'
	press a
	wait_for '^Score: 0/[1-9][0-9]'
	wait_for '^uts: n next, r run' 2
	run -0 tail -n 1 labs/uts/uts.c
	assert_output '// mine'
	run -0 screen -S -
	refute_output --partial 'Restore'
	refute_output --partial '^The next lab'
	press q
	assert_terminal_restored
}

# bats test_tags=long
@test "watch: x asks first, and only y is yes" {
	echo '// mine' >>labs/uts/uts.c
	start_terminal
	press 'NSLABS_LANG=zh_CN scripts/watch uts' Enter
	wait_for '^uts：n '
	press x
	wait_for 'labs/uts/uts.c .*\(y/N\)'
	press Enter
	wait_for '^uts：n ' 2
	press q
	wait_for 'ready>' 2
	press 'scripts/watch uts' Enter
	wait_for '^uts: n next, r run'
	for key in n c Escape; do
		press x
		wait_for "^Restore labs/uts/uts.c as it was given\? Yours is kept beside it. \(y/N\)" $((++asked))
		press "$key"
		wait_for '^uts: n next, r run' $((asked + 1))
	done
	assert_equal "$(tail -n 1 labs/uts/uts.c)" '// mine'
	press x
	wait_for '^Restore' 4
	press y
	wait_for '^restored: labs/uts/uts.c'
	wait_for '^uts: n next, r run' 6 # the restored file is checked
	# c, which is near it, does nothing.
	press c
	press q
	wait_for 'ready>' 3
	assert_terminal_restored
}

# bats test_tags=long
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

# bats test_tags=long
@test "watch: each key does what it says" {
	start_terminal
	press 'scripts/watch uts' Enter
	wait_for '^uts: n next, r run'
	press h
	wait_for '^1/3'
	wait_for '^uts: n next, r run' 2
	press l
	wait_for '^nest .*not checked yet'
	wait_for '^uts: n next, r run' 3
	press a
	wait_for '^Score: 0/[1-9][0-9]'
	wait_for '^uts: n next, r run' 4
	echo '// mine' >>labs/uts/uts.c
	wait_for '^uts: n next, r run' 5
	press x
	wait_for '\(y/N\)'
	press y
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

# bats test_tags=long
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

# bats test_tags=long
@test "Ctrl-C ends check and hint quietly, while they load, judge and wait; and watch, whatever it does" {
	# It comes while a module is loaded, or from a program that is interrupted by itself.
	echo 'raise KeyboardInterrupt' >scripts/lib/files.py
	for tool in check hint next predict progress reset watch; do
		run --separate-stderr bash -c 'ulimit -c 0; "$@" uts; exit' bash "scripts/$tool"
		assert_equal "$status $output $stderr" '130  '
	done
	cp "$top/scripts/lib/files.py" scripts/lib/files.py
	# A program that says nothing is waited for, 10 seconds.
	solve uts
	sed -i 's/^\tsay("In/\tpause();\n&/' labs/uts/uts.c
	make --silent build/uts
	start_terminal
	count=0
	for command in 'scripts/check uts' 'make check LAB=uts' 'scripts/hint uts' 'make watch LAB=uts'; do
		press "$command" Enter
		within 10 pgrep -fx "$tree/build/uts"
		press C-c
		wait_for 'ready>' $((2 * count + 2))
		press 'echo status $?' Enter
		wait_for '^status 130$' $((++count))
	done
	run -1 grep -E 'Traceback|Error [0-9]|n next, r run' <<<"$(screen -S -)"
	assert_terminal_restored
	within 10 eval '! pgrep -f "$tree/(scripts|build)/"'
}
