// base: what each program of part two begins with. `make diff` shows what a lab adds to it.
#include "container.h"
#include "steps.h"

static int container_main(char *command[])
{
	say("In the container process!");
	set_up_base();
	return exec_command(command);
}

int main(int argc, char *argv[])
{
	struct container container = {.main = container_main, .flags = BASE};

	container.command = parse_command(argc, argv, N_("Run COMMAND in a container."), NULL);

	say("Program started");
	return container_run(&container);
}
