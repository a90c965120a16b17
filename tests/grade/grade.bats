# Grading a class: what is read of the submissions, what becomes a grade, what is written, and what an interruption loses.
load ../lib/helpers

setup_file() {
	make --no-print-directory --silent all
}

setup() {
	cd "$BATS_TEST_DIRNAME/.."
	work=$BATS_TEST_TMPDIR
	export TMPDIR=$work NSLABS_LANG=en TZ=UTC
	# A judged program runs as an ordinary user, who must reach it.
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_SUITE_TMPDIR" "$work"
	class=$work/class
	mkdir "$class"
	grade=scripts/grade
}

teardown() {
	for pid in "${host_init[@]}"; do
		kill -KILL "$pid" 2>/dev/null || true
	done
}

# use_stub: grade with a judge that does what the first line of a lab's file says, where the judge isn't the matter:
# pass, fail, blocked, crash, garbage, or wait FILE: pass once FILE exists.
use_stub() {
	mkdir "$work/tree"
	cp -r Makefile common labs scripts "$work/tree"
	grade=$work/tree/scripts/grade
	cat >"$work/tree/scripts/check" <<-'END'
		#!/usr/bin/python3 -BEs
		import json, os, sys, time
		from lib.judge.checks import load
		lab = sys.argv[1]
		file = next(word for word in sys.argv[2:] if "/" in word)
		with open(file, "rb") as source:
		    words = source.readline().decode("utf-8", "replace").split()[1:]
		word = words[0]
		with open(os.path.dirname(os.path.dirname(__file__)) + "/judged", "a") as log:
		    log.write(f"{lab} {' '.join(words)} on {os.uname().nodename}\n")
		if word == "wait":
		    while not os.path.exists(words[1]):
		        time.sleep(0.01)
		    word = "pass"
		if word == "crash":
		    sys.exit("Traceback: the judge is broken")
		if word == "garbage":
		    print("ok 1 - everything")
		    sys.exit(0)
		checks = [{"id": check.id, "title": check.title, "status": word if check.points else "pass", "why": "w",
		           "expected": "<b>e</b>", "actual": "\x1b[2J=a\n" if word != "blocked" else "no such thing here", "hint": "h",
		           "points": check.points} for check in load(lab).checks]
		most = sum(check["points"] for check in checks)
		print(json.dumps({"lab": lab, "status": word, "score": most if word == "pass" else 0, "max_score": most,
		                  "checks": checks}))
		sys.exit({"pass": 0, "fail": 1, "blocked": 77}[word])
	END
	judged=$work/tree/judged
	: >"$judged"
}

# hand_in FILE [WORDS]: make a file in the class's directory, for the stub.
hand_in() {
	mkdir -p "$(dirname "$class/$1")"
	echo "// ${2:-pass}" >"$class/$1"
}

# grades [OUT]: a line for each student and lab that is not missing: ID LAB STATUS POINTS REASON.
grades() {
	/usr/bin/python3 - "${1:-$class-grades}" <<-'END' | LC_ALL=C sort
		import json, sys
		for row in json.load(open(sys.argv[1] + "/grades.json"))["students"]:
		    for lab, result in row["labs"].items():
		        if result["status"] != "missing":
		            points = "-" if result["points"] is None else format(result["points"], "g")
		            print(*filter(None, [ascii(row["id"])[1:-1], lab, result["status"], points, result["reason"]]))
	END
}

# in_python CODE: run it with `rows`, the students by id; `class_` and `out`, the directories.
in_python() {
	/usr/bin/python3 -c "
import json, os, sys, io, csv, tarfile, zipfile
from pathlib import Path
class_ = Path(os.fsdecode(os.environb[b'CLASS'])); out = Path(str(class_) + '-grades')
rows = {}
if (out / 'grades.json').exists():
    rows = {row['id']: row for row in json.loads((out / 'grades.json').read_text())['students']}
$1"
}

# ---- With the real judge ----

@test "grade: right, wrong and broken files get the judge's verdicts, and nothing is left behind" {
	mkdir -p "$class/ada/labs/uts" "$class/bob"
	cp labs/uts/uts.c "$class/ada/labs/uts"
	sed 's/CLONE_NEWUTS/CLONE_NEWIPC/' labs/uts/uts.c >"$class/bob/uts.c"
	echo 'int main(' >"$class/bob/pid.c"
	ls -A "$work" >"$work/before"
	tests/lib/snapshot >"$work/snapshot"
	run -0 "$grade" "$class" --labs uts,pid --jobs 2
	assert_line --regexp '^  uts +1 passed, 1 failed$'
	assert_line --regexp '^  pid +1 failed, 1 not handed in$'
	run -0 grades
	assert_line --regexp '^ada uts pass 3$'
	assert_line --regexp '^bob uts fail [01] .*uts\.namespace'
	assert_line --regexp '^bob pid fail 0 pid\.compiles'
	run -0 tests/lib/snapshot --compare "$work/snapshot"
	run -0 ls -A "$work"
	assert_output "$({
		cat "$work/before"
		printf '%s\n' class-grades snapshot
	} | LC_ALL=C sort)"
}

# ---- What is read ----

@test "grade: folders, archives and single files, as they are and as Moodle and Canvas name them" {
	use_stub
	hand_in folder/labs/uts/uts.c
	hand_in flat/uts.c
	hand_in 'deep/home work/labs/uts/uts.c'
	hand_in 'Ada Lovelace_4711_assignsubmission_file_/uts.c'
	hand_in 'Bo_b Müller_4712_assignsubmission_file_ipc.c'
	hand_in 'curryhaskell_LATE_815_90210_uts-2.c'
	hand_in 'curryhaskell_815_90211_ipc.c'
	mkdir -p "$work/labs/uts" "$class/Zip_1_assignsubmission_file_"
	echo '// pass' >"$work/labs/uts/uts.c"
	tar -C "$work" -czf "$class/tarred.tar.gz" labs
	tar -C "$work/labs/uts" -czf "$class/tarred-flat.tgz" ./uts.c
	(cd "$work" && /usr/bin/python3 -m zipfile -c "$class/zipped.zip" labs)
	cp "$class/zipped.zip" "$class/Zip_1_assignsubmission_file_/my work.zip"
	cp "$class/zipped.zip" "$class/knuthdon_816_90212_my work.zip"
	run -0 "$grade" "$class"
	run -0 grades
	assert_output - <<-'END'
		1 uts pass 3
		4711 uts pass 3
		4712 ipc pass 3
		815 ipc pass 3
		815 uts pass 3
		816 uts pass 3
		deep uts pass 3
		flat uts pass 3
		folder uts pass 3
		tarred uts pass 3
		tarred-flat uts pass 3
		zipped uts pass 3
	END
	CLASS=$class in_python "assert rows['815']['notes'] == ['Canvas says that it was late'], rows['815']"
}

@test "grade: only the labs' own files count; checks, scripts and what the starter keeps do not" {
	use_stub
	hand_in tree/labs/uts/uts.c pass
	hand_in tree/.starter/baseline/labs/uts/uts.c fail
	hand_in tree/labs/ipc/uts.c fail
	hand_in tree/build/uts.c fail
	hand_in tree/scripts/check 'evil'
	hand_in tree/tests/labs/uts/uts.bats 'evil'
	hand_in __MACOSX/uts.c fail
	run -0 "$grade" "$class" --labs uts
	run -0 grades
	assert_line 'tree uts pass 3'
	run -0 cat "$judged"
	assert_output --regexp '^uts pass on [^ ]+$'
}

@test "grade: what can't be taken is its row's clear reason, and nothing else stops" {
	use_stub
	hand_in good/uts.c
	hand_in late-but-good/uts.c
	hand_in wrong-name/UTS.C
	hand_in suffix/uts.c.txt
	hand_in two/uts.c pass
	hand_in two/old/uts.c fail
	hand_in same/uts.c pass
	hand_in same/old/uts.c pass
	mkdir "$class"/{empty,blank,utf16,binary,large,link,fifo,nothing}
	: >"$class/empty/uts.c"
	printf ' \r\n' >"$class/blank/uts.c"
	printf '// pass' | iconv -t UTF-16 >"$class/utf16/uts.c"
	printf '// pass\0' >"$class/binary/uts.c"
	{ echo '// pass' && head -c 300000 /dev/zero | tr '\0' ' '; } >"$class/large/uts.c"
	ln -s /etc/passwd "$class/link/uts.c"
	mkfifo "$class/fifo/uts.c"
	ln -s good "$class/linked"
	: >"$class/zero.zip"
	echo 'no archive' >"$class/broken.tar.gz"
	echo 'no archive' >"$class/other.rar"
	printf '\xef\xbb\xbf// pass\r\nint main(void) { return 0; }\r\n' >"$class/uts.c"
	run -0 "$grade" "$class" --labs uts
	run -0 grades
	assert_output - <<-'END'
		binary uts unreadable 0 uts.c is no text
		blank uts unreadable 0 uts.c is empty
		broken uts unreadable 0 broken.tar.gz: it can't be read: truncated header
		empty uts unreadable 0 uts.c is empty
		fifo uts unreadable 0 uts.c is a link or a device, no file
		good uts pass 3
		large uts unreadable 0 uts.c is larger than 256 KiB
		late-but-good uts pass 3
		link uts unreadable 0 uts.c is a link or a device, no file
		linked uts unreadable 0 linked is a link, no file
		other.rar uts unreadable 0 other.rar can't be read: hand in a .zip or a .tar.gz
		same uts pass 3
		suffix uts unreadable 0 no uts.c; is it uts.c.txt? Then its name or place is wrong
		two uts unreadable 0 several files for it, which differ: uts.c, old/uts.c
		utf16 uts unreadable 0 uts.c is UTF-16; save it as UTF-8
		uts.c uts pass 3
		wrong-name uts unreadable 0 no uts.c; is it UTS.C? Then its name or place is wrong
		zero uts unreadable 0 zero.zip: it is empty
	END
}

@test "grade: hostile archives are refused or left out in part, and write nothing anywhere" {
	use_stub
	CLASS=$class in_python "
import struct
good = b'// pass\n'
def tar(name, *members):
    with tarfile.open(class_ / name, 'w:gz') as archive:
        for member, data in members:
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
def info(name, kind=tarfile.REGTYPE, link=''):
    member = tarfile.TarInfo(name); member.type = kind; member.linkname = link
    return member
tar('dotdot.tar.gz', (info('../../uts.c'), b'// fail'), (info('uts.c'), good))
tar('absolute.tar.gz', (info('/etc/uts.c'), b'// fail'), (info('labs/uts/uts.c'), good))
tar('symlink.tar.gz', (info('uts.c', tarfile.SYMTYPE, '/etc/passwd'), b''))
tar('hardlink.tar.gz', (info('uts.c', tarfile.LNKTYPE, '/etc/passwd'), b''))
tar('throughlink.tar.gz', (info('labs', tarfile.SYMTYPE, '/tmp'), b''), (info('labs/uts/uts.c'), good))
tar('device.tar.gz', (info('uts.c', tarfile.CHRTYPE), b''))
tar('fifo.tar.gz', (info('uts.c', tarfile.FIFOTYPE), b''))
tar('bomb.tar.gz', (info('zero'), bytes(120 << 20)), (info('uts.c'), good))
tar('many.tar.gz', *((info(f'{n}'), b'') for n in range(20002)), (info('uts.c'), good))
with zipfile.ZipFile(class_ / 'bomb.zip', 'w', zipfile.ZIP_DEFLATED) as archive:
    archive.writestr('zero', bytes(60 << 20)); archive.writestr('uts.c', good)
with zipfile.ZipFile(class_ / 'liar.zip', 'w', zipfile.ZIP_DEFLATED) as archive:
    archive.writestr('uts.c', bytes(40 << 20))
data = (class_ / 'liar.zip').read_bytes().replace(struct.pack('<L', 40 << 20), struct.pack('<L', 100))
(class_ / 'liar.zip').write_bytes(data)
with zipfile.ZipFile(class_ / 'ziplink.zip', 'w') as archive:
    link = zipfile.ZipInfo('uts.c'); link.external_attr = 0o120777 << 16
    archive.writestr(link, '/etc/passwd')
with zipfile.ZipFile(class_ / 'zipdots.zip', 'w') as archive:
    archive.writestr('..\\\\..\\\\uts.c', '// fail'); archive.writestr('labs\\\\uts\\\\uts.c', good)
whole = (class_ / 'zipdots.zip').read_bytes()
(class_ / 'cut.zip').write_bytes(whole[:len(whole) // 2])
(class_ / 'cut.tar.gz').write_bytes((class_ / 'dotdot.tar.gz').read_bytes()[:60])
"
	run -0 "$grade" "$class" --labs uts
	run -0 grades
	assert_line 'dotdot uts pass 3'
	assert_line 'absolute uts pass 3'
	assert_line 'zipdots uts pass 3'
	assert_line 'throughlink uts pass 3'
	for name in symlink hardlink device fifo ziplink; do
		assert_line "$name uts unreadable 0 uts.c is a link or a device, no file"
	done
	assert_line 'many uts unreadable 0 many.tar.gz: it has more than 20000 files'
	assert_line --regexp '^liar uts unreadable 0 '
	assert_line --regexp '^bomb uts unreadable 0 .*unpacks to more than 100 MiB'
	assert_line --regexp '^cut uts unreadable 0 .*cut'
	CLASS=$class in_python "assert 'left out' in rows['dotdot']['notes'][0], rows['dotdot']"
	run ls "$work/uts.c" "$class/../../uts.c"
	assert_failure
}

@test "grade: names of any bytes are escaped wherever they are written" {
	use_stub
	CLASS=$class in_python "
for name in ['with space', \"quote'\\\"\", 'new\nline', '张三', '=cmd|calc', '+1', '<b>bold', '-rf', '\$(touch hit)', '\x1b[2J', 'a,b;c']:
    (class_ / name).mkdir(); (class_ / name / 'uts.c').write_text('// pass')
bad = os.fsencode(class_) + b'/\xff\xfe'
os.mkdir(bad); open(bad + b'/uts.c', 'w').write('// fail')
"
	run -0 "$grade" "$class" --labs uts
	run -0 grades
	assert_equal "${#lines[@]}" 12
	assert_line '\udcff\udcfe uts fail 0 uts.namespace, uts.hostname-inside, uts.host-unchanged'
	assert_line '\u5f20\u4e09 uts pass 3'
	run -1 grep -rP '[\x00-\x08\x0b-\x1f\x7f]' "$class-grades" --include='*.csv' --include='*.txt' --include='*.html'
	run -1 grep -rE '<b>(bold|e)' "$class-grades" --include='*.html'
	CLASS=$class in_python "
table = list(csv.reader((out / 'grades.csv').open(encoding='utf-8')))
assert len(table) == 13 and all(len(row) == len(table[0]) for row in table), table
assert not [field for row in table for field in row if field.startswith(('=', '+', '-', '@'))], table
names = os.listdir(out / 'students')
assert len(names) == 12 and all(name.isascii() and name[0].isalnum() and ' ' not in name for name in names), names
"
	run ls hit
	assert_failure
}

# ---- Whose it is ----

@test "grade: the roster maps entries to students; who has none gets a row, and so does an entry that is nobody's" {
	use_stub
	hand_in 'Grace Hopper_1_assignsubmission_file_/uts.c'
	hand_in 'lovelaceada_77_5_uts.c'
	hand_in 'turing.v2/uts.c'
	hand_in 's4/uts.c' fail
	hand_in 'stranger/uts.c'
	hand_in 'pair/uts.c'
	cat >"$class/roster.csv" <<-'END'
		id;name;entry;submitted
		s1;Grace Hopper;;
		s2;"Lovelace, Ada";;
		s3;Alan Turing;turing*;
		s4;Nobody;;
		s5;Lazy;;
		s6;One;pair;2026-03-01T12:00+08:00
		s7;Other;pair;
	END
	run -0 "$grade" "$class" --labs uts
	assert_line --partial 's5: no submission'
	assert_line --partial 'stranger (not in the roster): nobody in the roster has this entry'
	run -0 grades
	assert_output - <<-'END'
		s1 uts pass 3
		s2 uts pass 3
		s3 uts pass 3
		s4 uts fail 0 uts.namespace, uts.hostname-inside, uts.host-unchanged
		s6 uts pass 3
		s7 uts pass 3
		stranger (not in the roster) uts pass 3
	END
	CLASS=$class in_python "assert (rows['s5']['total'], rows['s5']['labs']['uts']['status']) == (0, 'missing')"
}

@test "grade: two students of one name get no grade by guess" {
	use_stub
	hand_in 'Wei Wang_1_assignsubmission_file_/uts.c'
	printf 'id,name\n1001,Wei Wang\n1002,Wei Wang\n' >"$class/roster.csv"
	run -0 "$grade" "$class" --labs uts
	assert_line --partial "1001: Wei Wang_1 could be this student's: say whose it is in the roster's column entry"
	CLASS=$class in_python "assert not rows['1001']['entries'] and not rows['1002']['entries']"
}

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
	check_mistake r.csv 'id,submitted\n1,tomorrow\n' "r.csv:2: 'tomorrow' is no time like" --roster "$work/r.csv"
	check_mistake r.csv 'id,name\n1,\xff\n' 'is not UTF-8' --roster "$work/r.csv"
	check_mistake r.csv 'id,name\n1,a,b\n' 'more fields than' --roster "$work/r.csv"
	check_mistake c.toml 'labs = ["uts", "utx"]' 'no lab with checks is called utx' --course "$work/c.toml"
	check_mistake c.toml 'labs = [' 'c.toml' --course "$work/c.toml"
	check_mistake c.toml 'lab = []' 'unknown: lab' --course "$work/c.toml"
	check_mistake c.toml '[points]\nuts = -1' 'is no number from 0 up' --course "$work/c.toml"
	check_mistake c.toml '[points]\nuts = "much"' 'is no number from 0 up' --course "$work/c.toml"
	check_mistake c.toml '[visibility]\n"uts.x" = "hidden"' 'visibility' --course "$work/c.toml"
	check_mistake c.toml 'points = 3' 'points' --course "$work/c.toml"
	check_mistake d.csv 'lab,deadline\nutx,2026-01-01\n' "no lab is called 'utx'" --late "$work/d.csv"
	check_mistake x '' 'no lab with checks is called utx' --labs utx
	check_mistake x '' 'No such file' --late "$work/none.csv"
	run -2 "$grade" "$work/none"
	assert_line --partial 'is no directory'
	run -2 "$grade" "$class" --out "$class/grades"
	assert_line --partial "--out can't be within DIRECTORY"
}

# ---- What becomes a grade ----

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

@test "grade: no submission is no grade to keep, and what is kept keeps its share of the points" {
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

@test "grade: a row of the deadlines leaves nothing to that of all labs, and a file without a time is not late" {
	use_stub
	hand_in a/uts.c
	hand_in a/ipc.c
	touch -d 2026-03-03T12:00Z "$class/a"/*.c
	CLASS=$class /usr/bin/python3 -c '
import io, os, tarfile
for name, headers in (("zero", {}), ("endless", {"mtime": "inf"})):
    with tarfile.open(os.environ["CLASS"] + f"/{name}.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("uts.c")
        member.pax_headers, member.size = headers, 8
        archive.addfile(member, io.BytesIO(b"// pass\n"))'
	printf '%s\n' 'lab,deadline,percent_per_day,cutoff' '*,2026-03-01T00:00Z,10,2026-03-02T00:00Z' \
		'uts,2026-03-03T00:00Z,50,' >"$work/late.csv"
	cd "$class"
	run -0 "$grade" . --labs uts,ipc --late "$work/late.csv"
	run -0 grades
	assert_line --regexp '^a uts pass 1.5 late, day 1: 50 % of the points .*$'
	assert_line --regexp '^a ipc pass 0 late, day 3: 0 % of the points .*$'
	assert_line 'zero uts pass 3'
	assert_line 'endless uts pass 3'
}

@test "grade: of entries that differ, the last one doesn't win" {
	use_stub
	for name in a1 a2 a3; do
		hand_in "$name/uts.c" pass
	done
	echo >>"$class/a1/uts.c"
	echo '// third' >>"$class/a3/uts.c"
	printf 'id,entry\na,a*\n' >"$class/roster.csv"
	run -0 "$grade" "$class" --labs uts
	run -0 grades
	assert_line --regexp '^a uts unreadable 0 several files for it, which differ: .*a1.*a2.*a3'
}

@test "grade: a roster has the names as the directory has them; who isn't found there is named" {
	use_stub
	hand_in 'Grace Hopper_12345_assignsubmission_file_/uts.c'
	hand_in 'Kim Lee_9_assignsubmission_file_uts.c'
	hand_in 'roejim_2_40_uts-2.c'
	hand_in e5/uts.c
	mkdir "$class/e6"
	printf 'id,name,entry,email\nc1,,Grace Hopper_12345_assignsubmission_file_,x\nc2,,Kim Lee_9_assignsubmission_file_uts.c,\n' >"$class/roster.csv"
	printf 'c3,,roejim_2_40_uts-2.c,\nc4,,e5/,\nc5,,nosuch.zip,\nc6,,e6,\n,,,\n' >>"$class/roster.csv"
	run -0 "$grade" "$class" --labs uts
	assert_line '  c5: no entry is called nosuch.zip, as the roster has it'
	assert_line "  c6: nothing in it is a lab's file"
	run -0 grades
	assert_output "$(printf '%s uts pass 3\n' c1 c2 c3 c4)"
}

@test "grade: of several attempts in Canvas, the last counts" {
	use_stub
	hand_in doejane_1_20_uts.c fail
	hand_in doejane_1_30_uts-10.c pass
	hand_in doejane_1_25_uts-9.c fail
	# Two files that only look like two attempts at one: each has a lab of its own.
	(cd "$work" && mkdir a b && echo '// pass' | tee a/uts.c >b/ipc.c)
	/usr/bin/python3 -m zipfile -c "$class/curry_2_111_labs-1.zip" "$work/a/uts.c"
	/usr/bin/python3 -m zipfile -c "$class/curry_2_112_labs-2.zip" "$work/b/ipc.c"
	run -0 "$grade" "$class" --labs uts,ipc
	assert_line '  1: uts: of several attempts, the last counts, which is number 10'
	run -0 grades
	assert_output "$(printf '%s pass 3\n' '1 uts' '2 ipc' '2 uts')"
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
		assert_output "grade: $work/$file$message"
	done <<-'END'
		roster|id,submited\na,2026-01-01\n|: no column is called submited; is it submitted?
		roster|id,name\n,Ada\n|:2: nothing in the column id
		roster|id,name\n,\n| names no student
		late|lab,deadline,cutoff\nuts,2026-03-08,2026-03-01\n|:2: the cutoff is before the deadline
		late|lab,deadline\n*,2026-03-08\n*,2026-03-09\n|:2: there is more than one row for *
		course|[visibility]\n"mount.privat" = "hidden"\n|: visibility: no check or lab is called mount.privat; there are: mount.compiles, mount.runs, mount.namespace, mount.private, mount.proc, mount.host-unchanged
		course|[visibility]\nmount.private = "hidden"\n|: visibility: a check's name must be in quotes: "mount.private"
		course|[visibility]\nmount = "secret"\n|: visibility: mount is one of visible, hidden, and not 'secret'
		course|[late]\npercent = 10\n|: late: unknown: percent; there are: deadline, percent_per_day, grace_minutes, cutoff
		course|labs = []\n|: labs must be a list of names
		course|[points]\nutz = 1\n|: points: no lab with checks is called utz; there are: inspect uts ipc pid mount net user nest
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

@test "grade: who is late is told by which time; a day as a deadline lasts to its end" {
	use_stub
	hand_in in/uts.c
	hand_in out/uts.c 'pass 2'
	touch -d 2026-03-08T23:50Z "$class/in/uts.c"
	touch -d 2026-03-09T00:10Z "$class/out/uts.c"
	printf 'lab,deadline,percent_per_day\n*,2026-03-08,10\n' >"$work/late.csv"
	run -0 "$grade" "$class" --labs uts --late "$work/late.csv"
	assert_line 'without a time of submission in the roster, so that the times of the files count: 2'
	run -0 grades
	assert_line 'in uts pass 3'
	assert_line --regexp '^out uts pass 2.7 late, day 1: 90 % of the points \(handed in 2026-03-09 00:10\+00:00, the time of the file; deadline 2026-03-08 23:59\+00:00\)$'
}

@test "grade: reports of those who are no longer in the table are taken away; the teacher's own files stay" {
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

@test "grade: what root makes in somebody's directory is that somebody's" {
	[[ $EUID -eq 0 ]] || skip 'needs root'
	use_stub
	hand_in a/uts.c
	chown -R 65534:65534 "$work"
	run -0 "$grade" "$class" --labs uts
	run -0 find "$class-grades" -user root
	assert_output ''
}

# bats test_tags=once:user
@test "grade: what this machine doesn't let us read is no grade, and the others have theirs" {
	[[ $EUID -ne 0 ]] # who may read all
	use_stub
	hand_in a/uts.c
	hand_in b/uts.c
	run -0 "$grade" "$class" --labs uts
	chmod 0 "$class/b"
	run -1 "$grade" "$class" --labs uts
	chmod 755 "$class/b"
	run -0 grades
	assert_output "$(printf '%s\n' 'a uts pass 3' "b uts error 3 $class/b: Permission denied; the earlier grade is kept")"
}

@test "grade: an archive with names and headers without end costs neither memory nor a screen" {
	use_stub
	CLASS=$class in_python "
with tarfile.open(class_ / 'names.tar.gz', 'w:gz') as archive:
    for number in range(9000):
        archive.addfile(tarfile.TarInfo(f'../{number:090}'))
keys = {f'k{number}': 'v' for number in range(50000)}
with tarfile.open(class_ / 'headers.tar.gz', 'w:gz', format=tarfile.PAX_FORMAT, pax_headers=keys) as archive:
    for number in range(150):
        archive.addfile(tarfile.TarInfo(f'f{number}'))
"
	# The headers would be kept 150 times, 270 MiB.
	run -0 --separate-stderr prlimit --as=$((250 << 20)) -- /usr/bin/python3 -Es "$grade" "$class" --labs uts
	assert_line --partial 'names: left out, since no file can have their names here: 9000, such as ../000'
	assert_line "  headers: nothing in it is a lab's file"
	((${#output} < 4000))
}

# ---- Interruptions ----

@test "grade: killed at five random moments and resumed, it gives the same table, and judges nothing in vain" {
	use_stub
	for number in {1..60}; do
		hand_in "s$number/uts.c" "$( ((number % 3)) && echo pass || echo fail) $number"
	done
	run -0 "$grade" "$class" --labs uts --jobs 2 --out "$work/whole"
	: >"$judged"
	killed=0
	until [[ $killed -eq 5 ]]; do
		before=$(find "$class-grades/run/results" -name '*.json' 2>/dev/null | wc -l)
		"$grade" "$class" --labs uts --jobs 2 --resume >"$work/log" 2>&1 3>&- &
		pid=$!
		wanted=$((before + RANDOM % 10))
		until [[ $(find "$class-grades/run/results" -name '*.json' 2>/dev/null | wc -l) -ge $wanted ]]; do
			kill -0 "$pid"
		done
		kill -KILL "$pid"
		wait "$pid" || true
		killed=$((killed + 1))
	done
	[[ ! -e $class-grades/grades.csv ]]
	run -0 "$grade" "$class" --labs uts --jobs 2 --resume
	assert_equal "$(cat "$class-grades/grades.csv")" "$(cat "$work/whole/grades.csv")"
	assert_equal "$(find "$class-grades/run/results" -name '*.json' | wc -l)" 60
	# Twice is what was under way when it was killed, two jobs a time (and what parallel had done, but not handed over).
	(($(wc -l <"$judged") <= 60 + 5 * 4))
}

@test "grade: Ctrl-C ends it and its jobs, and says how to go on" {
	use_stub
	hand_in a/uts.c "wait $work/go"
	"$grade" "$class" --labs uts >"$work/log" 2>&1 3>&- &
	pid=$!
	until [[ -s $judged ]]; do
		kill -0 "$pid"
	done
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	assert_equal "$status" 130
	run -0 cat "$work/log"
	assert_line --partial '--resume goes on from here'
	touch "$work/go"
	run -0 "$grade" "$class" --labs uts --resume
	run -0 grades
	assert_output 'a uts pass 3'
}

# start_host NAME NUMBER: a machine with a network of its own and a real sshd: host_init[NAME] is its first process.
declare -gA host_init
start_host() {
	mkfifo "$work/$1.ready"
	# shellcheck disable=SC2016 # for the shell on the host
	unshare --net --uts --mount --pid --fork --kill-child --mount-proc bash -c '
		read -r <"$3/$1.ready"
		hostname "$1"
		ip address add "10.77.$2.2/30" dev eth0 && ip link set eth0 up && ip link set lo up
		mount -t tmpfs tmpfs /run && mkdir /run/sshd
		mount -t tmpfs tmpfs /root # whose .bashrc would be read for each job
		exec /usr/sbin/sshd -D -f "$3/sshd_config" -E "$3/$1.log"' bash "$1" "$2" "$work" 3>&- &
	until host_init[$1]=$(pgrep -P $!); do
		kill -0 $!
	done
	# The link is there once the machine has left our network namespace for its own.
	until [[ $(readlink "/proc/${host_init[$1]}/ns/net") != $(readlink /proc/self/ns/net) ]]; do
		kill -0 "${host_init[$1]}"
	done
	ip link add "host$2" type veth peer name eth0 netns "${host_init[$1]}"
	ip address add "10.77.$2.1/30" dev "host$2"
	ip link set "host$2" up
	echo >"$work/$1.ready"
	until ssh -F "$work/ssh_config" "$1" true 2>"$work/log"; do
		kill -0 "${host_init[$1]}"
	done
}

@test "grade: two machines share the jobs, and when one dies in the middle, nothing is lost and no grade is double" {
	[[ $EUID -eq 0 ]] || skip 'needs root'
	use_stub
	ssh-keygen -q -t ed25519 -N '' -f "$work/key"
	cp "$work/key.pub" "$work/authorized"
	printf '%s\n' "HostKey $work/key" "AuthorizedKeysFile $work/authorized" 'StrictModes no' 'PermitRootLogin yes' \
		'PidFile none' 'UsePAM no' 'MaxStartups 100' 'PermitUserEnvironment no' \
		"SetEnv TMPDIR=$work" >"$work/sshd_config"
	printf '%s\n' "IdentityFile $work/key" "UserKnownHostsFile $work/known" 'StrictHostKeyChecking no' 'LogLevel ERROR' \
		'BatchMode yes' 'ConnectTimeout 5' 'ServerAliveInterval 1' 'ServerAliveCountMax 2' \
		'Host alpha' 'HostName 10.77.1.2' 'Host beta' 'HostName 10.77.2.2' >"$work/ssh_config"
	export PARALLEL_SSH="ssh -F $work/ssh_config"
	start_host alpha 1
	start_host beta 2
	printf 'alpha\nbeta\n' >"$work/hosts"
	for number in {1..12}; do
		hand_in "s$number/uts.c" "wait $work/go $number"
	done

	"$grade" "$class" --labs uts --jobs 2 --hosts "$work/hosts" >"$work/log" 2>&1 3>&- &
	pid=$!
	until [[ $(grep -c ' on alpha$' "$judged") -ge 2 && $(grep -c ' on beta$' "$judged") -ge 2 ]]; do
		kill -0 "$pid"
	done
	kill -KILL "${host_init[alpha]}"
	touch "$work/go"
	wait "$pid"
	run -0 grades
	assert_equal "${#lines[@]}" 12
	assert_equal "$(grep -c ' uts pass 3$' <<<"$output")" 12
	assert_equal "$(grep -c ' on alpha$' "$judged")" 2
	assert_equal "$(grep ' on beta$' "$judged" | sort | uniq -d)" ''
	assert_equal "$(grep -c ' on beta$' "$judged")" 12

	# No machine that answers is no grade, and a reason.
	kill -KILL "${host_init[beta]}"
	run -1 "$grade" "$class" --labs uts --hosts "$work/hosts"
	run -0 grades
	assert_line 's1 uts error 3 no machine has judged it; the earlier grade is kept'
}

@test "grade: a machine with another version of the tree gives no grade" {
	use_stub
	hand_in a/uts.c
	run -1 sh -c "echo '{\"key\": \"k\", \"lab\": \"uts\", \"source\": \"// pass\", \"version\": \"0\", \"language\": \"en\"}' | $grade --work"
	assert_output --regexp '^\{"key": "k", "error": "[^"]+ has another version of this tree"\}$'
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

@test "grade: reports escape what others wrote, ANSWERS.md is the teacher's alone, and grades are nobody else's" {
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
            assert tag in ('html', 'head', 'meta', 'title', 'style', 'body', 'h1', 'h2', 'p', 'section', 'ul', 'li', 'b', 'pre'), tag
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

	# Without what compares, or where it fails, the grades are the same.
	mkdir "$work/bin"
	printf '#!/bin/sh\necho "sim_c: out of order" >&2\nexit 3\n' >"$work/bin/sim_c"
	chmod 755 "$work/bin/sim_c"
	PATH=$work/bin:$PATH run -0 "$grade" "$class" --labs nest
	run -0 cat "$class-grades/similar.txt"
	assert_line 'nest: the same lines: one, same'
	assert_line 'nest: only what is the same was found: sim_c: out of order'
}

@test "grade: machines that can't be reached, or a file of them that isn't there, are said" {
	use_stub
	hand_in a/uts.c
	run -2 "$grade" "$class" --hosts "$work/none"
	assert_line --partial "$work/none is no file that names machines"
	[[ ! -e $class-grades ]]
	echo nosuch.invalid >"$work/hosts"
	run -1 --separate-stderr "$grade" "$class" --labs uts --hosts "$work/hosts"
	assert_regex "$stderr" "^grade: some jobs have failed; what GNU parallel says is in $class-grades/run/errors, and last: .*nosuch"
	run -0 grades
	assert_output 'a uts error - no machine has judged it'
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

# ---- A class ----

# bats test_tags=once:root
@test "grade: a class of 40, right, wrong and hostile, gets the grades that are expected, and leaves the host alone" {
	[[ $EUID -eq 0 ]] || skip 'needs root'
	tests/grade/class "$work/forty" 40
	tests/lib/snapshot >"$work/snapshot"
	run -0 "$grade" "$work/forty" --jobs 2
	assert_line 'students: 40'
	run -0 tests/grade/class --compare "$work/forty" "$work/forty-grades"
	assert_output --regexp '^[0-9]+ grades, 0 unexpected$'
	run -0 tests/lib/snapshot --compare "$work/snapshot"
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
