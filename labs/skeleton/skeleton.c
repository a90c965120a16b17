// skeleton: a child of clone(2) that shares every namespace with the host.
//
// Run: build/skeleton, and in its shell: hostname; echo $$; exit
// See: an ordinary child process. It isn't a container yet, because none of its namespaces is new.
// Read: clone(2), waitpid(2), execve(2)
#include "container.h"

#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK_SIZE = 1024 * 1024 };

static pid_t program; // the parent

static int container_main(void *command)
{
	// Die with the program. If it has died already, this process has another parent by now.
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
		die("prctl PR_SET_PDEATHSIG");
	if (getppid() != program)
		return EXIT_OWN_FAILURE;
	say("In the container process!");
	return exec_command(command);
}

int main(int argc, char *argv[])
{
	char **command = parse_command(
		argc, argv, N_("Run COMMAND in a child process that shares everything."), NULL);
	int status;

	say("Program started");

	// The child runs on a stack of its own. A stack grows down, so clone wants its highest address.
	char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (stack == MAP_FAILED)
		die("mmap the stack");

	// If the caller ignores SIGCHLD, the kernel reaps the child itself, and waitpid finds none.
	if (signal(SIGCHLD, SIG_DFL) == SIG_ERR)
		die("set up the signals");

	program = getpid();
	// Without a CLONE_NEW* flag, no namespace is new. SIGCHLD is what the parent gets when the
	// child ends.
	pid_t child = clone(container_main, stack + STACK_SIZE, SIGCHLD, command);
	if (child == -1)
		die("clone");

	if (waitpid(child, &status, 0) == -1)
		die("waitpid");
	return exit_status(status);
}
