# Take any one step away from the lab that brings it, and a test of that lab fails that names the effect; the labs after
# it keep what it promised. Each trial is on a copy of the tree and on a stage, whose / is shared, so that mounts that
# aren't made private show.
# bats file_tags=long,once:user,slow
load ../lib/helpers

setup_file() {
	export TREE=$BATS_FILE_TMPDIR/tree
	copy_tree "$TREE"
}

setup() {
	cd "$TREE"
}

# test_lab LAB OPTION...: run Bats for a lab on a stage. An ordinary user's is a user namespace without setgroups(2), and
# that is inherited: so the lab without that step, which does no harm, is tried without a stage.
test_lab() {
	local stage=scripts/stage
	[[ $* != *user-setgroups* ]] || stage=
	LAB=$1 $stage "$BATS_ROOT/bin/bats" --tap "${@:2}"
}

# assert_missed LAB OPTION...: built from changed.c, the lab fails a test of its own that the options of Bats choose.
assert_missed() {
	local lab=$1 source=labs/$1/$1.c
	run cmp --silent changed.c "$source"
	assert_failure 1
	cp "$source" saved.c
	cp changed.c "$source"
	# Without optimization it compiles faster. What the emptied function leaves unused is no concern here.
	run -0 make --silent CFLAGS='-O0 -w' "build/$lab"
	run test_lab "$lab" "${@:2}" "tests/labs/$lab/$lab.bats"
	mv saved.c "$source"
	assert_failure 1
	assert_line --regexp "^not ok [0-9]+ $lab: "
}

@test "removal: given the stack's bottom for its top, skeleton's child can't run" {
	sed 's/stack + STACK_SIZE,/stack,/' labs/skeleton/skeleton.c >changed.c
	assert_missed skeleton --filter "status is the command's own"
}

@test "removal: each step of each lab is missed" {
	for lab in $(labs_where has_marks); do
		for mark in $(marks_of "$lab"); do
			echo "without $mark:" # is shown if this fails
			scripts/lib/marks.py remove "labs/$lab/$lab.c" "$mark" >changed.c
			assert_missed "$lab" --filter-tags "shows:${mark/./-}"
		done
		run -0 marks_of "$lab"
		((${#lines[@]} > 0))
	done
}

@test "removal: each lab keeps the promises of the earlier labs whose steps it has" {
	run -0 make --silent # anew, and as it is
	for lab in $(labs_where has_marks); do
		mapfile -t earlier < <(scripts/lib/marks.py list "labs/$lab/$lab.c" | sed -nE "/^$lab\./! s/(.*)\..*/\1/p" | sort -u)
		[[ ${#earlier[@]} -gt 0 ]] || continue
		files=()
		for name in "${earlier[@]}"; do
			files+=("tests/labs/$name/$name.bats")
		done
		echo "$lab, tested as ${earlier[*]}:"
		run -0 test_lab "$lab" --filter-tags '!own' "${files[@]}"
		assert_line --regexp '^ok 1 '
	done
}
