# The tutorial's own listings in the place of our programs.
# bats file_tags=once:user
load helpers

# Each effect of the lab that the listing $1 is of.
listing_passes() {
	local program=build/tests/right/tutorial/$1
	[[ $1 == skeleton || $EUID -eq 0 ]] || program="build/user $program"
	PROGRAM=$program run -0 "$BATS_ROOT/bin/bats" --tap --filter-tags '!ours' "tests/labs/$1.bats"
	assert_line --regexp '^1\.\.[1-9]'
	refute_line --partial '# skip'
}

@test "listings: the first one passes the tests of skeleton" {
	listing_passes skeleton
}

@test "listings: the second one passes the tests of uts" {
	listing_passes uts
}

@test "listings: the third one passes the tests of ipc" {
	listing_passes ipc
}

@test "listings: the fourth one passes the tests of pid" {
	listing_passes pid
}
