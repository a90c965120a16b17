// clone(2) without SIGCHLD. The parent waits for children of all sorts, and so finds the child all the same.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static char stack[1 << 20];

static int run_shell(void *command)
{
	if (sethostname("container", 9) == -1)
		return 125;
	execv("/bin/bash", command);
	return 127;
}

int main(void)
{
	char *command[] = {"/bin/bash", NULL};
	int status;
	pid_t child = clone(run_shell, stack + sizeof stack, CLONE_NEWUTS, command);

	if (child == -1 || waitpid(child, &status, __WALL) == -1) {
		perror("clone");
		return 125;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
