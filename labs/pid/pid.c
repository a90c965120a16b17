// pid: a container whose first process is PID 1.
//
// Run: sudo build/pid, and in its shell: echo $$; ps -e | tail; exit
// See: the shell is PID 1. Yet ps lists the host's processes, because /proc is still the host's.
// Read: pid_namespaces(7), clone(2), proc(5)
#include "container.h"

#include <string.h>
#include <unistd.h>

static const char *hostname = "container";

// Runs on the host while the container waits.
static void prepare_host(pid_t pid)
{
	// exercise pid.parent: say which PID the parent sees {
	say("The host sees the container as PID %d", pid);
	// }
}

static int container_main(char *command[])
{
	say("In the container process!");
	// exercise pid.child: say which PID the child sees {
	say("The container sees itself as PID %d", getpid());
	// }

	// exercise uts.hostname: give the container its own hostname {
	if (sethostname(hostname, strlen(hostname)) == -1)
		die("sethostname %s", hostname);
	// }

	return exec_command(command);
}

int main(int argc, char *argv[])
{
	struct container container = {.main = container_main, .prepare = prepare_host};

	container.command =
		parse_command(argc, argv, N_("Run COMMAND as PID 1 of a container."), NULL);

	container.flags |= CLONE_NEWUTS; // exercise uts.flag: ask for a new UTS namespace
	container.flags |= CLONE_NEWIPC; // exercise ipc.flag: ask for a new IPC namespace
	container.flags |= CLONE_NEWPID; // exercise pid.flag: ask for a new PID namespace

	say("Program started");
	return container_run(&container);
}
