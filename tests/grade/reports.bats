# What a teacher adds to the judge's points, and what the reports and the files for other systems say of it.
# bats file_tags=long,once:user
load ../lib/helpers
load stub

setup_file() {
	make --no-print-directory --silent all
}

setup() {
	make_class
	use_stub
}

# grade_with [OPTION]...: grade the class; its results are in `rows` of in_python.
grade_with() {
	run "$grade" "$class" "$@"
	assert_success
	export CLASS=$class
}

# assert_mistake MESSAGE [OPTION]...: grading stops at one line, with this in it.
assert_mistake() {
	run -2 "$grade" "$class" "${@:2}"
	assert_output --partial "$1"
	assert_equal "${#lines[@]}" 1
}

@test "reports: the student's own file of each lab is in the report, escaped, with its lines' numbers, and no other's" {
	mkdir "$class/ada" "$class/bob"
	printf '// pass\n<script>alert(1)</script>\n\033[2J\xff\n\n// end of ada\n' >"$class/ada/uts.c"
	printf '// pass\n// end of bob\n' >"$class/bob/uts.c"
	grade_with --labs uts,ipc
	in_python "
for side in ('students', 'teacher'):
    for name, other in (('ada', 'bob'), ('bob', 'ada')):
        text, page = [(out / side / name / file).read_text() for file in ('report.txt', 'report.html')]
        for report in (text, page):
            assert f'// end of {name}' in report and f'end of {other}' not in report and '\x1b' not in report, report
            assert 'uts, as it was handed in: uts.c' in report and 'ipc, as it' not in report, report
    text, page = [(out / side / 'ada' / file).read_text() for file in ('report.txt', 'report.html')]
    assert '   2  <script>alert(1)</script>\n   3  \\\\x1b[2J\\\\xff\n   4  \n   5  // end of ada\n' in text, text
    assert '   2  &lt;script&gt;alert(1)&lt;/script&gt;\n' in page and '<script' not in page, page
    # After the verdicts of all labs.
    assert text.index('ipc: not handed in') < text.index('// end of ada')
assert '// end' not in (out / 'grades.json').read_text()
"
}

@test "reports: of a long file, the report has a bounded part, and says so" {
	mkdir "$class/ada"
	{
		echo '// pass'
		head -c 200000 /dev/zero | tr '\0' '\001'
	} >"$class/ada/uts.c"
	grade_with --labs uts
	in_python "
for name in ('report.txt', 'report.html'):
    text = (out / 'students/ada' / name).read_text()
    assert len(text) < 80000 and '... and more: it is longer than 64 KiB' in text, len(text)
"
}

# ---- Points ----

@test "points: course.toml gives them to single checks, which then share the lab's" {
	hand_in ada/uts.c
	hand_in bob/uts.c fail
	printf '[points]\n"uts.namespace" = 5\n"uts.compiles" = 1.5\n' >"$class/course.toml"
	grade_with --labs uts
	in_python "
ada, bob = rows['ada']['labs']['uts'], rows['bob']['labs']['uts']
points = {check['id']: check['points'] for check in ada['checks']}
assert points['uts.namespace'] == 5 and points['uts.compiles'] == 1.5, points
assert ada['points'] == ada['max'] == sum(points.values()) and bob['points'] == 1.5, (ada, bob)
results = json.loads((out / 'teacher/bob/results.json').read_text())
assert results['score'] == sum(test['score'] for test in results['tests']) == 1.5, results
assert {test['name'].split(':')[0]: test['max_score'] for test in results['tests']} == points
"
}

@test "points: a mistake in [points] is one clear line" {
	hand_in ada/uts.c
	while IFS='|' read -r text message; do
		printf "%b" "$text" >"$class/course.toml"
		assert_mistake "course.toml: points: $message"
	done <<-'END'
		[points]\nmount = 9\n"mount.private" = 5\n|there are points for mount and for its check mount.private: give them to the lab, or to its checks
		[points]\n"mount.privat" = 5\n|no check or lab is called mount.privat; choose from: mount.compiles, mount.runs, mount.namespace, mount.private, mount.proc, mount.host-unchanged, mount.answers, mount.remarks
		[points]\nmount.private = 5\n|a check's name must be in quotes: "mount.private"
		[points]\n"mount.answers" = -1\n|'-1' isn't a number of 0 or more
	END
	[[ ! -e $class-grades ]]
}

@test "points: answers.csv has a row for each student and lab; what the teacher fills in is in the reports and totals" {
	for name in ada bob; do
		hand_in "$name/uts.c"
		hand_in "$name/ipc.c"
		printf '## uts\n\nbecause\n' >"$class/$name/ANSWERS.md"
	done
	hand_in nothing/uts.c
	printf '[points]\n"uts.answers" = 5\n"ipc.answers" = 2\n' >"$class/course.toml"
	grade_with --labs uts,ipc
	run -0 cat "$class-grades/answers.csv"
	assert_output - <<-'END'
		id,name,lab,points,comment
		ada,,uts,,
		ada,,ipc,,
		bob,,uts,,
		bob,,ipc,,
		nothing,,uts,,
		nothing,,ipc,,
	END
	in_python "
assert (rows['ada']['total'], rows['ada']['max'], rows['ada']['open']) == (6, 6, ['uts.answers', 'ipc.answers']), rows['ada']
assert (rows['nothing']['total'], rows['nothing']['max'], rows['nothing']['open']) == (3, 13, []), rows['nothing']
"
	# As a spreadsheet may save it, without the rows of those who are new then.
	printf '\xef\xbb\xbfid;lab;points;comment;mine\r\nada;uts;4.5;<b>Good</b>,\033 but;x\r\nbob;uts;;Ask me;\r\nada;ipc;2;;\r\n' \
		>"$class-grades/answers.csv"
	cp "$class-grades/answers.csv" "$work/filled"
	grade_with --labs uts,ipc --resume
	assert_line '  ada uts.answers: → 4.5'
	in_python "
ada, bob = rows['ada'], rows['bob']
assert (ada['total'], ada['max'], ada['open']) == (12.5, 13, []) and ada['extras']['uts.answers']['points'] == 4.5, ada
assert (bob['total'], bob['max'], bob['open']) == (6, 6, ['uts.answers', 'ipc.answers']), bob
for side in ('students', 'teacher'):
    text, page = [(out / side / 'ada' / name).read_text() for name in ('report.txt', 'report.html')]
    assert 'answers: 4.5 of 5 points' in text and 'comment: <b>Good</b>,\\\\x1b but' in text, text
    assert 'answers: 4.5 of 5 points' in page and '&lt;b&gt;Good' in page and '<b>Good' not in page, page
    assert 'Ask me' in (out / side / 'bob/report.txt').read_text() and 'Ask me' not in text
table = {row['id']: row for row in csv.DictReader((out / 'grades.csv').open())}
assert (table['ada']['uts.answers'], table['bob']['uts.answers'], table['ada']['total']) == ('4.5', '', '12.5'), table
tests = {test['name']: test for test in json.loads((out / 'teacher/ada/results.json').read_text())['tests']}
assert (tests['uts.answers']['score'], tests['uts.answers']['max_score']) == (4.5, 5), tests
# The teacher's rows are as they were; what was missing comes below them.
filled, now = Path('$work/filled').read_bytes(), (out / 'answers.csv').read_bytes()
assert now == filled + b'bob;ipc;;;\nnothing;uts;;;\nnothing;ipc;;;\n', now
"
	cp "$class-grades/answers.csv" "$work/filled"
	grade_with --labs uts,ipc
	run -0 cmp "$class-grades/answers.csv" "$work/filled"
}

@test "points: an id that a spreadsheet would compute with is found again in answers.csv, and a comment needs no points" {
	for name in '=1+1' '-rf' '＝2'; do
		hand_in "$name/uts.c"
	done
	printf '[points]\n"uts.answers" = 5\n' >"$class/course.toml"
	grade_with --labs uts
	run -0 cat "$class-grades/answers.csv"
	assert_line "'=1+1,,uts,,"
	assert_line "'＝2,,uts,,"
	sed -i "s/^'=1+1,,uts,,/'=1+1,,uts,3,/; s/^'-rf,,uts,,/-rf,,uts,2,/" "$class-grades/answers.csv"
	grade_with --labs uts --resume
	in_python "
assert [rows[name]['extras']['uts.answers']['points'] for name in ('=1+1', '-rf')] == [3, 2], rows
assert len((out / 'answers.csv').read_text().splitlines()) == 4
"
	rm "$class/course.toml"
	printf 'id,lab,points,comment\n-rf,uts,,Well done\n' >"$class-grades/answers.csv"
	grade_with --labs uts
	in_python "assert rows['-rf']['total'] == rows['-rf']['max'] == 3 and not rows['-rf']['open'], rows['-rf']"
	run -0 cat "$class-grades"/students/*/report.txt
	assert_line --partial 'comment: Well done'
}

@test "points: a mistake in answers.csv is one clear line, and nothing is touched" {
	hand_in ada/uts.c
	printf '[points]\n"uts.answers" = 5\n' >"$class/course.toml"
	grade_with --labs uts
	cp "$class-grades/grades.csv" "$work/grades"
	while IFS='|' read -r text message; do
		printf '%b' "$text" >"$class-grades/answers.csv"
		assert_mistake "$message" --labs uts
	done <<-'END'
		id,lab,point,comment\nada,uts,1,\n|answers.csv: its first line must name these columns: points
		id,lab,points,comment,nam\nada,uts,1,,\n|answers.csv: no column is called nam; is it name?
		id,lab,points,comment\nadda,uts,1,\n|answers.csv:2: no student has the id adda
		id,lab,points,comment\nada,utz,1,\n|answers.csv:2: no lab is called 'utz'
		id,lab,points,comment\nada,uts,6,\n|answers.csv:2: 6 points of 5; course.toml says how many there are: "uts.answers" under [points]
		id,lab,points,comment\nada,ipc,1,\n|answers.csv:2: 1 points of 0; course.toml
		id,lab,points,comment\nada,uts,much,\n|answers.csv:2: 'much' isn't a number of 0 or more
		id,lab,points,comment\nada,uts,1,\nada,uts,2,\n|answers.csv:3: there is more than one row for ada uts
	END
	run -0 cmp "$class-grades/grades.csv" "$work/grades"
}

@test "points: remarks are shown, and cost nothing unless course.toml gives points for having none" {
	hand_in clean/uts.c 'pass remarks'
	hand_in noted/uts.c 'pass remarks status <i>the status</i> is lost'
	hand_in untraced/uts.c 'pass remarks untraced'
	hand_in failed/uts.c fail
	hand_in unasked/uts.c
	grade_with --labs uts
	in_python "
for name in ('clean', 'noted', 'unasked'):
    assert (rows[name]['total'], rows[name]['max'], rows[name]['extras']) == (3, 3, {}), rows[name]
for side in ('students', 'teacher'):
    text, page = [(out / side / 'noted' / name).read_text() for name in ('report.txt', 'report.html')]
    assert '  remark: <i>the status</i> is lost\n' in text, text
    assert '<p class=\"remark\">remark: &lt;i&gt;the status&lt;/i&gt; is lost</p>' in page, page
    assert '  remark: ' not in (out / side / 'clean/report.txt').read_text()
    assert '  it disturbs strace\n' in (out / side / 'untraced/report.txt').read_text()
"
	printf '[points]\n"uts.remarks" = 2\n' >"$class/course.toml"
	grade_with --labs uts --resume
	in_python "
found = {name: (row['total'], row['max'], row['open']) for name, row in rows.items()}
assert found == {'clean': (5, 5, []), 'noted': (3, 5, []), 'failed': (0, 5, []),
                 'unasked': (3, 3, ['uts.remarks']), 'untraced': (3, 3, ['uts.remarks'])}, found
assert 'no remark: 0 of 2 points' in (out / 'students/noted/report.txt').read_text()
tests = {test['name']: test for test in json.loads((out / 'teacher/noted/results.json').read_text())['tests']}
assert tests['uts.remarks']['score'] == 0 and tests['uts.remarks']['output'] == '<i>the status</i> is lost', tests
"
	# Where nobody looks for remarks any more, the points of before stay.
	hand_in clean/uts.c 'pass'
	grade_with --labs uts
	in_python "assert (rows['clean']['total'], rows['clean']['max']) == (5, 5), rows['clean']"
}

# ---- Time ----

@test "deadlines: a row with an id is that student's extension, which moves the cutoff as well, and is in the report" {
	for name in ada bob cy; do
		hand_in "$name/uts.c"
		hand_in "$name/ipc.c"
		touch -d 2026-03-10T12:00Z "$class/$name"/*.c
	done
	printf '%s\n' 'lab,deadline,percent_per_day,cutoff,id' '*,2026-03-08,10,2026-03-09,' 'uts,2026-03-10,,,ada' \
		'*,2026-03-09,20,,cy' 'uts,2026-03-11,,,cy' >"$class/deadlines.csv"
	grade_with --labs uts,ipc
	run -0 grades
	assert_line 'ada uts pass 3'
	assert_line --partial 'ada ipc pass 0 late, day 2: 0 %'
	assert_line --partial 'bob uts pass 0 late, day 2: 0 %'
	assert_line 'cy uts pass 3'
	assert_line --partial 'cy ipc pass 2.4 late, day 1: 80 %'
	for side in students teacher; do
		run -0 cat "$class-grades/$side/ada/report.txt"
		assert_line '  extended until 2026-03-10 23:59+00:00'
		run -1 grep extended "$class-grades/$side/bob/report.txt"
	done
	printf 'id,lab,deadline\nadda,uts,2026-03-10\n' >"$class/deadlines.csv"
	assert_mistake "deadlines.csv:2: no student has the id adda"
	printf 'id,lab,deadline\nada,uts,2026-03-10\nada,uts,2026-03-11\n' >"$class/deadlines.csv"
	assert_mistake 'deadlines.csv:2: there is more than one row for uts ada'
}

@test "deadlines: late days cost nothing, earliest deadline first, until a student has used them" {
	for name in ada bob cy; do
		hand_in "$name/uts.c"
		hand_in "$name/ipc.c"
		touch -d 2026-03-10T12:00Z "$class/$name"/*.c
	done
	printf '[late]\npercent_per_day = 10\nlate_days = 3\n' >"$class/course.toml"
	printf 'lab,deadline\nuts,2026-03-08\nipc,2026-03-07\n' >"$class/deadlines.csv"
	printf 'id,late_days\nada,\nbob,1\ncy,0\n' >"$class/roster.csv"
	grade_with --labs uts,ipc
	run -0 grades
	assert_line --regexp '^ada ipc pass 3 late, day 3: 100 % .*; late days used: 3$'
	assert_line --regexp '^ada uts pass 2.4 late, day 2: 80 % [^;]*; deadline [^;]*$'
	assert_line --regexp '^bob ipc pass 2.4 late, day 3: 80 % .*; late days used: 1$'
	assert_line --partial 'cy ipc pass 2.1 late, day 3: 70 %'
	run -0 cat "$class-grades/students/bob/report.txt"
	assert_line 'late days: 1 of 1 used'
	run -1 grep 'late days' "$class-grades/students/cy/report.txt"
	# A grade that is kept keeps its days.
	hand_in bob/ipc.c blocked
	touch -d 2026-03-10T12:00Z "$class/bob/ipc.c"
	grade_with --labs uts,ipc
	run -0 grades
	assert_line --regexp '^bob ipc blocked 2.4 .*the earlier grade is kept$'
	assert_line --partial 'bob uts pass 2.4 late, day 2: 80 %'
}

# ---- Files for other systems ----

@test "exports: Moodle, Canvas and a student information system get their columns; formulas are defused, ids are not" {
	cat >"$class/roster.csv" <<-'END'
		id,name,email,username,SIS User ID,ID,Section,entry
		-17,"=HYPERLINK(""http://x"")",ada@uni.edu,@ada,,901,S1,ada
		s2,"Müller, Bo",,bo,9000,902,S1,bob
		+4912345,@SUM(A1),c@uni.edu,,,,=cmd|calc,
	END
	hand_in ada/uts.c
	hand_in bob/uts.c blocked
	hand_in stranger/uts.c
	printf '[points]\nuts = 10\nipc = 4\n"uts.remarks" = 1\n' >"$class/course.toml"
	grade_with --labs uts,ipc
	in_python "
tables = {name: list(csv.reader((out / f'{name}.csv').open(encoding='utf-8'))) for name in ('moodle', 'canvas', 'sis')}
assert tables['moodle'] == [
    ['Full name', 'ID number', 'Email address', 'Username', 'uts', 'ipc', 'uts.remarks', 'Total'],
    ['\'=HYPERLINK(\"http://x\")', '-17', 'ada@uni.edu', '@ada', '10', '0', '', ''],
    ['Müller, Bo', 's2', '', 'bo', '', '0', '', ''],
    ['\'@SUM(A1)', '+4912345', 'c@uni.edu', '', '0', '0', '0', '0']], tables['moodle']
assert tables['canvas'] == [
    ['Student', 'ID', 'SIS User ID', 'SIS Login ID', 'Section', 'uts', 'ipc', 'uts.remarks'],
    ['    Points Possible', '', '', '', '', '10', '4', '1'],
    ['\'=HYPERLINK(\"http://x\")', '901', '-17', '@ada', 'S1', '10', '0', ''],
    ['Müller, Bo', '902', '9000', 'bo', 'S1', '', '0', ''],
    ['\'@SUM(A1)', '', '+4912345', '', '\'=cmd|calc', '0', '0', '0']], tables['canvas']
assert tables['sis'] == [
    ['id', 'name', 'email', 'username', 'SIS User ID', 'ID', 'Section', 'entry', 'total', 'max', 'percent'],
    ['-17', '\'=HYPERLINK(\"http://x\")', 'ada@uni.edu', '@ada', '', '901', 'S1', 'ada', '', '14', ''],
    ['s2', 'Müller, Bo', '', 'bo', '9000', '902', 'S1', 'bob', '', '4', ''],
    ['+4912345', '\'@SUM(A1)', 'c@uni.edu', '', '', '', '\'=cmd|calc', '', '0', '15', '0']], tables['sis']
"
	# Without a roster, the entries' names are the ids.
	rm "$class/roster.csv"
	grade_with --labs uts
	in_python "
table = list(csv.DictReader((out / 'moodle.csv').open()))
assert [row['ID number'] for row in table] == ['ada', 'bob', 'stranger'], table
"
}

# ---- Similar submissions ----

# write_own FILE NUMBER: a right program with much that is its author's own.
write_own() {
	mkdir -p "$(dirname "$1")"
	{
		echo '// pass'
		cat labs/mount/mount.c
		printf 'static int own_%d(int a)\n{\n\tint table[%d] = {0};\n\n' "$2" "$2"
		printf '\tfor (int i = 0; i < a; i++) {\n\t\ttable[i] = i * %d + a;\n\t\tif (table[i] > 7)\n\t\t\tputs("%d");\n\t}\n' "$2" "$2"
		printf '\twhile (a-- > 0 && table[a] != 3)\n\t\ttable[a] += table[a + 1] - (a << 2);\n\treturn table[0] ? -1 : getpid() %% %d;\n}\n' "$2"
	} >"$1"
}

@test "similar: what is long enough is compared in every lab, with the submissions of earlier classes as well" {
	# A plain answer, which two may well write alike.
	mkdir "$class"/{a,b}
	{ echo '// pass' && sed 's/die("make .*/die("mount failed");/; s/mount("proc", /mount("none", /' labs/mount/mount.c; } |
		tee "$class/a/mount.c" >"$class/b/mount.c"
	write_own "$class/copy/mount.c" 9
	write_own "$work/class25/old/labs/mount/mount.c" 12
	write_own "$work/class25/twin/mount.c" 12
	cp "$class/a/mount.c" "$work/class25/short.c"
	echo 'id' >"$work/class25/roster.csv"
	grade_with --labs uts,mount
	run -0 cat "$class-grades/similar.txt"
	assert_output ''
	grade_with --labs uts,mount --earlier "$work/class25"
	run -0 cat "$class-grades/similar.txt"
	assert_line --regexp '^mount: (9[0-9]|100) % alike: copy, class25/(old|twin)$'
	refute_output --partial short
	assert_equal "$(grep -c '^mount: ' <<<"$output")" 1
	run -0 grades
	refute_output --partial class25

	cp -r "$work/class25/old" "$class/same"
	run -2 "$grade" "$class" --earlier "$work/none"
	assert_output --partial "$work/none isn't a directory"
	grade_with --labs uts,mount --earlier "$work/class25"
	run -0 cat "$class-grades/similar.txt"
	assert_line 'mount: the same lines: same, class25/old, class25/twin'
}

@test "packages: what only the teacher can judge has no points on a platform" {
	printf '[points]\nuts = 4\n"uts.answers" = 5\n"uts.remarks" = 1\n[late]\nlate_days = 2\n' >"$class/course.toml"
	run -0 "$grade" --course "$class/course.toml" --labs uts --gradescope "$work/autograder.zip"
	assert_output --partial 'the assignment has 4 points'
	CLASS=$class in_python "
course = json.loads(zipfile.ZipFile('$work/autograder.zip').read('course.json'))
assert course['points'] == {'uts': 4} and not course['extras'] and not course['late_days'], course
"
}
