// bare: clone(2) with the given flags, execvp(3), wait(2): the least that a launch can cost.
//
// usage: bare FLAGS COMMAND [ARG]...
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char stack[64 * 1024] __attribute__((aligned(16)));

static int execute(void *command)
{
	return execvp(*(char **)command, command);
}

int main(int argc, char *argv[])
{
	int status;
	int flags = argc > 2 ? (int)strtol(argv[1], NULL, 0) : -1;

	if (clone(execute, stack + sizeof stack, flags | SIGCHLD, argv + 2) == -1)
		return 125;
	wait(&status);
	return WEXITSTATUS(status);
}
