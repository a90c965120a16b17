# Grading a class, where it depends on who grades: with the real judge, with hostile archives, and with other machines.
# The rest is in submissions.bats and grades.bats.
# bats file_tags=slow
load ../lib/helpers
load stub

setup_file() {
	make --no-print-directory --silent all
}

setup() {
	make_class
}

teardown() {
	for pid in "${host_init[@]}"; do
		kill -KILL "$pid" 2>/dev/null || true
	done
}

@test "grade: right, wrong and broken files get the judge's verdicts, and nothing is left behind" {
	mkdir -p "$class/ada/labs/uts" "$class/bob"
	cp labs/uts/uts.c "$class/ada/labs/uts"
	sed 's/CLONE_NEWUTS/CLONE_NEWIPC/' labs/uts/uts.c >"$class/bob/uts.c"
	echo 'int main(' >"$class/bob/pid.c"
	ls -A "$work" >"$work/before"
	tests/lib/snapshot >"$work/snapshot"
	run -0 "$grade" "$class" --labs uts,pid --jobs 2
	assert_line --regexp '^  uts +1 passed, 1 failed$'
	assert_line --regexp '^  pid +1 failed, 1 not handed in$'
	run -0 grades
	assert_line --regexp '^ada uts pass 3$'
	assert_line --regexp '^bob uts fail [01] .*uts\.namespace'
	assert_line --regexp '^bob pid fail 0 pid\.compiles'
	run -0 tests/lib/snapshot --compare "$work/snapshot"
	run -0 ls -A "$work"
	assert_output "$({
		cat "$work/before"
		printf '%s\n' class-grades snapshot
	} | LC_ALL=C sort)"
}

# bats test_tags=long,fault:broken-submission
@test "grade: hostile archives are refused or left out in part, and write nothing anywhere" {
	use_stub
	CLASS=$class in_python "
import struct
good = b'// pass\n'
def tar(name, *members):
    with tarfile.open(class_ / name, 'w:gz') as archive:
        for member, data in members:
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
def info(name, kind=tarfile.REGTYPE, link=''):
    member = tarfile.TarInfo(name); member.type = kind; member.linkname = link
    return member
tar('dotdot.tar.gz', (info('../../uts.c'), b'// fail'), (info('uts.c'), good))
tar('absolute.tar.gz', (info('/etc/uts.c'), b'// fail'), (info('labs/uts/uts.c'), good))
tar('symlink.tar.gz', (info('uts.c', tarfile.SYMTYPE, '/etc/passwd'), b''))
tar('hardlink.tar.gz', (info('uts.c', tarfile.LNKTYPE, '/etc/passwd'), b''))
tar('throughlink.tar.gz', (info('labs', tarfile.SYMTYPE, '/tmp'), b''), (info('labs/uts/uts.c'), good))
tar('device.tar.gz', (info('uts.c', tarfile.CHRTYPE), b''))
tar('fifo.tar.gz', (info('uts.c', tarfile.FIFOTYPE), b''))
tar('bomb.tar.gz', (info('zero'), bytes(120 << 20)), (info('uts.c'), good))
tar('many.tar.gz', *((info(f'{n}'), b'') for n in range(20002)), (info('uts.c'), good))
with zipfile.ZipFile(class_ / 'bomb.zip', 'w', zipfile.ZIP_DEFLATED) as archive:
    archive.writestr('zero', bytes(60 << 20)); archive.writestr('uts.c', good)
with zipfile.ZipFile(class_ / 'liar.zip', 'w', zipfile.ZIP_DEFLATED) as archive:
    archive.writestr('uts.c', bytes(40 << 20))
data = (class_ / 'liar.zip').read_bytes().replace(struct.pack('<L', 40 << 20), struct.pack('<L', 100))
(class_ / 'liar.zip').write_bytes(data)
with zipfile.ZipFile(class_ / 'ziplink.zip', 'w') as archive:
    link = zipfile.ZipInfo('uts.c'); link.external_attr = 0o120777 << 16
    archive.writestr(link, '/etc/passwd')
with zipfile.ZipFile(class_ / 'zipdots.zip', 'w') as archive:
    archive.writestr('..\\\\..\\\\uts.c', '// fail'); archive.writestr('labs\\\\uts\\\\uts.c', good)
whole = (class_ / 'zipdots.zip').read_bytes()
(class_ / 'cut.zip').write_bytes(whole[:len(whole) // 2])
(class_ / 'cut.tar.gz').write_bytes((class_ / 'dotdot.tar.gz').read_bytes()[:60])
"
	run -0 "$grade" "$class" --labs uts
	run -0 grades
	assert_line 'dotdot uts pass 3'
	assert_line 'absolute uts pass 3'
	assert_line 'zipdots uts pass 3'
	assert_line 'throughlink uts pass 3'
	for name in symlink hardlink device fifo ziplink; do
		assert_line "$name uts unreadable 0 uts.c is a link or a device, not a file"
	done
	assert_line 'many uts unreadable 0 many.tar.gz: it has more than 20000 files'
	assert_line --regexp '^liar uts unreadable 0 '
	assert_line --regexp '^bomb uts unreadable 0 .*unpacks to more than 100 MiB'
	assert_line --regexp '^cut uts unreadable 0 .*cut'
	CLASS=$class in_python "assert 'left out' in rows['dotdot']['notes'][0], rows['dotdot']"
	run ls "$work/uts.c" "$class/../../uts.c"
	assert_failure
}

@test "grade: what root makes in a user's directory belongs to that user" {
	[[ $EUID -eq 0 ]] || skip 'needs root'
	use_stub
	hand_in a/uts.c
	chown -R 65534:65534 "$work"
	run -0 "$grade" "$class" --labs uts
	run -0 find "$class-grades" -user root
	assert_output ''
}

# start_host NAME NUMBER: a machine with a network of its own and a real sshd: host_init[NAME] is its first process.
declare -gA host_init
start_host() {
	mkfifo "$work/$1.ready"
	# shellcheck disable=SC2016 # for the shell on the host
	unshare --net --uts --mount --pid --fork --kill-child --mount-proc bash -c '
		read -r <"$3/$1.ready"
		hostname "$1"
		ip address add "10.77.$2.2/30" dev eth0 && ip link set eth0 up && ip link set lo up
		mount -t tmpfs tmpfs /run && mkdir /run/sshd
		mount -t tmpfs tmpfs /root # whose .bashrc would be read for each job
		exec /usr/sbin/sshd -D -f "$3/sshd_config" -E "$3/$1.log"' bash "$1" "$2" "$work" 3>&- &
	until host_init[$1]=$(pgrep -P $!); do
		kill -0 $!
		sleep 0.02
	done
	# The link is there once the machine has left our network namespace for its own.
	until [[ $(readlink "/proc/${host_init[$1]}/ns/net") != $(readlink /proc/self/ns/net) ]]; do
		kill -0 "${host_init[$1]}"
		sleep 0.02
	done
	ip link add "host$2" type veth peer name eth0 netns "${host_init[$1]}"
	ip address add "10.77.$2.1/30" dev "host$2"
	ip link set "host$2" up
	echo >"$work/$1.ready"
	until ssh -F "$work/ssh_config" "$1" true 2>"$work/log"; do
		kill -0 "${host_init[$1]}"
		sleep 0.02
	done
}

# bats test_tags=fault:grader-killed
@test "grade: two machines share the jobs, and when one dies in the middle, nothing is lost and no grade is double" {
	[[ $EUID -eq 0 ]] || skip 'needs root'
	use_stub
	ssh-keygen -q -t ed25519 -N '' -f "$work/key"
	cp "$work/key.pub" "$work/authorized"
	printf '%s\n' "HostKey $work/key" "AuthorizedKeysFile $work/authorized" 'StrictModes no' 'PermitRootLogin yes' \
		'PidFile none' 'UsePAM no' 'MaxStartups 100' 'PermitUserEnvironment no' \
		"SetEnv TMPDIR=$work" >"$work/sshd_config"
	printf '%s\n' "IdentityFile $work/key" "UserKnownHostsFile $work/known" 'StrictHostKeyChecking no' 'LogLevel ERROR' \
		'BatchMode yes' 'ConnectTimeout 5' 'ServerAliveInterval 1' 'ServerAliveCountMax 2' \
		'Host alpha' 'HostName 10.77.1.2' 'Host beta' 'HostName 10.77.2.2' >"$work/ssh_config"
	export PARALLEL_SSH="ssh -F $work/ssh_config"
	start_host alpha 1
	start_host beta 2
	printf 'alpha\nbeta\n' >"$work/hosts"
	for number in {1..12}; do
		hand_in "s$number/uts.c" "wait $work/go $number"
	done

	"$grade" "$class" --labs uts --jobs 2 --hosts "$work/hosts" >"$work/log" 2>&1 3>&- &
	pid=$!
	until [[ $(grep -c ' on alpha$' "$judged") -ge 2 && $(grep -c ' on beta$' "$judged") -ge 2 ]]; do
		kill -0 "$pid"
		sleep 0.02
	done
	kill -KILL "${host_init[alpha]}"
	touch "$work/go"
	wait "$pid"
	run -0 grades
	assert_equal "${#lines[@]}" 12
	assert_equal "$(grep -c ' uts pass 3$' <<<"$output")" 12
	assert_equal "$(grep -c ' on alpha$' "$judged")" 2
	assert_equal "$(grep ' on beta$' "$judged" | sort | uniq -d)" ''
	assert_equal "$(grep -c ' on beta$' "$judged")" 12

	# No machine that answers is no grade, and a reason.
	kill -KILL "${host_init[beta]}"
	run -1 "$grade" "$class" --labs uts --hosts "$work/hosts"
	run -0 grades
	assert_line 's1 uts error 3 no machine has judged it; the earlier grade is kept'
}

# bats test_tags=long,once:root,fault:resource-hog,fault:forgery
@test "grade: a class of 24, right, wrong and hostile, gets the grades that are expected, and leaves the host alone" {
	[[ $EUID -eq 0 ]] || skip 'needs root'
	tests/grade/class "$work/class24" 24
	tests/lib/snapshot >"$work/snapshot"
	run -0 "$grade" "$work/class24" --jobs 2
	assert_line 'students: 24'
	run -0 tests/grade/class --compare "$work/class24" "$work/class24-grades"
	assert_output --regexp '^[0-9]+ grades, 0 unexpected$'
	run -0 tests/lib/snapshot --compare "$work/snapshot"
}
