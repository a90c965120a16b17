# What the pid lab promises, and every later one keeps.
load ../../lib/helpers

@test "pid: the shell is PID 1" {
	run -0 inside 'echo "the PID: $$"'
	assert_line 'the PID: 1'
}

@test "pid: the container is a process of the host, with its own PID and parent there" {
	start_container it
	run -0 awk '/^NSpid:/ {print $2, $NF}' "/proc/${container_pid[it]}/status"
	assert_output "${container_pid[it]} 1"
	# Its line of parents leads to the program.
	ancestor=${container_pid[it]}
	until [[ $ancestor == "${program_pid[it]}" ]]; do
		ancestor=$(parent_of "$ancestor")
		((ancestor > 1))
	done
	stop_container it
}

# bats test_tags=shows:pid-flag
@test "pid: a container has a PID namespace of its own" {
	assert_isolated pid
}

# bats test_tags=fault:kill-pid-1
@test "pid: PID 1 can't be killed from inside, not even by SIGKILL" {
	run -0 inside 'kill -KILL 1; kill -TERM 1; echo "still $$"'
	assert_line 'still 1'
}

# bats test_tags=fault:pid-1-ends
@test "pid: when PID 1 ends, so does every process of the container" {
	start_container it
	ask it 'sleep 1000 >/dev/null & true'
	orphan=$(pgrep -P "${container_pid[it]}")
	stop_container it
	run -0 timeout 5 tail --pid "$orphan" -f /dev/null
}

@test "pid: the host is left as it was" {
	assert_host_unchanged 'sleep 1000 & sleep 1000 &'
}

# bats test_tags=own
@test "pid: ps still lists the host's processes, since /proc is still the host's" {
	# By exec, so that ps is PID 1: it looks for its own number in /proc, where 1 always exists.
	run -0 inside 'exec ps -e -o pid= -o comm='
	assert_line --regexp "^ *[0-9]+ ${program[-1]##*/}\$" # the program, outside of the container
}

# bats test_tags=own,ours,shows:pid-parent,shows:pid-child
@test "pid: says which PID the host sees, and which the container" {
	start_container it
	run -0 cat "$BATS_TEST_TMPDIR/it.err"
	seen=$(awk -v mine="${container_pid[it]}" '/^NSpid:/ {print $(NF - 1)}' "/proc/${container_pid[it]}/status")
	stop_container it
	assert_line "The host sees the container as PID $seen"
	assert_line "The container sees itself as PID 1"
}

# bats test_tags=ours
@test "pid: the judge agrees" {
	run -0 scripts/check pid --program "build/$LAB"
}
