# What the programs say when a container can't be made: why, as far as the machine shows it, and what to try. Whatever
# fails, the status is 125, and there are two lines at most.
load ../lib/helpers

# assert_error LINE [CAUSE] COMMAND...: the command fails with these lines.
assert_error() {
	run -125 --separate-stderr timeout -k 1 20 "${@:3}"
	assert_output ''
	run grep -vxE 'Program started|In the container process!' <(without_asan_warning "$stderr")
	assert_output "$1${2:+$'\n'}$2"
}

# assert_filtered CALL ERROR LINE CAUSE: these lines are said where a filter refuses the system call so.
assert_filtered() {
	assert_error "$3" "$4" "${with_rights[@]}" build/tests/deny "$1" "$2" build/uts true
}

# bats test_tags=fault:no-privilege
@test "errors: an ordinary user is told that a lab needs a capability, and of sudo and the user lab" {
	flags=
	# Those of part one.
	for lab in $(labs_where brings_flag); do
		runs_as root "$lab" || continue
		flags+=${flags:+ | }$(flag_of "$lab")
		assert_error "$lab: clone with $flags: Operation not permitted" \
			"it needs CAP_SYS_ADMIN, or CLONE_NEWUSER among the flags: use sudo, or the user lab: build/user build/$lab" \
			"${without_rights[@]}" "build/$lab" true
	done
}

# bats test_tags=fault:rootless
@test "errors: an ordinary user can run the user lab, and every other lab in it" {
	run -7 "${without_rights[@]}" build/user sh -c 'exit 7'
	for lab in $(labs_where makes_container); do
		run -7 "${without_rights[@]}" build/user "$(command_of "$lab")" sh -c 'exit 7'
	done
	run -0 "${without_rights[@]}" build/user build/inspect
}

# bats test_tags=fault:no-sys-admin
@test "errors: root without CAP_SYS_ADMIN is told the same as an ordinary user" {
	assert_error 'uts: clone with CLONE_NEWUTS: Operation not permitted' \
		'it needs CAP_SYS_ADMIN, or CLONE_NEWUSER among the flags: use sudo, or the user lab: build/user build/uts' \
		"${with_rights[@]}" setpriv --bounding-set -sys_admin build/uts true
}

# bats test_tags=fault:no-sys-admin
@test "errors: root without the capabilities for the user lab is told what works" {
	local rights='root needs CAP_SETFCAP to map its own id: keep that capability, or run it as an ordinary user'
	local with_less=("${with_rights[@]}" setpriv)
	uid=$("${with_rights[@]}" id -u)
	assert_error "user: write '0 $uid 1' to /proc/self/uid_map: Operation not permitted" "$rights" \
		"${with_less[@]}" --bounding-set -setfcap build/user true
	assert_error 'uts: clone with CLONE_NEWUTS: Operation not permitted' \
		'root has neither CAP_SYS_ADMIN, which it needs, nor CAP_SETFCAP for the user lab: keep one of them, or run it as an ordinary user' \
		"${with_less[@]}" --bounding-set -all build/uts true
	run -0 "${with_less[@]}" --bounding-set -all,+sys_admin build/uts true
	run -0 "${with_less[@]}" --bounding-set -all,+setfcap build/user build/uts true
	run -0 "${without_rights[@]}" build/user build/uts true
}

# A student's own, before and after the exercise.
# bats test_tags=long,fault:no-privilege
@test "errors: in a user lab that makes no user namespace yet, that is what is said" {
	tree=$BATS_TEST_TMPDIR/tree
	copy_tree "$tree"
	chmod -R a+rX "$BATS_RUN_TMPDIR"
	scripts/lib/marks.py empty labs/user/user.c >"$tree/labs/user/user.c"
	make --silent --directory "$tree" build/user build/uts 2>/dev/null
	assert_error 'uts: clone with CLONE_NEWUTS: Operation not permitted' \
		"$(realpath "$tree")/build/user is around it, but has made no user namespace: its exercise user.flag is missing" \
		"${without_rights[@]}" "$tree/build/user" "$tree/build/uts" true
	# From the shell in there; and doctor says the same.
	run "${without_rights[@]}" "$tree/build/user" sh -c "'$tree/build/uts' true; exit"
	assert_line --partial 'has made no user namespace: its exercise user.flag is missing'
	run -0 "${without_rights[@]}" "$tree/build/user" build/doctor
	assert_line --regexp $'^probe\tdirect\tuts.flag\t.*has made no user namespace: its exercise user.flag is missing'
	cp labs/user/user.c "$tree/labs/user/user.c"
	make --silent --directory "$tree" build/user
	run -0 "${without_rights[@]}" "$tree/build/user" "$tree/build/uts" true
	# With that exercise alone, something else is missing.
	mapfile -t marks < <(scripts/lib/marks.py list labs/user/user.c | grep -v '^user.flag$')
	scripts/lib/marks.py remove labs/user/user.c "${marks[@]}" >"$tree/labs/user/user.c"
	make --silent --directory "$tree" build/user 2>/dev/null
	run -125 --separate-stderr "${without_rights[@]}" "$tree/build/user" "$tree/build/uts" true
	[[ $stderr == *'clone with CLONE_NEWUTS: Operation not permitted'* && $stderr != *'has made no user namespace'* ]]
}

@test "errors: without its flag, the user lab says which one an ordinary user needs" {
	tree=$BATS_TEST_TMPDIR/tree
	copy_tree "$tree"
	sed -i '/CLONE_NEWUSER;/d' "$tree/labs/user/user.c"
	make --silent --directory "$tree" build/user
	run -125 --separate-stderr "${with_rights[@]}" setpriv --bounding-set -sys_admin "$tree/build/user" true
	assert_equal "$(tail -n 1 <<<"$stderr")" \
		'it needs CAP_SYS_ADMIN, or CLONE_NEWUSER among the flags: use sudo, or the user lab: build/user build/user'
}

# bats test_tags=fault:call-filtered
@test "errors: where a container engine's filter refuses clone, that is what is said" {
	cause="a seccomp filter refuses it, as in a container engine: run it outside, or have the engine allow it"
	assert_filtered clone EPERM 'uts: clone with CLONE_NEWUTS: Operation not permitted' "$cause"
	assert_error 'uts: clone with CLONE_NEWUTS: Operation not permitted' "$cause" \
		"${without_rights[@]}" build/tests/deny clone EPERM build/uts true
}

# bats test_tags=fault:no-clone3
@test "errors: without clone3, as under an older filter, everything works" {
	run -7 build/tests/deny clone3 ENOSYS build/user sh -c 'true; exit 7'
	run -7 build/tests/deny clone3 EPERM build/user sh -c 'exit 7'
}

# bats test_tags=fault:call-filtered
@test "errors: where a filter hides a system call, that is what is said" {
	advice="as in a container engine: run it outside, or have the engine allow it"
	refuses="a seccomp filter refuses it, $advice"
	assert_filtered clone ENOSYS 'uts: clone with CLONE_NEWUTS: Function not implemented' "$refuses"
	assert_filtered close_range ENOSYS 'uts: close_range: Function not implemented' "$refuses"
	# As Linux before 5.11 does.
	assert_filtered close_range EINVAL 'uts: close_range: Invalid argument' \
		'this kernel is too old: the labs take Linux 5.11 or later (`uname -r`)'
	# No contrast proves that it was the filter.
	assert_filtered close_range EPERM 'uts: close_range: Operation not permitted' "a seccomp filter is on, $advice"
}

# On a stage: without a filter, both would succeed.
# bats test_tags=fault:call-filtered
@test "errors: where a filter refuses to mount or to set the hostname, that is what is said" {
	advice="as in a container engine: run it outside, or have the engine allow it"
	for error in 'EPERM Operation not permitted' 'EACCES Permission denied'; do
		assert_error "mount: make / private: ${error#* }" "a seccomp filter refuses it, $advice" \
			scripts/stage build/tests/deny mount "${error%% *}" build/mount true
	done
	assert_error 'uts: sethostname container: Operation not permitted' "a seccomp filter is on, $advice" \
		scripts/stage build/tests/deny sethostname EPERM build/uts true
}

# bats test_tags=fault:namespace-limit
@test "errors: a limit of zero on a kind of namespace is named, and how to raise it" {
	# net takes a network namespace of its caller's.
	local caller=(unshare --user --map-root-user --net sh -c)
	for lab in $(labs_where brings_flag); do
		kind=$(flag_of "$lab" | sed 's/CLONE_NEW//; s/NS/mnt/; s/.*/\L&/')
		run -125 --separate-stderr "${caller[@]}" "echo 0 >/proc/sys/user/max_${kind}_namespaces && exec build/$lab true"
		assert_equal "${#stderr_lines[@]}" 3
		assert_regex "${stderr_lines[1]}" "^$lab: clone with CLONE_NEW.*: No space left on device$"
		assert_equal "${stderr_lines[2]}" "the sysctl user.max_${kind}_namespaces is 0; to allow more, as root: \`sysctl -w user.max_${kind}_namespaces=10000\`"
		[[ $stderr =~ \`(.*)\` ]]
		run -0 "${caller[@]}" "echo 0 >/proc/sys/user/max_${kind}_namespaces && ${BASH_REMATCH[1]} && exec build/$lab true"
	done
}

@test "errors: flags of clone that don't go together are named, and without one of them it works" {
	trial=("${with_rights[@]}" build/tests/trial flags)
	while IFS='|' read -r flags names cause mended; do
		names=${names//,/ |}
		assert_error "trial: clone with $names: Invalid argument" "$cause" "${trial[@]}" $((flags))
		run -0 "${trial[@]}" $((mended))
	done <<-'EOF'
		0x10000|CLONE_THREAD|clone(2) takes CLONE_THREAD only together with CLONE_SIGHAND: add that, or leave out CLONE_THREAD|0
		0x800|CLONE_SIGHAND|clone(2) takes CLONE_SIGHAND only together with CLONE_VM: add that, or leave out CLONE_SIGHAND|0
		0x10010900|CLONE_NEWUSER, CLONE_SIGHAND, CLONE_THREAD, CLONE_VM|clone(2) doesn't take CLONE_THREAD together with CLONE_NEWUSER: leave out one of them|0x10000000
		0x20010900|CLONE_NEWPID, CLONE_SIGHAND, CLONE_THREAD, CLONE_VM|clone(2) doesn't take CLONE_THREAD together with CLONE_NEWPID: leave out one of them|0x20000000
		0x10000200|CLONE_NEWUSER, CLONE_FS|clone(2) doesn't take CLONE_FS together with CLONE_NEWUSER: leave out one of them|0x10000000
		0x20200|CLONE_NEWNS, CLONE_FS|clone(2) doesn't take CLONE_FS together with CLONE_NEWNS: leave out one of them|0x200
		0x8040000|CLONE_NEWIPC, CLONE_SYSVSEM|clone(2) doesn't take CLONE_SYSVSEM together with CLONE_NEWIPC: leave out one of them|0x8000000
	EOF
}

@test "errors: a namespace that clone can't make is named, and the one call that can" {
	cause='no child ends with SIGCHLD: was CLONE_NEWTIME among the flags of clone(2)? It is for unshare(2) alone'
	assert_error 'trial: waitpid: No child processes' "$cause" "${with_rights[@]}" build/tests/trial flags 0x80
}

# Of PID namespaces, see tests/labs/nest/nest.bats.
# bats test_tags=fault:nested-too-deep
@test "errors: one user namespace too many is refused with the reason, and all around it end" {
	export depth=0 script='
		build/user true || exit
		[ $((depth += 1)) -le 34 ] && exec unshare --user --map-root-user sh -c "$script"'
	run -125 --separate-stderr timeout -k 1 20 sh -c "$script"
	assert_equal "${stderr_lines[-2]}" 'user: clone with CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUSER: No space left on device'
	assert_regex "${stderr_lines[-1]}" '^a limit on namespaces: PID namespaces nest 32 deep, user ones 33, '
}

# bats test_tags=fault:chroot
@test "errors: in a chroot, where the kernel allows no user namespace, that is what is said, and bwrap(1) helps" {
	local refused='user: clone with CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUSER: Operation not permitted'
	local cause='the kernel allows no user namespace in a chroot: leave it, or enter its directory by bwrap(1) instead'
	local root=$BATS_TEST_TMPDIR/root mounts chroot bwrap
	# It has this tree, in a mount namespace; in turn, it is a directory and a mount point.
	mkdir -p "$root/tree"
	mounts='
		cd "$0"
		for directory in bin lib lib64 usr etc proc; do
			[ ! -e /$directory ] || { mkdir -p $directory && mount --rbind /$directory $directory || exit; }
		done
		mount --bind "$OLDPWD" tree'
	for mounts in "$mounts" "mount --bind '$root' '$root'; $mounts"; do
		chroot=("${with_rights[@]}" unshare --mount sh -c "$mounts"' && exec chroot . sh -c "cd tree && exec \"\$@\"" sh "$@"' "$root")
		assert_error "$refused" "$cause" "${chroot[@]}" build/user true
		bwrap=("${with_rights[@]}" unshare --mount sh -c "$mounts"' && exec bwrap --bind . / --dev /dev --chdir /tree "$@"' "$root")
		run -7 "${bwrap[@]}" build/user sh -c 'exit 7'
		run -0 "${chroot[@]}" build/pid true
		[[ $mounts == *"$root"* ]] || assert_error 'mount: make / private: Invalid argument' \
			"/ isn't a mount point here, as in a chroot: leave it, or enter its directory by bwrap(1) instead" \
			"${chroot[@]}" build/mount true
		run -0 "${bwrap[@]}" build/user build/mount true
	done
	[[ $EUID -ne 0 ]] || assert_error "$refused" "$cause" "${chroot[@]}" "${without_rights[@]}" build/user true
}

# A student may call the step otherwise than we do.
@test "errors: a refusal in a student's own words is given no cause of another step" {
	sed 's/read the namespaces of process/look at process/' labs/inspect/inspect.c >"$BATS_TEST_TMPDIR/inspect.c"
	run -0 cc -D_GNU_SOURCE -Icommon -o "$BATS_TEST_TMPDIR/inspect" "$BATS_TEST_TMPDIR/inspect.c" build/common.a ${VARIANT:+-fsanitize=address,undefined}
	chmod a+rx "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"
	run -125 --separate-stderr "${without_rights[@]}" unshare --user "$BATS_TEST_TMPDIR/inspect" 1
	assert_equal "${stderr_lines[*]}" 'inspect: look at process 1: Permission denied'
}

@test "errors: flags that a student names in the step itself are understood" {
	sed 's/die("unshare %s", "CLONE_NEWTIME")/die("unshare CLONE_NEWTIME")/' labs/time/time.c >"$BATS_TEST_TMPDIR/time.c"
	run -0 cc -D_GNU_SOURCE -Icommon -o "$BATS_TEST_TMPDIR/time" "$BATS_TEST_TMPDIR/time.c" build/common.a ${VARIANT:+-fsanitize=address,undefined}
	chmod a+rx "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"
	assert_error 'time: unshare CLONE_NEWTIME: Operation not permitted' \
		'it needs CAP_SYS_ADMIN, or CLONE_NEWUSER among the flags: use sudo, or the user lab: build/user build/time' \
		"${without_rights[@]}" "$BATS_TEST_TMPDIR/time" true
}

# That is no cause which the machine shows.
@test "errors: where a call is refused and nothing tells why, no cause is made up" {
	export ASAN_OPTIONS=detect_leaks=0 # which doesn't work under ptrace(2)
	chmod a+rwx "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"
	while read -r user lab process call n; do
		[[ $lab == user || $EUID -eq 0 ]] || continue
		local -n before=$user
		rm -f "$BATS_TEST_TMPDIR/call"
		run -125 --separate-stderr "${before[@]}" timeout -k 1 10 build/tests/inject "$BATS_TEST_TMPDIR/call" "$process" "$call" "$n" EPERM "build/$lab" true
		assert_regex "${stderr_lines[-1]}" "^$lab: .*: Operation not permitted$"
	done <<-'EOF'
		with_rights uts 0 clone 1
		with_rights user 0 clone 1
		without_rights user 0 clone 1
		without_rights user 0 pipe 1
		without_rights user 1 sethostname 1
		without_rights user 1 mount 1
	EOF
	# It isn't said, either, that setgroups could be written only once.
	rm "$BATS_TEST_TMPDIR/call"
	run -125 --separate-stderr build/tests/inject "$BATS_TEST_TMPDIR/call" 1 write 2 EPERM build/user true
	assert_equal "${stderr_lines[-2]}" "user: write 'deny' to /proc/self/setgroups: Operation not permitted"
	assert_equal "${stderr_lines[-1]}" 'a security module such as SELinux forbids it: its log says why'
}

# bats test_tags=fault:unmapped-id
@test "errors: if the caller's id isn't mapped, that is what is said" {
	assert_error 'user: clone with CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUSER: Operation not permitted' \
		"your user or group id isn't mapped in the user namespace around you: have it mapped in its uid_map and gid_map" \
		unshare --user build/user true
}

# There, clone(2) succeeds, and what comes later fails; a sysctl shows the restriction.
# bats test_tags=fault:apparmor
@test "errors: where AppArmor restricts user namespaces, that is what is said, and how to allow them" {
	mkdir "$BATS_TEST_TMPDIR/kernel"
	echo 1 >"$BATS_TEST_TMPDIR/kernel/apparmor_restrict_unprivileged_userns"
	cause='AppArmor restricts user namespaces here; to allow them, as root: `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`'
	# No search for leaks by the sanitizers: that doesn't work under ptrace(2).
	restricted=("${with_rights[@]}" env ASAN_OPTIONS=detect_leaks=0 unshare --mount sh -c 'mount --bind "$0" /proc/sys/kernel && exec "$@"'
		"$BATS_TEST_TMPDIR/kernel" strace -f -qq -o /dev/null)
	# The child's third write, after its message and that to setgroups. The program itself has only two.
	assert_error "user: write '0 $("${with_rights[@]}" id -u) 1' to /proc/self/uid_map: Operation not permitted" "$cause" \
		"${restricted[@]}" -e inject=write:error=EPERM:when=3 build/user true
	# The first file that the child opens.
	assert_error 'user: open /proc/self/setgroups: Permission denied' "$cause" \
		"${restricted[@]}" -e inject=openat:error=EACCES:when=1 build/user true
}

# bats test_tags=fault:namespace-limit
@test "errors: where a sysctl of the kernel's own forbids user namespaces, that is what is said, and how to allow them (emulated)" {
	export ASAN_OPTIONS=detect_leaks=0 # which doesn't work under ptrace(2)
	local refused='user: clone with CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUSER: Operation not permitted'
	local cause='the sysctl kernel.unprivileged_userns_clone is 0; to allow user namespaces, as root: `sysctl -w kernel.unprivileged_userns_clone=1`'
	mkdir "$BATS_TEST_TMPDIR/kernel"
	forbidden=("${with_rights[@]}" unshare --mount sh -c 'mount --bind "$0" /proc/sys/kernel && exec "$@"' "$BATS_TEST_TMPDIR/kernel"
		build/tests/inject "$BATS_TEST_TMPDIR/call" 0 clone 1 EPERM build/user true)
	echo 0 >"$BATS_TEST_TMPDIR/kernel/unprivileged_userns_clone"
	assert_error "$refused" "$cause" "${forbidden[@]}"
	echo 1 >"$BATS_TEST_TMPDIR/kernel/unprivileged_userns_clone"
	assert_error "$refused" '' "${forbidden[@]}"
}

# bats test_tags=fault:masked-proc
@test "errors: where parts of /proc are masked, as in an engine, that is what is said" {
	assert_error 'user: mount /proc: Operation not permitted' \
		'parts of /proc are masked, as in a container engine (/proc/irq): run it outside, or have the engine unmask them' \
		"${with_rights[@]}" unshare --mount sh -c 'mount -t tmpfs none /proc/irq && exec build/user true'
}

@test "errors: where /proc is read-only, that is what is said, and how to mend it" {
	local cause='/proc is mounted read-only; as root: `mount -o remount,bind,rw /proc`, and under bwrap(1) the option `--bind /proc /proc`'
	for user in with_rights without_rights; do
		local -n before=$user
		assert_error 'user: open /proc/self/setgroups: Read-only file system' "$cause" \
			"${before[@]}" bwrap --ro-bind / / --dev /dev build/user true
		run -0 "${before[@]}" bwrap --ro-bind / / --dev /dev --bind /proc /proc build/user true
	done
	run -0 "${with_rights[@]}" unshare --mount sh -c '
		mount -o remount,bind,ro /proc && ! build/user true && mount -o remount,bind,rw /proc && build/user true'
}

@test "errors: inspect is told of a process outside of its user namespace, and not to use sudo" {
	local cause='the process is outside of the user namespace that you are in: look from out there'
	local sees
	"${without_rights[@]}" sleep 100 3>&- &
	pid=$!
	sees=("inspect: read the namespaces of process $pid: Permission denied" "$cause")
	within 5 grep -q '^sleep' "/proc/$pid/comm"
	assert_error "${sees[@]}" "${without_rights[@]}" unshare --user build/inspect "$pid"
	assert_error "${sees[@]}" "${without_rights[@]}" unshare --user --map-root-user build/inspect "$pid"
	run -0 "${without_rights[@]}" build/inspect "$pid"
	if [[ $EUID -eq 0 ]]; then
		assert_error "${sees[@]}" setpriv --reuid 12345 --clear-groups unshare --user --map-root-user build/inspect "$pid"
		assert_error "${sees[0]}" 'the process belongs to another user: use sudo' setpriv --reuid 12345 --clear-groups build/inspect "$pid"
	fi
	kill "$pid"
}

# bats test_tags=fault:setuid
@test "errors: with more rights than its caller, a program refuses to run" {
	[[ $EUID -eq 0 ]] || skip 'needs root'
	chmod 755 "$BATS_TEST_TMPDIR"
	for lab in "${labs[@]}"; do
		cp "build/$lab" "$BATS_TEST_TMPDIR/$lab"
		chmod 4755 "$BATS_TEST_TMPDIR/$lab"
		assert_error "$lab: run setuid, setgid or with file capabilities: Operation not permitted" '' \
			"${without_rights[@]}" "$BATS_TEST_TMPDIR/$lab" true
		chmod 755 "$BATS_TEST_TMPDIR/$lab"
		setcap cap_sys_admin+ep "$BATS_TEST_TMPDIR/$lab"
		assert_error "$lab: run setuid, setgid or with file capabilities: Operation not permitted" '' \
			"${without_rights[@]}" "$BATS_TEST_TMPDIR/$lab" true
	done
}

# The sanitizers need more of it all, and have errors of their own.
# bats test_tags=no-asan,fault:resource-limit
@test "errors: a limit on processes is named" {
	assert_error 'user: clone with CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUSER: Resource temporarily unavailable' \
		'a limit on processes: see `ulimit -u` (here: 1) and pids.max of the cgroup; raise it, or end some processes' \
		"${without_rights[@]}" prlimit --nproc=1 build/user true
}

# bats test_tags=no-asan,fault:resource-limit
@test "errors: a limit on open descriptors is named" {
	for ((limit = 3; limit < 30; limit++)); do
		run --separate-stderr prlimit --nofile=$limit build/user true
		[[ $status -ne 0 ]] || break
		assert_equal "$status" 125
		run grep -vxE 'Program started|In the container process!' <<<"$stderr"
		assert_line --index 0 --regexp '^user: .*: Too many open files$'
		assert_line --index 1 'a limit on open descriptors: see `ulimit -n`, and raise it'
		assert_equal "${#lines[@]}" 2
	done
	((limit > 5 && limit < 30))
}

# What a program itself takes depends on how it is linked, so try from where it can just be loaded. Each thing that it asks
# for later may be the one that is refused.
# bats test_tags=no-asan,fault:resource-limit
@test "errors: a limit on memory is named, whatever it refuses" {
	run -0 scripts/stage bash -s user net <<-'EOF'
		for lab; do
			for ((limit = 512 * 1024; limit < 16 << 20; limit += 64 * 1024)); do
				errors=$(prlimit --as="$limit" "build/$lab" true 2>&1)
				status=$?
				[[ $errors == 'Program started'* ]] || continue
				[[ $errors != *$'\nIn the container process!'* || $status -eq 125 ]] || break # The command is run.
				echo "$status $(tail -n 2 <<<"$errors" | paste -s -d '|')"
			done
			echo "$lab: runs it"
		done
	EOF
	for line in "${lines[@]}"; do
		[[ $line == *': runs it' || $line =~ ^'125 '(user|net)': '.*': Cannot allocate memory|a limit on memory: see `ulimit -v`, and raise it'$ ]] || fail "$line"
	done
	assert_line --partial 'user: mmap the stack'
	assert_line --partial 'net: add a veth pair'
	assert_line 'user: runs it'
	assert_line 'net: runs it'
}

# bats test_tags=no-asan,fault:stack-overrun
@test "errors: a container that overruns its stack dies by SIGSEGV, and the program lives on" {
	ulimit -c 0
	run -139 --separate-stderr build/tests/trial overrun
	assert_output $'in it\nafter it'
}

# assert_mended COMMAND...: the last error said in backquotes what to do instead; with that as its last word, the command
# works.
assert_mended() {
	[[ $stderr =~ .*\`(.*)\` ]]
	run -0 "$@" "${BASH_REMATCH[1]}"
}

# bats test_tags=fault:wrong-map
@test "errors: an id map that is refused is shown, with what is wrong with it and what is right" {
	local uid other map written write=("${without_rights[@]}" build/tests/trial write)
	uid=$(id -u)
	other=$((uid + 1))
	# Root's ordinary user is 65534, which is the overflow id as well.
	[[ $EUID -ne 0 ]] || write=("${write[@]/65534/54321}") other=54322 uid=54321
	for map in uid_map gid_map; do
		[[ $map == uid_map ]] || write+=(setgroups deny)
		while IFS='|' read -r written error cause; do
			[[ $written != "0 $uid 1" ]] || continue # It would be no error.
			assert_error "trial: write '$written' to /proc/self/$map: $error" "$cause" "${write[@]}" "$map" "$written"
			[[ $cause != *\` ]] || assert_mended "${write[@]}" "$map"
		done <<-EOF
			nonsense|Invalid argument|each line of a map is: first id inside, first id outside, count (at least 1)
			0 $uid 0|Invalid argument|each line of a map is: first id inside, first id outside, count (at least 1)
			0 $uid 2|Operation not permitted|\`0 $uid 2\` maps several ids, and an ordinary user can map only their own: \`0 $uid 1\`
			$uid 0 1|Operation not permitted|the second number of \`$uid 0 1\` must be your own id, as it is outside: \`0 $uid 1\`
			0 $other 1|Operation not permitted|the second number of \`0 $other 1\` must be your own id, as it is outside: \`0 $uid 1\`
			0 65534 1|Operation not permitted|the second number of \`0 65534 1\` is what geteuid(2) and getegid(2) return while no id is mapped: ask for your own before the clone, and write \`0 $uid 1\`
		EOF
	done
}

# Your own id is another one in there: that of the container's root.
@test "errors: a container in a container that maps the id from outside of both is told which is right" {
	tree=$BATS_TEST_TMPDIR/tree
	copy_tree "$tree"
	chmod -R a+rX "$BATS_RUN_TMPDIR"
	sed -i 's/^\tuid = gid = 0;.*//' "$tree/labs/nest/nest.c"
	make --silent --directory "$tree" build/nest
	run -125 --separate-stderr "${without_rights[@]}" "$tree/build/nest" true
	assert_regex "${stderr_lines[-1]}" '^the second number of `0 [1-9][0-9]* 1` .*`0 0 1`$'
}

# bats test_tags=fault:wrong-map
@test "errors: what is written to the files of an id map in the wrong order is refused with the rule" {
	local uid write=("${without_rights[@]}" build/tests/trial write)
	uid=$("${without_rights[@]}" id -u)
	while IFS='|' read -r writes what file cause; do
		# shellcheck disable=SC2086 # several words
		eval "set -- $writes"
		assert_error "trial: write '$what' to /proc/self/$file: Operation not permitted" "$cause" "${write[@]}" "$@"
	done <<-EOF
		uid_map '0 $uid 1' uid_map '0 $uid 1'|0 $uid 1|uid_map|/proc/self/uid_map can be written only once, and it has been
		gid_map '0 $uid 1'|0 $uid 1|gid_map|an ordinary user can write gid_map only after \`deny\` to setgroups
		setgroups deny gid_map '0 $uid 1' gid_map '0 $uid 1'|0 $uid 1|gid_map|/proc/self/gid_map can be written only once, and it has been
	EOF
}

# bats test_tags=fault:wrong-map
@test "errors: root without CLONE_NEWUSER is told that the maps are another user namespace's" {
	[[ $EUID -eq 0 && $(</proc/self/setgroups) == allow ]] || skip "needs root"
	copy_tree "$BATS_TEST_TMPDIR/tree"
	sed -i '/exercise user.flag/d' "$BATS_TEST_TMPDIR/tree/labs/user/user.c"
	make --silent --directory "$BATS_TEST_TMPDIR/tree" build/user
	assert_error "user: write 'deny' to /proc/self/setgroups: Operation not permitted" \
		"this user namespace has its id maps already, so it isn't a new one: is CLONE_NEWUSER among the flags?" \
		"$BATS_TEST_TMPDIR/tree/build/user" true
}

# From the program's first look at its descriptors on, and in each other process until it has become the command.
# bats test_tags=long,fault:failing-call
@test "errors: whichever system call fails in whichever process, the program ends with 125 and says so, and nothing is left" {
	local lab programs=()
	for lab in "${labs[@]}"; do
		programs+=("$lab$(! takes_pid "$lab" || echo ' TARGET')$(! has_layer "$lab" || echo " --layer $BATS_TEST_TMPDIR/layer")$(! makes_container "$lab" || echo ' true')")
	done
	run -0 scripts/stage --keep "$BATS_TEST_TMPDIR" bash -s "$BATS_TEST_TMPDIR" "${programs[@]}" <<-'EOF'
		# To look at a disposition, at a terminal or at one's rights may fail, to find the tree's language, to print a
		# message, and to close; and so may what the C library does in a new process, and to sleep until the end. A
		# command is looked for in the next directory, to wait is tried again, and an interface's name is found by any
		# kind of socket.
		harmless='^((capget|close|getrandom|newfstatat|stat|access|faccessat|readlink|rt_sigtimedwait|set_robust_list|pause)\(|write\(2, |rt_sigaction\([0-9]+, 0\)|ioctl\((2|-1), |openat\(/dev/tty, |socket\(1, )'
		export ASAN_OPTIONS=detect_leaks=0 # which doesn't work under ptrace(2)
		unshare --uts sleep 1000 &
		target=$!
		for program in "${@:2}"; do
			tested=0
			in_image=$(grep '^image := yes' "labs/${program%% *}/Makefile")
			for ((process = 0, n = 1; ; n++)); do
				timeout -k 1 10 build/tests/inject "$1/call" "$process" "" "$n" ENOMEM build/${program/TARGET/$target} >"$1/out" 2>"$1/errors"
				status=$?
				call=$(<"$1/call")
				[[ $call != end* ]] || break
				if [[ $call == none* ]]; then
					((process += 1, n = 0))
					continue
				fi
				# The sanitizers have calls of their own, and end at once.
				! grep -qE 'ERROR: (AddressSanitizer|Failed to mmap)|AddressSanitizer: CHECK' "$1/errors" || continue
				((tested += 1))
				# The sanitizer's warning has three lines, see tests/lib/helpers.bash; what the labs themselves say is no
				# error. And the host may find its container gone.
				lines=$(sed '/WARNING: ASan is ignoring/,+2d' "$1/errors" |
					grep -cvE '^(Program started|In the .*process!|The (host|container) sees .*|PIDs, .*|.*: No such (process|device( or address)?))$')
				expected=125
				[[ $call != execve* ]] || expected=126
				grep -q ': Cannot allocate memory$' "$1/errors" && says=1 || says=0
				# An image has the command in one directory alone, so that there is no next one to look in.
				[[ $in_image && $status -ge 126 && $lines -le 2 && $call =~ ^(newfstatat|stat|access|faccessat)\( ]] && continue
				[[ $status -eq $expected && $says -eq 1 && $lines -le 2 ]] || [[ $status -eq 0 && $lines -eq 0 && $call =~ $harmless ]] || {
					echo "$program, process $process: status $status: $call"
					cat "$1/errors"
				}
			done
			((tested > 20)) || echo "only $tested calls: $program"
		done
		for ((i = 0; i < 100; i++)); do
			left=$(ps -e -o args= | grep -E '^build/|^true' || ip -oneline link | grep -v ' lo:') || exit 0
			sleep 0.02
		done
		echo "left: $left"
	EOF
	assert_output ''
}

# Of a page, the table of errors is compared: its first column with what die() and warn_error() are given, the next two
# with cause.c. `...` stands for what differs.
@test "errors: docs/troubleshooting.md has each cause, and no message that no program says" {
	run -0 /usr/bin/python3 - <<-'END'
		import gettext, os, re, subprocess, sys

		def find_messages(files, *keywords):
		    run = ["xgettext", "--language=C", "--omit-header", "--no-location", "--from-code=UTF-8", "--no-wrap", "--keyword",
		           *(f"--keyword={keyword}" for keyword in keywords), "--output=-", *files]
		    found = subprocess.run(run, check=True, capture_output=True, text=True).stdout
		    return [message.replace("\\\\", "\\") for message in re.findall(r'^msgid "(.+)"$', found, re.MULTILINE)]

		def shown(text):
		    return re.sub(r"%(\d\$)?[sd]", "...", text.strip())

		labs = re.search("^LABS := (.*)$", open("Makefile").read(), re.MULTILINE)[1].split()
		steps = find_messages([f"labs/{lab}/{lab}.c" for lab in labs] +
		                      [f"common/{name}" for name in os.listdir("common") if name.endswith(".c")], "die", "warn_error")
		advice = find_messages(["common/cause.c"], "N_")
		names = {shown(name) for name in re.findall(r'^\t\{"([^"]+)", "', open("common/cause.c").read(), re.MULTILINE)}
		errors = {os.strerror(number) for number in range(1, 134)}
		for language, page in (("en", "docs/troubleshooting.md"), ("zh_CN", "docs/troubleshooting.zh-CN.md")):
		    translate = gettext.translation("nslabs", "build/locale", [language], fallback=True).gettext
		    table = open(page).read().split("\n## ")[1]
		    rows = [row.strip("| \n").split(" | ") for row in table.splitlines() if row.startswith("| ")][1:]
		    codes = [[{code.strip() for _, code in re.findall("(`+)(.+?)\\1(?!`)", cell)} for cell in row] for row in rows]
		    known = {shown(translate(step)) for step in steps} | {"..."}
		    for first, line, name, _ in codes:
		        for error in first:
		            step, _, reason = error.rpartition(": ")
		            if step not in known or reason not in errors:
		                print(f"{page}: no program says: {error}")
		    said = set().union(*(line for _, line, _, _ in codes))
		    for line in said ^ {shown(translate(text)) for text in advice}:
		        print(f"{page}: not in both this page and cause.c: {line}")
		    for name in set().union(*(name for _, _, name, _ in codes)) ^ names:
		        print(f"{page}: not in both this page and cause.c: {name}")
	END
	assert_output ''
}
