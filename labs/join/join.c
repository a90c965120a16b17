// join: enter a running container, as nsenter(1) and `docker exec` do.
//
// Run: unshare --user --map-root-user --uts --pid --fork --mount-proc sleep 1000 &
//      build/join $(pgrep -x sleep)
// See: a second shell in that container, without sudo. ps lists sleep and the shell, and no more.
// Read: setns(2), pidfd_open(2), namespaces(7), nsenter(1)
#include "container.h"
#include "flags.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_namespaces(const char *process)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%s/ns", process);
	int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory == -1)
		die("read the namespaces of process %s", process);
	return directory;
}

// Returns the flags of the kinds in which the process isn't where we are: of those that are wanted,
// and of the user namespace.
static int find_different(pid_t pid, int wanted)
{
	char process[16];
	int different = 0;

	snprintf(process, sizeof process, "%d", pid);
	int own = open_namespaces("self"), other = open_namespaces(process);
	for (const struct clone_flag *each = clone_flags; each->name; each++) {
		struct stat here, there;
		if (!each->kind)
			continue;
		bool is_known = fstatat(own, each->kind, &here, 0) == 0;
		if (!is_known && errno == ENOENT)
			continue; // This kernel has no such kind.
		if (!is_known || fstatat(other, each->kind, &there, 0) == -1)
			die("read the namespaces of process %s", process);
		bool differs = here.st_dev != there.st_dev || here.st_ino != there.st_ino;
		// exercise join.compare: choose the kinds in which the two differ {
		// The kernel refuses the user namespace that we are in already. Another one always
		// comes along: only in there have we the rights to enter what it owns.
		if (differs && each->flag & (wanted | CLONE_NEWUSER))
			different |= each->flag;
		// }
	}
	return different;
}

static int container_main(char *command[])
{
	say("In the container process!");
	return exec_command(command);
}

int main(int argc, char *argv[])
{
	const char *only = "uts,ipc,pid,mnt,net,cgroup,time";
	const struct lab_option options[] = {
		{"only", "KINDS", N_("the namespaces to enter, such as uts,pid; by default all"),
		 &only},
		{NULL}};
	struct container container = {.main = container_main};
	char names[FLAGS_TEXT];
	int pidfd = -1;

	char **operands =
		parse_operands(argc, argv, "[OPTION]... [--] PID [COMMAND [ARG]...]", 1, argc,
			       N_("Run COMMAND in the container that process PID is in."), options);
	pid_t pid = parse_number("PID", operands[0], 1, INT_MAX);
	int wanted = parse_kinds("--only", only);
	container.command = operands + 1;

	say("Program started");
	// exercise join.pidfd: get a descriptor of the process {
	// It stands for this process for ever. A PID goes to another one when its process has ended.
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd == -1)
		die("open process %d", pid);
	// }
	int different = find_different(pid, wanted);
	// exercise join.alive: make sure that it was this process that we have looked at {
	// While it lives, its PID isn't another's: so it was, all the time. Signal 0 is never sent.
	if (syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) == -1)
		die("ask whether process %d lives", pid);
	// }
	// exercise join.setns: enter all of these namespaces at once {
	// One by one, the order would matter: some take rights that only others give, and after a
	// mistake we would be half inside. setns(2) refuses to enter none.
	if (different != 0 && setns(pidfd, different) == -1)
		die("enter %s of process %d", join_flags(names, different), pid);
	// }

	// Only our children are in the PID namespace: a process keeps the PID that it has.
	return container_run(&container);
}
