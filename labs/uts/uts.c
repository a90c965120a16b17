// uts: a container with a hostname of its own.
//
// Run: sudo build/uts, and in its shell: hostname; exit; then on the host: hostname
// See: "container" inside, the old name outside. A domain name set inside stays inside as well.
// Read: uts_namespaces(7), sethostname(2)
#include "container.h"

#include <string.h>
#include <unistd.h>

static const char *hostname = "container";

static int container_main(void *arg)
{
	say("In the container process!");

	// exercise uts.hostname: give the container its own hostname {
	// The length is that of the name alone: no NUL is counted.
	if (sethostname(hostname, strlen(hostname)) == -1)
		die("sethostname %s", hostname);
	// }

	exec_command(arg);
}

int main(int argc, char *argv[])
{
	const struct lab_option option = {"hostname", "NAME", N_("the container's hostname"),
					  &hostname};
	struct container container = {
		.main = container_main,
		.arg = parse_command(argc, argv,
				     N_("Run COMMAND in a container with a hostname of its own."),
				     &option),
	};

	// exercise uts.flag: ask for a new UTS namespace {
	container.flags |= CLONE_NEWUTS;
	// }

	say("Program started");
	return container_run(&container);
}
