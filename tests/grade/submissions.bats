# What is read of the submissions, and to which student it belongs.
# bats file_tags=long,once:user
load ../lib/helpers
load stub

setup_file() {
	make --no-print-directory --silent all
}

setup() {
	make_class
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
	CLASS=$class in_python "assert rows['815']['notes'] == ['Canvas says it was late'], rows['815']"
}

# bats test_tags=fault:forgery
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

# bats test_tags=fault:broken-submission
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
		binary uts unreadable 0 uts.c isn't a text file
		blank uts unreadable 0 uts.c is empty
		broken uts unreadable 0 broken.tar.gz: it can't be read: truncated header
		empty uts unreadable 0 uts.c is empty
		fifo uts unreadable 0 uts.c is a link or a device, not a file
		good uts pass 3
		large uts unreadable 0 uts.c is larger than 256 KiB
		late-but-good uts pass 3
		link uts unreadable 0 uts.c is a link or a device, not a file
		linked uts unreadable 0 linked is a link, not a file
		other.rar uts unreadable 0 other.rar can't be read: hand in a .zip or a .tar.gz
		same uts pass 3
		suffix uts unreadable 0 no uts.c; if it is uts.c.txt, its name or place is wrong
		two uts unreadable 0 several different files for it: uts.c, old/uts.c
		utf16 uts unreadable 0 uts.c is UTF-16; save it as UTF-8
		uts.c uts pass 3
		wrong-name uts unreadable 0 no uts.c; if it is UTS.C, its name or place is wrong
		zero uts unreadable 0 zero.zip: it is empty
	END
}

# bats test_tags=fault:broken-submission
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
assert len(names) == 12 and '张三' in names, names
assert all(re.fullmatch(r'[\w.@-]+', name) and name[0] not in '.@-' for name in names), names
assert {row[table[0].index('directory')] for row in table[1:]} == set(names), table
"
	run ls hit
	assert_failure
}

@test "grade: the last of several attempts in Canvas counts" {
	use_stub
	hand_in doejane_1_20_uts.c fail
	hand_in doejane_1_30_uts-10.c pass
	hand_in doejane_1_25_uts-9.c fail
	# Two files that only look like two attempts at one: each has a lab of its own.
	(cd "$work" && mkdir a b && echo '// pass' | tee a/uts.c >b/ipc.c)
	/usr/bin/python3 -m zipfile -c "$class/curry_2_111_labs-1.zip" "$work/a/uts.c"
	/usr/bin/python3 -m zipfile -c "$class/curry_2_112_labs-2.zip" "$work/b/ipc.c"
	run -0 "$grade" "$class" --labs uts,ipc
	assert_line '  1: uts: there are several attempts; the last one counts, number 10'
	run -0 grades
	assert_output "$(printf '%s pass 3\n' '1 uts' '2 ipc' '2 uts')"
}

@test "grade: a file that may not be read gives no grade, and the others have theirs" {
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
with tarfile.open(class_ / 'long.tar', 'w', format=tarfile.GNU_FORMAT) as archive:
    archive.addfile(tarfile.TarInfo('x' * (90 << 20)))
"
	# The headers of the first would be kept 150 times, 270 MiB; one of the second is 90 MiB.
	run -0 --separate-stderr prlimit --as=$((250 << 20)) -- /usr/bin/python3 -Es "$grade" "$class" --labs uts
	assert_line --partial 'names: left out, because no file here can have such a name: 9000, for example ../000'
	assert_line '  headers: headers.tar.gz: a header in it is larger than 64 KiB'
	assert_line '  long: long.tar: a header in it is larger than 64 KiB'
	((${#output} < 4000))
}

# Each of these costs minutes or a gigabyte if it is read to its end, whatever its end says that it is.
@test "grade: an archive of a million files is refused at once" {
	use_stub
	CLASS=$class in_python "
import gzip, struct
member = struct.pack('<4s6H3L5H2L', b'PK\1\2', 20, 20, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b'a'
local = struct.pack('<4s5H3L2H', b'PK\3\4', 20, 0, 0, 0, 33, 0, 0, 0, 1, 0) + b'a'
size = len(member) * 1000000
for name, count in (('zip', 1000000), ('zip-of-one', 1)):
    with open(class_ / f'{name}.zip', 'wb') as file:
        file.write(local)
        for _ in range(1000):
            file.write(member * 1000)
        end = file.tell()
        file.write(struct.pack('<4sQ2H2L4Q', b'PK\6\6', 44, 45, 45, 0, 0, count, count, size, len(local)))
        file.write(struct.pack('<4sLQL', b'PK\6\7', 0, end, 1))
        file.write(struct.pack('<4s4H2LH', b'PK\5\6', 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0))
with open(class_ / 'zip-of-few.zip', 'wb') as file:
    file.write(local + member * 200000)
    file.write(struct.pack('<4s4H2LH', b'PK\5\6', 0, 0, 3, 3, len(member) * 200000, len(local), 0))
for name, kind in (('files', tarfile.REGTYPE), ('directories', tarfile.DIRTYPE)):
    header = tarfile.TarInfo('x')
    header.type = kind
    with gzip.open(class_ / f'{name}.tar.gz', 'wb') as file:
        for _ in range(1000):
            file.write(header.tobuf() * 1000)
with open(class_ / 'plain.tar', 'wb') as file:
    file.truncate(1 << 30)
    file.write(header.tobuf() * 1000)
"
	SECONDS=0
	run -0 --separate-stderr prlimit --as=$((100 << 20)) -- /usr/bin/python3 -Es "$grade" "$class" --labs uts
	((SECONDS < 10)) # about 2 s on a quiet machine, and with each read to its end, minutes
	run -0 grades
	assert_output - <<-'END'
		directories uts unreadable 0 directories.tar.gz: it has more than 20000 files
		files uts unreadable 0 files.tar.gz: it has more than 20000 files
		plain uts unreadable 0 plain.tar: it unpacks to more than 100 MiB, or to more than 200 times its size
		zip uts unreadable 0 zip.zip: it has more than 20000 files
		zip-of-few uts unreadable 0 zip-of-few.zip: it has more than 20000 files
		zip-of-one uts unreadable 0 zip-of-one.zip: it has more than 20000 files
	END
}

@test "grade: which file counts is said where there are copies, or others that may have been meant" {
	use_stub
	hand_in a-numbered/'uts (2).c' pass
	hand_in b-both/uts.c pass
	hand_in b-both/'uts(1).c' fail
	hand_in c-same/uts.c pass
	hand_in c-same/uts-1.c pass
	hand_in d-two/'uts (1).c' pass
	hand_in d-two/'uts (2).c' fail
	hand_in e-copy/'labs/uts/uts - Copy.c' pass
	hand_in f-old/uts.c pass
	hand_in f-old/uts_final.c fail
	hand_in g-place/labs/uts/uts.c pass
	mkdir "$class/g-place/old"
	hand_in h-txt/uts.c.txt pass
	hand_in i-alone/uts-1.c pass
	for file in 'a-numbered/uts.c' 'e-copy/labs/uts/uts.c' g-place/old/uts.c h-txt/uts.c; do
		: >"$class/$file"
	done
	mkdir "$class/j-empty"
	: >"$class/j-empty/uts.c"
	: >"$class/j-empty/uts (2).c"
	run -0 "$grade" "$class" --labs uts
	for line in 'a-numbered: uts (2).c counts; left aside: uts.c is empty' \
		'b-both: uts.c counts; left aside: uts(1).c' \
		'e-copy: labs/uts/uts - Copy.c counts; left aside: labs/uts/uts.c is empty' \
		'f-old: uts.c counts; left aside: uts_final.c' \
		'g-place: labs/uts/uts.c counts; left aside: old/uts.c is empty' \
		'd-two: uts: several different files for it: uts (1).c, uts (2).c' \
		'h-txt: uts: uts.c is empty; if it is uts.c.txt, its name or place is wrong' \
		'j-empty: uts: uts.c is empty'; do
		assert_line "  $line"
	done
	refute_line --partial c-same
	run -0 grades
	assert_output - <<-'END'
		a-numbered uts pass 3
		b-both uts pass 3
		c-same uts pass 3
		d-two uts unreadable 0 several different files for it: uts (1).c, uts (2).c
		e-copy uts pass 3
		f-old uts pass 3
		g-place uts pass 3
		h-txt uts unreadable 0 uts.c is empty; if it is uts.c.txt, its name or place is wrong
		i-alone uts pass 3
		j-empty uts unreadable 0 uts.c is empty
	END
}

@test "grade: of several ANSWERS.md nothing is lost, and one of another name is mentioned" {
	use_stub
	hand_in a/uts.c
	printf '## uts\n\nfirst\n' >"$class/a/ANSWERS.md"
	printf '## uts\n\nsecond\n' >"$class/a/ANSWERS (1).md"
	hand_in b/uts.c
	printf '## uts\n\nthird\n' >"$class/b/answers.txt"
	hand_in doejane_1_20_uts.c
	printf '## uts\n\nold\n' >"$class/doejane_1_21_ANSWERS.md"
	printf '\xff\xfe' >"$class/doejane_1_22_ANSWERS-1.md"
	printf '## uts\r\n\r\nné\r\n' | iconv -t UTF-16LE >>"$class/doejane_1_22_ANSWERS-1.md"
	run -0 "$grade" "$class" --labs uts
	assert_line '  b: no ANSWERS.md; if it is answers.txt, its name or place is wrong'
	run -0 cat "$class-grades/teacher/a/report.txt"
	assert_line --partial '| first'
	assert_line --partial '| second'
	run -0 cat "$class-grades/teacher/1/report.txt"
	assert_line --partial '| né'
	refute_line --partial '| old'
}

@test "grade: an archive is named as what it is, wherever it lies" {
	use_stub
	hand_in good/uts.c
	mkdir "$class"/{in-folder,zips} "$work/in"
	(cd "$class/good" && /usr/bin/python3 -m zipfile -c "$work/in/work.zip" uts.c)
	(cd "$work/in" && /usr/bin/python3 -m zipfile -c "$class/zip-in-zip.zip" work.zip && tar -czf "$class/zip-in-tar.tgz" work.zip)
	cp "$work/in/work.zip" "$class/zips"
	printf 'Rar!\x1a\x07\x01\x00rest' | tee "$class/rar.zip" >"$class/in-folder/work.rar"
	printf '7z\xbc\xaf\x27\x1crest' >"$class/seven.zip"
	printf '\xfd7zXZ\x00rest' >"$class/xz.tar.gz"
	printf '\n<!DOCTYPE html><title>Log in</title>' >"$class/page.zip"
	# A tar archive may begin with any name.
	mkdir "$class/<html"
	tar -C "$class" --format=ustar -cf "$class/ustar.tar" '<html' good/uts.c
	rmdir "$class/<html"
	run -0 "$grade" "$class" --labs uts
	run -0 grades
	assert_output - <<-'END'
		good uts pass 3
		in-folder uts unreadable 0 work.rar can't be read: hand in a .zip or a .tar.gz
		page uts unreadable 0 page.zip: it is a file of the kind HTML, whatever its name says: hand in a .zip or a .tar.gz
		rar uts unreadable 0 rar.zip: it is a file of the kind RAR, whatever its name says: hand in a .zip or a .tar.gz
		seven uts unreadable 0 seven.zip: it is a file of the kind 7z, whatever its name says: hand in a .zip or a .tar.gz
		ustar uts pass 3
		xz uts unreadable 0 xz.tar.gz: it is a file of the kind xz, whatever its name says: hand in a .zip or a .tar.gz
		zip-in-tar uts unreadable 0 work.zip is an archive within an archive: hand in what is in it
		zip-in-zip uts unreadable 0 work.zip is an archive within an archive: hand in what is in it
		zips uts pass 3
	END
}

@test "grade: what systems leave, and what platforms export, doesn't become a student" {
	use_stub
	hand_in a/uts.c
	hand_in $'Icon\r/x'
	hand_in __MACOSX/uts.c
	# shellcheck disable=SC2016 # it is called so
	hand_in '$RECYCLE.BIN/uts.c'
	for name in Thumbs.db .DS_Store desktop.ini '~$roster.xlsx' grades.csv 2026-03-01T1200_Grades-OS.csv OS_Grades.xlsx students.ods os.toml; do
		echo x >"$class/$name"
	done
	run -0 "$grade" "$class" --labs uts
	assert_line 'not taken for submissions: 2026-03-01T1200_Grades-OS.csv, OS_Grades.xlsx, grades.csv, os.toml, students.ods'
	assert_line 'students: 1'
}

# ---- Whose it is ----

@test "grade: the roster maps entries to students; a student without an entry gets a row, and so does an entry without a student" {
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

@test "grade: two students with the same name get no guessed grade" {
	use_stub
	hand_in 'Wei Wang_1_assignsubmission_file_/uts.c'
	printf 'id,name\n1001,Wei Wang\n1002,Wei Wang\n' >"$class/roster.csv"
	run -0 "$grade" "$class" --labs uts
	assert_line --partial "1001: Wei Wang_1 could be this student's: say whose it is in the column entry of the roster"
	CLASS=$class in_python "assert not rows['1001']['entries'] and not rows['1002']['entries']"
}

@test "grade: two entries that only have a student's name get no guessed grade, nor does one beside the id's" {
	use_stub
	hand_in 'Wei Wang_1_assignsubmission_file_/uts.c'
	hand_in 'Wei Wang_2_assignsubmission_file_/uts.c'
	hand_in 1002/uts.c
	hand_in 'Ada Lovelace/ipc.c'
	hand_in adamsmith/uts.c
	printf 'id,name,entry\n1001,Wei Wang,\n1002,Ada Lovelace,\n1003,Eve,adam*\nadamsmith,Adam Smith,\n' >"$class/roster.csv"
	run -0 "$grade" "$class" --labs uts,ipc
	for line in '1001: Wei Wang_1' '1001: Wei Wang_2' '1002: Ada Lovelace' '1003: adamsmith' 'adamsmith: adamsmith'; do
		assert_line "  $line could be this student's: say whose it is in the column entry of the roster"
	done
	CLASS=$class in_python "
entries = {id: rows[id]['entries'] for id in ('1001', '1002', '1003', 'adamsmith')}
assert entries == {'1001': [], '1002': ['1002'], '1003': [], 'adamsmith': []}, entries
"
	# As the message asks.
	printf 'id,name,entry\n1001,Wei Wang,Wei Wang_1\n1002,Ada Lovelace,*02\n1003,Eve,\nadamsmith,Adam Smith,\n' >"$class/roster.csv"
	run -0 "$grade" "$class" --labs uts,ipc
	CLASS=$class in_python "
assert rows['1001']['entries'] == ['Wei Wang_1'] and rows['adamsmith']['entries'] == ['adamsmith'], rows
"
}

@test "grade: names are the same composed and decomposed, as macOS writes them; a mark makes another name" {
	use_stub
	CLASS=$class in_python "
import unicodedata
for name in ('José', 'Zoë Müller_12_assignsubmission_file_', 'Ünal', 'åse-work', 'किम'):
    entry = class_ / unicodedata.normalize('NFD', name); entry.mkdir(); (entry / 'uts.c').write_text('// pass')
(class_ / 'roster.csv').write_text('id,name,entry\nJosé,,\n2,Zoë Müller,\n3,Ayşe,Ünal\n4,Åse,åse*\n5,कम,\n')
"
	run -0 "$grade" "$class" --labs uts
	run -0 grades
	assert_output - <<-'END'
		2 uts pass 3
		3 uts pass 3
		4 uts pass 3
		Jos\xe9 uts pass 3
		\u0915\u093f\u092e (not in the roster) uts pass 3
	END
}

@test "grade: ids are the names of the reports' directories, apart where a file system takes two for one" {
	use_stub
	CLASS=$class in_python "
import unicodedata
ids = ['ada@uni.edu', 'first.last', '王伟', 'José', 'ANNA', 'anna', 'a b', 'a_b', '@x', '.hidden', 'x.', 'con', 'aux.c',
       'हिन्दी', 'x' * 300, '../up']
(class_ / 'roster.csv').write_text('id\n' + ''.join(f'{id}\n' for id in ids))
(class_ / 'anna').mkdir(); (class_ / 'anna' / 'uts.c').write_text('// pass')
"
	run -0 "$grade" "$class" --labs uts
	CLASS=$class in_python "
of = {row['id'].lstrip(chr(39)): row['directory'] for row in csv.DictReader((out / 'grades.csv').open(encoding='utf-8'))}
for id in ('ada@uni.edu', 'first.last', '王伟', 'José', 'ANNA', 'a_b', 'हिन्दी'):
    assert of[id] == id, of
digits = '-[0-9a-f]{6}'
for id, pattern in {'anna': 'anna', 'a b': 'a_b', '@x': '_x', '.hidden': '_hidden', 'x.': 'x', 'con': '_con', 'aux.c': '_aux.c',
                    'x' * 300: 'x{180}', '../up': '_._up'}.items():
    assert re.fullmatch(pattern + digits, of[id]), (id, of[id])
assert sorted(of.values()) == sorted(os.listdir(out / 'students')) == sorted(os.listdir(out / 'teacher')), of
assert 'uts: passed' in (out / 'students' / of['anna'] / 'report.txt').read_text()
assert 'uts: passed' not in (out / 'students/ANNA/report.txt').read_text()
assert {row['directory'] for row in rows.values()} == set(of.values())
"
}

@test "grade: where entries differ, the last one doesn't win" {
	use_stub
	for name in a1 a2 a3; do
		hand_in "$name/uts.c" pass
	done
	echo >>"$class/a1/uts.c"
	echo '// third' >>"$class/a3/uts.c"
	printf 'id,entry\na,a*\n' >"$class/roster.csv"
	run -0 "$grade" "$class" --labs uts
	run -0 grades
	assert_line --regexp '^a uts unreadable 0 several different files for it: .*a1.*a2.*a3'
}

@test "grade: the roster may name entries as the directory does; an entry that isn't found is named" {
	use_stub
	hand_in 'Grace Hopper_12345_assignsubmission_file_/uts.c'
	hand_in 'Kim Lee_9_assignsubmission_file_uts.c'
	hand_in 'roejim_2_40_uts-2.c'
	hand_in e5/uts.c
	mkdir "$class/e6"
	printf 'id,name,entry,email\nc1,,Grace Hopper_12345_assignsubmission_file_,x\nc2,,Kim Lee_9_assignsubmission_file_uts.c,\n' >"$class/roster.csv"
	printf 'c3,,roejim_2_40_uts-2.c,\nc4,,e5/,\nc5,,nosuch.zip,\nc6,,e6,\n,,,\n' >>"$class/roster.csv"
	run -0 "$grade" "$class" --labs uts
	assert_line "  c5: the roster names the entry nosuch.zip, which doesn't exist"
	assert_line "  c6: it contains no lab's file"
	run -0 grades
	assert_output "$(printf '%s uts pass 3\n' c1 c2 c3 c4)"
}
