# The student's tree: it has no solution, it builds, and made again it keeps what the student has written.
# bats file_tags=once:user
load ../lib/helpers
load ../lib/student

setup_file() {
	make_starter
	make_starter 2
}

setup() {
	export NSLABS_LANG=en
	unset MAKEFLAGS MFLAGS
	tree=$BATS_TEST_TMPDIR/tree
	of_part=([1]=$STARTER [2]=$STARTER.2)
}

# solution_lines LAB...: print each line of an exercise's solution that has more than four characters.
solution_lines() {
	local lab
	for lab; do
		diff <(scripts/lib/marks.py empty "labs/$lab/$lab.c") "labs/$lab/$lab.c" || true
	done | sed -nE 's|^> [ \t]*||; T; s| *// exercise .*||; /^.{5}/p' | sort -u
}

# new_version: a copy of the tree, $version, to be made a later one.
new_version() {
	version=$BATS_TEST_TMPDIR/version
	copy_sources "$version"
}

# write TREE LAB TEXT: as the student does, in the lab's last exercise.
write() {
	local last
	last=$(grep -n '// exercise ' "$1/labs/$2/$2.c" | tail -n 1 | cut -d : -f 1)
	sed -i "${last}a\\\\t$3" "$1/labs/$2/$2.c"
}

@test "starter: no line of a solution is in it, not even in what was built" {
	# shellcheck disable=SC2046 # words
	solution_lines $(labs_where in_part 1) >"$BATS_TEST_TMPDIR/lines"
	run -0 wc -l <"$BATS_TEST_TMPDIR/lines"
	[[ $output -gt 30 ]]
	run -0 grep -c CLONE_NEW "$BATS_TEST_TMPDIR/lines"
	assert_output 6
	# What nest does is what the main of each lab ends with, and that is no exercise; and `return true;` gives nothing away.
	sed -i '/^return container_run(&container);$/d; /^return true;$/d' "$BATS_TEST_TMPDIR/lines"
	run -1 grep -rnaF -f "$BATS_TEST_TMPDIR/lines" "$STARTER"
	assert_output ''
}

@test "starter: part two's tree has the steps of part one and the user lab, and no solution of its own" {
	# shellcheck disable=SC2046 # words
	solution_lines $(labs_where in_part 2) >"$BATS_TEST_TMPDIR/lines"
	# The user lab is there, and bridge starts a process of its own.
	sed -i '/fork/d; /child == -1/d; /mount \/proc/d' "$BATS_TEST_TMPDIR/lines"
	run -1 grep -rnaF -f "$BATS_TEST_TMPDIR/lines" "$STARTER.2/labs"
	assert_output ''
	assert_equal "$(sed -n 's/^LABS := //p' "$STARTER.2/Makefile")" "$(labs_where in_part 2 | paste -sd ' ')"
	run -0 nm "$STARTER.2/build/common.a"
	assert_output --partial ' T set_up_base'
	run -0 "$STARTER.2/build/user" id --user
	assert_line 0
	run -0 cat "$STARTER.2/README.md"
	assert_output --partial 'what it adds to a bare container'
	refute_output --regexp 'skeleton|LAB=uts|<!-- /?part'
	run ! make -C "$STARTER.2" check LAB=user
	assert_output --partial 'no lab with checks is called user'
}

@test "starter: it has no history, no tests, no other programs, and nothing of the developers'" {
	for name in .git .ci docs/starter docs/grading.md docs/package.json tests scripts/starter scripts/grade scripts/test scripts/dev scripts/lib/grade; do
		[[ ! -e $STARTER/$name ]] || fail "it has $name"
	done
	run -1 grep -rE '\{\{\{|\}\}\}' "$STARTER/Makefile" "$STARTER/labs"
	run -0 make -C "$STARTER" help
	assert_line --regexp '^check '
	refute_line --regexp '^(starter|test|lint|messages) '
}

@test "starter: it has the pages of docs/ that its reader needs, and its README leads to them" {
	for name in tutorial glossary cheatsheet; do
		grep -q "](docs/$name.md)" "$STARTER/README.md" || fail "README.md doesn't lead to $name"
		[[ -e $STARTER/docs/$name.md && -e $STARTER/docs/$name.zh-CN.md ]] || fail "no docs/$name.md"
	done
	grep -q '](../labs/uts/README.md)' "$STARTER/docs/tutorial.md"
	run -0 scripts/starter "$tree" --language zh_CN
	grep -q '](docs/tutorial.zh-CN.md)' "$tree/README.md"
}

@test "starter: what a page says of the whole repository stays out, and a link to what isn't there is only words" {
	new_version
	printf '%s\n' '# Tutorial' 'before' '' '<!-- whole repository -->' 'of the tests' '<!-- /whole repository -->' '' \
		'[a lab](../labs/uts/README.md), [another](../labs/pid/README.md), [there](../README.md#start), [top](../README.md),' \
		'[a test](../tests/docs/parity), [out](https://example.org/), [here](#tutorial)' '```c' 'a[1](b);' '```' \
		>"$version/docs/tutorial.md"
	run -0 "$version/scripts/starter" "$tree" --labs uts
	assert_equal "$(cat "$tree/docs/tutorial.md")" '# Tutorial
before

[a lab](../labs/uts/README.md), another, there, [top](../README.md),
a test, [out](https://example.org/), [here](#tutorial)
```c
a[1](b);
```'
	# The true pages, in a tree of some labs only.
	run -0 scripts/starter "$tree.part" --labs ipc,uts
	run -1 grep -r 'whole repository' "$tree.part" --include='*.md'
	run tests/docs/parity "$tree.part"
	refute_output --partial 'no such'
}

@test "starter: stray files of this tree don't get into it" {
	new_version
	touch "$version/labs/uts/uts.c.orig" "$version/labs/uts/.uts.c.swp" "$version/scripts/solve" "$version/notes" "$version/labs/uts/exercise/solution.c" "$version/labs/uts/mine.c"
	run -0 "$version/scripts/starter" "$tree"
	run -0 diff -rq --exclude=build "$STARTER" "$tree"
	assert_output ''
}

@test "starter: it builds as it is, with warnings" {
	for part in 1 2; do
		for lab in $(labs_where in_part "$part"); do
			[[ -x ${of_part[part]}/build/$lab ]] || fail "no build/$lab"
		done
	done
	run -0 touch "$STARTER/labs/ipc/ipc.c"
	run -0 make -C "$STARTER" build/ipc
	assert_output --partial 'warning: '
}

@test "starter: every check of every exercise fails in it" {
	for part in 1 2; do
		run -0 /usr/bin/python3 -c '
import json, sys
verdicts = json.load(sys.stdin)
assert verdicts["score"] == 0 and verdicts["max_score"] > 20
print(*(lab["lab"] for lab in verdicts["labs"]))
for check in (check for lab in verdicts["labs"] for check in lab["checks"] if check["points"]):
    assert check["status"] == ("blocked" if check["id"] in sys.argv else "fail"), check
    assert check["expected"] and check["actual"] or check["status"] == "blocked", check
' "$([[ $(cat /proc/self/setgroups) == allow ]] || echo user.setgroups)" <"${of_part[part]}.json"
		expected=
		for lab in $(labs_where in_part "$part"); do
			! has_marks "$lab" || expected+=" $lab"
		done
		assert_output "${expected# }"
	done
}

@test "starter: the programs run on a throwaway host" {
	before=$(hostname)
	run -0 make --no-print-directory --silent -C "$STARTER" run LAB=uts <<<'hostname changed; hostname'
	assert_line changed
	assert_equal "$(hostname)" "$before"
}

# bats test_tags=long
@test "starter: --labs makes a part, in the order of the course" {
	run -0 scripts/starter "$tree" --labs ipc,uts
	assert_output "made: $tree; its README.md says how to begin"
	run -0 ls "$tree/labs"
	assert_output $'ipc\nuts'
	run -0 make -C "$tree"
	run -1 "$tree/scripts/check"
	assert_line 'Score: 0/6'
	assert_equal "$(grep '^## ' "$tree/ANSWERS.md")" $'## uts\n## ipc'
	run -2 make -C "$tree" check LAB=pid
}

@test "starter: --language translates the marks, README.md and ANSWERS.md" {
	run -0 scripts/starter "$tree" --language zh_CN
	run -0 grep -h '// exercise ' "$tree"/labs/*/*.c
	refute_output --regexp ': [A-Za-z ]+ \{'
	assert_line --partial '// exercise uts.hostname: 给容器设置自己的主机名 {'
	grep -q 练习 "$tree/README.md"
	grep -q "labs/skeleton/README.zh-CN.md" "$tree/README.md" # the lesson in that language
	grep -q 主机名 "$tree/ANSWERS.md"
	diff <(grep -ho '// exercise [a-z_.]*' "$tree"/labs/*/*.c) <(grep -ho '// exercise [a-z_.]*' "$STARTER"/labs/*/*.c)
}

# bats test_tags=long
@test "starter: in a Chinese tree every comment is Chinese, in lines of at most 100 columns, and the code is the same" {
	run -0 scripts/starter "$tree/1" --language zh_CN
	run -0 scripts/starter "$tree/2" --language zh_CN --part 2
	count=0
	while read -r file; do
		given=${of_part[${file%%/*}]}/${file#*/}
		case $file in
		*.[ch]) diff <(gcc -w -fpreprocessed -dD -E -P "$given") <(gcc -w -fpreprocessed -dD -E -P "$tree/$file") ;;
		*) diff <(grep -v '^#' "$given") <(grep -v '^#' "$tree/$file") ;;
		esac || fail "$file"
		# What is left are commands and numbers of the kernel.
		scripts/lib/comments.py texts "$tree/$file" >"$BATS_TEST_TMPDIR/comments"
		LC_ALL=C.UTF-8 run ! grep -vP '\p{Han}|^ip [a-z]+ [a-z]+' "$BATS_TEST_TMPDIR/comments"
		count=$((count + $(wc -l <"$BATS_TEST_TMPDIR/comments")))
		run -0 /usr/bin/python3 -B -c 'import re, sys
sys.path.insert(0, "scripts")
from lib.comments import columns
print(*(line for line in open(sys.argv[1]) if re.search("// |^# ", line) and columns(line.rstrip()) > 100))' "$tree/$file"
		assert_output ''
		# The next version has the same comments in the same order, or a change of the language couldn't be merged.
		assert_equal "$(scripts/lib/comments.py texts "$given" | wc -l)" "$(wc -l <"$BATS_TEST_TMPDIR/comments")"
	done < <(cd "$tree" && printf '%s\n' ?/{Makefile,common/lab.mk,labs/*/Makefile,common/*.[ch],labs/*/*.c,labs/*/show/*.c})
	[[ $count -gt 500 ]]
	run -0 make -C "$tree/1"
}

@test "comments: joined lines, tables, strings and ends of lines" {
	printf '%s\n' '// one' '// text' '//' '// Run: this' '//      and that' '//   a  table' '' 'puts("// no"); // yes,' \
		'               // it is' 'c = 2 / 3; // exercise uts.flag: no' >"$BATS_TEST_TMPDIR/a.c"
	run -0 scripts/lib/comments.py texts "$BATS_TEST_TMPDIR/a.c"
	assert_output $'one text\nRun: this and that\na  table\nyes, it is'
	run -0 /usr/bin/python3 -B -c 'import sys
sys.path.insert(0, "scripts")
from lib.comments import replace_comments
words = {"one text": "一" * 50 + "，二", "Run: this and that": "运行：" + "三" * 50, "yes, it is": "是" * 50}
print(replace_comments(open(sys.argv[1]).read(), lambda text: words.get(text, text)), end="")' "$BATS_TEST_TMPDIR/a.c"
	# No line begins with a comma.
	assert_output "// $(printf '一%.0s' {1..48})
// $(printf '一%.0s' {1..2})，二
//
// 运行：$(printf '三%.0s' {1..45})
//       $(printf '三%.0s' {1..5})
//   a  table

puts(\"// no\"); // $(printf '是%.0s' {1..41})
	       // $(printf '是%.0s' {1..9})
c = 2 / 3; // exercise uts.flag: no"
}

# bats test_tags=long
@test "starter: a tree speaks the language that it was made in, unless NSLABS_LANG is set" {
	run -0 env -u NSLABS_LANG scripts/starter "$tree" --labs uts --language zh_CN
	assert_output --partial 已创建
	run -0 env -u NSLABS_LANG make -C "$tree" help # before anything is built
	assert_line --regexp '^check +检查'
	run -1 env -u NSLABS_LANG LANG=en_US.UTF-8 "$tree/scripts/check" uts
	assert_line --partial 程序可以编译
	refute_output --partial Project-Id-Version # what gettext has for no text
	run -0 env -u NSLABS_LANG LANG=en_US.UTF-8 make -C "$tree" run LAB=uts <<<exit
	assert_line 程序开始
	run -0 env NSLABS_LANG=en make -C "$tree" run LAB=uts <<<exit
	assert_line 'Program started'
	run -1 env NSLABS_LANG=en "$tree/scripts/check" uts
	assert_line --partial 'the program compiles'
	run -1 env -u NSLABS_LANG LANG=zh_CN.UTF-8 "$STARTER/scripts/check" uts
	assert_line --partial 程序可以编译
}

@test "starter: a catalogue that can't be built is an error in one line, and nothing is made" {
	new_version
	echo 'msgid "' >>"$version/common/po/zh_CN.po"
	run -1 --separate-stderr "$version/scripts/starter" "$tree" --language zh_CN
	assert_equal "${stderr_lines[-1]}" \
		"starter: can't build build/locale/zh_CN/LC_MESSAGES/nslabs.mo, which --language needs: see above"
	[[ ! -e $tree ]]
}

@test "starter: --self has the walkthroughs and the last hints, a course's tree doesn't" {
	new_version
	printf '%s\n' before '<!-- walkthrough {{{ -->' 'the way there' '<!-- }}} -->' after >"$version/labs/uts/README.md"
	run -0 "$version/scripts/starter" "$tree"
	assert_equal "$(cat "$tree/labs/uts/README.md")" $'before\nafter'
	run -1 grep -E '^code:|sethostname\(hostname' "$tree/labs/uts/exercise/hints"
	run -0 "$version/scripts/starter" "$tree.self" --self
	grep -q 'the way there' "$tree.self/labs/uts/README.md"
	grep -q '^    if (sethostname(hostname' "$tree.self/labs/uts/exercise/hints"
	grep -q '^    if (sethostname(hostname' "$tree.self/labs/uts/exercise/hints.zh-CN"
	run -1 grep -r '^code:' "$tree.self/labs" "$tree.self/common"
	# The programs are emptied all the same.
	run -0 diff -r "$tree/labs" "$tree.self/labs" --exclude='hints*' --exclude='README*'
}

@test "starter: every lesson has its walkthrough in a tree for one alone, and in no course's" {
	for part in 1 2; do
		run -0 scripts/starter "$tree/$part" --self --part "$part"
		for page in $(labs_where in_part "$part" | sed -E 's,(.*),labs/\1/README.md labs/\1/README.zh-CN.md,'); do
			heading=$(sed -n '/{{{/ {n; p}' "$page")
			[[ $heading == '## '* ]] || fail "$page has no walkthrough"
			grep -qxF "$heading" "$tree/$part/$page" || fail "$page: not in the tree for one alone"
			run -1 grep -xF "$heading" "${of_part[part]}/$page"
		done
	done
}

@test "starter: a part that is opened but not closed stops it" {
	new_version
	printf '%s\n' before '<!-- walkthrough {{{ -->' 'the way there' >"$version/labs/uts/README.md"
	run -1 "$version/scripts/starter" "$tree"
	assert_output --partial 'labs/uts/README.md: a part lacks its opening or closing mark'
	echo 'the way there' >"$version/labs/uts/README.md"
	echo '<!-- whole repository -->' >>"$version/docs/tutorial.md"
	run -1 "$version/scripts/starter" "$tree"
	assert_output --partial 'docs/tutorial.md: a part lacks its opening or closing mark'
	[[ ! -e $tree ]]
}

@test "starter: a mark in another form stops it" {
	new_version
	sed -i 's|// exercise uts.flag: ask|// exercise uts.flag ask|' "$version/labs/uts/uts.c"
	run -1 "$version/scripts/starter" "$tree"
	assert_output --partial "the mark of an exercise is malformed"
	[[ ! -e $tree ]]
}

@test "starter: usage errors say what is wrong, and nothing is made" {
	run -2 scripts/starter "$tree" --labs uts,utz
	assert_line --partial "no lab is called 'utz'; choose from: ${labs[*]}"
	run -2 scripts/starter "$tree" --labs ''
	run -2 scripts/starter "$tree" --language xx
	run -2 scripts/starter "$tree" --self --course
	run -2 scripts/starter
	run -2 make starter
	assert_output --partial 'make starter OUT=DIR'
	[[ ! -e $tree ]]
}

@test "starter: a directory that is no student's tree is left alone" {
	mkdir "$tree"
	echo mine >"$tree/Makefile"
	run -2 scripts/starter "$tree"
	assert_line --partial "$tree exists, but starter didn't make it: nothing was changed"
	assert_equal "$(find "$tree" -type f -exec cat {} +)" mine
	ln -s nowhere "$tree.link"
	run -2 scripts/starter "$tree.link"
}

@test "starter: made again over a tree as it was given, it changes nothing" {
	scripts/starter "$tree"
	cp -r "$tree" "$tree.before"
	run -0 scripts/starter "$tree"
	assert_output "up to date: $tree"
	run -0 diff -r "$tree.before" "$tree"
}

@test "starter: made again, it keeps what the student has written, added and answered" {
	scripts/starter "$tree" --labs uts,ipc --language zh_CN
	write "$tree" uts 'my_own_line();'
	echo 'my notes' >"$tree/notes"
	sed -i '0,/（你的回答）/s//My answer/' "$tree/ANSWERS.md"
	mkdir "$tree/.progress"
	echo 'uts pass 3 3' >"$tree/.progress/checks"
	cp -r "$tree" "$tree.before"
	# With the choices of the last time; and then with more labs.
	run -0 scripts/starter "$tree"
	assert_line 'kept, because you changed it: labs/uts/uts.c'
	run -0 diff -r "$tree.before" "$tree"
	run -0 scripts/starter "$tree" --labs uts,ipc,pid
	run -0 diff "$tree.before/labs/uts/uts.c" "$tree/labs/uts/uts.c"
	assert_equal "$(cat "$tree/notes" "$tree/.progress/checks")" $'my notes\nuts pass 3 3'
	assert_equal "$(grep -c 'My answer' "$tree/ANSWERS.md")" 1
	grep -q '^## pid' "$tree/ANSWERS.md"
	[[ -e $tree/labs/pid/pid.c ]]
}

# bats test_tags=long
@test "starter: made again from a new version, it merges, and saves first what it overwrites" {
	scripts/starter "$tree"
	write "$tree" uts 'my_own_line();'
	new_version
	sed -i 's/^#include "container.h"/&\n#include <new.h>/' "$version"/labs/{uts,ipc}/*.c
	sed -i 's|// exercise uts.flag: .*|// exercise uts.flag: another text|' "$version"/labs/uts/uts.c
	run -0 "$version/scripts/starter" "$tree"
	assert_line 'merged with the new version: labs/uts/uts.c'
	assert_line "what was overwritten is in $tree/.starter/backup-1"
	run -0 cat "$tree/labs/uts/uts.c"
	assert_line '#include <new.h>'
	assert_output --partial $'exercise uts.flag: another text {\n\tmy_own_line();\n\t// }'
	grep -q 'new.h' "$tree/labs/ipc/ipc.c"
	run -0 cat "$tree/.starter/backup-1/labs/uts/uts.c"
	assert_output --partial my_own_line
	refute_output --partial new.h
	# Once more is nothing new.
	run -0 "$version/scripts/starter" "$tree"
	refute_output --partial merged
	[[ ! -e $tree/.starter/backup-2 ]]
}

@test "starter: a change of the language is no conflict" {
	scripts/starter "$tree"
	write "$tree" net 'my_own_line();'
	write "$tree" uts 'my_own_line();'
	run -0 scripts/starter "$tree" --language zh_CN
	run -0 cat "$tree/labs/uts/uts.c"
	assert_output --partial $'exercise uts.flag: 请求创建新的 UTS 命名空间 {\n\tmy_own_line();\n\t// }'
	assert_line --index 0 '// uts：有自己的主机名的容器。'
	# Beside a comment, too, and back.
	sed -i 's|^static uid_t uid;|&\nstatic int mine;|' "$tree/labs/user/user.c"
	sed -i 's|^#include <string.h>|&\n#include <mine.h>|' "$tree/labs/net/net.c"
	run -0 scripts/starter "$tree" --language en
	run -0 cat "$tree/labs/user/user.c"
	assert_output --partial $'65534 until they are\n// mapped.\nstatic uid_t uid;\nstatic int mine;'
	run -0 cat "$tree/labs/uts/uts.c"
	assert_output --partial $'exercise uts.flag: ask for a new UTS namespace {\n\tmy_own_line();\n\t// }'
	assert_line --index 0 '// uts: a container with a hostname of its own.'
}

@test "starter: a conflict is marked and named, with both versions, and the file is saved" {
	scripts/starter "$tree"
	sed -i 's/^#include <string.h>/#include <strings.h>/' "$tree/labs/uts/uts.c"
	new_version
	sed -i 's/^#include <string.h>/#include <new.h>/' "$version/labs/uts/uts.c"
	run -1 "$version/scripts/starter" "$tree"
	assert_line 'CONFLICT, marked in the file: labs/uts/uts.c'
	run -0 cat "$tree/labs/uts/uts.c"
	assert_output --partial $'<<<<<<< yours\n#include <strings.h>\n=======\n#include <new.h>\n>>>>>>> new'
	grep -q strings.h "$tree/.starter/backup-1/labs/uts/uts.c"
}

@test "starter: a file that a new version no longer has is removed, unless the student has changed it" {
	scripts/starter "$tree"
	echo '# mine' >>"$tree/labs/pid/Makefile"
	run -0 scripts/starter "$tree" --labs uts,ipc
	[[ ! -e $tree/labs/pid/pid.c ]]
	assert_equal "$(tail -n 1 "$tree/labs/pid/Makefile")" '# mine'
	[[ -e $tree/.starter/backup-1/labs/pid/pid.c ]]
}
