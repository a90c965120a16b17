// mount: a container with mounts of its own, and so with a /proc of its own.
//
// Run: sudo build/mount, and in its shell: ps -e; grep /proc /proc/self/mounts; exit
// See: ps lists the container's processes and no others. The host's mounts don't change.
// Read: mount_namespaces(7), mount(2), proc(5)
#include "container.h"

#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static const char *hostname = "container";

static int container_main(char *command[])
{
	say("In the container process!");

	// exercise uts.hostname: give the container its own hostname {
	if (sethostname(hostname, strlen(hostname)) == -1)
		die("sethostname %s", hostname);
	// }
	// exercise mount.private: keep later mounts from reaching the host {
	// This must come first. The namespace starts with a copy of each of the host's mounts. If a
	// mount is shared, whatever is mounted below its copy appears on the host as well
	// (mount_namespaces(7), shared subtrees).
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		die("make / private");
	// }
	// exercise mount.proc: mount a /proc that shows this PID namespace {
	// A /proc shows the PID namespace of the process that mounted it, and no other.
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1)
		die("mount /proc");
	// }

	return exec_command(command);
}

int main(int argc, char *argv[])
{
	struct container container = {.main = container_main};

	container.command = parse_command(
		argc, argv, N_("Run COMMAND in a container with mounts and a /proc of its own."),
		NULL);

	container.flags |= CLONE_NEWUTS; // exercise uts.flag: ask for a new UTS namespace
	container.flags |= CLONE_NEWIPC; // exercise ipc.flag: ask for a new IPC namespace
	container.flags |= CLONE_NEWPID; // exercise pid.flag: ask for a new PID namespace
	container.flags |= CLONE_NEWNS;  // exercise mount.flag: ask for a new mount namespace

	say("Program started");
	return container_run(&container);
}
