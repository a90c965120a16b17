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
	while read -r lab flag; do
		flags+=${flags:+ | }$flag
		assert_error "$lab: clone with $flags: Operation not permitted" \
			"it needs CAP_SYS_ADMIN, or CLONE_NEWUSER among the flags: use sudo, or the user lab: build/user build/$lab" \
			"${without_rights[@]}" "build/$lab" true
	done <<-'EOF'
		uts CLONE_NEWUTS
		ipc CLONE_NEWIPC
		pid CLONE_NEWPID
		mount CLONE_NEWNS
		net CLONE_NEWNET
	EOF
}

# bats test_tags=fault:rootless
@test "errors: an ordinary user can run the user lab, and every other lab in it" {
	run -7 "${without_rights[@]}" build/user sh -c 'exit 7'
	for lab in $(labs_where makes_container); do
		run -7 "${without_rights[@]}" build/user "build/$lab" sh -c 'exit 7'
	done
	run -0 "${without_rights[@]}" build/user build/inspect
}

# bats test_tags=fault:no-sys-admin
@test "errors: root without CAP_SYS_ADMIN is told the same as an ordinary user" {
	assert_error 'uts: clone with CLONE_NEWUTS: Operation not permitted' \
		'it needs CAP_SYS_ADMIN, or CLONE_NEWUSER among the flags: use sudo, or the user lab: build/user build/uts' \
		"${with_rights[@]}" setpriv --bounding-set -sys_admin build/uts true
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
@test "errors: a limit of zero on a kind of namespace is named" {
	while read -r lab kind; do
		run -125 --separate-stderr unshare --user --map-root-user sh -c "
			echo 0 >/proc/sys/user/max_${kind}_namespaces && exec build/$lab true"
		assert_equal "${#stderr_lines[@]}" 3
		assert_regex "${stderr_lines[1]}" "^$lab: clone with CLONE_NEW.*: No space left on device$"
		assert_equal "${stderr_lines[2]}" "the sysctl user.max_${kind}_namespaces is 0; to allow more, as root: \`sysctl -w user.max_${kind}_namespaces=10000\`"
	done <<-'EOF'
		uts uts
		ipc ipc
		pid pid
		mount mnt
		net net
		user user
	EOF
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
@test "errors: in a chroot, where the kernel allows no user namespace, that is what is said" {
	# It has this tree, in a mount namespace.
	mkdir -p "$BATS_TEST_TMPDIR/root/tree"
	chroot=("${with_rights[@]}" unshare --mount sh -c '
		cd "$0"
		for directory in bin lib lib64 usr etc proc; do
			[ ! -e /$directory ] || { mkdir -p $directory && mount --rbind /$directory $directory || exit; }
		done
		mount --bind "$OLDPWD" tree && exec chroot . sh -c "cd tree && exec \"\$@\"" sh "$@"' "$BATS_TEST_TMPDIR/root")
	assert_error 'user: clone with CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUSER: Operation not permitted' \
		'the kernel allows no user namespace in a chroot: leave it, or enter its directory by bwrap(1) instead' \
		"${chroot[@]}" build/user true
	assert_error 'mount: make / private: Invalid argument' \
		"/ isn't a mount point here, as in a chroot: leave it, or enter its directory by bwrap(1) instead" \
		"${chroot[@]}" build/mount true
	run -0 "${chroot[@]}" build/pid true
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
	assert_error 'user: write /proc/self/uid_map: Operation not permitted' "$cause" \
		"${restricted[@]}" -e inject=write:error=EPERM:when=3 build/user true
	# The first file that the child opens.
	assert_error 'user: open /proc/self/setgroups: Permission denied' "$cause" \
		"${restricted[@]}" -e inject=openat:error=EACCES:when=1 build/user true
}

# bats test_tags=fault:masked-proc
@test "errors: where parts of /proc are masked, as in an engine, that is what is said" {
	assert_error 'user: mount /proc: Operation not permitted' \
		'parts of /proc are masked, as in a container engine (/proc/irq): run it outside, or have the engine unmask them' \
		"${with_rights[@]}" unshare --mount sh -c 'mount -t tmpfs none /proc/irq && exec build/user true'
}

# bats test_tags=fault:setuid
@test "errors: with more rights than its caller, a program refuses to run" {
	[[ $EUID -eq 0 ]] || skip 'needs root'
	chmod 755 "$BATS_TEST_TMPDIR"
	for lab in skeleton inspect uts; do
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

# What the program itself takes depends on how it is linked, so try from where it can just be loaded.
# bats test_tags=no-asan,fault:resource-limit
@test "errors: a limit on memory is named" {
	for ((limit = 512 * 1024; limit < 16 << 20; limit += 64 * 1024)); do
		run --separate-stderr prlimit --as="$limit" build/user true
		[[ $stderr != 'Program started'* ]] || break
	done
	assert_equal "$status" 125
	assert_equal "${stderr_lines[1]}" 'user: mmap the stack: Cannot allocate memory'
	assert_equal "${stderr_lines[2]}" 'a limit on memory: see `ulimit -v`, and raise it'
}

# bats test_tags=no-asan,fault:stack-overrun
@test "errors: a container that overruns its stack dies by SIGSEGV, and the program lives on" {
	ulimit -c 0
	run -139 --separate-stderr build/tests/trial overrun
	assert_output $'in it\nafter it'
}

# bats test_tags=fault:wrong-map
@test "errors: a uid map that breaks a rule is refused with the rule" {
	ids='each line of a map is: first id inside, first id outside, count'
	own='an ordinary user can map only their own id, and deny setgroups only before gid_map; or a security module forbids it (AppArmor on Ubuntu 24.04)'
	user=("${without_rights[@]}" build/tests/trial write)
	uid=$("${without_rights[@]}" id -u)
	while IFS='|' read -r writes file error cause; do
		# shellcheck disable=SC2086 # several words
		eval "set -- $writes"
		assert_error "trial: write /proc/self/$file: $error" "$cause" "${user[@]}" "$@"
	done <<-EOF
		uid_map nonsense|uid_map|Invalid argument|$ids
		uid_map '0 $uid 0'|uid_map|Invalid argument|$ids
		uid_map '0 $uid 2'|uid_map|Operation not permitted|$own
		uid_map '0 $((uid + 1)) 1'|uid_map|Operation not permitted|$own
		uid_map '0 $uid 1' uid_map '0 $uid 1'|uid_map|Operation not permitted|/proc/self/uid_map can be written only once, and it has been
		gid_map '0 $uid 1'|gid_map|Operation not permitted|an ordinary user can write gid_map only after \`deny\` to setgroups
		setgroups deny gid_map '0 $uid 1' gid_map '0 $uid 1'|gid_map|Operation not permitted|/proc/self/gid_map can be written only once, and it has been
	EOF
}

# From the program's first message on, and in the child until it has become the command.
# bats test_tags=fault:failing-call
@test "errors: whichever system call fails, the program ends with 125 and says so, and nothing is left" {
	run -0 scripts/stage bash -s "$BATS_TEST_TMPDIR/trace" <<-'EOF'
		calls=(bind clone close_range getsockname ioctl mmap mount mprotect openat pipe2 poll prctl read recvmsg
			rt_sigaction rt_sigprocmask rt_sigtimedwait sendto sethostname socket wait4 write)
		# To look at a disposition or at the terminal may fail, and to print; to wait is tried again; an interface's name
		# is found by any kind of socket.
		harmless='rt_sigaction\(SIG[A-Z]+, NULL|ioctl\((2|-1), |openat\(AT_FDCWD, "/dev/tty"|rt_sigtimedwait\(|socket\(AF_UNIX|write\(2, '
		export ASAN_OPTIONS=detect_leaks=0 # which doesn't work under ptrace(2)
		for program in build/user build/net; do
			strace -f -o "$1" "$program" true 2>/dev/null
			tested=0
			for call in "${calls[@]}"; do
				n=$(sed '/"Program started/q' "$1" | grep -cE "^[0-9]+ +$call\(")
				while :; do
					((n += 1))
					timeout -k 1 10 strace -f -qq -o "$1.$call" -e trace=execve,"$call" -e inject="$call:error=ENOMEM:when=$n" \
						"$program" true 2>"$1.errors"
					status=$?
					failed=$(awk 'NR == 1 {program = $1} /INJECTED/ && ($1 == program || !running) {print; exit}
						/execve\(.*= 0$/ && $1 != program {running = 1}' "$1.$call")
					[[ $failed ]] || break
					[[ $failed != *MAP_FIXED* ]] || continue # the sanitizers' own memory
					((tested += 1))
					# The sanitizer's warning has three lines; see tests/lib/helpers.bash.
					lines=$(sed '/WARNING: ASan is ignoring/,+2d' "$1.errors" | grep -cvxE 'Program started|In the container process!')
					if [[ $status -ne 125 || $lines -gt 2 ]] && ! [[ $status -eq 0 && $failed =~ $harmless ]]; then
						echo "status $status: $failed"
						cat "$1.errors"
					fi
				done
			done
			((tested > 20)) || echo "only $tested calls of $program"
		done
		for ((i = 0; i < 100; i++)); do
			left=$(pgrep -x 'user|net|true' || ip -oneline link | grep -v ' lo:') || exit 0
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
		    return re.findall(r'^msgid "(.+)"$', found, re.MULTILINE)

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
