# Which hints the judge's sight of a student's mistake leads to: the words that Fail has, and their hints.
# bats file_tags=long,once:user,slow
load ../lib/helpers
load ../lib/student

setup_file() {
	make_starter
}

setup() {
	enter_starter
}

# solve_all: the student's tree with all solutions.
solve_all() {
	for lab in "${exercises[@]}"; do
		cp "$top/labs/$lab/$lab.c" "labs/$lab/$lab.c"
		sed -Ei 's|^(\t*)(\S.*;) +// (exercise .*)|\1// \3 {\n\1\2\n\1// }|' "labs/$lab/$lab.c"
	done
}

# assert_seen <LINES: in each "ID:MISTAKE|a change to the solution for sed", those are the hints that it gets.
assert_seen() {
	local expected change lab
	solve_all
	while IFS='|' read -r expected change; do
		lab=${expected%%.*}
		cp "labs/$lab/$lab.c" saved.c
		sed -Ei "$change" "labs/$lab/$lab.c"
		! cmp --quiet saved.c "labs/$lab/$lab.c" || fail "no change: $change"
		rm -f .progress/hints
		run -0 scripts/hint "$lab"
		[[ $(cat .progress/hints) == "$expected 1" ]] || fail "after $change, not $expected, but: $output; $(cat .progress/*)"
		cp saved.c "labs/$lab/$lab.c"
	done
}

@test "mistakes: of a name, a flag and the host" {
	assert_seen <<-'END'
		uts.hostname-inside:length|s/strlen\(hostname\)/sizeof hostname/
		uts.hostname-inside:name|s/\(hostname, strlen\(hostname\)\)/("hostname", 8)/
		uts.hostname-inside|s/sethostname\(.*\) == -1/false/; s/"container"/false ? "" : &/; s/^#include <unistd.h>/&\n#include <stdbool.h>/
		uts.host-unchanged:names|s/^\treturn container_run/\tsethostname(hostname, 9);\n&/
		ipc.host-unchanged:overwritten|s/\|= CLONE_NEWIPC/= CLONE_NEWIPC/
		ipc.host-unchanged:names|/CLONE_NEWUTS/d
		mount.proc:overwritten|s/\|= CLONE_NEWNS/= CLONE_NEWNS/
		user.runs:overwritten|s/\|= CLONE_NEWUSER/= CLONE_NEWUSER/
	END
}

@test "mistakes: of a program's end" {
	assert_seen <<-'END'
		uts.runs|s/"sethostname %s"/"%s"/; s/strlen\(hostname\)/1000/
		uts.runs:killed|s/^\tsay\("In/\t*(volatile int *)0 = 0;\n&/
		uts.runs:hangs|s/^\tsay\("In/\tpause();\n&/
		uts.runs:several|s/^\tsay\("In/\tfork();\n&/
		uts.runs:early|s/^\tsay\("Program/\tif (fork() > 0) { sleep(1); return 0; }\n&/
		uts.runs:late|s/^\treturn container_run.*/\tcontainer_run(\&container);\n\tsleep(100);/
	END
}

@test "mistakes: of a PID, a mount and /proc" {
	assert_seen <<-'END'
		pid.namespace:children|s/container.flags \|= CLONE_NEWPID/(void)0/; s/^\tsay\("In/\tunshare(CLONE_NEWPID);\n&/
		pid.shell-is-1:second|s/^\treturn exec_command/\tif (fork() > 0) { wait(NULL); return 0; }\n&/; s/^#include <unistd.h>/&\n#include <sys\/wait.h>/
		mount.private:part|s/MS_REC \| MS_PRIVATE/MS_PRIVATE/
		mount.private:order|s/^\tif \(mount\(NULL/\tmount("proc", "\/proc", "proc", 0, NULL);\n&/
		mount.private|/MS_PRIVATE/,+1d
		mount.proc:pid|/CLONE_NEWPID/d
		mount.proc:type|s/"\/proc", "proc"/"\/proc", "tmpfs"/
		mount.proc:target|s/"\/proc", "proc"/"\/mnt", "proc"/
	END
}

@test "mistakes: of a pair, a map, a level and an inode" {
	assert_seen <<-'END'
		net.runs|s/veth_create\(veth, pid\)/veth_create(veth, getpid())/
		net.host-to-container:host-end|s/interface_configure\(veth->host.*//
		net.host-to-container:same-address|s/veth->host_address/veth->container_address/
		user.uid-map:inside|s/"0 %u 1", uid/"%u %u 1", uid, uid/
		nest.runs:twice|s/return container_run\(&container\);$/container_run(\&container);/
		nest.inner:levels|s/--depth > 0/depth-- > 0/
		inspect.inodes:link|s/\bstat\(path, namespace\)/lstat(path, namespace)/
		inspect.inodes:refused|s/errno != ENOENT/true/
		inspect.inodes:stale|s/^\treturn false;/\treturn true;/
		inspect.same-or-different:inverted|s/same = (.*);/same = !(\1);/
	END
}

@test "mistakes: a check shows what the program itself has said, where only the inner one has ended" {
	solve_all
	# Its result is lost, and the outer container runs the shell.
	sed -i 's/^\t\treturn container_run(&container);/\t\tcontainer_run(\&container);/; s/uid = gid = 0;.*/;/' labs/nest/nest.c
	run -1 scripts/check nest
	assert_line --regexp '^ +nest: .*Operation not permitted'
}

@test "mistakes: a check names each word that hints are for" {
	cd "$top"
	for lab in "${exercises[@]}"; do
		while read -r word; do
			[[ $word == overwritten ]] || grep -qF "\"$word\"" "labs/$lab/exercise/checks.py" scripts/lib/judge/*.py ||
				fail "$lab: no check names '$word'"
		done < <(cat "labs/$lab/exercise/hints" common/hints | grep '^# ' | grep -oP '(?<=:)[a-z-]+')
	done
}
