# The judge on the programs of the labs' catalogues: right ones pass, and each wrong one fails under the right id. Each
# thirtieth is judged here, and with `make test-long` all as root; each fifth as an ordinary user, and in the sandbox.
# `make soak-judge` judges all in the sandbox as well.
# bats file_tags=slow
load ../lib/helpers

setup() {
	work=$BATS_TEST_TMPDIR
	verdicts=$BATS_FILE_TMPDIR/verdicts
	export TMPDIR=$work
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_SUITE_TMPDIR" "$work" # an ordinary user must reach it
	some=(--jobs 3)
	[[ $EUID -eq 0 ]] || some+=(--every 5)
}

# say_skipped: name the programs that this machine can't try.
say_skipped() {
	sed -n 's/^skipped: /# skipped: /p' <<<"$output" >&3
}

@test "catalogue: each thirtieth program gets the verdict that its row states" {
	run -0 tests/judge/catalogue --jobs 3 --every 30
	assert_line --regexp '^[0-9]+ judged, 0 unexpected$'
}

# bats test_tags=long,once:root
@test "catalogue: in the sandbox, each thirtieth has the same verdict" {
	run -0 tests/judge/catalogue --sandbox --every 30 --jobs 3
	assert_line --regexp '^[0-9]+ judged, 0 unexpected$'
}

# bats test_tags=long
@test "catalogue: right programs of other makes pass every check" {
	run -0 tests/judge/catalogue "${some[@]}" right
	say_skipped
	assert_line --regexp '^[0-9]+ judged, 0 unexpected$'
}

# bats test_tags=long,fault:expected-words-only
@test "catalogue: each wrong program fails under the id that its row states" {
	run tests/judge/catalogue "${some[@]}" --verbose wrong
	echo "$output" >"$verdicts"
	say_skipped
	assert_success
	assert_line --regexp '^[0-9]+ judged, 0 unexpected$'
}

# bats test_tags=long,once:root
@test "catalogue: in the sandbox, each check has the same verdict" {
	run -0 tests/judge/catalogue --sandbox --every 5 --jobs 3
	assert_line --regexp '^[0-9]+ judged, 0 unexpected$'
}

# program_without MARK: print the wrong program that is the lab without this exercise alone.
program_without() {
	awk -F '\t' -v how="without $1" '$3 == how {sub(" .*", "", $1); print $1}' "tests/labs/${1%%.*}/wrong/catalogue.tsv"
}

# bats test_tags=long,once:root
@test "catalogue: whichever exercise is missing, the hints for what fails first are about it" {
	[[ -s $verdicts ]] || tests/judge/catalogue "${some[@]}" --verbose wrong >"$verdicts"
	for lab in $(labs_where has_marks); do
		for mark in $(marks_of "$lab"); do
			# Where no check judges it, the hints are called after the exercise itself.
			if grep -q "^# .*$mark" "labs/$lab/exercise/hints"; then
				first=$mark
			else
				program=$(program_without "$mark")
				[[ -n $program ]] || fail "no wrong program of $lab is without $mark alone"
				first=$(sed -n "s/^wrong $lab $program: //p" "$verdicts" | cut -d ' ' -f 1)
				[[ -n $first ]] || fail "no verdict on the program without $mark"
				[[ $first != '('* ]] || continue # blocked
			fi
			for file in hints hints.zh-CN; do
				run -0 sed -n "/^# .*$first/,/^code: /p" "labs/$lab/exercise/$file"
				assert_output --regexp "code: (.* )?$mark( |\$)"
			done
		done
	done
}

# bats test_tags=long
@test "catalogue: a right program that fails and a wrong one that passes are found" {
	copy_sources "$work/tree"
	for lab in $(labs_where has_marks); do
		echo | tee "$work/tree/tests/labs/$lab"/{right,wrong}/catalogue.tsv
	done
	printf 'bad\tsh exec bash\tno container\n' >"$work/tree/tests/labs/uts/right/catalogue.tsv"
	printf 'good\tuts.namespace\tours\tno mistake\n' >"$work/tree/tests/labs/uts/wrong/catalogue.tsv"
	run -1 "$work/tree/tests/judge/catalogue"
	assert_line --regexp '^UNEXPECTED: right uts bad: a right program fails: '
	assert_line --regexp '^UNEXPECTED: wrong uts good: uts.namespace does not fail: '
	assert_line '2 judged, 2 unexpected'
}

@test "catalogue: what its programs need is here, but for what scripts/setup leaves out: go, ksh and sudo" {
	run -0 tests/judge/catalogue --make
	missing=$(sed -nE 's/^skipped: .*: needs //p' <<<"$output" | grep -vxE '(go|ksh|sudo|root|own-id| )*' | sort -u) || true
	[[ -z $missing ]] || skip "needs ${missing//$'\n'/ }"
}

# bats test_tags=long
@test "catalogue: a program that needs what is missing is skipped by its name" {
	copy_sources "$work/tree"
	for lab in $(labs_where has_marks); do
		echo | tee "$work/tree/tests/labs/$lab"/{right,wrong}/catalogue.tsv
	done
	printf 'other --timeout 3 needs sh no-such-shell\tsh exec no-such-shell\tanother shell\n' \
		>"$work/tree/tests/labs/uts/right/catalogue.tsv"
	run -0 "$work/tree/tests/judge/catalogue"
	assert_line 'skipped: right uts other: needs no-such-shell'
	assert_line '0 judged, 0 unexpected'
}
