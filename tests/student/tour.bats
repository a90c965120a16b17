# What the tour promises: it shows each effect, or says that it wasn't seen, and leaves nothing behind. Each run is on a
# stage: as its root, or as an ordinary user there. So root alone runs these tests, for both.
# bats file_tags=once:root,slow
load ../lib/helpers
load ../lib/terminal

steps=("${labs[@]}" two process)

# on_stage root|user COMMAND... The machine's cgroups come and go, whatever we do; none are in sight there.
on_stage() {
	local command=(scripts/stage sh -c 'mount -t tmpfs none /sys/fs/cgroup; exec "$@"' sh)
	[[ $1 == root ]] || command+=(unshare --user --map-user=1000 --map-group=1000)
	timeout -k 1 60 "${command[@]}" env TMPDIR="$BATS_TEST_TMPDIR" NSLABS_LANG=en "${@:2}" 3>&-
}

# One run of each for all tests that look at a run where nothing is out of order.
setup_file() {
	local user
	BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR
	for user in root user; do
		on_stage $user sh -c 'tests/lib/snapshot >"$0.before"
			scripts/tour >"$0" 2>"$0.err"; echo $? >"$0.status"
			tests/lib/snapshot --compare "$0.before" >"$0.left" || true' "$BATS_FILE_TMPDIR/$user"
	done
}

# copy_here: make $tree, a copy of the tree whose programs a test may break.
copy_here() {
	tree=$BATS_TEST_TMPDIR/tree
	copy_tree "$tree"
}

# replace LAB BY: LAB's program does only what BY's does.
replace() {
	cp "labs/$2/$2.c" "$tree/labs/$1/$1.c"
}

# empty LAB ID: take out the lines of one exercise.
empty() {
	local source=$tree/labs/$1/$1.c
	scripts/lib/marks.py remove "$source" "$2" >"$source.new"
	mv "$source.new" "$source"
}

# assert_not_seen [STEP]...: in $output, the effects of these steps weren't seen, and those of all others were.
assert_not_seen() {
	local step verdict expected actual
	expected=$(for step in "${steps[@]}"; do
		verdict=seen
		[[ " $* " != *" $step "* ]] || verdict='NOT seen'
		echo "$step $verdict"
	done)
	actual=$(sed -nE 's/^[0-9]+\. ([a-z]+): .*/\1/p; s/^(NOT seen|seen): .*/\1/p' <<<"$output" | paste -d ' ' - -)
	assert_equal "$actual" "$expected"
	assert_line "Effects seen: $((${#steps[@]} - $#))/${#steps[@]}"
}

@test "tour: every effect is seen, as root and as an ordinary user" {
	for user in root user; do
		run -0 cat "$BATS_FILE_TMPDIR/$user"
		assert_not_seen
		assert_equal "$(cat "$BATS_FILE_TMPDIR/$user.status")" 0
		assert_equal "$(cat "$BATS_FILE_TMPDIR/$user.err")" ''
		refute_output --partial $'\e'
	done
}

@test "tour: each step names the flag that is new" {
	run -0 sed -nE 's/^[0-9]+\. ([a-z]+): new flag: (.*)/\1 \2/p' "$BATS_FILE_TMPDIR/root"
	assert_line 'mount CLONE_NEWNS'
	assert_output "$(for lab in $(labs_where brings_flag); do
		echo "$lab $(flag_of "$lab")"
	done)"
}

# bats test_tags=long
@test "tour: host and container are side by side" {
	run -0 cat "$BATS_FILE_TMPDIR/root"
	assert_line --regexp '^host +\| container: build/uts$'
	assert_line --regexp '^\$ hostname {28} \| \$ hostname$'
	assert_line --regexp '^throwaway +\| container$'
	assert_line --regexp '^\(none\) +\| inside\.example$'
	assert_line --regexp '^Message queue id: 0 +\|$'
	assert_line --regexp '^1 +\| 0$'
	assert_line --regexp '^[0-9]+ +\| 1$'
	assert_line --regexp '^pid +\| pid$'
	assert_line --regexp '^mount +\|$'
	assert_line --regexp '^ nslabs0@if2 +\|  eth0@if[0-9]+$'
	assert_line --regexp '^1 received +\| 1 received$'
	assert_line --regexp '^another +\| one$'
	assert_line --regexp '^PPid: +[1-9][0-9]* +\| PPid: +0$'
	assert_line --regexp '^NSpid: +[1-9][0-9]* +2 +1 +\| NSpid: +1$'
	run -0 cat "$BATS_FILE_TMPDIR/user"
	assert_line --regexp '^host: a shell in build/user +\| container: build/uts$'
	assert_line --regexp '^host +\| container: build/user$'
	assert_line --regexp '^1000 +\| 0$'
	assert_line --regexp '^ +1000 +0 +1 +\| +0 +1000 +1$'
}

@test "tour: it fits 80 columns, and what is inside begins in column 42" {
	run -0 cat "$BATS_FILE_TMPDIR/root" "$BATS_FILE_TMPDIR/user"
	refute_line --regexp '.{81}'
	# All but headings, verdicts and the one table of inspect's own.
	rows=$(grep -vE '^([0-9]+\. |seen: |Effects|\$ build/inspect| +PID|$)|  (same|different)$' <<<"$output")
	assert_equal "$(grep -vE '^.{39}\|( .*)?$' <<<"$rows")" ''
	(($(wc -l <<<"$rows") > 100))
}

# bats test_tags=long
@test "tour: Chinese characters are two columns wide" {
	name=主机
	run -0 on_stage root sh -c "python3 -c 'import socket; socket.sethostname(\"$name\")' && scripts/tour"
	assert_line --regexp "^$name {35}\| container\$"
}

# bats test_tags=long
@test "tour: speaks the reader's language" {
	run -0 on_stage root env NSLABS_LANG=zh_CN scripts/tour
	assert_line --regexp '^1\. skeleton: 没有新标志'
	assert_line --regexp '^主机 +\| 容器：build/uts$'
	assert_line "看到的效果：${#steps[@]}/${#steps[@]}"
	refute_line --regexp '^(seen|NOT seen|host)'
}

@test "tour: leaves the host as it was" {
	for user in root user; do
		run -0 cat "$BATS_FILE_TMPDIR/$user.left"
		assert_output ''
	done
}

# bats test_tags=long
@test "tour: works from any directory" {
	tour=$PWD/scripts/tour
	stage=$PWD/scripts/stage
	cd /
	run -0 "$stage" env TMPDIR="$BATS_TEST_TMPDIR" "$tour"
	assert_line "Effects seen: ${#steps[@]}/${#steps[@]}"
}

@test "tour: --help and usage errors" {
	cd /
	for option in -h --help; do
		run -0 --separate-stderr "$OLDPWD/scripts/tour" $option
		assert_line 'usage: scripts/tour [--pause]'
		assert_line --regexp '^  --pause +wait'
		assert_equal "$stderr" ''
	done
	for option in --unknown -x uts ''; do
		run -2 --separate-stderr "$OLDPWD/scripts/tour" --pause "$option"
		assert_output ''
		assert_equal "$stderr" 'usage: scripts/tour [--pause]'
	done
}

# No step depends on another step's program, so a test breaks several at once.

# bats test_tags=long
@test "tour: what a program doesn't do isn't seen" {
	copy_here
	replace skeleton uts
	replace uts skeleton
	replace pid skeleton
	replace net skeleton
	replace nest user
	for user in root user; do
		run -1 on_stage $user "$tree/scripts/tour"
		assert_not_seen skeleton uts pid net nest two process
	done
}

# bats test_tags=long
@test "tour: what the other programs don't do isn't seen either, and a program that hangs is stopped" {
	copy_here
	replace inspect skeleton
	replace ipc uts
	sed -i 's/say("In the container process!");/pause();/' "$tree/labs/ipc/ipc.c"
	replace mount pid
	replace user net
	run -1 on_stage root "$tree/scripts/tour"
	assert_not_seen inspect ipc mount user
}

# bats test_tags=long
@test "tour: half of an effect isn't seen" {
	copy_here
	empty inspect inspect.compare
	empty uts uts.hostname
	empty ipc ipc.flag
	empty pid pid.flag
	empty mount mount.proc
	empty net net.host-address
	empty nest nest.inner
	run -1 on_stage user "$tree/scripts/tour"
	assert_not_seen inspect uts ipc pid mount net nest
}

# bats test_tags=long
@test "tour: the other half of an effect isn't seen, and the host keeps its domain name" {
	copy_here
	empty uts uts.flag
	empty net net.container-address
	empty user user.flag
	empty nest pid.flag
	run -1 on_stage root sh -c "'$tree/scripts/tour'; status=\$?; domainname; exit \$status"
	assert_not_seen uts net user nest
	assert_equal "${lines[-1]}" '(none)'
}

# bats test_tags=long
@test "tour: a /proc that reaches the host isn't seen as the container's" {
	copy_here
	empty mount mount.private # the stage's mounts are shared, as most machines' are
	# It can't say much of the steps that follow: /proc is gone from that host.
	run -1 on_stage root "$tree/scripts/tour"
	assert_line --regexp '^NOT seen: one more /proc lies on top'
}

needs_user_lab() {
	[[ $1 == user ]] || runs_as root "$1"
}

# bats test_tags=long
@test "tour: without the user lab, an ordinary user sees what needs none" {
	copy_here
	replace user skeleton
	run -1 on_stage user "$tree/scripts/tour"
	mapfile -t unseen < <(labs_where needs_user_lab)
	assert_not_seen "${unseen[@]}" two process
	assert_line --partial 'Operation not permitted'
}

# bats test_tags=long
@test "tour: builds the programs; one that can't be compiled isn't seen, and the compiler says why" {
	copy_here
	rm -r "$tree/build"
	echo 'no C' >>"$tree/labs/uts/uts.c"
	run -1 on_stage root "$tree/scripts/tour"
	assert_not_seen uts
	assert_line --regexp '^labs/uts/uts\.c:[0-9]+:.*error'
}

# bats test_tags=long
@test "tour: without a compiler, it says so and ends" {
	copy_here
	rm -r "$tree/build"
	run -1 --separate-stderr on_stage root env MAKEFLAGS='CC=/no-compiler' "$tree/scripts/tour"
	assert_output ''
	assert_equal "${stderr_lines[0]}" 'tour: the programs cannot be built; this is what make said first:'
	assert_regex "${stderr_lines[1]}" '/no-compiler'
	assert_equal "${#stderr_lines[@]}" 4
}

# bats test_tags=long
@test "tour: what an ordinary user can't install is named, and the rest is shown" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nexit 1\n' | tee "$BATS_TEST_TMPDIR/bin/"{dpkg-query,rpm,pacman,apk,sudo} >/dev/null
	chmod +x "$BATS_TEST_TMPDIR"/bin/*
	run -0 on_stage user env PATH="$BATS_TEST_TMPDIR/bin:$PATH" scripts/tour </dev/null
	assert_line --regexp '^setup: missing: .*gcc'
	assert_not_seen
}

# bats test_tags=long
@test "tour: at the end of its input, --pause goes on" {
	run -0 on_stage root scripts/tour --pause </dev/null
	assert_not_seen
	refute_line --regexp '.{81}'
}

# On a terminal of our own: a tmux server on a stage.

# start_terminal root|user COMMANDS: run shell commands there; the screen is long enough for all that they print.
start_terminal() {
	local shell=bash
	[[ $1 == root ]] || shell='unshare --user --map-user=1000 --map-group=1000 bash'
	NSLABS_TEST_TOKEN=$BATS_TEST_TMPDIR on_stage root tmux -S "$BATS_TEST_TMPDIR/tmux" -f /dev/null -D &
	stage_pid=$!
	until in_tmux list-sessions 2>/dev/null; do
		kill -0 "$stage_pid"
		sleep 0.05
	done
	echo "trap : INT; $2; cat" >"$BATS_TEST_TMPDIR/commands"
	open_terminal 80 400 "$shell $BATS_TEST_TMPDIR/commands"
}

teardown() {
	close_terminals
	if [[ -v stage_pid ]]; then
		wait "$stage_pid" || true
	fi
}

# bats test_tags=long
@test "tour: --pause waits for Enter after each step; NO_COLOR is honoured" {
	start_terminal root 'NO_COLOR=1 scripts/tour --pause; echo "status: $?"'
	for ((step = 1; step < ${#steps[@]}; step++)); do
		wait_for 'Press Enter to go on\.' "$step"
		run -0 screen
		refute_line --regexp "^$((step + 1))\. "
		assert_equal "$(grep -c '^seen: ' <<<"$output")" "$step"
		press Enter
	done
	wait_for 'status: 0'
	run -0 screen -e
	refute_output --partial $'\e['
}

# bats test_tags=long
@test "tour: at a terminal, what is seen has a colour" {
	start_terminal user 'scripts/tour; echo "status: $?"'
	wait_for 'status: 0'
	run -0 screen -e
	assert_equal "$(grep -c $'\e\\[32mseen' <<<"$output")" ${#steps[@]}
}

# bats test_tags=long
@test "tour: Ctrl-C in the middle leaves nothing behind" {
	# While the host has a message queue, ipcs blocks.
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\necho blocked >"%s"\nexec sleep 60\n' "$BATS_TEST_TMPDIR/fifo" >"$BATS_TEST_TMPDIR/bin/ipcs"
	chmod +x "$BATS_TEST_TMPDIR/bin/ipcs"
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	for user in root user; do
		start_terminal $user "tests/lib/snapshot >$BATS_TEST_TMPDIR/before
			PATH=$BATS_TEST_TMPDIR/bin:\$PATH scripts/tour; echo \"status: \$?\"
			tests/lib/snapshot --compare $BATS_TEST_TMPDIR/before; echo \"compared: \$?\"; pgrep sleep; echo \"found: \$?\""
		run -0 timeout 20 cat "$BATS_TEST_TMPDIR/fifo"
		assert_output blocked
		press C-c
		wait_for 'status: 130'
		wait_for 'compared: 0'
		wait_for 'found: 1'
		teardown
	done
}
