# Take any one of a lab's steps away, and a test fails that names the effect. Each trial is on a copy of the tree and on
# a stage, whose / is shared: so a lab that doesn't make its mounts private shows.
# bats file_tags=once:user
load helpers

setup_file() {
	export TREE=$BATS_FILE_TMPDIR/tree
	mkdir "$TREE"
	tar --create --exclude=./.git . | tar --extract --directory "$TREE"
}

setup() {
	cd "$TREE"
}

# test_lab LAB OPTION...: run Bats for a lab on a stage. An ordinary user's is a user namespace without setgroups(2), and
# that is inherited: so without this step, which harms nobody, there is no stage.
test_lab() {
	local stage=scripts/stage
	[[ $* != *user-setgroups* ]] || stage=
	LAB=$1 $stage "$BATS_ROOT/bin/bats" --tap "${@:2}"
}

# assert_missed LAB SCRIPT OPTION... FILE: build a lab from which a script of sed(1) has taken something away; a test that
# the options of Bats choose in FILE fails.
assert_missed() {
	local lab=$1 script=$2 source=labs/$1/$1.c
	cp "$source" saved.c
	sed --in-place "$script" "$source"
	run cmp --silent "$source" saved.c
	assert_failure 1
	# Without optimization it compiles faster. The emptied function's unused things are no concern here.
	run -0 make --silent CFLAGS='-O0 -w' "build/$lab"
	run test_lab "$lab" "${@:3}"
	mv saved.c "$source"
	assert_failure 1
	assert_line --regexp "^not ok [0-9]+ $(basename "${@: -1}" .bats): "
}

# Each region that is marked as an exercise; the test that misses it is tagged with its name.
try_regions() {
	local lab=$1 region regions files=()
	mapfile -t regions < <(sed -nE 's|.*// exercise ([a-z_.-]+):.*|\1|p' "labs/$lab/$lab.c")
	for region in "${regions[@]}"; do
		files+=("tests/labs/${region%%.*}.bats")
	done
	# Whole, the lab passes them all: what the earlier ones promised, too.
	mapfile -t files < <(printf '%s\n' "${files[@]}" | grep -vx "tests/labs/$lab.bats" | sort -u)
	if [[ ${#files[@]} -gt 0 ]]; then
		run -0 make --silent "build/$lab"
		run -0 test_lab "$lab" --filter-tags '!own' "${files[@]}"
		assert_line --regexp '^ok 1 '
	fi
	for region in "${regions[@]}"; do
		echo "without $region:" # is shown if this fails
		assert_missed "$lab" "\\|// exercise $region:|,\\|^\t// }|d" \
			--filter-tags "shows:${region/./-}" "tests/labs/${region%%.*}.bats"
	done
	[[ ${#regions[@]} -eq $2 ]]
}

@test "removal: given the stack's bottom for its top, skeleton's child can't run" {
	assert_missed skeleton 's/stack + STACK_SIZE,/stack,/' --filter "status is the command's own" \
		tests/labs/skeleton.bats
}

@test "removal: each step of inspect is missed" {
	try_regions inspect 2
}

@test "removal: each step of uts is missed" {
	try_regions uts 2
}

@test "removal: each step of ipc is missed" {
	try_regions ipc 3
}

@test "removal: each step of pid is missed" {
	try_regions pid 6
}

@test "removal: each step of mount is missed" {
	try_regions mount 7
}

@test "removal: each step of net is missed" {
	try_regions net 12
}

@test "removal: each step of user is missed" {
	try_regions user 13
}

@test "removal: each step of nest is missed" {
	try_regions nest 15
}
