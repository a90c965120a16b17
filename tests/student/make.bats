# The verbs of the Makefile, and that the tree can be built wherever it lies.
load ../lib/helpers

setup() {
	export TMPDIR=$BATS_TEST_TMPDIR # other tests look for what is left behind in the usual one
	unset MAKEFLAGS MAKELEVEL VARIANT
}

# copy_as NAME: make a copy of the tree, $tree, to build in.
copy_as() {
	tree=$BATS_TEST_TMPDIR/$1
	copy_tree "$tree"
}

@test "make: each verb is in make help, with a line about it" {
	run -0 make --silent help
	while read -r verb; do
		assert_line --regexp "^$verb +[a-z].+"
	done < <(sed -nE 's/^\.PHONY: ([a-z]+)$/\1/p' Makefile)
	assert_line "LAB is one of: ${labs[*]}"
}

@test "make: each line of make help is in the reader's language" {
	make --no-print-directory --silent all
	run -0 env NSLABS_LANG=zh_CN make --silent help
	refute_output --regexp $'(^|\n)[a-z-]+ +[a-z]+ [a-z]+'
	assert_line --regexp '^check +检查你的程序'
	assert_line --regexp "^LAB [^A-Za-z]*：${labs[*]}\$"
}

# bats test_tags=long
@test "make: each verb of make help exists" {
	while read -r verb _; do
		run -0 make --dry-run "$verb" LAB=uts
		assert_output --regexp .
	done < <(make --silent help | grep -v ^LAB)
}

@test "make run: runs the lab" {
	run -0 make --silent run LAB=uts <<<'hostname' 3>&-
	assert_line container
}

@test "make run: says which command line it runs" {
	run -0 make --silent run LAB=uts <<<'exit' 3>&-
	assert_line "$(scripts/lib/program uts)"
}

@test "make run, diff, trace: without a lab, or with an unknown one, they list the labs" {
	for verb in run diff trace; do
		for lab in '' nosuch %; do
			run -2 make --silent "$verb" LAB="$lab"
			assert_output --regexp ": \*\*\* LAB='$lab'; it must be one of: ${labs[*]}\.  Stop\.$"
		done
		run -2 make --silent -C labs/uts "$verb" LAB=nosuch
		assert_line --regexp "LAB='nosuch'; it must be one of: ${labs[*]}\."
	done
}

@test "make -C labs/uts run: runs that lab" {
	run -0 make --silent -C labs/uts run <<<'hostname' 3>&-
	assert_line container
}

@test "make -C labs/uts: builds that lab" {
	copy_as copy
	rm "$tree/build/uts" "$tree/build/ipc"
	make --silent -C "$tree/labs/uts"
	[[ -x $tree/build/uts && ! -e $tree/build/ipc ]]
}

# bats test_tags=long
@test "make: builds every lab" {
	copy_as copy
	rm -r "$tree/build"
	make --silent -C "$tree"
	for lab in "${labs[@]}"; do
		run -0 "$tree/build/$lab" --version
		assert_output --regexp "^$lab \(nslabs\) [0-9.]+$"
	done
}

@test "make: the second time, there is nothing to do" {
	copy_as copy
	make --silent -C "$tree"
	run -0 make --silent -C "$tree"
	assert_output ''
}

# bats test_tags=long
@test "make: a tree with a space in its path is built and runs" {
	copy_as 'a tree'
	rm -r "$tree/build"
	make --silent -C "$tree/labs/uts"
	run -0 make --silent -C "$tree/labs/uts" run <<<'hostname' 3>&-
	assert_line container
	run -0 make --silent -C "$tree" trace LAB=uts
	assert_line 'container    sethostname("container", 9)'
	run -0 make --silent -C "$tree/labs/pid" diff
	assert_line --regexp '^\+.*CLONE_NEWPID'
}

# bats test_tags=long
@test "make clean: removes what was built, and nothing else" {
	copy_as copy
	make --silent -C "$tree" clean
	[[ ! -e $tree/build ]]
	for part in Makefile common labs scripts tests; do
		diff -r "$part" "$tree/$part"
	done
}

# bats test_tags=long
@test "make VARIANT=asan: builds with the sanitizers, and without it normally again" {
	copy_as copy
	make --silent -C "$tree" build/skeleton VARIANT=asan
	run -0 "$tree/build/skeleton" sh -c 'grep -c asan "/proc/$PPID/maps"' 3>&-
	make --silent -C "$tree" build/skeleton
	run -1 "$tree/build/skeleton" sh -c 'grep -c asan "/proc/$PPID/maps"' 3>&-
}

@test "make VARIANT=nosuch: says which there are" {
	run -2 make VARIANT=nosuch
	assert_output --regexp ": \*\*\* VARIANT is 'nosuch'; it must be asan or empty\.  Stop\.$"
}

@test "make diff: shows the lab's own flag as new, and no earlier one" {
	for lab in $(labs_where brings_flag); do
		flag=$(flag_of "$lab")
		assert_regex "$flag" '^CLONE_NEW[A-Z]+$'
		run -0 make --silent diff "LAB=$lab"
		assert_line --regexp "^\\+	container\\.flags \\|= $flag; +// exercise $lab\\.flag: "
		assert_equal "$(grep -c '^+.*flags |= ' <<<"$output")" 1
	done
}

@test "make diff: leaves out what a lab says about itself" {
	for lab in $(labs_where makes_container); do
		[[ $lab != skeleton ]] || continue # the first, where all is new
		run -0 make --silent diff "LAB=$lab"
		refute_line --regexp '^[+-]// (Run|See|Read): '
	done
	run -0 make --silent diff LAB=ipc
	refute_output --partial 'Run COMMAND'
}

@test "make diff: nothing comes before the first lab" {
	run -0 make --silent diff LAB=skeleton
	assert_output 'labs/skeleton/skeleton.c: this is the first lab, so all of it is new'
}

@test "make diff: inspect, which makes no container, is compared with none" {
	run -0 make --silent diff LAB=inspect
	assert_output 'labs/inspect/inspect.c: this lab makes no container, so all of it is new'
	run -0 make --silent diff LAB=uts
	assert_line --index 0 '--- labs/skeleton/skeleton.c'
}

@test "make diff: is coloured at a terminal, unless NO_COLOR is set" {
	run -0 make --silent diff LAB=pid
	refute_output --partial $'\e['
	run -0 script --quiet --return --command 'make --silent diff LAB=pid' /dev/null
	assert_output --partial $'\e['
	run -0 env NO_COLOR=1 script --quiet --return --command 'make --silent diff LAB=pid' /dev/null
	assert_output --partial CLONE_NEWPID
	refute_output --partial $'\e['
}

@test "make trace: shows the clone and what the container does" {
	run -0 make --silent trace LAB=uts
	assert_line --regexp '^host +clone\(flags=[A-Z|_]*CLONE_NEWUTS[A-Z|_]*\)$'
	assert_line --regexp '^container +sethostname\("container", 9\)$'
	assert_line --regexp '^container +execve\(".*/true", \["true"\]\)$'
	assert_line --regexp '^host +wait4\(container, .*WEXITSTATUS\(s\) == 0'
}

@test "make trace: tells two containers apart" {
	run -0 make --silent trace LAB=nest
	assert_line --regexp '^host +clone\(flags=.*CLONE_NEWUSER.*\)$'
	assert_line --regexp '^container +clone\(flags=.*CLONE_NEWUSER.*\)$'
	assert_line --regexp "^container +write\([0-9]+</proc/self/uid_map>, \"0 $EUID 1\", [0-9]+\)\$"
	assert_line --regexp '^container 2 +write\([0-9]+</proc/self/uid_map>, "0 0 1", 5\)$'
	assert_line --regexp '^container +wait4\(container 2, '
}

# bats test_tags=long
@test "make: without gettext everything is built, and speaks English; that is said" {
	copy_as without
	rm -r "$tree/build"
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s /usr/bin/* "$BATS_TEST_TMPDIR/bin"
	rm "$BATS_TEST_TMPDIR/bin/msgfmt"
	PATH=$BATS_TEST_TMPDIR/bin run -0 make --silent -C "$tree"
	assert_line 'make: messages are in English alone, since msgfmt is missing: scripts/setup installs it'
	NSLABS_LANG=zh_CN run -0 "$tree/build/inspect" --help
	assert_line --index 0 --partial usage:
	# With it, the catalogue comes, too.
	run -0 make --silent -C "$tree"
	NSLABS_LANG=zh_CN run -0 "$tree/build/inspect" --help
	assert_line --index 0 --partial 用法
}
