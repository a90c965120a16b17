# Each lab has all that proves it: one that lacks a part is named here, and not left out by the tests that need the part.
# bats file_tags=once:user
load ../lib/helpers

@test "labs: each has its parts, and there are no others; its tests are named after it" {
	run -0 scripts/dev/parts
	assert_output ''
	for lab in "${labs[@]}"; do
		assert_equal "$(grep -c '^@test' "tests/labs/$lab/$lab.bats")" "$(grep -c "^@test \"$lab: " "tests/labs/$lab/$lab.bats")"
	done
}

# bats test_tags=long
@test "labs: the judge has checks for each lab with exercises, and for no other" {
	scripts/check --json >"$BATS_TEST_TMPDIR/verdict" || true
	assert_equal "$(verdicts <"$BATS_TEST_TMPDIR/verdict" | cut -d . -f 1 | uniq)" "$(labs_where has_marks)"
}

# scored_checks LAB: print the ids of those that give points: not those of what every program must do.
scored_checks() {
	{ scripts/check "$1" --program "build/$1" --json || true; } | /usr/bin/python3 -c 'import json, sys
print(*(check["id"] for check in json.load(sys.stdin)["checks"] if check["points"]))'
}

# bats test_tags=long
@test "labs: each with exercises has three right and six wrong programs, and one that fails each check" {
	for lab in $(labs_where has_marks); do
		(($(grep -cv '^#' "tests/labs/$lab/right/catalogue.tsv") >= 3)) || fail "$lab has too few right programs"
		(($(grep -cv '^#' "tests/labs/$lab/wrong/catalogue.tsv") >= 6)) || fail "$lab has too few wrong programs"
		failed=$(grep -hv '^#' "tests/labs/$lab/wrong/catalogue.tsv" | cut -f 2)
		for check in $(scored_checks "$lab"); do
			grep -qxF "$check" <<<"$failed" || fail "no wrong program fails $check"
		done
	done
}

@test "labs: each exercise has a test that shows what goes wrong without it" {
	for lab in "${labs[@]}"; do
		for id in $(marks_of "$lab"); do
			grep -qE "^# bats test_tags=(.*,)?shows:${id/./-}(,|\$)" "tests/labs/$lab/$lab.bats" ||
				fail "no test in tests/labs/$lab/$lab.bats has the tag shows:${id/./-}"
		done
	done
}

@test "labs: what is in a lab's catalogue is there, and what is beside it is in it" {
	for lab in $(labs_where has_marks); do
		for side in right wrong; do
			how=$(grep -hv '^#' "tests/labs/$lab/$side/catalogue.tsv" | awk -F '\t' '{print $(NF - 1)}')
			for file in "tests/labs/$lab/$side"/*; do
				[[ $file == */catalogue.tsv ]] || grep -qxF "${file##*/}" <<<"$how" || fail "no row has $file"
			done
		done
	done
	for file in tests/judge/programs/*.* tests/judge/programs/{busybox_root,path,proxy}; do
		cut -f 2,3 tests/labs/*/{right,wrong}/catalogue.tsv | tr '\t' '\n' | grep -qxF "${file##*/}" ||
			fail "no row has $file"
	done
}
