# The manual pages: they can be read without a warning, and say what the programs say.
# bats file_tags=once:user
load ../lib/helpers

setup_file() {
	make --no-print-directory --silent all man
	# Installed, a program has another name, and shows it.
	mkdir "$BATS_FILE_TMPDIR/bin"
	for lab in "${labs[@]}"; do
		ln -s "$PWD/build/$lab" "$BATS_FILE_TMPDIR/bin/nslabs-$lab"
	done
}

setup() {
	export NSLABS_LANG=en PATH=$BATS_FILE_TMPDIR/bin:$PATH
}

# manual NAME.SECTION: the file of the page in the language of NSLABS_LANG.
manual() {
	local directory=build/man
	[[ $NSLABS_LANG == en ]] || directory+=/$NSLABS_LANG/man${1##*.}
	echo "$directory/$1"
}

# page NAME.SECTION: print it as plain text, each paragraph on one line.
page() {
	MANWIDTH=1000 man --no-hyphenation --no-justification --local-file "$(manual "$1")" | col -bx
}

# section TITLE <PAGE: print the lines of a section, without their indentation. The English title stands for both.
section() {
	local -A chinese=([NAME]=名称 [SYNOPSIS]=概要 [OPTIONS]=选项 ['EXIT STATUS']=退出状态 [ENVIRONMENT]=环境变量)
	sed -nE "/^($1|${chinese[$1]})\$/,/^[^ ]/ {/^[^ ]/d; s/^ +//; /./p}"
}

# bats test_tags=long
@test "manuals: there is one for the suite and one for each program, and no others" {
	for NSLABS_LANG in en zh_CN; do
		for name in nslabs.7 "${labs[@]/%/.1}"; do
			[[ $name == nslabs.7 ]] || name=nslabs-$name
			[[ -s $(manual "$name") ]] || fail "no $(manual "$name")"
			run -0 page "$name"
			assert_line --index 0 --regexp "^${name%.*}\(${name##*.}\) .*${name%.*}\(${name##*.}\)\$"
		done
	done
	assert_equal "$(find build/man -type f | wc -l)" $((2 * (${#labs[@]} + 1)))
}

# bats test_tags=long
@test "manuals: man has no warning about any" {
	for file in build/man/*.[17] build/man/zh_CN/*/*.[17]; do
		run -0 man --warnings --encoding=UTF-8 --troff-device=utf8 --ditroff --local-file "$file"
		refute_output --partial warning
		run -0 --separate-stderr man --warnings --encoding=UTF-8 --local-file "$file"
		assert_equal "$stderr" ''
	done
}

# bats test_tags=long
@test "manuals: name and synopsis are those of --help" {
	for NSLABS_LANG in en zh_CN; do
		for lab in "${labs[@]}"; do
			run -0 "nslabs-$lab" --help
			usage=${lines[0]#usage: }
			summary=${lines[1]%.}
			summary=${summary%。}
			run -0 page "nslabs-$lab.1"
			assert_equal "$(section SYNOPSIS <<<"$output")" "${usage#用法：}"
			assert_equal "$(section NAME <<<"$output")" "nslabs-$lab - ${summary,}"
		done
	done
}

# bats test_tags=long
@test "manuals: the options are those of --help, each with a text" {
	for NSLABS_LANG in en zh_CN; do
		for lab in "${labs[@]}"; do
			options=$("build/$lab" --help | sed -n 's/^  \(-[^:]*\): .*/\1/p')
			run -0 page "nslabs-$lab.1"
			assert_equal "$(section OPTIONS <<<"$output" | grep '^-')" "$options"
			assert_equal "$(section OPTIONS <<<"$output" | grep -A1 '^-' | grep -c '^[A-Z].*\.$\|; by default .*\.$\|。$')" "$(wc -l <<<"$options")"
		done
	done
}

# bats test_tags=long
@test "manuals: the version is the programs'" {
	version=$(build/uts --version | tr -dc '0-9.')
	for NSLABS_LANG in en zh_CN; do
		for file in build/man/*.[17]; do
			run -0 page "$(basename "$file")"
			assert_line --regexp "^nslabs $version  "
		done
	done
}

@test "manuals: the exit statuses are those of message.h, and those that happen" {
	for NSLABS_LANG in en zh_CN; do
		run -0 page nslabs.7
		statuses=$(section 'EXIT STATUS' <<<"$output" | grep -E '^[0-9N+]+$')
		assert_equal "$statuses" "$(printf '%s\n' N 125 126 127 128+N)"
	done
	run -0 grep -oE 'EXIT_[A-Z_]+ = [0-9]+' common/message.h
	assert_equal "${lines[*]##* }" '125 126 127'
	run -5 nslabs-skeleton sh -c 'exit 5'
	run -125 nslabs-skeleton --nosuch
	run -126 nslabs-skeleton /
	run -127 nslabs-skeleton /nosuch
	run -143 nslabs-skeleton sh -c 'kill $$'
	run -0 nslabs-inspect
}

@test "manuals: the variables are those that the programs read, in their order" {
	read_by_programs=$(tr '\n' ' ' <common/message.c | sed -E 's/.*variables\[\] = \{([^}]*)\}.*/\1/' | grep -oE '[A-Z_]+')
	for NSLABS_LANG in en zh_CN; do
		run -0 page nslabs.7
		documented=$(section ENVIRONMENT <<<"$output" | grep -oE '\b[A-Z_]{4,}\b')
		assert_equal "$documented" $'NSLABS_LANG\n'"$read_by_programs"$'\nSUDO_UID\nPATH\nXDG_CACHE_HOME\nHOME'
	done
	# No other is read.
	run -0 sh -c "grep -rohE '\bgetenv\(\"?[A-Za-z_]+' --include='*.c' common labs | LC_ALL=C sort"
	assert_output "$(printf '%s\n' 'getenv("'{HOME,NSLABS_LANG,PATH,SUDO_UID,XDG_CACHE_HOME} 'getenv(variables')"
}

# bats test_tags=long
@test "manuals: nslabs(7) names each program with its page, and each page refers to it" {
	for NSLABS_LANG in en zh_CN; do
		run -0 page nslabs.7
		for lab in "${labs[@]}"; do
			assert_output --partial "nslabs-$lab(1)"
		done
	done
	for lab in "${labs[@]}"; do
		NSLABS_LANG=en run -0 page "nslabs-$lab.1"
		# The same pages in both languages.
		references=$(grep -oE '[a-z_-]+\([0-9]\)' <<<"$output" | sort | uniq -c)
		NSLABS_LANG=zh_CN run -0 page "nslabs-$lab.1"
		assert_equal "$(grep -oE '[a-z_-]+\([0-9]\)' <<<"$output" | sort | uniq -c)" "$references"
		assert_output --partial 'nslabs(7)'
		# The pages of the course that are referred to exist.
		while read -r other; do
			[[ -e build/man/$other ]] || fail "nslabs-$lab(1) refers to $other"
		done < <(grep -oE 'nslabs[a-z-]*\([0-9]\)' <<<"$output" | sed -E 's/\((.)\)/.\1/')
	done
}

# examples FILE: print the commands of its examples, one a line.
examples() {
	sed -nE '/^# (EXAMPLES|示例)/,/^# /p' "$1" | sed -nE 's/^\t?([a-zA-Z_= ]*\bnslabs-.*)/\1/p' | grep -v '[:.：]$' | sed 's/++$//'
}

@test "manuals: the examples can be run" {
	# An ordinary user here has the user lab in the place of sudo.
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nexec %s "$@"\n' "$([[ $EUID -eq 0 ]] && echo env || echo nslabs-user)" >"$BATS_TEST_TMPDIR/bin/sudo"
	chmod +x "$BATS_TEST_TMPDIR/bin/sudo"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	for file in docs/nslabs.7.scd labs/*/show/manual.scd; do
		# The same commands in both languages.
		assert_equal "$(examples "${file/%.scd/.zh-CN.scd}")" "$(examples "$file")"
		count=0
		while IFS= read -r line; do
			count=$((count + 1))
			run -0 bash -c "$line"
		done < <(examples "$file")
		[[ $count -gt 0 ]] || fail "$file has no example"
	done
}

@test "make man: without scdoc, says how to install it" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s /usr/bin/* "$BATS_TEST_TMPDIR/bin"
	rm "$BATS_TEST_TMPDIR/bin/scdoc"
	for verb in man install; do
		touch docs/nslabs.7.scd
		PATH=$BATS_TEST_TMPDIR/bin run -2 make --silent "$verb" DESTDIR="$BATS_TEST_TMPDIR/root"
		assert_line --index 0 'make: scdoc is missing: scripts/setup --dev installs it'
		[[ ! -e $BATS_TEST_TMPDIR/root ]]
	done
	make --silent man
}
