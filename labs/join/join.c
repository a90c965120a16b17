// join: enter a running container, as nsenter(1) and `docker exec` do.
//
// Run: sudo build/mount, and in its shell: echo $PPID. In a second terminal: sudo build/join PID
// See: a shell in the container, beside its first one: the same hostname, and ps lists both.
// Read: setns(2), pidfd_open(2), namespaces(7), nsenter(1)
#include "container.h"
#include "flags.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Returns the flags of the kinds in which the process is elsewhere than we are: of all kinds, or of
// those in the list `only`. The kernel refuses to enter the user namespace that we are in already.
static int find_kinds(pid_t pid, const char *only)
{
	int kinds = 0;

	for (const struct clone_flag *each = clone_flags; each->name; each++) {
		char path[64];
		struct stat own, other;

		if (!each->kind)
			continue;
		snprintf(path, sizeof path, "/proc/self/ns/%s", each->kind);
		if (stat(path, &own) == -1)
			continue; // This kernel lacks the kind.
		snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, each->kind);
		if (stat(path, &other) == -1)
			die("read the namespaces of process %d", pid);
		if (own.st_ino != other.st_ino)
			kinds |= each->flag;
	}
	return kinds;
}

static int container_main(char *command[])
{
	say("In the container process!");
	return exec_command(command);
}

int main(int argc, char *argv[])
{
	const char *only = NULL;
	const struct lab_option options[] = {
		{"only", "KINDS", N_("the kinds of namespaces to enter, such as uts,pid"), &only},
		{NULL}};
	struct container container = {.main = container_main};
	char **operands = parse_operands(argc, argv, "[OPTION]... [--] PID [COMMAND [ARG]...]", argc,
					 N_("Run COMMAND in the namespaces of process PID."), options);
	(void)operands; (void)container;(void)find_kinds;
	return 0;
}
