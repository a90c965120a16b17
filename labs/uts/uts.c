// uts: a container with a hostname of its own.
//
// Run: sudo build/uts, and in its shell: hostname; exit. Then, on the host: hostname
// See: "container" inside, the old name outside. A domain name that is set inside stays inside, too.
// Read: uts_namespaces(7), sethostname(2)
#include "container.h"

#include <string.h>
#include <unistd.h>

static const char *hostname = "container";

static int container_main(char *command[])
{
	say("In the container process!");

	// exercise uts.hostname: give the container its own hostname {
	// The length doesn't count the NUL at the end.
	if (sethostname(hostname, strlen(hostname)) == -1)
		die("sethostname %s", hostname);
	// }

	return exec_command(command);
}

int main(int argc, char *argv[])
{
	const struct lab_option options[] = {
		{"hostname", "NAME", N_("the container's hostname"), &hostname}, {NULL}};
	struct container container = {.main = container_main};

	container.command = parse_command(
		argc, argv, N_("Run COMMAND in a container with a hostname of its own."), options);

	container.flags |= CLONE_NEWUTS; // exercise uts.flag: ask for a new UTS namespace

	say("Program started");
	return container_run(&container);
}
