// Without SIGCHLD among the flags, waitpid(2) doesn't wait for the child: it says that there is none.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static char child_stack[1 << 20];
static char *const command[] = {"/bin/bash", NULL};

static int child_main(void *unused)
{
	sethostname("container", 9);
	execv(command[0], command);
	return 1;
}

int main(void)
{
	pid_t child = clone(child_main, child_stack + sizeof child_stack, CLONE_NEWUTS, NULL);
	waitpid(child, NULL, 0);
	return 0;
}
