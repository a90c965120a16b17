# The programs' command line, exit status, descriptors and output, which are the same for all.
load ../lib/helpers

setup() {
	uts=("${with_rights[@]}" build/uts)
	ulimit -c 0
}

# answer TEXT: print it without the messages of a launch.
answer() {
	without_asan_warning "$1" | grep -vxE 'Program started|In the container process!' || true
}

# bats test_tags=fault:usage-error
@test "interface: an unknown option is a usage error, and no container is made" {
	for lab in "${labs[@]}"; do
		run -125 --separate-stderr "build/$lab" --nonsense
		assert_output ''
		assert_equal "${#stderr_lines[@]}" 2
		assert_equal "${stderr_lines[0]}" "build/$lab: unrecognized option '--nonsense'"
		assert_regex "${stderr_lines[1]}" "^usage: $lab \[OPTION\]\.\.\. \[--\] "
		run -125 --separate-stderr "build/$lab" -x
		assert_equal "${stderr_lines[0]}" "build/$lab: invalid option -- 'x'"
	done
}

# bats test_tags=fault:usage-error
@test "interface: an option without its argument is a usage error" {
	local lab option options=()
	for lab in "${labs[@]}"; do
		# An option of the lab's own is in its help, with its value's name.
		for option in $(build/"$lab" --help | sed -nE 's/^  (--[a-z-]+) [A-Z]+: .*/\1/p'); do
			options+=("$option")
			run -125 --separate-stderr "build/$lab" "$option"
			assert_output ''
			assert_equal "${#stderr_lines[@]}" 2
			assert_equal "${stderr_lines[0]}" "build/$lab: option '$option' requires an argument"
			assert_regex "${stderr_lines[1]}" "^usage: $lab "
		done
	done
	[[ " ${options[*]} " == *' --hostname --depth '* ]]
}

# bats test_tags=fault:usage-error
@test "interface: a number may be the greatest that there is a use for, and none greater" {
	run -125 --separate-stderr build/nest --depth 1000 true
	[[ $stderr != *usage* ]]
	run without_asan_warning "$stderr"
	assert_line --regexp '^a limit on namespaces: '
	run -125 --separate-stderr build/inspect 2147483647
	assert_equal "${stderr_lines[0]}" 'inspect: read the namespaces of process 2147483647: No such file or directory'
	while read -r lab most arguments; do
		# shellcheck disable=SC2086 # several words
		run -125 --separate-stderr build/$lab $arguments
		assert_output ''
		assert_regex "${stderr_lines[0]}" "^$lab: .* must be a number from 1 to $most, not '${arguments##* }'\$"
		assert_regex "${stderr_lines[1]}" "^usage: $lab "
	done <<-'EOF'
		nest 1000 --depth 1001
		nest 1000 --depth 0
		nest 1000 --depth 2x
		inspect 2147483647 2147483648
		inspect 2147483647 99999999999999999999
		inspect 2147483647 0
		inspect 2147483647 1 0
	EOF
	run -0 unshare --user --map-root-user --pid --fork --mount-proc build/inspect 1 1
	refute_line --partial different
}

@test "interface: --help and --version, and their letters, print to stdout and make no container" {
	for lab in "${labs[@]}"; do
		for option in --help -h; do
			run -0 --separate-stderr "build/$lab" "$option"
			assert_equal "$stderr" ''
			assert_line --index 0 --regexp "^usage: $lab \[OPTION\]"
			assert_line --partial '-V, --version'
		done
		for option in --version -V; do
			run -0 --separate-stderr "build/$lab" "$option"
			assert_equal "$stderr" ''
			assert_output --regexp "^$lab \(nslabs\) [0-9.]+\$"
		done
	done
}

@test "interface: options end at the first operand; the rest belongs to the command" {
	run -0 --separate-stderr "${uts[@]}" printf '%s,' --help -x -- y
	assert_output -- '--help,-x,--,y,'
	run -0 --separate-stderr "${uts[@]}" -- printf '%s,' --version
	assert_output -- '--version,'
}

# bats test_tags=long,fault:command-not-run
@test "interface: a command that isn't found is 127, one that can't be executed 126, in two lines at most" {
	cd "$BATS_TEST_TMPDIR"
	mkdir directory
	touch plain
	printf '#!/no/such/interpreter -x\n' >script
	printf '#!/bin/sh\r\nexit 7\r\n' >windows
	# Neither a program for any machine nor text.
	printf '\177ELF' >header
	printf 'text\0' >binary
	# Its loader is a file that isn't there.
	sed 's#/ld-linux#/no-linux#' /bin/true >loaderless
	loader=$(grep -ao '/lib[a-z0-9]*/no-linux[a-z0-9._-]*' loaderless)
	chmod +x script windows header binary loaderless
	# A directory that may not be searched, or isn't there, has no command in it; nor has one with that name.
	PATH=/no/such:$PWD/plain:$PWD:/usr/bin:/bin
	for program in "$OLDPWD/build/skeleton" "$OLDPWD/build/user"; do
		name=${program##*/}
		while IFS='|' read -r code command error cause; do
			run "-$code" --separate-stderr "$program" "$command"
			assert_output ''
			run answer "$stderr"
			assert_output "$name: run $command: $error${cause:+$'\n'}$cause"
		done <<-EOF
			127|no-such-command|No such file or directory|
			127|./no-such-file|No such file or directory|
			127||No such file or directory|
			127|directory|No such file or directory|
			126|plain|Permission denied|it must be a file, not a directory, and executable (\`chmod +x\`)
			126|./plain|Permission denied|it must be a file, not a directory, and executable (\`chmod +x\`)
			126|/|Permission denied|it must be a file, not a directory, and executable (\`chmod +x\`)
			126|./plain/file|Not a directory|
			126|./header|Exec format error|this machine can't run it: \`file\` says what it is
			126|./binary|Exec format error|this machine can't run it: \`file\` says what it is
			127|./script|No such file or directory|./script is there, but not the interpreter that it asks for: /no/such/interpreter
			127|$PWD/loaderless|No such file or directory|$PWD/loaderless is there, but not the interpreter that it asks for: $loader
			127|./windows|No such file or directory|its first line ends with a carriage return, as on Windows; to remove that from each line: \`sed -i 's/\r\$//' ./windows\`
		EOF
		# Found in PATH, they are named by their paths.
		for command in script windows loaderless; do
			run -127 --separate-stderr "$program" "$command"
			assert_regex "$stderr" "$name: run $PWD/$command: "
		done
	done
	run -127 --separate-stderr "$program" windows
	[[ $stderr =~ .*\`(.*)\` ]]
	eval "${BASH_REMATCH[1]}"
	run -7 "$program" windows
	# A script without a line #! is run by /bin/sh, as a shell would.
	echo 'exit 7' >script
	run -7 "$program" script
	: >script
	run -0 "$program" script
	# Without PATH, as execvp(3) has it.
	run -0 env -u PATH "$program" true
}

# bats test_tags=fault:command-not-run
@test "interface: a directory of PATH that can't be searched has no commands" {
	mkdir "$BATS_TEST_TMPDIR/closed"
	chmod a+rx "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"
	chmod 0 "$BATS_TEST_TMPDIR/closed"
	PATH=$BATS_TEST_TMPDIR/closed:$PATH run -127 "${without_rights[@]}" build/skeleton no-such-command
	assert_line 'skeleton: run no-such-command: No such file or directory'
	PATH=$BATS_TEST_TMPDIR/closed:$PATH run -0 "${without_rights[@]}" build/skeleton true
}

# bats test_tags=fault:command-not-run
@test "interface: a command on a mount with noexec is 126, and that is said" {
	run -126 --separate-stderr "${with_rights[@]}" unshare --mount sh -c '
		mount -t tmpfs -o noexec none /mnt && cp /bin/true /mnt && exec build/skeleton /mnt/true'
	run answer "$stderr"
	assert_output 'skeleton: run /mnt/true: Permission denied
/mnt/true is on a mount with the option noexec: copy it elsewhere, or as root remount that with exec'
	run -0 "${with_rights[@]}" unshare --mount sh -c '
		mount -t tmpfs -o noexec none /mnt && cp /bin/true /mnt && mount -o remount,bind,exec /mnt && exec build/skeleton /mnt/true'
}

# bats test_tags=long,fault:every-status
@test "interface: each status of the command, 0 to 255, is the program's" {
	run -0 --separate-stderr bash -c '
		for status in {0..255}; do
			"$@" sh -c "exit $status"
			[[ $? -eq $status ]] || echo "not $status"
		done' bash "${uts[@]}"
	assert_output ''
	for code in 0 1 77 125 126 127 128 255; do
		run "-$code" build/skeleton sh -c "exit $code"
		run "-$code" build/user sh -c "exit $code"
	done
}

# bats test_tags=fault:killed-by-signal
@test "interface: a command that is killed by a signal has the status 128 + n" {
	for signal in TERM INT HUP QUIT KILL ABRT SEGV PIPE; do
		for program in build/skeleton "${uts[*]}" 'build/user build/skeleton'; do
			# shellcheck disable=SC2086 # several words
			run -$((128 + $(kill -l $signal))) env --default-signal $program sh -c "kill -$signal \$\$"
		done
	done
}

# bats test_tags=fault:closed-descriptor
@test "interface: a closed standard descriptor stays closed for the command, and none is mixed up with another" {
	local file=$BATS_TEST_TMPDIR/file code expected program in out err
	local script='
		read -r line; code=$?
		{ echo "$line"; } 2>/dev/null || code=$((code + 2))
		{ echo error >&2; } || code=$((code + 4))
		exit $code'
	for program in build/skeleton "${uts[*]}" build/user; do
		for in in '' '<&-'; do
			for out in '' '>&-'; do
				for err in '' '2>&-'; do
					expected=$((${in:+1} + ${out:+2} + ${err:+4} + 0))
					eval "timeout -k 1 20 $program sh -c '$script' <<<input >$file.out 2>$file.err 3>&- $in $out $err" &&
						code=0 || code=$?
					assert_equal "$code" "$expected"
					run -0 cat "$file.out"
					[[ $in$out ]] && assert_output '' || assert_output input
					run answer "$(cat "$file.err")"
					[[ $err ]] && assert_output '' || assert_output error
				done
			done
		done
	done
}

# bats test_tags=fault:closed-descriptor
@test "interface: an error in writing to stdout is reported" {
	for lab in "${labs[@]}"; do
		for option in --help --version; do
			run -125 sh -c "build/$lab $option >/dev/full"
			assert_output "$lab: write to standard output: No space left on device"
			run -125 sh -c "build/$lab $option >&-"
			assert_output "$lab: write to standard output: Bad file descriptor"
		done
	done
	run -125 sh -c 'build/inspect >/dev/full'
	assert_output 'inspect: write to standard output: No space left on device'
	# Inside, it is the command's own.
	run -3 sh -c 'build/user sh -c "echo text || exit 3" >/dev/full'
}

# bats test_tags=fault:output-through-pipe
@test "interface: through a pipe, each message comes once and in order" {
	run sh -c 'build/user sh -c "echo one; echo two >&2; echo three" 2>&1 | cat'
	run without_asan_warning "$output"
	assert_output $'Program started\nIn the container process!\none\ntwo\nthree'
	# What the program itself has in stdio's buffer isn't printed by the child as well.
	run sh -c 'build/tests/trial print 2>/dev/null | cat'
	assert_output $'before it\nhalf a line, in it\nafter it'
}

# bats test_tags=fault:odd-hostname
@test "interface: a hostname is any text of 0 to 64 bytes" {
	for name in '' x "$(printf 'n%.0s' {1..64})" $'two\nlines' 'zwölf 容器'; do
		run -0 --separate-stderr "${uts[@]}" --hostname "$name" cat /proc/sys/kernel/hostname
		assert_output "$name"
	done
	name=$(printf 'n%.0s' {1..65})
	run -125 --separate-stderr "${uts[@]}" --hostname "$name" cat /proc/sys/kernel/hostname
	assert_output ''
	run answer "$stderr"
	assert_output "uts: sethostname $name: Invalid argument"$'\n''a hostname has at most 64 bytes'
}

# bats test_tags=fault:no-bash
@test "interface: without a command it runs /bin/bash, and without that /bin/sh" {
	local hide='for shell; do mount --bind /dev/null "$shell" || exit; done; exec build/skeleton'
	run -0 --separate-stderr build/skeleton <<<'readlink /proc/$$/exe'
	assert_output "$(realpath /bin/bash)"
	run -0 --separate-stderr "${with_rights[@]}" unshare --mount sh -c "$hide" sh "$(realpath /bin/bash)" <<<'readlink /proc/$$/exe'
	assert_output "$(realpath /bin/sh)"
	run -126 --separate-stderr "${with_rights[@]}" unshare --mount sh -c "$hide" sh "$(realpath /bin/bash)" "$(realpath /bin/sh)"
	run answer "$stderr"
	assert_line --index 0 'skeleton: run /bin/sh: Permission denied'
}

# bats test_tags=fault:open-descriptors
@test "interface: the caller's other open descriptors are closed for the command" {
	for fd in {3..50}; do
		[[ -e /proc/self/fd/$fd ]] || eval "exec $fd</dev/null"
	done
	for lab in $(labs_where makes_container); do
		run -0 --separate-stderr scripts/stage "$(command_of "$lab")" sh -c 'echo /proc/self/fd/*' # the one to list them is number 3
		assert_output '/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3'
	done
}
