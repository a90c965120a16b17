// mount: a container with mounts of its own, and so with a /proc that fits its PIDs.
//
// Run: sudo build/mount, and in its shell: ps -e; grep /proc /proc/self/mounts; exit
// See: ps lists the container's processes and no others. The host's mounts are as they were.
// Read: mount_namespaces(7), mount(2), proc(5)
#include "container.h"

#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static const char *hostname = "container";

static int container_main(void *arg)
{
	say("In the container process!");

	// exercise uts.hostname: give the container its own hostname {
	if (sethostname(hostname, strlen(hostname)) == -1)
		die("sethostname %s", hostname);
	// }
	// exercise mount.private: keep the mounts to come from reaching the host {
	// First of all: the new namespace has a copy of each mount, and a shared one passes on what
	// is mounted below it (mount_namespaces(7), shared subtrees).
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		die("make / private");
	// }
	// exercise mount.proc: mount a /proc that shows this PID namespace {
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1)
		die("mount /proc");
	// }

	exec_command(arg);
}

int main(int argc, char *argv[])
{
	struct container container = {
		.main = container_main,
		.arg = parse_command(
			argc, argv,
			N_("Run COMMAND in a container with mounts and a /proc of its own."), NULL),
	};

	// exercise uts.flag: ask for a new UTS namespace {
	container.flags |= CLONE_NEWUTS;
	// }
	// exercise ipc.flag: ask for a new IPC namespace {
	container.flags |= CLONE_NEWIPC;
	// }
	// exercise pid.flag: ask for a new PID namespace {
	container.flags |= CLONE_NEWPID;
	// }
	// exercise mount.flag: ask for a new mount namespace {
	container.flags |= CLONE_NEWNS;
	// }

	say("Program started");
	return container_run(&container);
}
