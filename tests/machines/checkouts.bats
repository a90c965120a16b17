# However a tree came here, and wherever it lies: each tool works there, or says in one line why it can't.
# Each test has a copy of the tree. Mounts are made on a stage.
# bats file_tags=long
load ../lib/helpers

setup() {
	export TMPDIR=$BATS_TEST_TMPDIR NSLABS_LANG=en # other tests look for what is left behind in the usual one
	unset MAKEFLAGS MAKELEVEL MFLAGS
	tree=$BATS_TEST_TMPDIR/tree
	make --silent all
}

# make_class DIRECTORY: of one student, who has handed in our own uts.c.
make_class() {
	mkdir -p "$1/ada"
	cp labs/uts/uts.c "$1/ada"
}

# on_mount OPTIONS COMMANDS: run shell commands in a copy of the tree, on a file system that is then mounted with these options.
on_mount() {
	mkdir -p "$BATS_TEST_TMPDIR/mount"
	pack_tree >"$BATS_TEST_TMPDIR/tree.tar"
	make_class "$BATS_TEST_TMPDIR/class"
	run scripts/stage sh -c "mount -t tmpfs tree '$BATS_TEST_TMPDIR/mount' && cd '$BATS_TEST_TMPDIR/mount' &&
		tar --extract --no-same-owner --file ../tree.tar && mount -o remount,bind,$1 . || exit 125
		cd ../mount && $2"
}

# assert_no_traceback
assert_no_traceback() {
	refute_output --partial Traceback
	refute_output --partial '.py"'
}

# bats test_tags=once:user
@test "checkouts: a clone is as the repository has it, where core.autocrlf is set as on Windows, too" {
	copy_sources "$tree"
	cd "$tree"
	git init --quiet
	git add --all
	git -c user.name=a -c user.email=a@example.org commit --quiet --message=all
	git -c core.autocrlf=true clone --quiet "$tree" "$tree.clone"
	run -0 diff --recursive --exclude=.git "$tree" "$tree.clone"
	run -0 "$tree.clone/scripts/check" --help
}

# bats test_tags=once:user
@test "checkouts: scripts speak the reader's language before the first make" {
	copy_sources "$tree"
	cd "$tree"
	NSLABS_LANG=zh_CN run -2 scripts/hint nosuch
	assert_output --partial '此处没有名为“nosuch”的实验'
	NSLABS_LANG=zh_CN run -0 scripts/diff skeleton
	assert_output --partial '这是第一个实验'
	NSLABS_LANG=zh_CN run -0 make --silent help
	assert_line --regexp '^check +检查你的程序'
	[[ ! -e build/locale ]]
	# Without msgfmt, they speak English.
	mkdir "$BATS_TEST_TMPDIR/bin"
	NSLABS_LANG=zh_CN PATH=$BATS_TEST_TMPDIR/bin run -2 /usr/bin/python3 -BEs scripts/hint nosuch
	assert_output --partial "no lab for this is called 'nosuch'"
}

# bats test_tags=once:user
@test "checkouts: where the scripts have lost their x bits, make and grade say how to mend that, and so it is" {
	copy_sources "$tree"
	make_class "$BATS_TEST_TMPDIR/class"
	cd "$tree"
	find . -type f -exec chmod -x {} +
	remedy="run \`chmod -R +x .\`: the scripts have lost their x bits, as in some zip files"
	run -2 make --silent check LAB=uts
	assert_output --partial ": *** $remedy.  Stop."
	run -2 /usr/bin/python3 -BEs scripts/grade "$BATS_TEST_TMPDIR/class"
	assert_output "grade: $remedy"
	run -2 /usr/bin/python3 -BEs scripts/check uts
	assert_no_traceback
	chmod -R +x .
	run -0 make --silent check LAB=uts
	assert_output --partial 'Score: 3/3'
}

@test "checkouts: on a noexec mount, make and grade say so, and the check is blocked" {
	on_mount noexec "make --silent check LAB=uts; /usr/bin/python3 -BEs scripts/grade '$BATS_TEST_TMPDIR/class' --out '$BATS_TEST_TMPDIR/out'"
	assert_failure 2
	reason='this tree is on a file system that runs no programs (noexec): move it to another one'
	assert_line --partial "*** $reason.  Stop."
	assert_line "grade: $reason"
	on_mount noexec 'for lab in uts user inspect; do
		/usr/bin/python3 -BEs scripts/check $lab --program build/$lab || echo "status: $?"; done; make --silent build/uts'
	assert_success
	assert_no_traceback
	assert_equal "$(grep -c '^status: 77$' <<<"$output")" 3
	assert_line --partial 'build/uts is on a file system that runs no programs: it is mounted with the option noexec'
	refute_output --partial FAILED
	refute_output --partial 'chmod +x'
}

@test "checkouts: in a read-only tree, what is built is judged, and what isn't is no student's fault" {
	on_mount ro "scripts/check uts --json >/dev/null; echo \"status: \$?\"; scripts/hint uts; make --silent check LAB=uts
		scripts/starter '$BATS_TEST_TMPDIR/starter' && scripts/trace uts >/dev/null && scripts/doctor >/dev/null; echo \"status: \$?\""
	assert_no_traceback
	assert_equal "$(grep -c '^status: 0$' <<<"$output")" 2
	assert_line --partial 'nothing fails in uts'
	assert_line 'Score: 3/3'
	on_mount ro "scripts/grade '$BATS_TEST_TMPDIR/class' --out '$BATS_TEST_TMPDIR/out' --labs uts"
	assert_success
	assert_line --regexp '^ +uts +1 passed$'

	rm -r build/uts
	on_mount ro 'scripts/check uts; echo "status: $?"; scripts/hint uts; echo "status: $?"'
	make --silent all
	assert_line --index 0 "check: $BATS_TEST_TMPDIR/mount: Read-only file system"
	assert_line --index 1 'status: 2'
	assert_line --index 2 "check: $BATS_TEST_TMPDIR/mount: Read-only file system"
	assert_line --index 3 'status: 1'
}

@test "checkouts: without /dev/null, each tool works or says so in one line" {
	make_class "$BATS_TEST_TMPDIR/class"
	run scripts/stage sh -c "umount /dev/null && rm /dev/null && mount -o remount,bind,ro /dev
		scripts/check uts; echo \"status: \$?\"
		scripts/hint uts; echo \"status: \$?\"
		scripts/grade '$BATS_TEST_TMPDIR/class'; echo \"status: \$?\"
		scripts/starter '$BATS_TEST_TMPDIR/starter'; echo \"status: \$?\"
		build/user hostname; echo \"status: \$?\"
		build/user hostname >&-; echo \"status: \$?\""
	assert_output - <<-END
		check: /dev/null: No such file or directory
		status: 2
		/dev/null: No such file or directory
		status: 1
		grade: /dev/null: No such file or directory
		status: 2
		made: $BATS_TEST_TMPDIR/starter; its README.md says how to begin
		status: 0
		Program started
		In the container process!
		container
		status: 0
		user: open /dev/null: No such file or directory
		status: 125
	END
}

@test "checkouts: a verdict that can't be written is no verdict, in one line" {
	for form in '' --json --tap --junit; do
		# shellcheck disable=SC2086 # none or one
		run -2 --separate-stderr bash -c "scripts/check uts --no-remarks $form >/dev/full"
		assert_equal "$stderr" 'check: standard output: No space left on device'
		run -2 --separate-stderr bash -c "scripts/check uts --no-remarks $form >&-"
		assert_equal "$stderr" 'check: standard output: Bad file descriptor'
	done
}

@test "checkouts: under umask 077, below a path with spaces and Chinese characters, all works, with CRLF, too" {
	umask 077
	tree="$BATS_TEST_TMPDIR/one two 中文/tree"
	mkdir "${tree%/*}"
	copy_sources "$tree"
	[[ $EUID -ne 0 ]] || chmod 711 "$BATS_TEST_TMPDIR"
	make_class "${tree%/*}/class"
	cd "$tree"
	run -0 make --silent all
	run -0 scripts/starter ../starter
	run -0 scripts/grade ../class --labs uts
	assert_line --regexp '^ +uts +1 passed$'
	run -0 scripts/tour
	for file in labs/*/*.c; do
		sed 's/$/\r/' "$file" >"../starter/$file"
	done
	cd ../starter
	run make --silent check # an ordinary user without a range of ids can't be shown everything
	assert_success
	refute_output --regexp 'FAILED|have changed|still empty'
	run -0 make --silent next
	refute_output --partial 'have changed'
	run -0 make --silent hint LAB=uts
	assert_output --partial 'nothing fails in uts'
	run -0 make --silent run LAB=uts <<<hostname
	assert_line container
	run -0 make --silent trace LAB=uts
}

# bats test_tags=once:user
@test "checkouts: a student's lines with CRLF are carried to the next lab" {
	scripts/starter "$tree" >/dev/null
	sed 's/$/\r/' labs/uts/uts.c >"$tree/labs/uts/uts.c"
	cd "$tree"
	run -0 make --silent check LAB=uts
	run -0 make --silent next
	assert_output --partial 'labs/ipc/ipc.c'
	run -0 grep -A 2 'exercise uts.hostname' labs/ipc/ipc.c
	assert_line --partial sethostname
}
