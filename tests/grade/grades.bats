# What becomes a grade, what is written, and what an interruption loses.
# bats file_tags=long,once:user
load ../lib/helpers
load stub

setup_file() {
	make --no-print-directory --silent all
}

setup() {
	make_class
}

# ---- What becomes a grade ----

@test "grade: a mistake in the teacher's files is one clear line, and nothing is touched" {
	use_stub
	hand_in ada/uts.c
	check_mistake() { # FILE CONTENT MESSAGE [OPTION]...
		printf '%b' "$2" >"$work/$1"
		run -2 "$grade" "$class" "${@:4}"
		assert_line --partial "$3"
		assert_equal "$(grep -c Traceback <<<"$output")" 0
		[[ ! -e $class-grades ]] || fail 'something was written'
	}
	check_mistake r.csv 'name,entry\n' 'its first line must name these columns: id' --roster "$work/r.csv"
	check_mistake r.csv 'id\n1\n1\n' 'r.csv:3: a second student with the id 1' --roster "$work/r.csv"
	check_mistake r.csv 'id,submitted\n1,tomorrow\n' "r.csv:2: 'tomorrow' isn't a time like" --roster "$work/r.csv"
	check_mistake r.csv 'id,name\n1,\xff\n' 'is not UTF-8' --roster "$work/r.csv"
	check_mistake r.csv 'id,name\n1,a,b\n' 'more fields than' --roster "$work/r.csv"
	check_mistake c.toml 'labs = ["uts", "utx"]' 'no lab with checks is called utx' --course "$work/c.toml"
	check_mistake c.toml 'labs = [' 'c.toml' --course "$work/c.toml"
	check_mistake c.toml 'lab = []' 'unknown: lab' --course "$work/c.toml"
	check_mistake c.toml '[points]\nuts = -1' "isn't a number of 0 or more" --course "$work/c.toml"
	check_mistake c.toml '[points]\nuts = "much"' "isn't a number of 0 or more" --course "$work/c.toml"
	check_mistake c.toml '[visibility]\n"uts.x" = "hidden"' 'visibility' --course "$work/c.toml"
	check_mistake c.toml 'points = 3' 'points' --course "$work/c.toml"
	check_mistake d.csv 'lab,deadline\nutx,2026-01-01\n' "no lab is called 'utx'" --late "$work/d.csv"
	check_mistake x '' 'no lab with checks is called utx' --labs utx
	check_mistake x '' 'No such file' --late "$work/none.csv"
	run -2 "$grade" "$work/none"
	assert_line --partial "isn't a directory"
	run -2 "$grade" "$class" --out "$class/grades"
	assert_line --partial "--out can't be inside DIRECTORY"
}

@test "grade: course.toml says the labs, their points and what is hidden" {
	use_stub
	hand_in ada/uts.c
	hand_in ada/ipc.c fail
	hand_in ada/pid.c
	cat >"$class/course.toml" <<-'END'
		title = "Systems, autumn"
		labs = ["uts", "ipc"]
		[points]
		uts = 10
		ipc = 2.5
		[visibility]
		"ipc.namespace" = "hidden"
	END
	run -0 "$grade" "$class"
	CLASS=$class in_python "
row = rows['ada']
assert list(row['labs']) == ['uts', 'ipc'] and (row['total'], row['max']) == (10, 12.5), row
student = (out / 'students/ada/report.txt').read_text() + (out / 'students/ada/report.html').read_text()
assert 'ipc.namespace' not in student and 'hidden checks: 1' in student, student
assert 'ipc.host-queue-hidden' in student
assert 'ipc.namespace' in (out / 'teacher/ada/report.txt').read_text()
"
	# Blocked, it isn't named either.
	hand_in ada/ipc.c blocked
	run -0 "$grade" "$class"
	CLASS=$class in_python "
student = (out / 'students/ada/report.txt').read_text() + (out / 'students/ada/report.html').read_text()
student += json.loads((out / 'teacher/ada/results.json').read_text())['output']
assert 'ipc.namespace' not in student, student
"
}

@test "grade: lateness costs what the deadlines' file says, by the roster's time or the file's" {
	use_stub
	for name in early grace day two cut file; do
		hand_in "$name/uts.c"
		hand_in "$name/ipc.c"
		touch -d 2026-02-01T00:00Z "$class/$name"/*.c
	done
	touch -d 2026-03-02T12:00Z "$class/file/uts.c"
	cat >"$class/roster.csv" <<-'END'
		id,submitted
		early,2026-03-02T07:59:00+08:00
		grace,2026-03-02T00:09:00+00:00
		day,2026-03-02 00:11
		two,2026-03-03T00:00:01Z
		cut,2026-03-09T00:00:01Z
		file,
	END
	cat >"$work/late.csv" <<-'END'
		lab,deadline,percent_per_day,grace_minutes,cutoff
		uts,2026-03-02T00:00Z,20,10,2026-03-09T00:00Z
	END
	printf '[points]\nuts = 10\n' >"$class/course.toml"
	run -0 "$grade" "$class" --labs uts,ipc --late "$work/late.csv"
	run -0 grades
	assert_line 'early uts pass 10'
	assert_line 'grace uts pass 10'
	assert_line --partial 'day uts pass 8 late, day 1: 80 % of the points'
	assert_line --partial 'two uts pass 6 late, day 2: 60 % of the points'
	assert_line --partial 'cut uts pass 0 late, day 8: 0 % of the points'
	assert_line --partial 'file uts pass 8 late, day 1: 80 % of the points'
	assert_line 'cut ipc pass 3'
	# A row for all labs, under those of their own; what a row leaves out is the course's.
	printf 'lab,deadline\n*,2026-01-31T23:00Z\nuts,2027-01-01\n' >"$work/late.csv"
	printf '[late]\npercent_per_day = 50\n' >"$class/course.toml"
	run -0 "$grade" "$class" --labs uts,ipc --late "$work/late.csv"
	run -0 grades
	assert_line 'cut uts pass 3'
	assert_line --partial 'file ipc pass 1.5 late, day 1: 50 % of the points'
}

@test "grade: blocked, and a judge that fails, are no grade: an earlier one stays, and the table says so" {
	use_stub
	for name in a b c d; do
		hand_in "$name/uts.c" pass
	done
	run -0 "$grade" "$class" --labs uts
	[[ ! -s $class-grades/changes.txt ]]
	hand_in a/uts.c blocked
	hand_in b/uts.c crash
	hand_in c/uts.c garbage
	hand_in d/uts.c fail
	hand_in new/uts.c blocked
	run -1 "$grade" "$class" --labs uts
	assert_line --partial 'a uts: pass 3 → blocked 3 '
	assert_line --partial 'd uts: pass 3 → fail 0'
	run -0 grades
	assert_line --regexp '^a uts blocked 3 .*no such thing here; the earlier grade is kept$'
	assert_line --regexp '^b uts error 3 .*status 1 and said: Traceback: the judge is broken; the earlier grade is kept$'
	assert_line --regexp '^c uts error 3 .*; the earlier grade is kept$'
	assert_line --regexp '^d uts fail 0 .*'
	assert_line --regexp '^new uts blocked - .*no such thing here$'
	CLASS=$class in_python "
assert (rows['new']['total'], rows['new']['max'], rows['new']['open']) == (0, 0, ['uts']), rows['new']
table = {row['id']: row for row in csv.DictReader((out / 'grades.csv').open())}
assert (table['new']['uts'], table['new']['uts status'], table['a']['uts']) == ('', 'blocked', '3'), table
"
	# What had no verdict is tried again by --resume, and nothing else.
	hand_in b/uts.c pass
	: >"$judged"
	run -1 "$grade" "$class" --labs uts --resume
	run -0 sort "$judged"
	assert_line --regexp '^uts pass '
	refute_line --regexp '^uts (fail|blocked) '
}

@test "grade: a missing submission leaves no grade to keep, and a grade that is kept keeps its share of the points" {
	use_stub
	hand_in a/uts.c pass
	hand_in b/ipc.c pass
	printf '[points]\nuts = 20\n' >"$class/course.toml"
	run -0 "$grade" "$class" --labs uts,ipc
	hand_in a/uts.c blocked
	hand_in b/uts.c blocked
	printf '[points]\nuts = 10\n' >"$class/course.toml"
	run -0 "$grade" "$class" --labs uts,ipc
	run -0 grades
	assert_line --regexp '^a uts blocked 10 .*the earlier grade is kept$'
	assert_line --regexp '^b uts blocked - .*no such thing here$'
}

@test "grade: a lab's own row of deadlines replaces the row for all labs" {
	use_stub
	hand_in a/uts.c
	hand_in a/ipc.c
	touch -d 2026-03-03T12:00Z "$class/a"/*.c
	printf '%s\n' 'lab,deadline,percent_per_day,cutoff' '*,2026-03-01T00:00Z,10,2026-03-02T00:00Z' \
		'uts,2026-03-03T00:00Z,50,' >"$work/late.csv"
	cd "$class"
	run -0 "$grade" . --labs uts,ipc --late "$work/late.csv"
	run -0 grades
	assert_line --regexp '^a uts pass 1.5 late, day 1: 50 % of the points .*$'
	assert_line --regexp '^a ipc pass 0 late, day 3: 0 % of the points .*$'
}

@test "grade: a file whose time can't be true is as late as its archive, or as its coming to this disk" {
	use_stub
	hand_in early/uts.c
	hand_in nothing/uts.c
	touch -d 2024-03-01T00:00Z "$class/early/uts.c"
	touch -d 1970-01-01T00:00Z "$class/nothing/uts.c"
	CLASS=$class in_python "
for name, time in (('nan', 'nan'), ('inf', 'inf'), ('minus', '-1e12'), ('minus-inf', '-inf'), ('huge', '1e300'), ('zero', '0'),
                   ('good', '1709251200')):
    for when, seconds in (('in-time', 1709251200), ('late', 1709628000)):
        path = class_ / f'{name}-{when}.tar.gz'
        with tarfile.open(path, 'w:gz', format=tarfile.PAX_FORMAT) as archive:
            member = tarfile.TarInfo('uts.c')
            member.pax_headers, member.size = {'mtime': time}, 8
            archive.addfile(member, io.BytesIO(b'// pass\n'))
        os.utime(path, (seconds, seconds))
with zipfile.ZipFile(class_ / 'zip.zip', 'w') as archive:
    archive.writestr(zipfile.ZipInfo('uts.c'), '// pass\n')  # of 1980
os.utime(class_ / 'zip.zip', (1709628000, 1709628000))
"
	printf 'lab,deadline,percent_per_day\n*,2024-03-03T00:00Z,10\n' >"$work/late.csv"
	run -0 "$grade" "$class" --labs uts --late "$work/late.csv"
	assert_line '  nan-late: late by the time of the file, since the roster has none: uts'
	run -0 grades
	for name in early {nan,inf,minus,minus-inf,huge,zero}-in-time good-{in-time,late}; do
		assert_line "$name uts pass 3"
	done
	for name in {nan,inf,minus,minus-inf,huge,zero}-late zip; do
		assert_line --regexp "^$name uts pass 2.1 late, day 3: .*handed in 2024-03-05 08:40\+00:00, the time on this disk, as the file has none;"
	done
	assert_line --regexp '^nothing uts pass 0 late, day [0-9]+: 0 % .*, the time on this disk, as the file has none;'
}

@test "grade: what a time and a number may be at most is no end of the program" {
	use_stub
	hand_in a/uts.c
	printf 'lab,deadline,percent_per_day,grace_minutes\n*,9000-12-31T20:00Z,10,1000000\n' >"$work/late.csv"
	run -0 "$grade" "$class" --labs uts --late "$work/late.csv"
	run -0 grades
	assert_output 'a uts pass 3'
	printf 'lab,deadline\n*,9999-12-31\n' >"$work/late.csv"
	run -2 "$grade" "$class" --labs uts --late "$work/late.csv"
	assert_line --partial "late.csv:2: '9999-12-31' isn't a time like"
	for number in 1e300 inf nan -1; do
		printf 'lab,deadline,grace_minutes\n*,2026-03-01,%s\n' "$number" >"$work/late.csv"
		run -2 "$grade" "$class" --labs uts --late "$work/late.csv"
		assert_output "grade: $work/late.csv:2: '$number' isn't a number of 0 or more, up to 1000000"
	done
}

@test "grade: before it judges, it says that the files' own times will count, and what to do" {
	use_stub
	hand_in a/uts.c "wait $work/go"
	printf 'lab,deadline,percent_per_day\n*,2026-03-03T00:00Z,10\n' >"$class/deadlines.csv"
	"$grade" "$class" --labs uts >"$work/log" 2>&1 3>&- &
	pid=$!
	within 20 test -s "$judged"
	run -0 cat "$work/log"
	touch "$work/go"
	wait "$pid"
	assert_line "submissions without a time in the roster, for which the file's own time counts: 1"
	assert_line --partial "Name the times of submission in the roster's column submitted."
}

@test "grade: no field of the table is a formula, in full width or behind a semicolon either" {
	use_stub
	CLASS=$class in_python "
names = ['=1+1', '＝1+1', '＋1', '－1', '＠SUM(1)', '﹦1', '−1', 'a;=1+1', 'b; ＝1', 'c;d']
(class_ / 'roster.csv').write_text('id,name,entry\n' + ''.join(f'{number},\"{name}\",{name}\n' for number, name in enumerate(names)))
for name in names:
    (class_ / name).mkdir(); (class_ / name / 'uts.c').write_text('// pass')
"
	run -0 "$grade" "$class" --labs uts
	CLASS=$class in_python "
table = list(csv.reader((out / 'grades.csv').open(encoding='utf-8')))
assert len(table) == 11, table
fields = [part.strip() for row in table for field in row for part in field.split(';')]
assert not [field for field in fields if re.match('[=+@－＝＋＠﹣﹦﹢﹫−-]', field)], fields
assert table[-1][1] == 'c;d', table[-1]
"
}

# ---- What goes wrong here ----

@test "grade: a disk that is full is named, with what to do, and nothing half-written stays" {
	use_stub
	for number in {1..30}; do
		hand_in "s$number/uts.c" "pass $number"
	done
	mkdir "$class-grades"
	run -0 "${with_rights[@]}" unshare --mount sh -c '
		mount -t tmpfs -o size=64k tmpfs "$1"
		status=0
		"$2" "$3" --labs uts || status=$?
		find "$1" -name ".*.*"
		exit $((status - 2))' sh "$class-grades" "$grade" "$class"
	assert_line --regexp "^grade: $class-grades/[^ :]+: No space left on device$"
	assert_line 'Make room there, and continue with --resume: no verdict is lost.'
	refute_line --regexp '^/'
	refute_output --partial Traceback
	# GNU parallel's own files are elsewhere.
	mkdir "$work/full"
	run -1 "${with_rights[@]}" unshare --mount sh -c '
		mount -t tmpfs -o size=4k,nr_inodes=1 tmpfs "$1"
		TMPDIR=$1 "$2" "$3" --labs uts --jobs 1 --out "$3-other"' sh "$work/full" "$grade" "$class"
	assert_line --regexp "^grade: some jobs failed; GNU parallel's messages are in $class-other/run/errors, and .*$work/full/"
	# And so is standard output.
	# And so is standard output.
	run -2 sh -c '"$1" "$2" --labs uts >/dev/full' sh "$grade" "$class"
	assert_output 'grade: standard output: No space left on device'
}

@test "grade: what keeps a job from being judged is its row's reason" {
	use_stub
	hand_in a/uts.c
	sed -i '1s,.*,#!/no/such/interpreter,' "$work/tree/scripts/check"
	run -1 "$grade" "$class" --labs uts
	run -0 grades
	assert_output --regexp "^a uts error - [^ ]+: $work/tree/scripts/check: No such file or directory$"
}

@test "grade: where the results can't be written, the place is named, and another one asked for" {
	use_stub
	hand_in a/uts.c
	echo >"$work/file"
	run -2 "$grade" "$class" --out "$work/file/grades"
	assert_output "grade: $work/file/grades: Not a directory"
	mkdir "$work/foreign"
	run -2 "${with_rights[@]}" unshare --mount sh -c '
		mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"
		"$2" "$3" --labs uts --out "$1/grades"' sh "$work/foreign" "$grade" "$class"
	assert_line "grade: $work/foreign/grades: Read-only file system"
	assert_line --partial 'Choose another place for the results with --out'
}

@test "grade: what failed without a word isn't quoted" {
	use_stub
	hand_in a/uts.c crash
	hand_in b/uts.c silent
	run -1 --separate-stderr "$grade" "$class" --labs uts
	assert_equal "$stderr" 'grade: some jobs failed: grades.csv says which, and why'
	run -0 grades
	assert_line 'b uts error - the judge ended with status 9 and said nothing'
}

@test "grade: mistakes in the roster, the deadlines and course.toml are named with their place, and nothing is graded" {
	use_stub
	hand_in a/uts.c
	while IFS='|' read -r file text message; do
		printf '%b' "$text" >"$work/$file"
		case $file in
		roster) run -2 "$grade" "$class" --roster "$work/$file" ;;
		late) run -2 "$grade" "$class" --late "$work/$file" ;;
		course) run -2 "$grade" "$class" --course "$work/$file" ;;
		esac
		assert_output "grade: $work/$file${message/LABS/$(labs_where has_marks | paste -s -d ' ')}"
	done <<-'END'
		roster|id,submited\na,2026-01-01\n|: no column is called submited; is it submitted?
		roster|id,name\n,Ada\n|:2: the column id is empty
		roster|id,name\n,\n| names no student
		late|lab,deadline,cutoff\nuts,2026-03-08,2026-03-01\n|:2: the cutoff is before the deadline
		late|lab,deadline\n*,2026-03-08\n*,2026-03-09\n|:2: there is more than one row for *
		course|[visibility]\n"mount.privat" = "hidden"\n|: visibility: no check or lab is called mount.privat; choose from: mount.compiles, mount.runs, mount.namespace, mount.private, mount.proc, mount.host-unchanged
		course|[visibility]\nmount.private = "hidden"\n|: visibility: a check's name must be in quotes: "mount.private"
		course|[visibility]\nmount = "secret"\n|: visibility: mount must be one of visible, hidden, not 'secret'
		course|[late]\npercent = 10\n|: late: unknown: percent; choose from: deadline, percent_per_day, grace_minutes, cutoff, late_days
		course|labs = []\n|: labs must be a list of names
		course|[points]\nutz = 1\n|: points: no lab with checks is called utz; choose from: LABS
	END
	for option in late roster course; do
		run -2 "$grade" "$class" "--$option" "$work/none"
		assert_output "grade: $work/none: No such file or directory"
	done
	mkdir "$work/nothing"
	run -2 "$grade" "$work/nothing"
	assert_output "grade: no submissions in $work/nothing"
	# A file with the deadlines beside the entries counts.
	printf 'lab\n' >"$class/deadlines.csv"
	run -2 "$grade" "$class"
	assert_output "grade: $class/deadlines.csv: its first line must name these columns: deadline"
	[[ ! -e $class-grades && ! -e $work/nothing-grades ]]
}

@test "grade: a late submission is marked with the time that counted; a day as a deadline lasts to its end" {
	use_stub
	hand_in in/uts.c
	hand_in out/uts.c 'pass 2'
	touch -d 2026-03-08T23:50Z "$class/in/uts.c"
	touch -d 2026-03-09T00:10Z "$class/out/uts.c"
	printf 'lab,deadline,percent_per_day\n*,2026-03-08,10\n' >"$work/late.csv"
	run -0 "$grade" "$class" --labs uts --late "$work/late.csv"
	assert_line "submissions without a time in the roster, for which the file's own time counts: 2"
	run -0 grades
	assert_line 'in uts pass 3'
	assert_line --regexp '^out uts pass 2.7 late, day 1: 90 % of the points \(handed in 2026-03-09 00:10\+00:00, the time of the file; deadline 2026-03-08 23:59\+00:00\)$'
}

@test "grade: reports of students who are no longer in the table are removed; the teacher's own files stay" {
	use_stub
	hand_in a/uts.c
	hand_in b/uts.c
	hand_in c/uts.c
	run -0 "$grade" "$class" --labs uts
	echo mine >"$class-grades/teacher/c/notes"
	rm -r "$class"/[bc]
	run -0 "$grade" "$class" --labs uts
	run -0 find "$class-grades/students" "$class-grades/teacher" -mindepth 1 -printf '%P\n'
	refute_output --partial b
	assert_equal "$(grep -v '^a' <<<"$output" | sort | xargs)" 'c c/notes'
}

@test "grade: a directory that the file system shows in another case keeps its reports" {
	use_stub
	hand_in ada/uts.c
	run -0 "$grade" "$class" --labs uts
	mkdir "$class-grades/students/ADA"
	# Such a file system has one directory with both names; a mount makes one here.
	run -0 "${with_rights[@]}" unshare --mount sh -c 'mount --bind "$1/ada" "$1/ADA" && "$2" "$3" --labs uts' \
		sh "$class-grades/students" "$grade" "$class"
	[[ -s $class-grades/students/ada/report.html ]]
}

@test "grade: labs that are left out keep their grades for the next time" {
	use_stub
	hand_in a/uts.c pass
	hand_in a/ipc.c pass
	run -0 "$grade" "$class" --labs uts,ipc
	run -0 "$grade" "$class" --labs uts
	assert_line 'not in this table, but kept for the next run: ipc'
	hand_in a/ipc.c crash
	run -1 "$grade" "$class" --labs uts,ipc
	assert_line --partial 'a ipc: pass 3 → error 3 '
	assert_line --regexp '^ +1 the judge ended with status 1 and said: Traceback: the judge is broken'
	refute_output --partial 'not in this table'
	run -0 grades
	assert_line --regexp '^a ipc error 3 .*; the earlier grade is kept$'
	run -1 grep -r Traceback "$class-grades/students"
}

@test "grade: ANSWERS.md is shown whole, whatever its headings are" {
	use_stub
	hand_in a/uts.c
	printf 'my preface\n\n# UTS lab:\n\nfirst\n\n## a part\n\nsecond\n\n---\n\n## skeleton\n\nthird\n' >"$class/a/ANSWERS.md"
	run -0 "$grade" "$class" --labs uts
	run -0 cat "$class-grades/teacher/a/report.txt"
	for line in my\ preface first second third; do
		assert_line "  | $line"
	done
	assert_line 'ANSWERS.md: skeleton'
	run -1 grep -r -e first -e preface -e third "$class-grades/students"
}

# ---- Interruptions ----

# bats test_tags=fault:grader-killed
@test "grade: killed at five random moments and resumed, it gives the same table, and judges nothing in vain" {
	use_stub
	for number in {1..30}; do
		hand_in "s$number/uts.c" "$( ((number % 3)) && echo pass || echo fail) $number"
	done
	run -0 "$grade" "$class" --labs uts --jobs 2 --out "$work/whole"
	: >"$judged"
	killed=0
	until [[ $killed -eq 5 ]]; do
		before=$(find "$class-grades/run/results" -name '*.json' 2>/dev/null | wc -l)
		"$grade" "$class" --labs uts --jobs 2 --resume >"$work/log" 2>&1 3>&- &
		pid=$!
		wanted=$((before + RANDOM % 6))
		until [[ $(find "$class-grades/run/results" -name '*.json' 2>/dev/null | wc -l) -ge $wanted ]]; do
			kill -0 "$pid"
			sleep 0.01
		done
		kill -KILL "$pid"
		wait "$pid" || true
		killed=$((killed + 1))
	done
	[[ ! -e $class-grades/grades.csv ]]
	run -0 "$grade" "$class" --labs uts --jobs 2 --resume
	assert_equal "$(cat "$class-grades/grades.csv")" "$(cat "$work/whole/grades.csv")"
	assert_equal "$(find "$class-grades/run/results" -name '*.json' | wc -l)" 30
	# Twice is what was under way when it was killed, two jobs a time (and what parallel had done, but not handed over).
	(($(wc -l <"$judged") <= 30 + 5 * 4))
}

# bats test_tags=fault:grader-killed
@test "grade: Ctrl-C ends it and its jobs, and says how to go on" {
	use_stub
	hand_in a/uts.c "wait $work/go"
	"$grade" "$class" --labs uts >"$work/log" 2>&1 3>&- &
	pid=$!
	until [[ -s $judged ]]; do
		kill -0 "$pid"
		sleep 0.02
	done
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	assert_equal "$status" 130
	run -0 cat "$work/log"
	assert_line --partial 'to continue from here, use --resume'
	touch "$work/go"
	run -0 "$grade" "$class" --labs uts --resume
	run -0 grades
	assert_output 'a uts pass 3'
}

@test "grade: a machine with another version of the tree gives no grade" {
	use_stub
	hand_in a/uts.c
	run -1 sh -c "echo '{\"key\": \"k\", \"lab\": \"uts\", \"source\": \"// pass\", \"version\": \"0\", \"language\": \"en\"}' | $grade --work"
	assert_output --regexp '^\{"key": "k", "error": "[^"]+ has another version of this tree"\}$'
}

@test "grade: machines that can't be reached and a missing file of machines are reported" {
	use_stub
	hand_in a/uts.c
	run -2 "$grade" "$class" --hosts "$work/none"
	assert_line --partial "$work/none isn't a file that lists machines"
	[[ ! -e $class-grades ]]
	echo nosuch.invalid >"$work/hosts"
	run -1 --separate-stderr "$grade" "$class" --labs uts --hosts "$work/hosts"
	assert_regex "$stderr" "^grade: some jobs failed; GNU parallel's messages are in $class-grades/run/errors, and the last one is: .*nosuch"
	run -0 grades
	assert_output 'a uts error - no machine has judged it'
}

# ---- What is written ----

@test "grade: Gradescope's results.json and JUnit XML have their formats' fields" {
	use_stub
	for name in pass fail blocked crash; do
		hand_in "$name/uts.c" "$name"
		hand_in "$name/ipc.c" pass
	done
	printf '[visibility]\n"uts.namespace" = "hidden"\n' >"$class/course.toml"
	printf 'lab,deadline,percent_per_day\nipc,2020-01-01,0.01\n' >"$work/late.csv"
	run -1 "$grade" "$class" --labs uts,ipc,pid --late "$work/late.csv"
	CLASS=$class in_python "
import xml.etree.ElementTree as xml
formats = ('text', 'simple_format', 'html', 'md', 'ansi'); visibilities = ('hidden', 'after_due_date', 'after_published', 'visible')
top = {'score': (int, float), 'execution_time': (int, float), 'output': str, 'output_format': formats,
       'test_output_format': formats, 'test_name_format': formats, 'visibility': visibilities,
       'stdout_visibility': visibilities, 'extra_data': dict, 'tests': list}
of_test = {'score': (int, float), 'max_score': (int, float), 'status': ('passed', 'failed'), 'name': str, 'number': str,
           'output': str, 'output_format': formats, 'tags': list, 'visibility': visibilities}
def fits(thing, fields):
    for name, value in thing.items():
        kind = fields[name]
        assert value in kind if isinstance(kind, tuple) and isinstance(kind[0], str) else isinstance(value, kind), (name, value)
for name in ('pass', 'fail', 'blocked', 'crash'):
    results = json.loads((out / 'teacher' / name / 'results.json').read_text())
    fits(results, top)
    for test in results['tests']:
        fits(test, of_test)
        assert 0 <= test['score'] <= test['max_score'] and test['name'] and '\x1b' not in test['output'], test
    assert abs(results['score'] - sum(test['score'] for test in results['tests'])) < 0.02, results
    hidden = [test['name'] for test in results['tests'] if test['visibility'] == 'hidden']
    assert len(hidden) == (name in ('pass', 'fail')), hidden
    assert results['extra_data']['open'] == (['uts'] if name in ('blocked', 'crash') else []), results

    root = xml.parse(out / 'teacher' / name / 'junit.xml').getroot()
    assert root.tag == 'testsuites' and [suite.get('name') for suite in root] == ['uts', 'ipc', 'pid']
    for suite in root:
        cases = suite.findall('testcase')
        assert suite.tag == 'testsuite' and int(suite.get('tests')) == len(cases) > 0
        for count, tag in (('failures', 'failure'), ('errors', 'error'), ('skipped', 'skipped')):
            assert int(suite.get(count)) == len(suite.findall('testcase/' + tag)), (name, count)
        assert float(suite.get('time')) >= 0
        for case in cases:
            assert case.get('classname') and case.get('name') and float(case.get('time')) >= 0
            assert {child.tag for child in case} <= {'failure', 'error', 'skipped', 'system-out'}
    assert root.find('testsuite/testcase/' + {'pass': 'failure', 'fail': 'failure', 'blocked': 'skipped', 'crash': 'error'}[name]) is not None
"
}

@test "grade: reports escape what students wrote, only the teacher sees ANSWERS.md, and only the owner can read the grades" {
	use_stub
	hand_in ada/uts.c fail
	printf '# Answers\n\n## uts\n\nWhy?\n\n<script>alert(1)</script> since it is \033[31mcopied\n\n---\n\n## ipc\n\nother\n' >"$class/ada/ANSWERS.md"
	run -0 "$grade" "$class" --labs uts
	CLASS=$class in_python "
import html.parser
for side in ('teacher', 'students'):
    text, page = [(out / side / 'ada' / name).read_text() for name in ('report.txt', 'report.html')]
    assert '\x1b' not in text + page and '<script' not in page and '<b>e' not in page
    assert ('copied' in text, 'copied' in page) == ((side == 'teacher',) * 2), side
    assert 'uts.namespace' in text and 'uts.namespace' in page and ('other' in page) == (side == 'teacher')
    class Check(html.parser.HTMLParser):
        open = []
        def handle_starttag(self, tag, attrs):
            assert tag in ('html', 'head', 'meta', 'title', 'style', 'body', 'h1', 'h2', 'p', 'section', 'ul', 'li', 'b', 'pre', 'main', 'details', 'summary'), tag
            if tag != 'meta': self.open.append(tag)
        def handle_endtag(self, tag):
            assert self.open.pop() == tag
    check = Check(); check.feed(page); assert not check.open
"
	assert_equal "$(stat -c %a "$class-grades")" 700
}

@test "grade: the summary has a histogram and what failed most; there is no bar without a terminal" {
	use_stub
	for number in {1..7}; do
		hand_in "s$number/uts.c" "$( ((number > 2)) && echo pass || echo fail) $number"
	done
	run -0 --separate-stderr "$grade" "$class" --labs uts
	assert_line 'students: 7'
	assert_line --regexp '^ +0-9 % #{16} +2$'
	assert_line --regexp '^ +100 % #{40} 5$'
	assert_line --regexp '^ +2 uts\.namespace$'
	assert_equal "$stderr" ''
	run -0 script -qec "$grade '$class' --labs uts" /dev/null
	assert_output --partial '[########################################] 7/7, '
}

@test "grade: submissions that are alike are listed with the lines; the starter's own are not" {
	use_stub
	mkdir "$class"/{one,same,renamed,other,untouched,bare}
	sed 's,^// .*,,' labs/nest/nest.c | sed -E 's~^(.*// exercise nest.inner.*)$~\1\n\tfor (int i = 0; i < 3; i++) { argv[i] = strdup(argv[i + 1]); if (!argv[i]) die("x"); }\n\tsetenv("A", "b", 1); puts("here"); fflush(stdout); depth -= 1; depth += 2;~' >"$class/one/nest.c"
	cp "$class/one/nest.c" "$class/same/nest.c"
	sed 's/\bi\b/counter/g; s/"here"/"there"/; s/depth -= 1;/depth -= 1; /' "$class/one/nest.c" >"$class/renamed/nest.c"
	printf '// pass\nint main(void)\n{\n\twhile (1) { write(1, "a", 1); read(0, 0, 0); if (errno == EINTR) continue; break; }\n\treturn fork() + wait(0);\n}\n' >"$class/other/nest.c"
	scripts/starter "$work/starter" >/dev/null
	cp "$work/starter/labs/nest/nest.c" "$class/untouched"
	cp "$work/starter/labs/nest/nest.c" "$class/bare"
	for name in one same renamed other untouched bare; do
		sed -i '1i // pass' "$class/$name/nest.c"
	done
	run -0 "$grade" "$class" --labs nest
	run -0 cat "$class-grades/similar.txt"
	assert_line 'nest: the same lines: one, same'
	assert_line --regexp '^nest: (9[0-9]|100) % alike: (one|renamed), (one|renamed)$'
	assert_line --regexp '^  lines [0-9]+-[0-9]+ and [0-9]+-[0-9]+:$'
	refute_output --partial untouched
	refute_output --partial other
}

@test "grade: without GNU parallel, one line says what installs it" {
	use_stub
	mkdir "$work/bin"
	for tool in python3 env; do
		ln -s "$(command -v $tool)" "$work/bin"
	done
	PATH=$work/bin run -2 /usr/bin/python3 -Es "$grade" "$class"
	assert_line --partial 'GNU parallel is missing: scripts/setup --grade installs it'
}

@test "grade: the class's own test finds a grade that isn't expected" {
	use_stub
	mkdir "$work/small"
	echo '[["a", "uts", "uts.runs", "a test"]]' >"$work/small-expected.json"
	mkdir "$class/a"
	hand_in a/uts.c pass
	run -0 "$grade" "$class" --labs uts
	run -1 tests/grade/class --compare "$work/small" "$class-grades"
	assert_line 'UNEXPECTED: a (a test) uts: uts.runs was expected; pass '
}
