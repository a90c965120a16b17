# What set-up promises. The package managers are stand-ins that say how they were called.
load ../lib/helpers

# on_system ID COMMANDS: run shell commands on a stage where os-release(5) names this system. Nothing is installed there,
# and its lists have every package but those in `lacking`.
on_system() {
	printf 'ID=%s\n' "$1" >"$BATS_TEST_TMPDIR/os-release"
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	for tool in apt-get dnf pacman apk; do
		cat >"$BATS_TEST_TMPDIR/bin/$tool" <<-END
			#!/bin/sh
			echo "$tool \$*" >>"$BATS_TEST_TMPDIR/calls"
			[ "\$1" != --query ] && [ "\$1 \$2" != 'info --installed' ] || exit 1
			for package in ${lacking:-none}; do
				case " \$* " in *" \$package "*) echo "$tool: no \$package" >&2; exit 100 ;; esac
			done
			[ "\$1" != repoquery ] || echo found
		END
	done
	printf '#!/bin/sh\nexit 1\n' | tee "$BATS_TEST_TMPDIR/bin/dpkg-query" >"$BATS_TEST_TMPDIR/bin/rpm"
	chmod +x "$BATS_TEST_TMPDIR"/bin/*
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run scripts/stage sh -c \
		"mount --bind '$BATS_TEST_TMPDIR/os-release' \"\$(readlink -f /etc/os-release)\" && $2"
}

# bats test_tags=long
@test "setup: where nothing is missing, it changes nothing, however often it runs, and says so" {
	for _ in 1 2; do
		run -0 --separate-stderr scripts/setup --dev
		assert_output 'setup: everything is installed'
		assert_equal "$stderr" ''
	done
	run -0 scripts/setup --dev --list-missing
	assert_output ''
}

# bats test_tags=long
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

# bats test_tags=long
@test "setup: a package that the lists don't have costs no other, and is named with what it is for" {
	while read -r system name install; do
		rm -f "$BATS_TEST_TMPDIR/calls"
		lacking="scdoc $name" on_system "$system" 'scripts/setup --dev'
		assert_failure 1
		assert_line "setup: can't be installed here: $name (for make lint)"
		assert_line "setup: can't be installed here: scdoc (for make man)"
		refute_line 'setup: everything is installed'
		run -0 tail -n 1 "$BATS_TEST_TMPDIR/calls"
		assert_output --regexp "^$install .*gcc .*bats .*shfmt .*man-db"
		refute_output --partial "$name"
		refute_output --partial scdoc
	done <<-'END'
		debian clang-tidy apt-get install
		fedora ShellCheck dnf install
		arch python-pyflakes pacman --sync
		alpine clang-extra-tools apk add
	END
}

@test "setup: where no package can be had, it names them and installs nothing" {
	lacking='gcc make bash' on_system alpine 'scripts/setup' # apk fails for each, since Alpine needs these
	assert_failure 1
	assert_line "setup: can't be installed here: gcc make (for the programs)"
}

@test "setup: it waits while another program uses apt, and says so" {
	mkdir "$BATS_TEST_TMPDIR/dpkg"
	touch "$BATS_TEST_TMPDIR/dpkg/lock-frontend"
	on_system debian "mount --bind '$BATS_TEST_TMPDIR/dpkg' /var/lib/dpkg
		/usr/bin/python3 -c 'import fcntl, time
with open(\"/var/lib/dpkg/lock-frontend\", \"w\") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    print(\"locked\", flush=True)
    time.sleep(2)
    open(\"$BATS_TEST_TMPDIR/calls\", \"a\").write(\"unlocked\\n\")' | { read -r _; scripts/setup; }"
	assert_success
	assert_line 'setup: another program uses apt; waiting for it, 10 minutes at most'
	run -0 head -n 2 "$BATS_TEST_TMPDIR/calls"
	assert_line --index 0 unlocked
	assert_line --index 1 --partial 'apt-get update'
	run -0 tail -n 1 "$BATS_TEST_TMPDIR/calls"
	assert_output --partial 'DPkg::Lock::Timeout=600'
}

@test "setup: lists that can't be refreshed are said, and what the old ones have is installed" {
	on_system debian "sed -i '2a [ \"\$1\" != update ] || exit 100' '$BATS_TEST_TMPDIR/bin/apt-get'; scripts/setup"
	assert_success
	assert_line 'setup: apt-get update --quiet=2 failed; its messages are above'
	assert_line 'setup: everything is installed'
}

@test "setup: an installation that fails is an error" {
	on_system fedora "sed -i '2a [ \$1 != install ] || exit 3' '$BATS_TEST_TMPDIR/bin/dnf'; scripts/setup"
	assert_failure 1
	assert_line 'setup: dnf failed; its messages are above'
	on_system debian "sed -i '2a case \$1\$2 in install--yes) exit 100 ;; esac' '$BATS_TEST_TMPDIR/bin/apt-get'; scripts/setup"
	assert_failure 1
	assert_line 'setup: apt-get failed; its messages are above'
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
