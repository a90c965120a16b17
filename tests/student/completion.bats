# scripts/lib/completion.bash, in a real Bash.
# bats file_tags=once:user
load ../lib/helpers
load ../lib/terminal

setup_file() {
	make --no-print-directory --silent all
	# A tree that isn't ours, with a verb of ours.
	mkdir "$BATS_FILE_TMPDIR/elsewhere"
	printf 'theirs:\n\ttrue\nrun:\n\ttrue\n' >"$BATS_FILE_TMPDIR/elsewhere/Makefile"
}

setup() {
	tree=$PWD
	before=
	unset BASH_ENV
}

teardown() {
	close_terminals
}

# last_line_becomes LINE: wait for 10 seconds at most.
last_line_becomes() {
	local line deadline=$((SECONDS + 10))
	until line=$(screen | tail -n 1 | sed 's/ *$//') && [[ $line == "$1" ]]; do
		((SECONDS < deadline)) || fail "the last line is '$line', not '$1'"
		sleep 0.05
	done
}

# complete_words WORD...: print what the last word may become, one a line. $before is run first; the directory is the
# current one. readline calls the function with the command, the last word and the one before it.
complete_words() {
	bash --norc --noprofile -c '
		eval "$1"; . "$2/scripts/lib/completion.bash" || exit; shift 2
		compopt() { echo "compopt $*"; }
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
		[[ $(complete -p "$1") =~ -F\ ([^ ]+) ]] || exit
		"${BASH_REMATCH[1]}" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
		printf "%s\n" "${COMPREPLY[@]}"' bash "$before" "$tree" "$@"
}

@test "completion: the programs are those of the Makefile" {
	run -0 bash -c '. scripts/lib/completion.bash && complete -p' bash
	for lab in "${labs[@]}"; do
		assert_line "complete -F _nslabs_program build/$lab"
	done
}

@test "completion of make: the verbs of make help, and LAB" {
	run -0 complete_words make ''
	assert_output "$(make --silent help | sed -nE 's/^([a-z-]+) .*/\1/p')"$'\nLAB='
	run -0 complete_words make tr
	assert_output trace
	run -0 complete_words make run ch
	assert_output check
	run -0 complete_words make run L
	assert_output $'compopt -o nospace\nLAB='
}

@test "completion of make: LAB has the labs, VARIANT asan, and the others files" {
	run -0 complete_words make run LAB =
	assert_output "$(printf '%s\n' "${labs[@]}")"
	run -0 complete_words make run LAB = u
	assert_output $'uts\nuser'
	run -0 complete_words make VARIANT = a
	assert_output asan
	run -0 complete_words make graph OUT = x
	assert_line 'compopt -o default'
	before='COMP_WORDBREAKS=${COMP_WORDBREAKS//=}' run -0 complete_words make run LAB=i
	assert_output "$(printf 'LAB=%s\n' "${labs[@]}" | grep LAB=i)"
}

@test "completion of make: in a lab's directory, and in a student's tree with the labs and verbs that it has" {
	cd labs/uts
	run -0 complete_words make pred
	assert_output predict
	cd "$tree"
	scripts/starter "$BATS_TEST_TMPDIR/student" --labs uts,ipc >/dev/null
	cd "$BATS_TEST_TMPDIR/student"
	run -0 complete_words make run LAB =
	assert_output $'uts\nipc'
	run -0 complete_words make ''
	assert_line hint
	refute_line tour
}

@test "completion of make: elsewhere, and of its options, it is bash-completion's" {
	before='. /usr/share/bash-completion/bash_completion'
	run -0 complete_words make t
	refute_line theirs
	assert_line tour
	cd "$BATS_FILE_TMPDIR/elsewhere"
	run -0 complete_words make ''
	assert_line theirs
	refute_line --partial LAB
	cd "$tree"
	run -0 complete_words make --alw
	assert_line --partial --always-make
	run -0 complete_words make -C "$BATS_FILE_TMPDIR/elsewhere" th
	assert_line theirs
	cd docs
	run -0 complete_words make ''
	refute_output --partial tour
	# Read twice, it doesn't take itself for another's.
	before+="; . '$tree/scripts/lib/completion.bash'"
	cd "$BATS_FILE_TMPDIR/elsewhere"
	run -0 complete_words make ''
	assert_line theirs
}

@test "completion of make: elsewhere, without bash-completion, it is the shell's own" {
	cd "$BATS_FILE_TMPDIR/elsewhere"
	run -0 complete_words make ''
	assert_line 'compopt -o bashdefault -o default'
	refute_line run
}

@test "completion of the programs: their options, those of --help" {
	for lab in "${labs[@]}"; do
		run -0 complete_words "build/$lab" -
		assert_output "$("build/$lab" --help | grep '^  -' | sed 's/:.*//' | grep -oE -- '--?[a-zA-Z]+')"
	done
	run -0 complete_words build/uts --ho
	assert_output --hostname
	NSLABS_LANG=zh_CN run -0 complete_words ./build/nest --de
	assert_output --depth
}

@test "completion of the programs: then a command, its operands; for inspect PIDs" {
	run -0 complete_words build/uts --hostname web hostnam
	assert_line hostname
	run -0 complete_words build/uts --hostname = web hostnam
	assert_line hostname
	run -0 complete_words build/uts -- hostnam
	assert_line hostname
	run -0 complete_words build/uts --hostname ''
	assert_output ''
	# From the command on, options are its own.
	run -0 complete_words build/uts ls --ho
	assert_output --partial 'compopt -o default'
	refute_line --partial --hostname
	run -0 complete_words build/uts -- --ho
	refute_line --partial --hostname
	run -0 complete_words build/inspect $$
	assert_line $$
	run -0 complete_words build/inspect $$ $$
	assert_line $$
}

@test "completion of the programs: with bash-completion, the command is completed as by itself" {
	before='. /usr/share/bash-completion/bash_completion'
	run -0 complete_words build/user build/uts --ho
	assert_line --hostname
}

@test "completion: at a terminal, Tab completes" {
	open_terminal 120 40 "$(shell_at_terminal '> ')"
	last_line_becomes '>'
	type_line '. scripts/lib/completion.bash; clear'
	last_line_becomes '>'
	while IFS='|' read -r typed shown; do
		press -l "$typed"
		press Tab
		last_line_becomes "> $shown"
		press C-u
		last_line_becomes '>'
	done <<-'END'
		make tou|make tour
		make run LA|make run LAB=
		make run LAB=mo|make run LAB=mount
		build/uts --hos|build/uts --hostname
		./build/nest --d|./build/nest --depth
	END
}

@test "completion: bash-completion finds it for the installed programs, and make is left as it was" {
	make --silent install PREFIX="$BATS_TEST_TMPDIR/prefix"
	run -0 env XDG_DATA_DIRS="$BATS_TEST_TMPDIR/prefix/share" PATH="$BATS_TEST_TMPDIR/prefix/bin:$PATH" \
		bash --norc --noprofile -c '
		. /usr/share/bash-completion/bash_completion
		_completion_loader nslabs-uts
		complete -p nslabs-uts
		complete -p make
		COMP_WORDS=(nslabs-uts --ho) COMP_CWORD=1
		_nslabs_program nslabs-uts --ho nslabs-uts
		printf "%s\n" "${COMPREPLY[@]}"'
	assert_line --index 0 'complete -F _nslabs_program nslabs-uts'
	assert_line --index 1 --partial 'complete: make: no completion'
	assert_line --index 2 --hostname
}
