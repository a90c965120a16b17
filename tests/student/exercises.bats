# The whole way through the student's tree, and what is not the same in it for root and an ordinary user.
# bats file_tags=slow
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

# Where setgroups is denied already, one check can't be made.
if [[ $(cat /proc/self/setgroups) == allow ]]; then
	passes() { echo pass; }
	blocked=0
else
	passes() { [[ $1 == user ]] && echo blocked || echo pass; }
	blocked=1
fi

# bats test_tags=long
@test "exercises: region by region and lab by lab, all fails becomes all passes" {
	for part in 1 2; do
		[[ $part == 1 ]] || enter_starter "$part"
		run -0 summary <"$given.json"
		assert_output --regexp '^fail 0 [0-9]+$'
		most=${output##* }
		for lab in "${exercises[@]}"; do
			for id in $(cd "$top" && marks_of "$lab"); do
				run -0 solve "$lab" "$id"
			done
			scripts/check "$lab" --json >"$BATS_TEST_TMPDIR/verdict" || true
			run -0 summary "$lab" <"$BATS_TEST_TMPDIR/verdict"
			assert_output --regexp "^$(passes "$lab") [0-9]+ [0-9]+\$"
			run -0 scripts/next
		done
		run -0 make --no-print-directory check
		assert_line --regexp "^Score: $((most - blocked))/$most"
		refute_output --partial '***'
		[[ $blocked -eq 0 ]] || assert_line "Nothing fails, but some of it can't be shown here."
		# What was carried is what the solutions have, but for comments, which come with a step's first appearance.
		for lab in "${exercises[@]}"; do
			run -0 diff <(sed '\|^\t*// |d; s| *// .*||' "$top/labs/$lab/$lab.c") <(sed '\|^\t*// |d; s| *// .*||' "labs/$lab/$lab.c")
		done
		run -0 scripts/progress
		refute_output --partial fails
		full=$(summary "${exercises[-1]}" <"$given.json")
		assert_line --regexp "^${exercises[-1]} +\[#{20}\] ${full##* }/${full##* } passes; 3 questions: 0 predicted, 0 right\$"
	done
}

# bats test_tags=long
@test "exercises: an exercise that no check judges is named while it is empty, and scores nothing" {
	run -0 /usr/bin/python3 -B -c 'import sys
sys.path.insert(0, "scripts")
from lib.student import unjudged_exercises
from lib.tree import EXERCISES
print(*(mark.id for lab in EXERCISES for mark in unjudged_exercises(lab)), sep="\n")'
	for name in pid.parent pid.child nest.pids; do
		assert_line "$name"
	done
	refute_line --regexp '^(inspect|uts|ipc)\.'
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
	assert_line '  还空着：labs/pid/pid.c 中的练习 pid.parent；没有针对它的检查'
	# It is for those who write it: no verdict, and nothing about another program.
	for options in '--json' '--tap' '--program build/pid'; do
		# shellcheck disable=SC2086
		run -0 scripts/check pid $options
		refute_output --partial 'pid.parent'
	done
	# Where the only check of an exercise is blocked, no check says that it is empty.
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

@test "exercises: outside a student's tree nothing is remembered or reset" {
	cd "$top"
	run -1 scripts/reset uts
	assert_output "this isn't a student's tree: scripts/starter makes one"
	run -1 scripts/watch
	assert_output "this isn't a student's tree: scripts/starter makes one"
	run -0 scripts/check uts
	[[ ! -e .progress ]]
}

@test "make run: what is for ordinary users runs directly, but for root on a throwaway host" {
	run -0 make --no-print-directory run LAB=uts <<<exit
	assert_line 'scripts/stage build/uts'
	run -0 "${with_rights[@]}" make --no-print-directory run LAB=nest <<<exit
	assert_line 'scripts/stage build/nest'
	# In a student's tree, user needn't even compile.
	echo '#error' >>labs/user/user.c
	as_user=()
	if [[ $EUID -eq 0 ]]; then
		chown -R 65534 "$tree"
		as_user=("${without_rights[@]}")
	fi
	run -0 "${as_user[@]}" make --no-print-directory run LAB=nest <<<exit
	assert_line 'build/nest'
}

@test "host: a second terminal is on the same throwaway host as the first" {
	solve uts
	start_terminal
	press 'make run LAB=uts' Enter
	wait_for '^scripts/stage build/uts$'
	wait_for 'In the container process!'
	press 'hostname' Enter
	wait_for '^container$'
	open_terminal 150 100 "$(shell_at_terminal 'second> ')"
	wait_for 'second>'
	press 'make host' Enter
	wait_for 'on the throwaway host that runs in another terminal'
	# The line that the program has printed, with the PID that it has there.
	press 'pid=$(pgrep -P $(pgrep -x uts)); nsenter --target $pid --uts hostname inside-it' Enter
	press 'readlink /proc/{$$,$pid}/ns/uts | sort -u | wc -l; id -u; exit' Enter
	wait_for '^2$'
	wait_for '^0$'
	wait_for 'second>' 2
	# shellcheck disable=SC2034 # for the functions of terminal.bash
	terminal=${terminals[0]}
	press 'hostname; exit' Enter
	wait_for '^inside-it$'
	wait_for 'ready>' 2
	wait_for '^stage: the throwaway host is gone; you are back on your machine'
}

@test "host: another tree's throwaway host isn't joined" {
	mkdir "$BATS_TEST_TMPDIR/other tree"
	cp -r --preserve=timestamps "$STARTER/." "$BATS_TEST_TMPDIR/other tree"
	start_terminal
	press 'make host' Enter
	wait_for '^throwaway host:.*#'
	open_terminal 150 100 "cd '$BATS_TEST_TMPDIR/other tree' && $(shell_at_terminal 'second> ')"
	wait_for 'second>'
	press 'make host' Enter
	wait_for 'on a new throwaway host'
	wait_for '^throwaway host:.*/other tree#'
	# That one is newer, and isn't this tree's.
	open_terminal 150 100 "$(shell_at_terminal 'third> ')"
	wait_for 'third>'
	press 'make host' Enter
	wait_for 'on the throwaway host that runs in another terminal'
	wait_for "^throwaway host:.*/tree#"
}

# bats test_tags=long
@test "host: its prompt, its name and a line at each end say where you are; sudo runs what follows it" {
	solve uts
	start_terminal
	press 'make host' Enter
	wait_for 'on a new throwaway host'
	wait_for '^throwaway host:.*#'
	press 'env | grep -c ^MAKE; make check LAB=uts | tail -n 1; hostname; sudo build/uts hostname' Enter
	wait_for '^0$'
	wait_for '^Score: 3/3$'
	wait_for '^throwaway$'
	wait_for '^container$'
	press 'make host' Enter
	wait_for 'you are on the throwaway host already'
	press 'exit' Enter
	press 'make run LAB=uts' Enter
	wait_for 'a throwaway host inside another one'
	wait_for 'In the container process!'
	press 'exit' Enter
	wait_for 'the throwaway host is gone'
	# At a second terminal, by its own end and by the end of the host.
	open_terminal 150 100 "$(shell_at_terminal 'second> ')"
	for times in 1 2; do
		wait_for 'second>' $times
		press 'make host' Enter
		wait_for 'on the throwaway host that runs in another terminal' $times
		wait_for '^throwaway host:.*#' $times
		if [[ $times -eq 1 ]]; then
			press 'exit' Enter
			wait_for 'the throwaway host goes on in the other terminal'
		fi
	done
	local second=$terminal
	terminal=${terminals[0]}
	press 'exit' Enter
	wait_for 'ready>' 2
	wait_for 'the throwaway host is gone; you are back on your machine'
	terminal=$second
	wait_for 'second>' 3
	wait_for 'the throwaway host is gone; you are back on your machine'
	run -1 grep -i killed <<<"$(screen -S -)"
}
