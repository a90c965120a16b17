# A student's tree to work in. `load ../lib/student` after helpers; setup_file and setup call the first two functions.

# make_starter [PART]: make one for all tests of a file, $STARTER, or $STARTER.2 of part two, and build it; what the judge
# says of it is in the file $STARTER.json or $STARTER.2.json.
make_starter() {
	export STARTER=$BATS_FILE_TMPDIR/starter
	local made=$STARTER${1:+.$1}
	make --no-print-directory --silent all
	scripts/starter "$made" ${1:+--part "$1"}
	make --no-print-directory --silent -C "$made" 2>&1
	cp -r --preserve=timestamps "$made" "$made.judged"
	"$made.judged/scripts/check" --json >"$made.json" || [[ $? -eq 1 ]]
}

# has_exercises PART LAB
has_exercises() {
	in_part "$1" "$2" && has_marks "$2"
}

# enter_starter [PART]: begin a test in a copy of it, $given, in $tree. The tree that it was made from is $top; `exercises`
# are its labs that have some.
enter_starter() {
	export NSLABS_LANG=en
	unset MAKEFLAGS MFLAGS
	tree=$BATS_TEST_TMPDIR/tree${1:+.$1}
	given=$STARTER${1:+.$1}
	top=${top:-$PWD}
	[[ -e $given ]] || (cd "$top" && make_starter "$1" >/dev/null)
	cp -r --preserve=timestamps "$given" "$tree"
	# shellcheck disable=SC2034 # for the Bats files
	mapfile -t exercises < <(cd "$top" && labs_where has_exercises "${1:-1}")
	cd "$tree" || return
}

# start_terminal: a shell in the student's tree, at a terminal of its own, for a file that loads terminal.bash.
start_terminal() {
	open_terminal 150 100 "$(shell_at_terminal 'ready> ')"
	wait_for 'ready>'
}

# solve LAB [ID]...: write the solution's lines into the student's file, of all exercises that the lab brings, or of these.
solve() {
	/usr/bin/python3 -B -c '
import sys
sys.path.insert(0, sys.argv[1] + "/scripts")
from pathlib import Path
from lib.files import read_text, write_text
from lib.marks import fill, lines_by_id
from lib.tree import source
lab = sys.argv[2]
solution = lines_by_id(read_text(source(lab)))
ids = sys.argv[3:] or [name for name in solution if name.startswith(lab + ".")]
path = Path("labs", lab, lab + ".c")
write_text(path, fill(read_text(path), {name: solution[name] for name in ids}))
' "$top" "$@"
}

# summary LAB <JSON: print the lab's status, its score and the most that can be scored; without LAB, those of all labs.
summary() {
	/usr/bin/python3 -c 'import json, sys
verdict = json.load(sys.stdin)
if sys.argv[1:]:
    verdict = next(lab for lab in verdict.get("labs", [verdict]) if lab["lab"] == sys.argv[1])
print(verdict["status"], verdict["score"], verdict["max_score"])' "$@"
}
