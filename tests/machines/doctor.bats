# The doctor names each cause that keeps a lab from running, and blames nothing else. The causes are made for real, on a
# host of the test's own where the caller is root; what is only emulated says so.
load ../lib/helpers

ordinary=()
[[ $EUID -ne 0 ]] || ordinary=(setpriv --reuid 65534 --regid 65534 --clear-groups)
host=(unshare --user --map-root-user --mount --net --pid --fork --mount-proc --propagation private)

# on_host COMMANDS [COMMAND]...: run shell commands there; "$@" in them is the command, by default the doctor.
on_host() {
	local commands=$1
	shift
	[[ $# -gt 0 ]] || set -- scripts/doctor --json
	"${host[@]}" bash -c "$commands" bash "$@"
}

# blamed COMMAND...: print what the doctor's JSON, which the command prints, blames: each place, step and cause; then the
# labs that can't run. The exit status must say the same.
blamed() {
	local status=0
	"$@" >"$BATS_TEST_TMPDIR/json" || status=$?
	/usr/bin/python3 - "$BATS_TEST_TMPDIR/json" "$status" <<-'END'
		import json, sys
		found = json.load(open(sys.argv[1]))
		for line in sorted({f"{p['place']} {p['at']}: {p['cause']}" for p in found["probes"] if p["cause"]}):
		    print(line)
		print("can't run:", *[lab["lab"] for lab in found["labs"] if not lab["ways"]])
		assert int(sys.argv[2]) == any(not lab["ways"] for lab in found["labs"]), sys.argv
		for p in found["probes"]:
		    assert (p["status"] == "ok") == (p["cause"] is None) == (not p["advice"]) == (not p["error"]), p
		for lab in found["labs"]:
		    assert (lab["status"] == "ok") == (lab["cause"] is None) == bool(lab["ways"]), lab
		    assert lab["cause"] is None or lab["cause"] in lab["causes"].values(), lab
	END
}

# assert_blamed LINE...: that and nothing else.
assert_blamed() {
	assert_output "$(printf '%s\n' "$@")"
}

# advice CAUSE: print the advice that the doctor gave last for a cause.
advice() {
	/usr/bin/python3 -c 'import json, sys
print(*{p["advice"] for p in json.load(open(sys.argv[1]))["probes"] if p["cause"] == sys.argv[2]}, sep="\n")' \
		"$BATS_TEST_TMPDIR/json" "$1"
}

# The labs that make a user namespace themselves.
rootless=$(labs_where runs_as user | paste -s -d ' ')

# Those that write into /proc: id maps, or the offsets of clocks.
writes_proc() {
	grep -q 'write_text(' "labs/$1/$1.c"
}
writers=$(labs_where writes_proc | paste -s -d ' ')

# commands_without NAME...: make a directory with every command but these; print its path.
commands_without() {
	local directory=$BATS_TEST_TMPDIR/commands
	mkdir -p "$directory"
	find /bin/ /usr/bin/ /usr/sbin/ -maxdepth 1 ! -type d -exec ln -sf --target-directory "$directory" {} +
	(cd "$directory" && rm -f "$@")
	echo "$directory"
}

# without_build: make a copy of the tree in which nothing is built; print its path.
without_build() {
	mkdir "$BATS_TEST_TMPDIR/tree"
	cp -r Makefile common labs scripts "$BATS_TEST_TMPDIR/tree"
	echo "$BATS_TEST_TMPDIR/tree"
}

# bats test_tags=long
@test "doctor: each lab can run on this machine, with what set-up installs" {
	run blamed scripts/doctor --json
	if [[ $EUID -eq 0 ]]; then
		assert_output "can't run:"
	else
		assert_blamed 'direct cgroup.flag: privilege' 'direct ipc.flag: privilege' 'direct mount.flag: privilege' \
			'direct net.flag: privilege' 'direct net.host: privilege' 'direct pid.flag: privilege' \
			'direct time.flag: privilege' 'direct uts.flag: privilege' "can't run:"
	fi
}

# bats test_tags=long
@test "doctor: each lab can run as root of a user namespace" {
	run blamed on_host '"$@"'
	assert_output "can't run:"
}

# bats test_tags=once:user
@test "doctor: the text says the same as the JSON" {
	# In turn: all is well; a step is refused, and those after it.
	for commands in '"$@"' 'build/tests/deny clone:0x20000 EPERM "$@"'; do
		on_host "$commands" scripts/doctor --json >"$BATS_TEST_TMPDIR/json" || true
		on_host "$commands" scripts/doctor >"$BATS_TEST_TMPDIR/text" || true
		# The text: a mark, an id, and the cause at the end of the line. Advice and headings are no such lines.
		sed -nE 's/^  (ok|no|-) +([a-z._0-9]+) .*\[(.*)\]$/\1 \2 \3/p; t; s/^  (ok|no) +([a-z._0-9]+) .*/\1 \2/p' \
			"$BATS_TEST_TMPDIR/text" >"$BATS_TEST_TMPDIR/lines"
		run -0 /usr/bin/python3 - "$BATS_TEST_TMPDIR/json" <<-'END'
			import json, sys
			found = json.load(open(sys.argv[1]))
			for probe in found["probes"]:
			    print("no" if probe["cause"] else "ok", probe["id"], *([probe["cause"]] if probe["cause"] else []))
			for lab in found["labs"]:
			    print("ok" if lab["ways"] else "no", lab["lab"], *list(lab["causes"].values())[-1:])
		END
		assert_output "$(cat "$BATS_TEST_TMPDIR/lines")"
	done
	# The advice is shown once, whole.
	run -0 grep --fixed-strings --count "$(advice seccomp)" "$BATS_TEST_TMPDIR/text"
	assert_output 1
}

# bats test_tags=long,once:user
@test "doctor: speaks the reader's language" {
	NSLABS_LANG=zh_CN run -0 scripts/doctor
	assert_line --regexp '^  (ok|-) +uts\.flag +创建新的 UTS 命名空间'
	assert_line '工具：'
	assert_line --regexp '^  ok +stage +检查所用的临时主机'
	assert_line --regexp '^  ok +nest +可行：'
	NSLABS_LANG=en LANG=zh_CN run -0 scripts/doctor
	assert_line --regexp '^  (ok|-) +uts\.flag +a new UTS namespace'
	# What the script says, build/doctor translates: that and nothing else.
	run -0 diff <(build/doctor | sed -n 's/^word\t\([^\t]*\)\t.*/\1/p' | sort) \
		<(xgettext --language=Shell --keyword=word --keyword=join --keyword=probe_tool:2 --omit-header --no-location --output=- scripts/doctor |
			sed -n 's/^msgid "\(.*\)"$/\1/p' | sort)
}

# bats test_tags=once:user
@test "doctor: each step that a lab's Makefile names is tried" {
	run -0 comm -13 <(build/doctor | cut -f 1,3 | sed -n 's/^probe\t//p' | sort -u) \
		<(sed -n 's/^steps := //p' labs/*/Makefile | tr ' ' '\n' | sort -u)
	assert_output ''
}

# bats test_tags=once:user
@test "doctor: its steps fail with the words of the programs" {
	# Only the doctor has layers in memory.
	run -0 comm -23 <(sed -n '/^static const char \*.*step \*step)/,/^}/p' common/doctor.c | grep -oE '(return|[?:]) "[^"]+"' |
		cut -d '"' -f 2 | grep -vE 'tmpfs|make the layers' | sort -u) <(grep -ohE '(die|warn_error)\("[^"]+"' common/*.c labs/*/*.c |
			cut -d '"' -f 2 | sort)
	assert_output ''
}

# bats test_tags=once:user
@test "doctor: what is no option is a usage error" {
	run -2 --separate-stderr scripts/doctor uts
	assert_output ''
	assert_equal "${stderr_lines[0]}" 'usage: scripts/doctor [--json]'
}

# bats test_tags=long
@test "doctor: the machine is left as it was" {
	tests/lib/snapshot >"$BATS_TEST_TMPDIR/snapshot"
	scripts/doctor >/dev/null
	build/tests/deny mount EPERM scripts/doctor >/dev/null || true
	build/tests/deny clone:0x40000000 KILL scripts/doctor >/dev/null || true
	run -0 tests/lib/snapshot --compare "$BATS_TEST_TMPDIR/snapshot"
}

# bats test_tags=long,once:user
@test "doctor: no Python is needed" {
	run blamed on_host 'mount --bind /dev/null "$(readlink -f /usr/bin/python3)"; "$@"'
	assert_blamed "can't run:"
}

# What a program says below its error, doctor gives as advice; NAME is the program.
# bats test_tags=long
@test "doctor: gives the advice that the programs give" {
	while IFS='|' read -r lab cause commands; do
		run on_host "$commands" "build/$lab" true
		assert_failure 125
		said=${lines[-1]//build\/$lab/build/NAME}
		run on_host "$commands"
		echo "$output" >"$BATS_TEST_TMPDIR/json"
		run -0 advice "$cause"
		assert_line "$said"
	done <<-'END'
		uts|privilege|setpriv --bounding-set -sys_admin "$@"
		user|privilege|setpriv --bounding-set -setfcap "$@"
		ipc|sysctl:user.max_ipc_namespaces|echo 0 >/proc/sys/user/max_ipc_namespaces; "$@"
		pid|limit:namespaces|echo 0 >/proc/sys/user/max_pid_namespaces; unshare --user --map-root-user --net "$@"
		net|seccomp|build/tests/deny clone EPERM "$@"
		mount|seccomp|build/tests/deny mount EACCES "$@"
		uts|seccomp|build/tests/deny sethostname EPERM "$@"
		uts|kernel:old|build/tests/deny close_range EINVAL "$@"
		user|masked-proc|mount --bind /dev/null /proc/version; "$@"
		user|no-proc|mount -t tmpfs none /proc; "$@"
		user|chroot|mount --rbind / /mnt; chroot /mnt env --chdir "$PWD" "$@"; exit $?
		user|chroot|unshare --mount bash -c 'mount --rbind / /mnt; exec chroot /mnt env --chdir "$PWD" "$@"' bash "$@"; exit $?
		user|read-only-proc|mount -o remount,bind,ro /proc; "$@"
		uts|privilege|setpriv --bounding-set -all "$@"
		user|unmapped-id|unshare --user "$@"
		ipc|kernel:ipc|build/tests/deny clone:0x8000000 EINVAL "$@"
		net|kernel:veth|build/tests/deny sendto:0x40 EOPNOTSUPP "$@"
		bridge|kernel:bridge|build/tests/deny sendto:0x3c EOPNOTSUPP "$@"
	END
}

# ---- Privilege ----

# bats test_tags=long
@test "doctor: a host's network that isn't the caller's is no matter of the other labs" {
	run blamed unshare --user --map-root-user scripts/doctor --json
	assert_blamed 'direct net.host: privilege' "can't run:"
}

# bats test_tags=long
@test "doctor: root without CAP_SYS_ADMIN needs the user lab" {
	run blamed on_host 'setpriv --bounding-set -sys_admin "$@"'
	assert_blamed 'direct cgroup.flag: privilege' 'direct ipc.flag: privilege' 'direct mount.flag: privilege' \
		'direct net.flag: privilege' 'direct pid.flag: privilege' 'direct time.flag: privilege' \
		'direct uts.flag: privilege' 'machine stage: privilege' "can't run:"
}

# bats test_tags=long
@test "doctor: root without CAP_SETFCAP can't map root" {
	run blamed on_host 'setpriv --bounding-set -setfcap "$@"'
	assert_blamed 'user user.uid_map: privilege' "can't run: $rootless"
}

# ---- Limits ----

# bats test_tags=long
@test "doctor: a limit of 0 on a kind of namespace is named by its sysctl" {
	for kind in uts ipc pid mnt net; do
		sysctl=sysctl:user.max_${kind}_namespaces
		run blamed on_host "echo 0 >/proc/sys/user/max_${kind}_namespaces; \"\$@\""
		assert_blamed "direct ${kind/mnt/mount}.flag: $sysctl" "machine stage: $sysctl" \
			"user ${kind/mnt/mount}.flag: $sysctl" "can't run: $(labs_from "${kind/mnt/mount}.flag")"
		run -0 advice "$sysctl"
		assert_output "the sysctl ${sysctl#*:} is 0; to allow more, as root: \`sysctl -w ${sysctl#*:}=10000\`"
	done
	run blamed on_host 'echo 0 >/proc/sys/user/max_user_namespaces; "$@"'
	assert_blamed 'user user.flag: sysctl:user.max_user_namespaces' "can't run: $rootless"
	run blamed on_host 'echo 0 >/proc/sys/user/max_time_namespaces; "$@"'
	assert_blamed 'direct time.flag: sysctl:user.max_time_namespaces' 'user time.flag: sysctl:user.max_time_namespaces' \
		"can't run: time"
	# No lab needs this one.
	run blamed on_host 'echo 0 >/proc/sys/user/max_cgroup_namespaces; "$@"'
	assert_blamed 'direct cgroup.flag: sysctl:user.max_cgroup_namespaces' \
		'user cgroup.flag: sysctl:user.max_cgroup_namespaces' "can't run:"
}

# bats test_tags=long
@test "doctor: a limit that only a user namespace further out has is a limit on namespaces" {
	run blamed on_host 'echo 0 >/proc/sys/user/max_uts_namespaces; unshare --user --map-root-user --net "$@"'
	assert_blamed 'direct uts.flag: limit:namespaces' 'machine stage: limit:namespaces' \
		'user uts.flag: limit:namespaces' "can't run: $(labs_from uts.flag)"
}

@test "doctor: a limit on processes is named, and nothing waits for it" {
	other=()
	[[ $EUID -ne 0 ]] || other=(setpriv --reuid 54321 --regid 54321 --clear-groups) # root has no such limit
	run blamed timeout 10 "${other[@]}" bash -c 'ulimit -u 1; exec scripts/doctor --json'
	assert_blamed 'direct skeleton.clone: limit:processes' 'machine skeleton.clone: limit:processes' \
		'user skeleton.clone: limit:processes' "can't run: ${labs[*]}"
	run -0 advice limit:processes
	assert_output --partial '`ulimit -u` (here: 1)'
}

# bats test_tags=once:user
@test "doctor: a limit on descriptors is named" {
	run blamed on_host 'ulimit -n 12; "$@"'
	assert_blamed 'direct skeleton.descriptors: limit:descriptors' 'machine skeleton.descriptors: limit:descriptors' \
		"can't run: ${labs[*]}"
}

# bats test_tags=once:user
@test "doctor: a limit on memory is named, not a library missed" {
	run blamed on_host 'ulimit -v 40000; "$@"'
	assert_line 'machine build.libmnl: limit:memory'
	refute_output --partial 'library:'
}

# ---- seccomp ----

# bats test_tags=long
@test "doctor: a seccomp filter that refuses new namespaces is named, whatever its answer" {
	for error in EPERM EACCES ENOSYS; do
		run blamed on_host "build/tests/deny clone $error \"\$@\""
		assert_blamed 'direct ipc.flag: seccomp' 'direct mount.flag: seccomp' 'direct net.flag: seccomp' \
			'direct pid.flag: seccomp' 'direct uts.flag: seccomp' 'user user.flag: seccomp' \
			"can't run: $(labs_from uts.flag)"
	done
}

# bats test_tags=long
@test "doctor: a seccomp filter is named to an ordinary user too, who would need a privilege as well" {
	run blamed "${ordinary[@]}" build/tests/deny clone EPERM scripts/doctor --json
	assert_line 'direct uts.flag: seccomp'
	assert_line 'user user.flag: seccomp'
	assert_line 'direct net.host: privilege'
}

# bats test_tags=long
@test "doctor: a seccomp filter that refuses one kind of namespace, or kills for it, stops only what needs it" {
	for error in EPERM KILL; do
		run blamed on_host "build/tests/deny clone:0x10000000 $error \"\$@\"" # CLONE_NEWUSER
		assert_blamed 'user user.flag: seccomp' "can't run: $rootless"
	done
}

# bats test_tags=long
@test "doctor: a seccomp filter on another call is named" {
	run blamed on_host 'build/tests/deny mount EPERM "$@"'
	assert_blamed 'direct mount.private: seccomp' 'machine stage: seccomp' 'user mount.private: seccomp' \
		"can't run: $(labs_from mount.flag)"
	run blamed on_host 'build/tests/deny sethostname ENOSYS "$@"'
	assert_blamed 'direct uts.hostname: seccomp' 'user uts.hostname: seccomp' \
		"can't run: $(labs_from uts.flag)"
	# No lab calls unshare(2), but the stage does.
	run blamed on_host 'build/tests/deny unshare EPERM "$@"'
	assert_blamed 'machine stage: seccomp' "can't run:"
	run blamed on_host 'build/tests/deny clone3 ENOSYS "$@"'
	assert_blamed "can't run:"
}

# bats test_tags=long
@test "doctor: a seccomp filter that is on isn't blamed for what it lets pass" {
	run blamed on_host 'echo 0 >/proc/sys/user/max_uts_namespaces; build/tests/deny clone3 ENOSYS "$@"'
	refute_output --partial seccomp
	run blamed on_host 'mount --bind /dev/null /proc/version; build/tests/deny clone3 ENOSYS "$@"'
	refute_output --partial seccomp
	run blamed unshare --user build/tests/deny clone3 ENOSYS scripts/doctor --json
	refute_output --partial seccomp
}

# ---- Where the caller is ----

# bats test_tags=long
@test "doctor: masked parts of /proc are named" {
	run blamed on_host 'mount --bind /dev/null /proc/version; mount -t tmpfs none /proc/acpi; "$@"'
	assert_blamed 'user mount.proc: masked-proc' "can't run: $rootless"
	run -0 advice masked-proc
	assert_output --partial '(/proc/version, /proc/acpi)'
}

# As Linux before 5.11 has it.
# bats test_tags=long
@test "doctor: a kernel without close_range(2) is too old for all labs but the first two" {
	run blamed on_host 'build/tests/deny close_range EINVAL "$@"'
	assert_blamed 'direct uts.descriptors: kernel:old' "can't run: $(labs_from uts.descriptors)"
}

# bats test_tags=long
@test "doctor: a /proc that is read-only is named" {
	run blamed on_host 'mount -o remount,bind,ro /proc; "$@"'
	assert_blamed 'direct time.offsets: read-only-proc' 'user user.setgroups: read-only-proc' "can't run: $writers"
}

# bats test_tags=long,once:user
@test "doctor: a tree on a mount with noexec is named, and with exec all is well" {
	local noexec='mount --bind "$1" "$1"; mount -o remount,bind,noexec "$1"; cd "$1"'
	tree=$(without_build)
	make --silent --directory "$tree" build/doctor >/dev/null
	run --separate-stderr blamed on_host "$noexec; bash scripts/doctor --json" "$tree"
	assert_blamed 'machine tree: noexec' "can't run: ${labs[*]}"
	assert_equal "$stderr" "doctor: no step is tried, since build/doctor can't be built and run"
	run -0 advice noexec
	assert_output 'this tree is on a mount with the option noexec: copy it elsewhere, or as root remount that with exec'
	run --separate-stderr blamed on_host "$noexec"'; mount -o remount,bind,exec "$1"; bash scripts/doctor --json' "$tree"
	assert_output "can't run:"
}

# bats test_tags=once:user
@test "doctor: a /proc that isn't there is named" {
	run blamed on_host 'mount -t tmpfs none /proc; "$@"'
	assert_line 'user user.setgroups: no-proc'
	assert_line 'direct inspect.stat: no-proc'
	refute_line --regexp ': (unknown|seccomp|chroot|unmapped-id)$'
}

# bats test_tags=long
@test "doctor: a chroot is named, at a mount point and in a directory that is none" {
	run blamed on_host 'mount --rbind / /mnt; chroot /mnt env --chdir "$PWD" "$@"; exit $?'
	assert_blamed 'user user.flag: chroot' "can't run: $rootless"
	run blamed on_host '
		mount -t tmpfs none /mnt
		for path in /*; do
			[[ -d $path && $path != /mnt ]] || continue
			mkdir -p "/mnt/root$path"
			mount --rbind "$path" "/mnt/root$path"
		done
		chroot /mnt/root env --chdir "$PWD" "$@"
		exit $?'
	assert_blamed 'direct mount.private: chroot' 'machine stage: chroot' 'user user.flag: chroot' \
		"can't run: $(labs_from mount.flag)"
}

# bats test_tags=long
@test "doctor: an id that isn't mapped is named" {
	run blamed on_host 'unshare --user "$@"'
	assert_line 'user user.flag: unmapped-id'
	assert_line 'direct uts.flag: privilege'
	refute_line --regexp ': (unknown|seccomp|chroot)$'
	assert_line "can't run: $(labs_from uts.flag)"
	# Only the group isn't.
	run blamed on_host 'unshare --user --map-user=1000 "$@"'
	assert_line 'user user.flag: unmapped-id'
}

# ---- AppArmor and patched kernels: emulated, by files in the place of sysctls ----

# on_host_with SYSCTL VALUE COMMANDS: the same, where a sysctl of the directory kernel has a value.
on_host_with() {
	on_host "mount -t tmpfs none /proc/sys/kernel; echo $2 >/proc/sys/kernel/${1#kernel.}; $3"
}

# As the real one does: opening setgroups in the new namespace is what fails. The filter refuses to open files with
# exactly these flags, O_WRONLY | O_CLOEXEC.
# bats test_tags=long
@test "doctor: AppArmor's restriction is named (emulated)" {
	sysctl=kernel.apparmor_restrict_unprivileged_userns
	run blamed on_host_with "$sysctl" 1 'build/tests/deny openat:0x80001 EACCES "$@"'
	assert_blamed 'direct time.offsets: apparmor' 'user user.setgroups: apparmor' "can't run: $writers"
	run -0 advice apparmor
	assert_output --partial "as root: \`sysctl -w $sysctl=0\`"
	run blamed on_host_with "$sysctl" 0 'build/tests/deny openat:0x80001 EACCES "$@"'
	assert_line 'user user.setgroups: seccomp'
}

# bats test_tags=long,once:user
@test "doctor: no sysctl is named that this machine doesn't have" {
	[[ ! -e /proc/sys/kernel/apparmor_restrict_unprivileged_userns ]] || skip "this kernel has it"
	run blamed on_host 'build/tests/deny openat:0x80001 EACCES "$@"'
	assert_blamed 'direct time.offsets: seccomp' 'user user.setgroups: seccomp' "can't run: $writers"
	run -1 grep sysctl "$BATS_TEST_TMPDIR/json"
}

# The refusal is real, although for another reason: an id that isn't mapped.
# bats test_tags=long
@test "doctor: a kernel without user namespaces for ordinary users is named (emulated)" {
	sysctl=kernel.unprivileged_userns_clone
	run blamed on_host_with "$sysctl" 0 'unshare --user "$@"'
	assert_line "user user.flag: sysctl:$sysctl"
	run blamed on_host_with "$sysctl" 1 'unshare --user "$@"'
	assert_line 'user user.flag: unmapped-id'
}

# bats test_tags=long
@test "doctor: a kernel without a kind of namespace, without veth, or without bridges, is named (emulated)" {
	run blamed on_host 'build/tests/deny clone:0x8000000 EINVAL "$@"' # CLONE_NEWIPC
	assert_blamed 'direct ipc.flag: kernel:ipc' 'user ipc.flag: kernel:ipc' "can't run: $(labs_from ipc.flag)"
	# Part two's labs have no network of their own.
	run blamed on_host 'build/tests/deny clone:0x40000000 EINVAL "$@"' # CLONE_NEWNET
	assert_line "can't run: $(labs_from net.flag)"
	# Of the doctor's requests to the kernel, only the one for the pair is so long.
	run blamed on_host 'build/tests/deny sendto:0x40 EOPNOTSUPP "$@"'
	assert_blamed 'direct net.veth: kernel:veth' 'user net.veth: kernel:veth' "can't run: net bridge"
	# And no other one has such a length as that for the bridge.
	run blamed on_host 'build/tests/deny sendto:0x3c EOPNOTSUPP "$@"'
	assert_blamed 'direct bridge.create: kernel:bridge' 'user bridge.create: kernel:bridge' "can't run: bridge"
}

# ---- Root, who sees an ordinary user's side as well ----

@test "doctor: root is told what only stops an ordinary user" {
	[[ $EUID -eq 0 ]] || skip "needs root"
	run blamed bash -c 'ulimit -u 1; scripts/doctor --json'
	assert_blamed 'ordinary user.flag: limit:processes' "can't run:"
	run blamed unshare --mount bash -c 'mount --bind /dev/null /proc/version; scripts/doctor --json'
	assert_blamed 'ordinary mount.proc: masked-proc' 'user mount.proc: masked-proc' "can't run: $rootless"
}

# ---- Tools ----

# bats test_tags=long,once:user
@test "doctor: a tool that the lessons type is missed, and the labs run" {
	# Not in PATH; not there at all.
	PATH=$(commands_without ip) run blamed on_host '"$@"'
	assert_blamed 'machine ip: tool:ip' "can't run:"
	run -0 advice tool:ip
	assert_output --regexp 'it is /.*/ip: have its directory in PATH'
	run blamed on_host 'for path in /bin/ip /sbin/ip; do mount --bind /dev/null "$path"; done; "$@"'
	assert_blamed 'machine ip: tool:ip' "can't run:"
	run -0 advice tool:ip
	assert_output 'to install what is missing: as root: `scripts/setup`'
}

# bats test_tags=long,once:user
@test "doctor: without a compiler what is built can run, and nothing else" {
	PATH=$(commands_without cc) run blamed on_host '"$@"'
	assert_blamed 'machine cc: tool:cc' "can't run:"
	tree=$(without_build)
	PATH=$(commands_without cc) run --separate-stderr blamed on_host '"$@"' "$tree/scripts/doctor" --json
	assert_blamed 'machine cc: tool:cc' "can't run: ${labs[*]}"
	PATH=$(commands_without cc) run -1 --separate-stderr on_host '"$@"' "$tree/scripts/doctor"
	assert_line --regexp "^  no +nest +can't run here \[tool:cc\]"
	assert_equal "${#stderr_lines[@]}" 1
	assert_regex "$stderr" "^doctor: no step is tried, since build/doctor can't be built and run: make: cc: "
}

# bats test_tags=long,once:user
@test "doctor: without libmnl only net and bridge can't be built, and with it the veth pair and the bridge are tried" {
	tree=$(without_build)
	run blamed on_host 'mount -t tmpfs none /usr/include/libmnl; "$@"' "$tree/scripts/doctor" --json
	assert_blamed 'machine build.libmnl: library:libmnl' "can't run: net bridge"
	run -1 grep -E 'net.veth|bridge.create' "$BATS_TEST_TMPDIR/json"
	run -0 on_host 'mount -t tmpfs none /usr/include/libmnl; "$@"' make --silent -C "$tree" build/uts
	run blamed on_host '"$@"' "$tree/scripts/doctor" --json
	assert_output "can't run:"
	run -0 grep net.veth "$BATS_TEST_TMPDIR/json"
	run -0 grep bridge.create "$BATS_TEST_TMPDIR/json"
}

@test "doctor: what root builds in another's tree is that user's" {
	[[ $EUID -eq 0 ]] || skip "needs root"
	tree=$(without_build)
	chown -R 65534:65534 "$tree"
	run -0 "$tree/scripts/doctor"
	run -0 find "$tree" ! -uid 65534
	assert_output ''
}

# bats test_tags=long
@test "doctor: sudo is advised only where there is sudo" {
	chmod o+x "$BATS_RUN_TMPDIR" # an ordinary user is to use what is in it
	# As if nothing were installed.
	commands=$(commands_without sudo dpkg-query)
	printf '#!/bin/sh\nexit 1\n' >"$commands/dpkg-query"
	chmod +x "$commands/dpkg-query"
	PATH=$commands run blamed "${ordinary[@]}" scripts/doctor --json
	assert_line 'machine packages: packages'
	run -0 advice packages
	assert_output 'to install what is missing: as root: `scripts/setup --dev`'
	cp "$commands/dpkg-query" "$commands/sudo"
	PATH=$commands run blamed "${ordinary[@]}" scripts/doctor --json
	run -0 advice packages
	assert_output 'to install what is missing: `sudo scripts/setup --dev`'
}
