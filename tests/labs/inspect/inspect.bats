# What inspect promises.
load ../../lib/helpers

# Two processes that differ in one namespace, made together with a user namespace, so that an ordinary user can.
setup() {
	unshare --user --uts sleep infinity 3>&- &
	other=$!
	within 10 eval '[[ ! /proc/$other/ns/uts -ef /proc/self/ns/uts ]]'
}

teardown() {
	kill "$other" || true
}

# bats test_tags=shows:inspect-stat
@test "inspect: lists every kind that the kernel has, with its inode" {
	run -0 build/inspect
	for kind in /proc/self/ns/*; do
		inode=$(stat --dereference --format %i "$kind")
		assert_line --regexp "^$(basename "$kind") +$inode\$"
	done
}

@test "inspect: compares its own namespaces with a process's" {
	run -0 build/inspect "$other"
	assert_line --regexp "^uts +$(namespace $$ uts) +$(namespace "$other" uts)  different\$"
	assert_line --regexp "^ipc +$(namespace $$ ipc) +$(namespace "$other" ipc)  same\$"
}

@test "inspect: the words of its table, which the lessons look for, are the same in each language" {
	NSLABS_LANG=zh_CN run -0 build/inspect "$other"
	assert_line --regexp '^uts .*  different$'
	assert_line --regexp '^ipc .*  same$'
}

# bats test_tags=shows:inspect-compare
@test "inspect: compares the namespaces of two processes" {
	run -0 build/inspect "$other" $$
	assert_line --regexp "^uts +$(namespace "$other" uts) +$(namespace $$ uts)  different\$"
	assert_line --regexp "^net +$(namespace "$other" net) +$(namespace $$ net)  same\$"
	run -0 build/inspect "$other" "$other"
	refute_line --partial different
}

@test "inspect: shows its own namespaces even where /proc belongs to another PID namespace" {
	run -0 unshare --user --map-root-user --pid --fork build/inspect
	assert_line --regexp "^net +$(namespace $$ net)\$"
	refute_line --regexp "^pid +$(namespace $$ pid)\$"
}

@test "inspect: where a process has no namespace of a kind, it shows a dash" {
	unshare --user --pid sleep infinity 3>&- & # without a child, it has no namespace for children yet
	local childless=$!
	within 10 eval '[[ ! -e /proc/$childless/ns/pid_for_children ]]'
	run -0 build/inspect "$childless"
	kill "$childless"
	assert_line --regexp '^pid_for_children +[0-9]+ +-$'
}

@test "inspect: for a PID that doesn't exist, it names the PID and says how to find one" {
	run -125 --separate-stderr build/inspect 4194304
	assert_output ''
	assert_equal "${stderr_lines[0]}" "inspect: read the namespaces of process 4194304: No such file or directory"
	assert_equal "${stderr_lines[1]}" "no process has this PID: \`ps -e\` lists them"
}

@test "inspect: for a process that may not be read, it names the process and says what to do" {
	# A process of root's: as root, seen by an ordinary user.
	user=()
	[[ $EUID -ne 0 ]] || user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	run -125 --separate-stderr "${user[@]}" build/inspect 1
	assert_output ''
	assert_equal "${stderr_lines[0]}" "inspect: read the namespaces of process 1: Permission denied"
	assert_equal "${stderr_lines[1]}" "the process belongs to another user: use sudo"
}

# bats test_tags=fault:usage-error
@test "inspect: an operand that is no PID and a third PID are usage errors" {
	for operands in x 0 -1 12x 99999999999 '1 2 3'; do
		# shellcheck disable=SC2086 # several operands
		run -125 --separate-stderr build/inspect -- $operands
		assert_output ''
		assert_regex "$stderr" 'usage: inspect \[OPTION\]\.\.\. \[--\] \[PID \[PID\]\]$'
	done
}

# bats test_tags=ours,own
@test "inspect: the judge agrees" {
	run -0 scripts/check inspect --program "build/$LAB"
}
