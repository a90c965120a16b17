# Grading on hand-in: what `scripts/grade --gradescope ZIP --autolab TAR` makes, unpacked and run here as a platform
# would. `make autograders` tries them on a bare Debian.
# bats file_tags=long
load ../lib/helpers
load stub

setup_file() {
	make --no-print-directory --silent all
}

setup() {
	make_class
}

# make_packages [OPTION]...: make both, and unpack Gradescope's into $autograder/source. Python leaves out the files'
# modes, as a platform may; run_autograder itself is made executable by Gradescope.
make_packages() {
	run -0 "$grade" --gradescope "$work/g.zip" --autolab "$work/autograde.tar" "$@"
	autograder=$work/autograder
	mkdir -p "$autograder"/{source,submission,results}
	/usr/bin/python3 -m zipfile --extract "$work/g.zip" "$autograder/source"
	(cd "$autograder/source" && chmod +x run_autograder scripts/{check,doctor,grade,image,setup,stage} scripts/lib/*)
}

# grade_gradescope: grade what is in $autograder/submission; the labs' points are the output.
grade_gradescope() {
	"$autograder/source/run_autograder" "$autograder" </dev/null && tests/lib/results.py gradescope "$(results)"
}

results() {
	echo "$autograder/results/results.json"
}

# grade_autolab FILE...: hand these in; the labs' points are the output, what make prints is in $work/feedback.
grade_autolab() {
	local directory=$work/autolab
	rm -rf "$directory"
	mkdir "$directory"
	cp "$work/autograde.tar" "$@" "$directory"
	cp "$work/autograde-Makefile" "$directory/Makefile"
	make --no-print-directory -C "$directory" >"$work/feedback" 2>&1 </dev/null && tests/lib/results.py autolab "$work/feedback"
}

# submit FILE [WORDS]: put a file for the stub into Gradescope's submission.
submit() {
	echo "// ${2:-pass}" >"$autograder/submission/$1"
}

# ---- What is in them ----

# bats test_tags=once:user
@test "packages: what judges is in them, and no solution" {
	make_packages
	assert_line --regexp '/g.zip: Gradescope.s autograder; the assignment has [0-9]+ points$'
	assert_line --regexp '/autograde.tar, .*/autograde-Makefile: Autolab.s autograder; the problems are: inspect [0-9]+, uts [0-9]+, '
	/usr/bin/python3 - "$work/g.zip" "$work/autograde.tar" <<-'END'
		import sys, tarfile, zipfile
		zipped, tarred = zipfile.ZipFile(sys.argv[1]), tarfile.open(sys.argv[2])
		modes = {member.filename: member.external_attr >> 16 for member in zipped.infolist()}
		assert modes["run_autograder"] == modes["setup.sh"] == modes["scripts/check"] == 0o100755, modes
		assert {member.name: member.mode for member in tarred} == {
		    f"nslabs/{name}": mode & 0o777 for name, mode in modes.items()}
		for name in modes:
		    assert zipped.read(name) == tarred.extractfile(f"nslabs/{name}").read()
		    assert b"// exercise uts" not in zipped.read(name) and not name.startswith("tests"), name
	END
	for lab in $(labs_where has_marks); do
		[[ ! -e $autograder/source/labs/$lab/$lab.c ]] || fail "$lab's solution"
	done
}

# bats test_tags=once:user
@test "packages: set-up installs, makes executable what lost its mode, and builds; the language is the teacher's" {
	use_stub
	export NSLABS_LANG=zh_CN
	make_packages --labs uts
	chmod -R a-x+X "$autograder/source"
	printf '#!/bin/sh\necho "installs $*"\n' >"$autograder/source/scripts/setup"
	run -0 env -u NSLABS_LANG bash "$autograder/source/setup.sh"
	assert_line 'installs --grade'
	submit uts.c
	unset NSLABS_LANG
	run -0 grade_gradescope
	assert_output 'uts 3'
	run -0 jq --raw-output .output "$(results)"
	assert_output '总分：3 / 3'
}

# bats test_tags=once:user
@test "packages: course.toml says labs, points and what is hidden; deadlines are the platform's" {
	use_stub
	cat >"$work/c.toml" <<-'END'
		labs = ["uts", "ipc", "pid"]
		[points]
		uts = 10
		ipc = 2.5
		[visibility]
		"ipc.namespace" = "hidden"
		[late]
		percent_per_day = 100
		deadline = "2000-01-01"
	END
	make_packages --course "$work/c.toml"
	assert_line --regexp 'the problems are: uts 10, ipc 2.5, pid 2$'
	submit uts.c
	submit ipc.c fail
	run -0 grade_gradescope
	assert_output $'uts 10\nipc 0\npid 0'
	run -0 grade_autolab "$autograder"/submission/*
	assert_output $'uts 10\nipc 0\npid 0'
	assert_equal "$(tail -n 1 "$work/feedback")" '{"scores": {"uts": 10.0, "ipc": 0.0, "pid": 0}}'
	run ! grep 'ipc.namespace' "$work/feedback"
	/usr/bin/python3 - "$(results)" <<-'END'
		import json, sys
		results = json.load(open(sys.argv[1]))
		tests = {test["name"].partition(":")[0]: test for test in results["tests"]}
		assert [name for name, test in tests.items() if test["visibility"] == "hidden"] == ["ipc.namespace"]
		assert results["score"] == 10 and results["output"] == "", results
		assert tests["pid"]["output"] == "not handed in" and tests["pid"]["max_score"] == 2
	END
}

# bats test_tags=once:user
@test "packages: grading needs no Python of 3.11" {
	use_stub
	make_packages --labs uts
	echo 'raise ImportError' >"$autograder/source/scripts/tomllib.py"
	submit uts.c
	run -0 grade_gradescope
	assert_output 'uts 3'
}

# ---- Grading ----

@test "packages: right and wrong programs get the judge's verdicts on both platforms" {
	make_packages --labs uts,pid
	cp labs/uts/uts.c "$autograder/submission"
	sed 's/CLONE_NEWPID/CLONE_NEWUTS/' labs/pid/pid.c >"$autograder/submission/pid.c"
	ls -A "$work" >"$work/before"
	run -0 grade_gradescope
	assert_output $'uts 3\npid 0'
	run -0 grade_autolab "$autograder"/submission/*
	assert_output $'uts 3\npid 0'
	assert_equal "$(grep -c '^  fail    pid.namespace: ' "$work/feedback")" 1
	run -0 ls -A "$work"
	assert_output "$({
		cat "$work/before"
		printf '%s\n' autolab before feedback
	} | LC_ALL=C sort -u)"
}

# bats test_tags=fault:forgery
@test "packages: a hostile program gets its own verdict, and writes none" {
	make_packages --labs uts
	cp tests/hostile/forge_result.c "$autograder/submission/uts.c"
	run -0 grade_gradescope
	refute_output 'uts 3'
	run -0 grade_autolab "$autograder/submission/uts.c"
	refute_output 'uts 3'
}

# bats test_tags=fault:no-namespace
@test "packages: where no namespace can be made there is an error, and no score" {
	make_packages --labs uts
	cp labs/uts/uts.c "$autograder/submission"
	forbid='for limit in /proc/sys/user/max_*_namespaces; do echo 0 >"$limit"; done; exec "$@"'
	run -1 unshare --user --map-root-user sh -c "$forbid" sh "$autograder/source/run_autograder" "$autograder"
	assert_line --regexp '^grade: uts: (error|blocked): .*(No space left on device|namespace)'
	[[ ! -e $(results) ]]
	grade_autolab "$autograder/submission/uts.c"
	rm -r "$work/autolab/nslabs"
	unshare --user --map-root-user sh -c "$forbid" sh make -C "$work/autolab" --no-print-directory >"$work/feedback" 2>&1
	run -0 tests/lib/results.py autolab "$work/feedback"
	assert_output 'uts None'
	run grep -E '^grade: uts: (error|blocked): ' "$work/feedback"
	assert_success
}

# bats test_tags=once:user
@test "packages: a lab without a verdict is no grade: Gradescope gets no results, Autolab an empty score" {
	use_stub
	printf '[visibility]\n"uts.namespace" = "hidden"\n' >"$work/c.toml"
	make_packages --labs uts,ipc --course "$work/c.toml"
	submit ipc.c
	for word in blocked crash garbage; do
		submit uts.c "$word"
		echo old >"$(results)"
		run -1 "$autograder/source/run_autograder" "$autograder"
		assert_line --regexp '^grade: uts: (blocked|error): .+'
		refute_output --partial 'uts.namespace'
		refute_output --partial 'grade: ipc'
		[[ ! -e $(results) ]] || fail "results after $word"
		run -0 grade_autolab "$autograder"/submission/*
		assert_output $'uts None\nipc 3'
		run ! grep 'uts.namespace' "$work/feedback"
	done
}

# bats test_tags=once:user
@test "packages: each form of a submission is taken as the class's grader takes it" {
	use_stub
	make_packages --labs uts,ipc
	run -0 grade_gradescope
	assert_output $'uts 0\nipc 0'
	grep -q 'it contains no lab.s file' "$(results)"

	mkdir -p "$work/tree of mine/labs/uts"
	echo '// pass' >"$work/tree of mine/labs/uts/uts.c"
	tar --create --gzip --file "$work/handin.tar.gz" --directory "$work" 'tree of mine'
	cp "$work/handin.tar.gz" "$autograder/submission/"
	run -0 grade_gradescope
	assert_output $'uts 3\nipc 0'
	run -0 grade_autolab "$work/handin.tar.gz"
	assert_output $'uts 3\nipc 0'

	head -c 60 "$work/handin.tar.gz" >"$work/handin.zip"
	run -0 grade_autolab "$work/handin.zip"
	assert_output $'uts 0\nipc 0'
	grep -q '^  handin.zip: ' "$work/feedback" || fail "$(cat "$work/feedback")"

	rm "$autograder/submission"/*
	ln -s /etc/passwd "$autograder/submission/uts.c"
	run -0 grade_gradescope
	assert_output $'uts 0\nipc 0'
	grep -q 'is a link or a device' "$(results)"
}

# bats test_tags=once:user
@test "packages: where Autolab's image can't even start the grader, no problem gets a score" {
	use_stub
	make_packages --labs uts,ipc
	submit uts.c
	head -c 3000 "$work/autograde.tar" >"$work/cut"
	mv "$work/cut" "$work/autograde.tar"
	run -0 grade_autolab "$autograder/submission/uts.c"
	assert_output $'uts None\nipc None'
}

# bats test_tags=once:user
@test "packages: a mistake in the call is one line, and nothing is made" {
	run -2 "$grade"
	assert_output 'grade: the following arguments are required: DIRECTORY'
	run -2 "$grade" --gradescope "$work/g.zip" --course "$work/none.toml"
	assert_output --partial 'No such file'
	run -2 "$grade" --gradescope "$work/g.zip" "$work/none"
	assert_output --partial "isn't a directory"
	run -2 "$grade" --gradescope "$work/g.zip" --labs utx
	assert_output --partial 'no lab with checks is called utx'
	[[ ! -e $work/g.zip ]]
	run -2 "$grade" --autolab "$work/none/a.tar"
	assert_output --partial 'No such file'
}
