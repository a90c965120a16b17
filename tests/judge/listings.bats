# The tutorial's own listings in the place of our programs.
# bats file_tags=long,once:user
load ../lib/helpers

@test "listings: each passes the tests of its lab, but for what only ours promise" {
	listings=(tests/labs/*/right/tutorial.c)
	[[ ${#listings[@]} -eq 4 ]]
	for listing in "${listings[@]}"; do
		lab=${listing#tests/labs/} lab=${lab%%/*}
		program=build/${listing%.c}
		make --silent "$program"
		if [[ $EUID -ne 0 ]] && runs_as root "$lab"; then
			program="build/user $program"
		fi
		PROGRAM=$program run -0 "$BATS_ROOT/bin/bats" --tap --filter-tags '!ours' "tests/labs/$lab/$lab.bats"
		assert_line --regexp '^1\.\.[1-9]'
		refute_line --partial '# skip'
	done
}
