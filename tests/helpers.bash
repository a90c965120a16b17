# What the Bats files share. Each says `load ../helpers` (or `load helpers`) first.
#
# LAB      the program that is tested, by default the one that the file is named after. The promises of an early
#          lab are kept by the later ones, so `LAB=net bats tests/labs/uts.bats` is a test of net.
# PROGRAM  another program in its place, as a command line; it takes no arguments.
#
# Tags of the tests of the labs: `own`, what the later labs don't keep; `ours`, what our programs promise and another
# correct program needn't; `shows:uts-flag`, what goes wrong without the lines that are marked `exercise uts.flag`.

bats_require_minimum_version 1.8.0
BATS_LIB_PATH=${BATS_LIB_PATH:-/usr/lib/bats}
bats_load_library bats-support
bats_load_library bats-assert

# tmux starts it; that of an account such as nobody may be nologin.
export SHELL=/bin/bash

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
LAB=${LAB:-$(basename "$BATS_TEST_FILENAME" .bats)}

# Nothing in a file that isn't about a lab.
read -ra program <<<"${PROGRAM:-$(scripts/program "$LAB" 2>/dev/null)}"

# What comes before a command to run it as root, an ordinary user's in a user namespace; and as an ordinary user.
with_rights=()
without_rights=()
# shellcheck disable=SC2034 # for the Bats files
if [[ $EUID -eq 0 ]]; then
	without_rights=(setpriv --reuid 65534 --regid 65534 --clear-groups)
else
	with_rights=(unshare --user --map-root-user)
fi

# inside COMMANDS: run shell commands in a container, as the tutorial does: the program without arguments, the
# commands on its standard input.
inside() {
	timeout -k 1 20 "${program[@]}" <<<"$1" 3>&-
}

# start_container NAME: start the program with a shell that waits for commands. For each NAME: program_pid, and
# container_pid, the shell as it is seen from here.
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
	# The shell is the last of a chain: the program, its child, and so on.
	container_pid[$1]=${program_pid[$1]}
	while child=$(pgrep -P "${container_pid[$1]}"); do
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

# without_asan_warning TEXT: print it without the three lines that AddressSanitizer adds when a program ends on a stack
# that clone(2) was given.
without_asan_warning() {
	sed '/WARNING: ASan is ignoring requested __asan_handle_no_return/,+2d' <<<"$1"
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

# assert_host_unchanged COMMANDS: run shell commands in a container; the host is afterwards as it was.
assert_host_unchanged() {
	tests/snapshot >"$BATS_TEST_TMPDIR/snapshot"
	inside "$1" >/dev/null
	run -0 tests/snapshot --compare "$BATS_TEST_TMPDIR/snapshot"
}

# Whatever a test leaves when it fails halfway.
teardown() {
	local name
	for name in "${!program_pid[@]}"; do
		kill -KILL "${program_pid[$name]}" 2>/dev/null || true
	done
}
