# What is read of the submissions, and to which student it belongs.
# bats file_tags=once:user
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
"
	# The headers would be kept 150 times, 270 MiB.
	run -0 --separate-stderr prlimit --as=$((250 << 20)) -- /usr/bin/python3 -Es "$grade" "$class" --labs uts
	assert_line --partial 'names: left out, because no file here can have such a name: 9000, for example ../000'
	assert_line "  headers: it contains no lab's file"
	((${#output} < 4000))
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
