# A new lab takes two directories, a word in LABS, its rows in the READMEs and tutorials, and its messages. Then every tool
# finds it, and a part that is taken away again is named.
# bats file_tags=once:root,slow
load ../lib/helpers
load ../lib/terminal

# The new lab is `twin`: the uts lab under another name, with a message of its own.
setup_file() {
	export TREE=$BATS_FILE_TMPDIR/tree
	copy_tree "$TREE"
	cd "$TREE"
	add_lab
	make --no-print-directory --silent all man
	scripts/starter --language zh_CN "$BATS_FILE_TMPDIR/chinese" >/dev/null
	scripts/starter "$BATS_FILE_TMPDIR/student" >/dev/null
}

# rename FILE...: what is the uts lab's own is twin's. The namespace stays that of UTS, and the doctor's steps are known
# by their names.
rename() {
	sed -i -E '/^steps := |_(namespace|isolated) uts$/! s#\buts([.:] |\.[a-z-]|,|$)#twin\1#g
		s#(build|labs)/uts\b#\1/twin#g; s#(nslabs-|LAB=|shows:|\bstart )uts\b#\1twin#g
		s#a hostname of its own#a hostname like its twin#' "$@"
}

add_lab() {
	local file
	cp -r labs/uts labs/twin
	cp -r tests/labs/uts tests/labs/twin
	for file in labs/twin/uts.c tests/labs/twin/uts.bats; do
		mv "$file" "${file/uts./twin.}"
	done
	# The others of these programs say no more of a new lab.
	sed -i 8q tests/labs/twin/{right,wrong}/catalogue.tsv
	mapfile -t files < <(find labs/twin tests/labs/twin -type f)
	rename "${files[@]}"
	sed -i 's/^LABS := .*/& twin/' Makefile
	for file in README docs/tutorial; do
		sed -i -E '\#^\|.*labs/nest/README# {p; s#nest#twin#g}' "$file.md" "$file.zh-CN.md"
	done
	printf '\nmsgid "%s"\nmsgstr "%s"\n' \
		'Run COMMAND in a container with a hostname like its twin.' '在容器中运行 COMMAND，其主机名与孪生实验相同。' \
		'twin: a container with a hostname like its twin.' 'twin：主机名与孪生实验相同的容器。' \
		'Run: sudo build/twin, and in its shell: hostname; exit. Then, on the host: hostname' \
		'运行：sudo build/twin，在其 shell 里：hostname; exit。然后在主机上：hostname' >>common/po/zh_CN.po
}

setup() {
	export NSLABS_LANG=en
	unset MAKEFLAGS MFLAGS MAKELEVEL
	cd "$TREE"
}

# only_twin: for this test it is the only lab, since the others are tried elsewhere.
only_twin() {
	cp Makefile Makefile.saved
	sed -i 's/^LABS := .*/LABS := twin/' Makefile
}

teardown() {
	close_terminals
	[[ ! -e $TREE/Makefile.saved ]] || mv "$TREE/Makefile.saved" "$TREE/Makefile"
}

@test "growth: the new lab is built, run and listed" {
	run -0 make --silent help
	assert_line --regexp '^LAB is one of: .* twin$'
	run -0 make --silent run LAB=twin <<<hostname 3>&-
	assert_line container
	run -0 make --silent diff LAB=twin
	assert_line --partial 'exercise twin.flag: '
	run -0 make --silent trace LAB=twin
	assert_line --regexp '^host +clone\(flags=.*CLONE_NEWUTS'
	run -0 scripts/lib/program twin
}

# bats test_tags=long
@test "growth: its message is translated, and no other is missing" {
	run -0 env NSLABS_LANG=zh_CN build/twin --help
	assert_line --partial 孪生
	run -0 scripts/dev/messages
	assert_output --regexp ' [0-9]+ translated messages\.$'
}

# bats test_tags=long
@test "growth: the tour shows it" {
	only_twin
	run -0 scripts/tour
	assert_line --regexp '^1\. twin: new flag: CLONE_NEWUTS'
	assert_line 'Effects seen: 3/3' # with the two steps after the labs
}

# bats test_tags=long
@test "growth: the judge judges it, and its catalogues of programs" {
	run -0 scripts/check twin
	assert_line 'Score: 3/3'
	run -0 tests/judge/catalogue twin
	assert_line --regexp '^[1-9][0-9] judged, 0 unexpected$'
	run -0 scripts/check twin --sandbox labs/twin/twin.c
}

# bats test_tags=long
@test "growth: its own tests pass, and taking a step away is noticed" {
	run -0 bats --tap tests/labs/twin/twin.bats
	only_twin
	run -0 bats --tap --filter 'each step of each lab' tests/judge/removal.bats
	sed -i.saved /shows:twin-flag/d tests/labs/twin/twin.bats
	run -1 bats --tap --filter 'each step of each lab' tests/judge/removal.bats
	assert_line '# without twin.flag:'
	mv tests/labs/twin/twin.bats.saved tests/labs/twin/twin.bats
}

# bats test_tags=long
@test "growth: the doctor knows it" {
	run -0 scripts/doctor
	assert_line --regexp '^  ok +twin '
	run -0 scripts/doctor --json
	assert_output --partial '"lab": "twin"'
}

# bats test_tags=long
@test "growth: a student's tree has it, with its hints, questions, progress and watch" {
	cd "$BATS_FILE_TMPDIR/student"
	run -2 make --silent check LAB=twin
	assert_line --regexp '^  twin\.namespace: .* FAIL'
	run -0 make --silent hint LAB=twin
	assert_line --partial 'twin.'
	run -0 scripts/hint twin --all
	assert_line --partial 'twin.hostname-inside: '
	run -0 make --silent predict LAB=twin <<<$'a\na\na\n'
	run -0 make --silent progress
	assert_line --regexp '^twin +\[-+\] 0/3 fails; 3 questions: 3 predicted'
	run -0 make --silent reset LAB=twin
	run -2 make --silent next LAB=twin # It is empty.
	assert_line --partial "twin doesn't pass"
	run grep -c '^## twin$' ANSWERS.md
	assert_output 1
	run -0 grep 'exercise twin.flag: .*UTS 命名空间' "$BATS_FILE_TMPDIR/chinese/labs/twin/twin.c"
	open_terminal 80 24 'make --silent watch LAB=twin'
	wait_for 'The current lab: twin'
}

# bats test_tags=long
@test "growth: a class is graded on it, and it is measured" {
	mkdir -p "$BATS_TEST_TMPDIR/class/ada"
	cp labs/twin/twin.c "$BATS_TEST_TMPDIR/class/ada"
	run -0 scripts/grade "$BATS_TEST_TMPDIR/class" --labs twin
	assert_line --regexp '^  twin +1 passed'
	only_twin
	run -0 scripts/dev/bench launch 1
	assert_line --regexp '^twin +[0-9.]+ ms'
}

@test "growth: manuals, completion, installation and the site have it" {
	run -0 man --local-file build/man/nslabs-twin.1
	run -0 man --local-file build/man/nslabs.7
	assert_output --partial 'nslabs-twin(1)'
	run -0 bash -c '. scripts/lib/completion.bash && complete -p build/twin'
	run -0 make --silent install DESTDIR="$BATS_TEST_TMPDIR/root" PREFIX=/usr
	[[ -x $BATS_TEST_TMPDIR/root/usr/bin/nslabs-twin ]]
	run -0 node --input-type=module -e '
		const { sidebar } = await import("./docs/.vitepress/pages.js");
		const { textOf } = await import("./docs/.vitepress/text.js");
		const { readFileSync } = await import("node:fs");
		console.log(JSON.stringify(sidebar("en")), JSON.stringify(sidebar("zh")));
		console.log(textOf("README.zh-CN.md", readFileSync("README.zh-CN.md", "utf8")));'
	assert_output --partial /labs/twin.html
	assert_output --partial /zh/labs/twin.html
	assert_line '<li data-lab="twin">' # a card of the first page
}

# bats test_tags=long
@test "growth: each part that is taken away again is named" {
	run -0 scripts/dev/parts
	assert_output ''
	while read -r part; do
		mv "$part" "$BATS_TEST_TMPDIR/part"
		run -1 scripts/dev/parts
		assert_line --partial "$part"
		mv "$BATS_TEST_TMPDIR/part" "$part"
	done < <(find labs/twin tests/labs/twin \( -name '*.[ch]' -o -name '*.py' \) ! -path '*/right/*' ! -path '*/wrong/*' -o \
		-name Makefile -o -name 'README*' -o -name 'hints*' -o -name questions -o -path '*/show/*' -o -name '*.bats' -o -name effects -o -name catalogue.tsv)
	for file in README.md README.zh-CN.md docs/tutorial.md docs/tutorial.zh-CN.md; do
		sed -i.saved /twin/d "$file"
		run -1 scripts/dev/parts
		assert_line "parts: $file doesn't link labs/twin/README"
		mv "$file.saved" "$file"
	done
	sed -i.saved 's/ twin$//' Makefile
	run -1 scripts/dev/parts
	assert_line --partial 'no lab of LABS in the Makefile is called twin'
	mv Makefile.saved Makefile
}
