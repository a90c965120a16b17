# Remarks: on each program those that a reviewer would make, and no others; who gets them, in which form, and that they
# cost nothing.
# bats file_tags=slow
load ../lib/helpers
load ../lib/student

setup_file() {
	make_starter
}

setup() {
	work=$BATS_TEST_TMPDIR
	export TMPDIR=$work NSLABS_LANG=en
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_SUITE_TMPDIR" "$work" # an ordinary user must reach it
}

# spoil SCRIPT: change the program in the student's tree, which does all that the lab asks for, by a script of sed(1).
spoil() {
	solve uts
	sed -E -i "$1" labs/uts/uts.c
}

# told_too_much: the length counts the NUL, too.
told_too_much() {
	spoil 's/strlen\(hostname\)\)/strlen(hostname) + 1)/'
}

# remarks <JSON: print the id of each remark, and its text.
remarks() {
	/usr/bin/python3 -c 'import json, sys
for remark in json.load(sys.stdin)["remarks"]:
    assert list(remark) == ["id", "text"], remark
    print(remark["id"], remark["text"])'
}

# bats test_tags=long
@test "remarks: on each program of the catalogue those that its row states, and on the labs' own none" {
	run -0 tests/remarks/remarks
	refute_line --regexp '^UNEXPECTED'
	assert_line --regexp '^uts length: length '
}

# bats test_tags=long
@test "remarks: an unexpected one is found, and so is a missing one" {
	copy_tree "$work/tree"
	printf 'length\tuts\tnone\tsed s/strlen.hostname/1 + &/\tx\nright\tuts\tlength\tsed s/container.;/&/;1d\tx\n' \
		>"$work/tree/tests/remarks/catalogue.tsv"
	run -1 "$work/tree/tests/remarks/remarks" length right
	assert_line --regexp '^UNEXPECTED: uts length: expected none; seen: length'
	assert_line --regexp '^UNEXPECTED: uts right: expected length; seen: none'
}

@test "remarks: in a student's tree they come after the verdict, and change nothing of it" {
	enter_starter
	told_too_much
	run -0 scripts/check uts
	assert_line '  remark: sethostname was told 10 bytes for a name of 9'
	assert_line --index -1 'Score: 3/3'
	run -0 scripts/check uts --json
	echo "$output" >"$work/json"
	assert_equal "$(summary <"$work/json")" "pass 3 3"
	assert_equal "$(remarks <"$work/json" | grep -c '^uts\.length sethostname was told 10 bytes for a name of 9$')" 1
	assert_equal "$(tail -n 2 "$work/json" | head -n 1)" '  ]' # It is the last key.
	run -0 make --no-print-directory check LAB=uts
	assert_line '  remark: sethostname was told 10 bytes for a name of 9'
}

# bats test_tags=long
@test "remarks: in Chinese" {
	enter_starter
	told_too_much
	NSLABS_LANG=zh_CN run -0 scripts/check uts
	assert_line --regexp '^  .*sethostname.*10.*9'
	refute_line --partial 'was told'
}

# bats test_tags=long
@test "remarks: there are none on a program that fails, and none that nobody asked for" {
	enter_starter
	run -1 scripts/check uts --json
	assert_equal "$(remarks <<<"$output")" ""
	told_too_much
	make --no-print-directory --silent build/uts
	for options in --no-remarks "--program build/uts"; do
		# shellcheck disable=SC2086 # several words
		run -0 scripts/check uts $options --json
		refute_output --partial '"remarks"'
	done
}

# bats test_tags=long
@test "remarks: of any program, only the calls are remarked on" {
	printf '#!/bin/bash\nunshare --uts sh -c "hostname container; bash"\nexit 0\n' >"$work/program"
	chmod 755 "$work/program"
	run -0 scripts/check uts --program "$work/program" --remarks --json
	assert_equal "$(remarks <<<"$output")" ""
	enter_starter
	spoil 's/strlen\(hostname\)\)/strlen(hostname) + 1)/; s/return container_run(.*)/container_run\1 return 0;/'
	make --no-print-directory --silent build/uts
	run -0 scripts/check uts --program build/uts --remarks --json
	assert_equal "$(remarks <<<"$output" | cut -d ' ' -f 1)" uts.length
	run -0 scripts/check uts --json
	assert_equal "$(remarks <<<"$output" | cut -d ' ' -f 1)" $'uts.long-hostname\nuts.status\nuts.length'
}

# bats test_tags=long
@test "remarks: without strace, says how to get it, and remarks on the rest" {
	enter_starter
	spoil 's/strlen\(hostname\)\)/strlen(hostname) + 1)/; s/return container_run(.*)/container_run\1 return 0;/'
	mkdir "$work/bin"
	ln -s /usr/bin/* "$work/bin"
	rm "$work/bin/strace"
	PATH=$work/bin run -0 scripts/check uts
	assert_line "  no remarks on its system calls: strace isn't installed: run scripts/setup"
	assert_line --regexp '^  remark: the shell ended with status'
	refute_line --partial 'was told'
}

@test "remarks: where strace may not trace, says so" {
	make --no-print-directory --silent build/tests/deny
	run -0 build/tests/deny ptrace EPERM scripts/check uts --remarks
	assert_line --regexp '^  no remarks on its system calls: strace: .*Operation not permitted$'
	refute_line --regexp '^  remark: '
}

# bats test_tags=long
@test "remarks: a call that fails unnoticed doesn't reach the machine, and nothing is left behind" {
	printf '%s\n' '#define _GNU_SOURCE' '#include <sched.h>' '#include <sys/mount.h>' '#include <unistd.h>' \
		'int main(void) { unshare(CLONE_NEWUTS | CLONE_NEWNS); mount(0, "/", 0, MS_REC | MS_PRIVATE, 0);' \
		'mount("tmpfs", "/mnt", "tmpfs", 0, 0); sethostname("container", 9); execl("/bin/bash", "bash", NULL); }' \
		>"$work/program.c"
	cc -o "$work/program" "$work/program.c"
	assert_host_left_by scripts/check uts --program "$work/program" --remarks --json >"$work/json"
	[[ $(remarks <"$work/json") == *'uts.failure-unshare unshare failed'*'uts.failure-mount mount failed'* ]]
	[[ -z $(find "$work" -name "nslabs*") ]]
}

# bats test_tags=long,once:root
@test "remarks: in a class's reports only with --remarks, and never at the cost of the verdict" {
	mkdir -p "$work/class/"{careful,careless,failing}
	cp labs/uts/uts.c "$work/class/careful"
	sed 's/strlen(hostname))/strlen(hostname) + 1)/' labs/uts/uts.c >"$work/class/careless/uts.c"
	echo 'int main(void) { return 0; }' >"$work/class/failing/uts.c"
	scripts/grade "$work/class" --labs uts
	run -1 grep '"remarks"' "$work/class-grades/run/results/"*
	run -0 scripts/grade "$work/class" --labs uts --remarks
	run -0 cat "$work/class-grades/run/results/"*
	assert_equal "$(grep -c '"remarks": \[\]' <<<"$output")" 1
	assert_equal "$(grep -c '"id": "uts.length"' <<<"$output")" 1
	assert_equal "$(grep -c '"remarks"' <<<"$output")" 2 # nothing is remarked on what fails
	assert_equal "$(grep -c '"score": 3, ' <<<"$output")" 2
}
