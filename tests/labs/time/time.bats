# What the time lab promises.
load ../../lib/helpers

# clocks: a command that prints the seconds of the time since the boot, of the monotonic clock and of the date.
clocks=(/usr/bin/python3 -c 'import time; print(*(int(time.clock_gettime(clock)) for clock in (time.CLOCK_BOOTTIME, time.CLOCK_MONOTONIC, time.CLOCK_REALTIME)))')

# assert_later SECONDS FROM TO: TO is so much later than FROM, and at most 5 s more, in which the commands run.
assert_later() {
	local difference=$(($3 - $2))
	((difference >= $1 && difference <= $1 + 5)) || fail "$3 is later than $2 by $difference s, and not by $1 s"
}

# bats test_tags=shows:time-unshare
@test "time: a container has a time namespace of its own" {
	assert_isolated time
}

# bats test_tags=shows:time-unshare
@test "time: the program itself stays outside: it is the children that are in the namespace" {
	start_container it
	assert_equal "$(namespace "${program_pid[it]}" time)" "$(namespace $$ time)"
	assert_equal "$(namespace "${container_pid[it]}" time_for_children)" "$(namespace "${container_pid[it]}" time)"
	stop_container it
}

# bats test_tags=shows:time-offsets
@test "time: the clocks inside are later by their offsets, and the date is the same" {
	read -r boottime monotonic date < <("${clocks[@]}")
	run -0 --separate-stderr "${program[@]}" --boottime 86400 --monotonic 3600 "${clocks[@]}"
	read -ra inside <<<"$output"
	assert_later 86400 "$boottime" "${inside[0]}"
	assert_later 3600 "$monotonic" "${inside[1]}"
	assert_later 0 "$date" "${inside[2]}"
}

# bats test_tags=shows:time-offsets
@test "time: /proc/uptime and timens_offsets inside say so, too" {
	read -r up _ </proc/uptime
	run -0 --separate-stderr "${program[@]}" --monotonic=-1 --boottime 1000000 cat /proc/uptime /proc/self/timens_offsets
	assert_later 1000000 "${up%.*}" "${output%%.*}"
	assert_line --regexp '^monotonic +-1 +0$'
	assert_line --regexp '^boottime +1000000 +0$'
}

@test "time: without an option no clock differs" {
	read -r boottime monotonic _ < <("${clocks[@]}")
	run -0 --separate-stderr "${program[@]}" "${clocks[@]}"
	read -ra inside <<<"$output"
	assert_later 0 "$boottime" "${inside[0]}"
	assert_later 0 "$monotonic" "${inside[1]}"
}

@test "time: a clock can be set back, but not below 0" {
	read -r up _ </proc/uptime
	run -0 --separate-stderr "${program[@]}" --boottime "-${up%.*}" cat /proc/uptime
	assert_later 0 0 "${output%%.*}"
	for clock in boottime monotonic; do
		run -125 --separate-stderr "${program[@]}" --$clock -2000000000 true
		# How ERANGE is worded is the C library's matter.
		assert_regex "${stderr_lines[-2]}" "^time: write '$clock -2000000000 0' to /proc/self/timens_offsets: [A-Z][a-z]+"
		assert_equal "${stderr_lines[-1]}" 'inside, no clock may be below 0 or beyond 146 years: `cat /proc/uptime` shows for how many seconds this machine has been up'
	done
}

@test "time: an offset that isn't a number of seconds is a usage error" {
	for offset in '' 1.5 1h 2147483648 -2147483649; do
		run -125 "${program[@]}" --boottime "$offset" true
		assert_line "time: --boottime must be a number from -2147483648 to 2147483647, not '$offset'"
	done
}

@test "time: in a container, the offsets are counted from the machine's clocks, not the container's" {
	read -r up _ </proc/uptime
	run -0 --separate-stderr "${program[@]}" --boottime 86400 build/time --boottime 5 cat /proc/uptime
	assert_later 5 "${up%.*}" "${output%%.*}"
}

@test "time: the container has the steps of part one" {
	assert_base
}

@test "time: the host is left as it was, and so are its clocks" {
	read -r boottime monotonic date < <("${clocks[@]}")
	"${program[@]}" --boottime 86400 --monotonic 86400 true
	read -ra after < <("${clocks[@]}")
	assert_later 0 "$boottime" "${after[0]}"
	assert_later 0 "$monotonic" "${after[1]}"
	assert_later 0 "$date" "${after[2]}"
	assert_host_unchanged 'cat /proc/uptime'
}

@test "time: an ordinary user has it in the user lab, where root can set the offsets and not the date" {
	read -r up _ </proc/uptime
	run -0 --separate-stderr "${without_rights[@]}" build/user build/time --boottime 86400 cat /proc/uptime
	assert_later 86400 "${up%.*}" "${output%%.*}"
	# To what it is: this test mustn't change the date either.
	# shellcheck disable=SC2016 # for the shell inside
	run -1 "${without_rights[@]}" build/user build/time sh -c 'date --set "$(date --iso-8601=ns)"'
	assert_line --partial 'Operation not permitted'
}

@test "time: without the right to make the namespace, or to set its offsets, the user lab is named" {
	run -125 --separate-stderr "${without_rights[@]}" build/time true
	assert_equal "${stderr_lines[-2]}" 'time: unshare CLONE_NEWTIME: Operation not permitted'
	assert_equal "${stderr_lines[-1]}" 'it needs CAP_SYS_ADMIN, or CLONE_NEWUSER among the flags: use sudo, or the user lab: build/user build/time'
	run -125 --separate-stderr "${with_rights[@]}" setpriv --bounding-set -sys_time build/time true
	assert_equal "${stderr_lines[-2]}" "time: write 'boottime 0 0' to /proc/self/timens_offsets: Operation not permitted"
	assert_equal "${stderr_lines[-1]}" 'it needs CAP_SYS_TIME as well: use sudo, or the user lab: build/user build/time'
	run -7 "${with_rights[@]}" setpriv --bounding-set -sys_time build/user build/time sh -c 'exit 7'
}

@test "time: a program that sets the offsets of its own time namespace is told what to do first" {
	scripts/lib/marks.py remove labs/time/time.c time.unshare >"$BATS_TEST_TMPDIR/time.c"
	cc -w -D_GNU_SOURCE -DNSLABS_VERSION='""' -Icommon -o "$BATS_TEST_TMPDIR/time" "$BATS_TEST_TMPDIR/time.c" build/common.a
	# EACCES, and EPERM where root isn't the machine's.
	for where in "${with_rights[*]}" 'unshare --user --map-root-user'; do
		# shellcheck disable=SC2086 # several words
		run -125 --separate-stderr $where "$BATS_TEST_TMPDIR/time" true
		assert_equal "${stderr_lines[-1]}" \
			"the offsets of a time namespace can't be set any more once a process is in it: first unshare CLONE_NEWTIME, then write them, and then make the first child"
	done
}

@test "time: a program that writes the offsets in another form is told theirs" {
	sed 's/"boottime %d 0"/"boottime %d"/' labs/time/time.c >"$BATS_TEST_TMPDIR/time.c"
	cc -w -D_GNU_SOURCE -DNSLABS_VERSION='""' -Icommon -o "$BATS_TEST_TMPDIR/time" "$BATS_TEST_TMPDIR/time.c" build/common.a
	run -125 --separate-stderr "${with_rights[@]}" "$BATS_TEST_TMPDIR/time" true
	assert_equal "${stderr_lines[-1]}" 'each line of the offsets is: monotonic or boottime, seconds, nanoseconds (0 to 999999999)'
}

@test "time: on a kernel without time namespaces, and above their limit, the reason is named, and the checks are blocked" {
	# The filter is named, and not the kernel. It refuses as that does.
	run -125 --separate-stderr "${with_rights[@]}" build/tests/deny unshare:0x80 EINVAL build/time true
	assert_equal "${stderr_lines[-2]}" 'time: unshare CLONE_NEWTIME: Invalid argument'
	run -77 "${with_rights[@]}" build/tests/deny unshare:0x80 EINVAL scripts/check time --program build/time --json
	assert_line --regexp '"actual": "this machine can.t: `unshare --time .*Invalid argument'
	run -0 verdicts <<<"$output"
	assert_line 'time.namespace blocked'
	refute_line --partial ' fail'
	# shellcheck disable=SC2016 # for the shell inside
	run -125 --separate-stderr unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_time_namespaces; exec build/time true'
	assert_equal "${stderr_lines[-1]}" 'the sysctl user.max_time_namespaces is 0; to allow more, as root: `sysctl -w user.max_time_namespaces=10000`'
	run -77 unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_time_namespaces; exec scripts/check time --program build/time --json'
	assert_line --regexp '"actual": "this machine can.t: .*max_time_namespaces'
}

# Up to Linux 6.1, execve(2) leaves a process where it is; since 6.2, it enters the namespace that its children would be in.
@test "time: a shell that takes the place of what called unshare(2) is outside up to Linux 6.1, and the judge says so" {
	printf '%s\n' '#!/bin/sh' 'exec unshare --time "$@" bash' >"$BATS_TEST_TMPDIR/exec"
	chmod +x "$BATS_TEST_TMPDIR/exec"
	IFS=. read -r major minor _ < <(uname -r)
	if ((major < 6 || major == 6 && ${minor%%[^0-9]*} < 2)); then
		run -1 scripts/check time --program "$BATS_TEST_TMPDIR/exec"
		assert_line --partial "only the shell's children are in a new one"
	else
		run -0 scripts/check time --program "$BATS_TEST_TMPDIR/exec"
	fi
}

@test "time: a program that the judge runs has no right to set the machine's clock" {
	# It looks only whether it has it.
	cat >"$BATS_TEST_TMPDIR/look" <<-'END'
		#!/bin/bash
		printf '%s %s\n' "$(stat --dereference --format %i /proc/self/ns/user)" "$(sed -n 's/^CapBnd:\t//p' /proc/self/status)" >>"${0%/*}/seen"
		exec bash
	END
	chmod +x "$BATS_TEST_TMPDIR/look"
	for lab in uts time; do
		scripts/check "$lab" --program "$BATS_TEST_TMPDIR/look" || true
	done
	while read -r user capabilities; do
		# Those of a user namespace of its own are over that alone: settimeofday(2) asks for the machine's.
		[[ $user != "$(namespace $$ user)" ]] || ((!(0x$capabilities >> 25 & 1)))
	done <"$BATS_TEST_TMPDIR/seen"
	[[ $(wc -l <"$BATS_TEST_TMPDIR/seen") -ge 2 ]]
}

@test "time: the judge agrees" {
	run -0 scripts/check time --program "build/$LAB"
}
