# What the lessons show is true, and a lesson that lies is found.
# bats file_tags=once:user
load ../lib/helpers

setup() {
	make --no-print-directory --silent all build/show/mqueue
	unset MAKEFLAGS MFLAGS
	lesson=$BATS_TEST_TMPDIR/lesson.md
}

# assert_lie LINE WORDS: the lesson on standard input is refused for this line.
assert_lie() {
	cat >"$lesson"
	run -1 tests/docs/lessons "$lesson"
	assert_line --index 0 --regexp "lesson\.md:$1: "
	assert_output --partial "$2"
}

@test "lessons: every block of every lesson and README does what the page says" {
	run -0 tests/docs/lessons
	for lab in "${labs[@]}"; do
		assert_line --regexp "^labs/$lab/README\.md: [0-9]+ commands$"
	done
}

@test "lessons: a true lesson passes, with other PIDs, inodes and times than it shows" {
	cat >"$lesson" <<-'END'
		```console
		$ sudo build/pid
		Program started
		The host sees the container as PID 30493
		Look inside from a second terminal: sudo nsenter --target 30493 --uts --ipc --pid
		In the container process!
		The container sees itself as PID 1
		# echo $$ $PPID
		1 0
		```

		```console second
		$ grep NSpid /proc/30493/status
		NSpid: 30493 1
		$ sudo build/inspect $$ 30493 | grep pid
		pid                   4026531836     4026532333  different
		pid_for_children      4026531836     4026532333  different
		```

		```console
		# exit
		exit
		$ for i in 1 2; do
		>     echo $i
		> done
		1
		2
		$ build/uts --help
		...
		  --hostname NAME: the container's hostname
		...
		```

		```sh
		mkdir made && cd made   # the next line finds it
		touch \
		    here
		test -e ../made/here
		```

		<!-- not executed: nobody should -->
		```sh
		false
		```

		```
		anything
		```
	END
	run -0 tests/docs/lessons "$lesson"
	assert_output --regexp 'lesson.md: 10 commands$'
	[[ ! -e made ]] || fail 'it was typed in the tree itself'
}

# bats test_tags=long
@test "lessons: another output is a lie, and so is one line more or less" {
	assert_lie 2 '+ changed' <<-'END'
		```console
		$ build/skeleton echo changed 2>/dev/null
		unchanged
		```
	END
	assert_lie 2 '+ two' <<-'END'
		```console
		$ echo one; echo two
		one
		```
	END
	assert_lie 2 '- two' <<-'END'
		```console
		$ echo one
		one
		two
		```
	END
}

@test "lessons: a command that doesn't exist is a lie" {
	assert_lie 2 'nslabs-missing: command not found' <<-'END'
		```console
		$ nslabs-missing
		```
	END
}

@test "lessons: another exit status is a lie, and one that isn't 0 where no output is shown" {
	assert_lie 2 '+ 7' <<-'END'
		```console
		$ build/skeleton sh -c 'exit 7' 2>/dev/null; echo $?
		8
		```
	END
	assert_lie 3 'exit status 1: test -e made' <<-'END'
		```sh
		true
		test -e made
		```
	END
}

# bats test_tags=long
@test "lessons: another process's PID is a lie, where it is shown and where it is typed" {
	assert_lie 8 '/proc/4294/comm: No such file' <<-'END'
		```console
		$ sleep 987 & sleep 986 &
		[1] 4242
		[2] 4243
		$ ps -o pid= -p 4242
		   4242
		$ test 4242 != 4243
		$ cat /proc/4294/comm
		sleep
		```
	END
	assert_lie 4 '- 4243 4243' <<-'END'
		```console
		$ sleep 987 &
		[1] 4242
		$ echo $! $$
		4243 4243
		```
	END
	assert_lie 4 '4243 and another number of the lesson are both' <<-'END'
		```console
		$ sleep 987 &
		[1] 4242
		$ echo $!
		4243
		```
	END
}

# bats test_tags=long
@test "lessons: a changed inode for the same namespace, or the same inode for another, is a lie" {
	assert_lie 2 '' <<-'END'
		```console
		$ build/inspect $$ $$ | grep uts
		uts                   4026531838     4026531839  same
		```
	END
	assert_lie 2 '' <<-'END'
		```console
		$ build/user build/inspect $PPID self 2>/dev/null | grep uts
		uts                   4026531838     4026531838  different
		```
	END
}

# bats test_tags=long
@test "lessons: the container's prompt where the host's shell is, and a container left open, is a lie" {
	assert_lie 2 'typed at the prompt #' <<-'END'
		```console
		# hostname
		container
		```
	END
	assert_lie 7 'typed at the prompt $, where the terminal shows #' <<-'END'
		```console
		$ sudo build/uts
		...
		# hostname
		container
		# true
		$ hostname
		```
	END
	assert_lie 1 'still in a container' <<-'END'
		```console
		$ sudo build/uts
		...
		```
	END
}

# bats test_tags=long
@test "lessons: lines that the program doesn't have are a lie" {
	mkdir -p "$BATS_TEST_TMPDIR/labs/uts"
	lesson=$BATS_TEST_TMPDIR/labs/uts/lesson.md
	cp labs/uts/uts.c "$BATS_TEST_TMPDIR/labs/uts"
	printf '%s\n' '```c' '	say("Program started");' '	return container_run(&container);' '```' >"$lesson"
	run -0 tests/docs/lessons "$lesson"
	printf '%s\n' '```c' '	container.flags |= CLONE_NEWUTS;' '```' >"$lesson" # without the mark at its end
	run -0 tests/docs/lessons "$lesson"
	assert_lie 1 'no lines of the program' <<<$'```c\nsay("Program began");\n```'
	assert_lie 1 'no lines of the program' <<<$'```c\ncontainer.flags |= CLONE_NEWUTS; // another mark\n```'
}

@test "lessons: a command that hangs is stopped, and nothing is left" {
	NSLABS_LESSONS_SECONDS=1 assert_lie 2 'no prompt came back' <<-'END'
		```console
		$ echo begun; sleep 984
		begun
		```
	END
	run -1 pgrep -f '^sleep 984'
}

@test "lessons: usage errors" {
	run -2 tests/docs/lessons --nonsense
	run -2 tests/docs/lessons "$BATS_TEST_TMPDIR/missing.md"
	assert_output "lessons: no such file: $BATS_TEST_TMPDIR/missing.md"
}
