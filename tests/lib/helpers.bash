# What the Bats files share. Each loads it first: `load ../lib/helpers`. A test starts in the tree's top directory.
#
# LAB      the lab that is tested, by default the one that the file is named after. The later labs keep the promises of
#          the earlier ones, so `LAB=net bats tests/labs/uts/uts.bats` is a test of net.
# PROGRAM  another program in its place, as a command line; it takes no arguments.
#
# Tags of the labs' tests: `own`, what the later labs don't keep; `ours`, what our programs promise and another correct
# program needn't; `shows:uts-flag`, what goes wrong without the lines that are marked `exercise uts.flag`. The tags
# that say who runs a test are explained in scripts/test.

bats_require_minimum_version 1.8.0

# Their load.bash would start dirname(1) for each file, before each test anew: that took half of the time of a short one.
for library in "${BATS_LIB_PATH:-/usr/lib/bats}"/bats-{support,assert}/src/*.bash; do
	# shellcheck source=/dev/null
	source "$library"
done

# tmux starts this shell: an account such as nobody may have nologin as its own.
export SHELL=/bin/bash

cd "${BASH_SOURCE[0]%/*}/../.." || exit
# shellcheck source=tests/lib/tree.bash
source tests/lib/tree.bash
# shellcheck source=tests/lib/labs.bash
source tests/lib/labs.bash

# What comes before a command to run it as root (for an ordinary user: root of a user namespace), and as an ordinary user.
with_rights=()
without_rights=()
# shellcheck disable=SC2034 # for the Bats files
if [[ $EUID -eq 0 ]]; then
	without_rights=(setpriv --reuid 65534 --regid 65534 --clear-groups)
else
	with_rights=(unshare --user --map-root-user)
fi

# within SECONDS COMMAND...: wait until the command succeeds.
within() {
	local deadline=$((SECONDS + $1))
	until "${@:2}"; do
		((SECONDS <= deadline)) || fail "not within $1 s: ${*:2}"
		sleep 0.05
	done
}

# verdicts <JSON: print the id and the status of each check in a verdict of scripts/check.
verdicts() {
	/usr/bin/python3 -c 'import json, sys
verdict = json.load(sys.stdin)
for lab in verdict.get("labs", [verdict]):
    for check in lab["checks"]:
        print(check["id"], check["status"])'
}

# without_asan_warning TEXT: print it without the three lines that AddressSanitizer adds when a program ends on a stack
# that clone(2) was given.
without_asan_warning() {
	sed '/WARNING: ASan is ignoring requested __asan_handle_no_return/,+2d' <<<"$1"
}

# assert_host_left_by COMMAND...: after the command, the host is as it was before.
assert_host_left_by() {
	tests/lib/snapshot >"$BATS_TEST_TMPDIR/snapshot"
	"$@"
	run -0 tests/lib/snapshot --compare "$BATS_TEST_TMPDIR/snapshot"
}

# What a test leaves when it fails halfway.
teardown() {
	kill_containers
}
