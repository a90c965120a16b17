# What set-up promises. The package managers are stand-ins that say how they were called.
load ../lib/helpers

# on_system ID COMMANDS: run shell commands on a stage where os-release(5) names this system.
on_system() {
	printf 'ID=%s\n' "$1" >"$BATS_TEST_TMPDIR/os-release"
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	for tool in apt-get dpkg-query dnf rpm pacman apk; do
		printf '#!/bin/sh\necho "%s $*" >>"%s"\n[ %s = apt-get ] || [ %s = dnf ] || [ "$1" = --sync ] || [ "$1" = add ] || [ "$1" = update ]\n' \
			"$tool" "$BATS_TEST_TMPDIR/calls" "$tool" "$tool" >"$BATS_TEST_TMPDIR/bin/$tool"
		chmod +x "$BATS_TEST_TMPDIR/bin/$tool"
	done
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run scripts/stage sh -c \
		"mount --bind '$BATS_TEST_TMPDIR/os-release' \"\$(readlink -f /etc/os-release)\" && $2"
}

@test "setup: where nothing is missing, it changes nothing, however often it runs" {
	for _ in 1 2; do
		run -0 scripts/setup --dev
		assert_output ''
	done
}

@test "setup: each system's package manager is asked to install what is missing" {
	while read -r system install; do
		rm -f "$BATS_TEST_TMPDIR/calls"
		on_system "$system" 'scripts/setup --dev'
		assert_success
		assert_line --regexp '^setup: installing .*gcc .*libmnl.*bats'
		run -0 tail -n 1 "$BATS_TEST_TMPDIR/calls"
		assert_output --regexp "^$install .*gcc .*make .*strace .*bats .*tmux"
	done <<-'END'
		debian apt-get install --yes --no-install-recommends
		ubuntu apt-get install --yes --no-install-recommends
		fedora dnf install --assumeyes
		arch pacman --sync --noconfirm --needed
		alpine apk add
	END
}

@test "setup: a system that is like one of these is taken for it, and an unknown one is refused" {
	on_system 'mint
ID_LIKE="ubuntu debian"' scripts/setup
	assert_success
	on_system plan9 scripts/setup
	assert_failure 1
	assert_line --index 0 --partial 'no list of packages for this system'
	assert_line --index 1 --partial 'Install by hand: a C compiler'
}

@test "setup: an installation that fails is an error" {
	on_system fedora "printf '#!/bin/sh\nexit 3\n' >'$BATS_TEST_TMPDIR/bin/dnf'; scripts/setup"
	assert_failure 1
	assert_line 'setup: dnf failed; its messages are above'
}

@test "setup: an ordinary user without sudo is told what is missing, and the command for root" {
	on_system debian "printf '#!/bin/sh\nexit 1\n' >'$BATS_TEST_TMPDIR/bin/sudo'; chmod +x '$BATS_TEST_TMPDIR/bin/sudo'
		unshare --user --map-user=1000 --map-group=1000 scripts/setup </dev/null"
	assert_failure 1
	assert_line --index 0 --regexp '^setup: missing: .*gcc'
	assert_line --index 1 --regexp '^Only root can install them: .*apt-get install .*gcc'
	run ! grep apt-get "$BATS_TEST_TMPDIR/calls"
}

@test "setup: --list-missing installs nothing" {
	on_system alpine 'scripts/setup --list-missing'
	assert_failure 1
	assert_line gcc
	refute_line tmux
	run ! grep -E 'apk (add|update)' "$BATS_TEST_TMPDIR/calls"
}

@test "setup: an unknown option is a usage error" {
	for option in --unknown -x dev; do
		run -2 --separate-stderr scripts/setup "$option"
		assert_output ''
		assert_equal "$stderr" 'usage: scripts/setup [--grade] [--dev] [--list-missing]'
	done
}
