# The labs: which there are, what is so of which, and a lab's program as the tutorial uses it. helpers.bash loads this.

# The course in its order, as the Makefile has it.
while read -r word _ rest; do
	[[ $word != LABS ]] || break
done <Makefile
read -ra labs <<<"$rest"

# fact LAB NAME: print what the lab's own Makefile says of it, such as `runs-as` and `libraries`.
fact() {
	sed -n "s/^$2 := //p" "labs/$1/Makefile"
}

# in_part PART LAB: the lab belongs to this part of the course.
in_part() {
	[[ $(fact "$2" part) == "${1/1/}" ]]
}

# has_marks LAB: it has exercises to do, and so checks.
has_marks() {
	grep -q '// exercise ' "labs/$1/$1.c"
}

# makes_container LAB: it runs a command in a container, and doesn't only look.
makes_container() {
	grep -q container_main "labs/$1/$1.c"
}

# takes_pid LAB: it enters a container that is there already, and takes the PID of a process in it.
takes_pid() {
	[[ $(fact "$1" operands) == PID ]]
}

# labs_where CONDITION...: print the labs of which it is so, in the course's order, such as `labs_where has_marks`.
labs_where() {
	local lab
	for lab in "${labs[@]}"; do
		if "$@" "$lab"; then
			echo "$lab"
		fi
	done
}

# labs_from STEP: print the labs that take this step of the doctor's, on one line: if it is refused, it stops them all. In
# part one, these are the lab that it is named after, and all after it.
labs_from() {
	local lab found=() is_after='' taken
	for lab in "${labs[@]}"; do
		[[ $lab != "${1%.*}" ]] || is_after=yes
		if in_part 2 "$lab"; then
			taken=" $(sed -n 's/^helper := //p' common/lab.mk) $(fact "$lab" steps) "
			runs_as none "$lab" || taken+="$(sed -n 's/^base := //p' common/lab.mk) "
			[[ $taken != *" $1 "* ]] || found+=("$lab")
		elif [[ $is_after ]]; then
			found+=("$lab")
		fi
	done
	echo "${found[*]}"
}

# runs_as USER LAB: `root`, since it needs rights over its host; `user`, an ordinary user; `none`, anyone: it makes no namespace.
runs_as() {
	[[ $(fact "$2" runs-as) == "$1" ]]
}

# marks_of LAB: print the ids of the exercises that the lab itself brings; in its file are those of earlier labs too.
marks_of() {
	scripts/lib/marks.py list "labs/$1/$1.c" | grep "^$1\." || true
}

# flag_of LAB: print the flag of clone(2) that the lab brings, if it brings one.
flag_of() {
	diff <(scripts/lib/marks.py remove "labs/$1/$1.c" "$1.flag" 2>/dev/null) "labs/$1/$1.c" | grep -o 'CLONE_NEW[A-Z]*' || true
}

# has_mark ID LAB: the exercise is in the lab's file, its own or an earlier one's.
has_mark() {
	grep -q "// exercise $1:" "labs/$2/$2.c"
}

# brings_flag LAB
brings_flag() {
	has_mark "$1.flag" "$1"
}

# ---- A lab's program ----

# has_layer LAB: what is written in it stays, in a directory that one container has at a time.
has_layer() {
	grep -q '"layer", "DIR"' "labs/$1/$1.c"
}

# command_of LAB: print what comes before a command that the lab runs, for one who has the rights that it needs.
command_of() {
	if takes_pid "$1"; then
		echo tests/lib/joined
	elif has_layer "$1"; then
		echo tests/lib/layered
	else
		echo "build/$1"
	fi
}

# command_here LAB: print what comes before it here, where an ordinary user needs the user lab around most.
command_here() {
	local line
	if takes_pid "$1"; then
		command_of "$1"
	else
		line=$(scripts/lib/program "$1")
		echo "${line/%"build/$1"/$(command_of "$1")}"
	fi
}

become=() # who makes it: such as "${without_rights[@]}"

# start_target OPTION...: start a container to enter, by unshare(1) with these options. Its PID 1, a sleep(1), is `target` here;
# with --uts, its hostname is "box". If nothing else ends it, it ends with `maker`.
start_target() {
	local name=:
	[[ " $* " != *' --uts '* ]] || name='hostname box'
	"${become[@]}" unshare "$@" --fork --kill-child sh -c "$name; exec sleep 1000" 3>&- &
	maker=$!
	# shellcheck disable=SC2034,SC2317 # within calls it, and the Bats files use it
	has_target() {
		target=$(pgrep -P "$maker" -x sleep)
	}
	within 5 has_target
}

end_target() {
	[[ -n ${maker:-} ]] || return 0
	kill -KILL "$maker" 2>/dev/null || true
	wait "$maker" 2>/dev/null || true
}

LAB=${LAB:-$(basename "$BATS_TEST_FILENAME" .bats)}

# Nothing in a file that isn't about a lab.
program=()
if [[ -n ${PROGRAM:-} ]]; then
	read -ra program <<<"$PROGRAM"
elif [[ -e labs/$LAB ]] && takes_pid "$LAB"; then
	program=("build/$LAB") # Its tests give it the PID.
elif [[ -e labs/$LAB ]]; then
	read -ra program < <(command_here "$LAB")
fi

# inside COMMANDS: run shell commands in a container, as the tutorial does: the program without arguments, the
# commands on its standard input.
inside() {
	timeout -k 1 20 "${program[@]}" <<<"$1" 3>&-
}

# start_container NAME: start the program with a shell that waits for commands. For each NAME: program_pid, and
# container_pid, the PID that the shell has here.
declare -gA program_pid container_pid to from
start_container() {
	local pipe=$BATS_TEST_TMPDIR/$1 fd child
	mkfifo "$pipe.in" "$pipe.out"
	"${program[@]}" <"$pipe.in" >"$pipe.out" 2>"$pipe.err" 3>&- &
	program_pid[$1]=$!
	exec {fd}>"$pipe.in"
	to[$1]=$fd
	exec {fd}<"$pipe.out"
	from[$1]=$fd
	ask "$1" true
	# The shell is the last of a chain: the program, its newest child, and so on.
	container_pid[$1]=${program_pid[$1]}
	while child=$(pgrep -n -P "${container_pid[$1]}"); do
		container_pid[$1]=$child
	done
}

# ask NAME COMMANDS: have the shell in the container run commands; print what they print on stdout.
ask() {
	local line
	echo "$2; echo 'end of' answer" >&"${to[$1]}"
	while read -r -t 10 line <&"${from[$1]}"; do
		[[ $line == "end of answer" ]] && return
		echo "$line"
	done
	fail "no answer from the container to: $2; $(cat "$BATS_TEST_TMPDIR/$1.err")"
}

# stop_container NAME: end the shell, and wait until the program has ended.
stop_container() {
	echo exit >&"${to[$1]}"
	wait "${program_pid[$1]}"
}

kill_containers() {
	local name
	for name in "${!program_pid[@]}"; do
		kill -KILL "${program_pid[$name]}" 2>/dev/null || true
	done
}

# parent_of PID
parent_of() {
	awk '/^PPid:/ {print $2}' "/proc/$1/status"
}

# namespace PID KIND: print the inode, and fail if there is none, so that no two empty answers are the same.
namespace() {
	stat --dereference --format %i "/proc/$1/ns/$2"
}

# assert_isolated KIND: two containers have a namespace of this kind each, neither the other's nor their host's.
# The host of a container is what its parent is in: the machine, or a container around.
assert_isolated() {
	local one other host
	start_container one
	start_container other
	one=$(namespace "${container_pid[one]}" "$1")
	other=$(namespace "${container_pid[other]}" "$1")
	host=$(namespace "$(parent_of "${container_pid[one]}")" "$1")
	stop_container one
	stop_container other
	[[ $one != "$host" ]] || fail "the container is in its host's $1 namespace"
	[[ $one != "$other" ]] || fail "two containers are in the same $1 namespace"
}

# assert_base: the container is what each of part two's begins with (common/steps.h), and its shell is PID 1.
assert_base() {
	local kind
	start_container it
	for kind in uts ipc pid mnt; do
		assert_not_equal "$(namespace "${container_pid[it]}" "$kind")" "$(namespace $$ "$kind")"
	done
	stop_container it
	run -0 inside 'hostname; echo "PID $$"'
	assert_line container
	assert_line 'PID 1'
}

# assert_shared KIND...: the container has no namespace of these kinds of its own.
assert_shared() {
	local kind
	start_container it
	for kind; do
		assert_equal "$(namespace "${container_pid[it]}" "$kind")" \
			"$(namespace "$(parent_of "${container_pid[it]}")" "$kind")"
	done
	stop_container it
}

# assert_host_unchanged COMMANDS: run shell commands in a container; the host is afterwards as it was.
assert_host_unchanged() {
	assert_host_left_by inside "$1" >/dev/null
}
