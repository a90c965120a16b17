// ipc: a container with message queues, semaphores and shared memory of its own.
//
// Run: on the host: ipcmk -Q. Then sudo build/ipc, and in its shell: ipcs; exit
// See: the host's queue isn't listed inside, and a queue made inside isn't listed outside.
// Read: ipc_namespaces(7), sysvipc(7), mq_overview(7)
#include "container.h"

#include <string.h>
#include <unistd.h>

static const char *hostname = "container";

static int container_main(char *command[])
{
	say("In the container process!");

	// exercise uts.hostname: give the container its own hostname {
	if (sethostname(hostname, strlen(hostname)) == -1)
		die("sethostname %s", hostname);
	// }

	return exec_command(command);
}

int main(int argc, char *argv[])
{
	struct container container = {.main = container_main};

	container.command = parse_command(
		argc, argv, N_("Run COMMAND in a container with IPC objects of its own."), NULL);

	container.flags |= CLONE_NEWUTS; // exercise uts.flag: ask for a new UTS namespace
	container.flags |= CLONE_NEWIPC; // exercise ipc.flag: ask for a new IPC namespace

	say("Program started");
	return container_run(&container);
}
