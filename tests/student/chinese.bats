# A student's tree in Chinese: no tool prints English there, but what quotes the kernel, a command, or a name.
# bats file_tags=long,once:user,slow
load ../lib/helpers
load ../lib/student
load ../lib/terminal

setup_file() {
	export STARTER=$BATS_FILE_TMPDIR/starter
	env -u NSLABS_LANG scripts/starter "$STARTER" --language zh_CN
	env -u NSLABS_LANG make --no-print-directory --silent -C "$STARTER" 2>&1
}

setup() {
	enter_starter
	unset NSLABS_LANG
	export LANG=C.UTF-8
}

teardown() {
	close_terminals
}

# find_english <OUTPUT: print the lines with more than three English words in a row. The names of the labs are none, nor are
# names in backquotes or quotes, command lines, usages, paths, and what strerror(3) says.
find_english() {
	/usr/bin/python3 -B -c '
import re, sys
names = "|".join(sys.argv[1:])
for line in sys.stdin:
    text = re.sub(r"`[^`]*`|\"[^\"]*\"|“[^”]*”|\[[^]]*\]|\{[^}]*\}|^ *[$#+-].*|^ *用法：.*", "", line)
    text = re.sub(rf"\b({names})\b", "", text)
    text = re.sub(r"(Operation not permitted|Permission denied|No such file or directory)", "", text)
    # What make, gcc, diff and strace say, and C.
    if re.match(r"(Makefile:|make|host |container|labs/.*:\d|\s*\d+ \|| *\||@@|[-+ ]*\t|.* = .*;)", text):
        text = re.sub(r"[\x00-\x7f]", " ", text) if re.search(r"[^\x00-\x7f]", text) else ""
    if re.search(r"\b[A-Za-z]+(?:[ ,]+[A-Za-z]+){3}", text):
        print(line, end="")
' "${labs[@]}"
}

# assert_chinese COMMAND...: what it prints has Chinese in it, and no English.
assert_chinese() {
	timeout 120 "$@" >"$BATS_TEST_TMPDIR/output" 2>&1 <<<'' || true
	grep -qP '\p{Han}' "$BATS_TEST_TMPDIR/output" || fail "no Chinese: $*: $(cat "$BATS_TEST_TMPDIR/output")"
	run -0 find_english <"$BATS_TEST_TMPDIR/output"
	[[ -z $output ]] || fail "$*: $output"
}

@test "Chinese: English is found" {
	run -0 find_english <<-END
		This is a whole line.
		用法：scripts/diff LAB
		没有 a word too many in it
		${labs[*]}
	END
	assert_output $'This is a whole line.\n没有 a word too many in it'
}

@test "Chinese: every verb of make, with a right, a wrong and no lab" {
	mapfile -t verbs < <(sed -nE 's/^([a-z-]+):.*## .*/\1/p' Makefile)
	for verb in "${verbs[@]}"; do
		case $verb in
		all | clean | trace | watch) ;;
		help | doctor | progress) assert_chinese make --silent "$verb" ;;
		*) for lab in LAB=uts LAB=nosuch LAB=; do
			# A shell on the throwaway host says nothing in a pipe.
			[[ $verb == host ]] || assert_chinese make --silent "$verb" "$lab"
		done ;;
		esac
	done
	assert_chinese make --silent check
	assert_chinese make --silent hint LAB=net ALL=1
	assert_chinese make --silent predict LAB=skeleton
	assert_chinese make --silent diff LAB=skeleton
	assert_chinese make --silent diff LAB=inspect
	assert_chinese make --silent trace LAB=
	assert_chinese make --silent watch
}

@test "Chinese: every script, with --help, a wrong option, a wrong operand, and too many" {
	for script in scripts/*; do
		[[ -f $script ]] || continue
		assert_chinese "$script" --help
		# More than a heading is translated.
		[[ $(grep -cP '\p{Han}' "$BATS_TEST_TMPDIR/output") -ge 4 ]]
		[[ $script != scripts/stage ]] || continue # They are a command.
		assert_chinese "$script" --nosuch
		[[ $script == scripts/image ]] || assert_chinese "$script" nosuch # It makes that.
		assert_chinese "$script" a b c
	done
	assert_chinese scripts/stage
	assert_chinese scripts/stage --nosuch
	assert_chinese scripts/check uts --timeout
	assert_chinese scripts/check uts --json --tap
	assert_chinese scripts/check --sandbox labs/uts/uts.c
}

@test "Chinese: the doctor's reasons, but not in JSON" {
	run "${with_rights[@]}" setpriv --bounding-set -sys_admin scripts/doctor
	assert_output --partial '[特权]'
	refute_output --regexp '\[(privilege|limit|tool|unknown)'
	run "${with_rights[@]}" setpriv --bounding-set -sys_admin scripts/doctor --json
	assert_output --partial '"cause": "privilege"'
	run prlimit --nproc=1 "${without_rights[@]}" scripts/doctor
	refute_output --regexp '\[limit:'
}

@test "Chinese: check, next, reset and diff work as in an English tree" {
	for lab in inspect uts; do
		solve "$lab"
	done
	run -0 make --silent check LAB=uts
	assert_output --regexp '得分：.*3/3'
	run -0 make --silent next LAB=uts
	assert_line --partial 'labs/ipc/ipc.c'
	grep -q 'flags |= CLONE_NEWUTS;$' labs/ipc/ipc.c
	solve ipc
	run -0 make --silent diff LAB=ipc
	assert_line --partial 'exercise ipc.flag: 请求创建新的 IPC 命名空间'
	refute_output --partial '观察：' # a comment
	run -0 make --silent reset LAB=uts
	cmp labs/uts/uts.c .starter/baseline/labs/uts/uts.c
}

@test "Chinese: at a terminal, too" {
	start_terminal
	type_line "cd $tree; make host"
	wait_for '^临时主机.*#'
	type_line exit
	wait_for 回到
	type_line 'make run LAB=uts'
	wait_for 程序开始
	type_line exit
	wait_for 回到 2
	type_line 'make watch LAB=uts'
	wait_for 检查
	screen >"$BATS_TEST_TMPDIR/output"
	run -0 find_english <"$BATS_TEST_TMPDIR/output"
	assert_output ''
}
