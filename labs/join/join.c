// join: enter a running container, as nsenter(1) and `docker exec` do.
//
// Run: sudo build/mount. In a second terminal, with the PID that mount has said: sudo build/join PID
// See: a second shell in the container. It has the container's hostname, and ps lists both shells.
// Read: setns(2), pidfd_open(2), namespaces(7), nsenter(1)
#include "container.h"
#include "flags.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Returns the inode that identifies a namespace, or 0 if the process has none of this kind.
static ino_t identify(const char *process, const char *kind)
{
	char path[64];
	struct stat namespace;

	snprintf(path, sizeof path, "/proc/%s/ns/%s", process, kind);
	if (stat(path, &namespace) == 0)
		return namespace.st_ino;
	if (errno != ENOENT)
		die("read the namespaces of process %s", process);
	return 0;
}

// Returns the flags of those `kinds` in which the process isn't where we are.
static int find_different(const char *process, int kinds)
{
	int different = 0;

	for (const struct clone_flag *each = clone_flags; each->name; each++)
		// exercise join.compare: choose the kinds in which the two differ {
		// The kernel refuses to enter the user namespace that we are in already. Any other it
		// opens only to who has rights in the user namespace that owns it: so that comes along.
		if (each->kind && (each->flag & (kinds | CLONE_NEWUSER)) &&
		    identify(process, each->kind) != identify("self", each->kind))
			different |= each->flag;
	// }
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
		{"only", "KINDS", N_("the namespaces to enter, such as uts,pid (default all)"),
		 &only},
		{NULL}};
	struct container container = {.main = container_main};
	char names[FLAGS_TEXT];

	char **operands =
		parse_operands(argc, argv, "[OPTION]... [--] PID [COMMAND [ARG]...]", 1, argc,
			       N_("Run COMMAND in the container of process PID."), options);
	const char *process = operands[0];
	pid_t pid = parse_number("PID", process, 1, INT_MAX);
	container.command = operands + 1;

	// exercise join.pidfd: open the process, so that no other can take its place {
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd == -1)
		die("open process %d", pid);
	// }
	int different = find_different(process, parse_kinds("--only", only));
	// exercise join.alive: make sure that it was this process that we looked at {
	// If it has ended, its PID may be another's by now. If it hasn't, it had the PID all the time.
	if (syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) == -1)
		die("look at process %d", pid);
	// }
	// exercise join.setns: enter all of its namespaces at once {
	// One after the other wouldn't do: after some of them, we have no right to the others.
	if (different != 0 && setns(pidfd, different) == -1)
		die("enter %s", join_flags(names, different));
	// }

	say("Program started");
	// A process never changes its own PID namespace: only its children are in the new one.
	return container_run(&container);
}
