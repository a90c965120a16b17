// A listing as in several tutorials: the length counts the NUL, which the kernel takes for the end.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static char child_stack[1 << 20];
static char *const command[] = {"/bin/bash", NULL};

static int child_main(void *unused)
{
	printf("child: PID %d\n", getpid());
	sethostname("container", 10);
	execv(command[0], command);
	printf("child: no shell\n");
	return 1;
}

int main(void)
{
	printf("parent: PID %d\n", getpid());
	pid_t child =
		clone(child_main, child_stack + sizeof child_stack, CLONE_NEWUTS | SIGCHLD, NULL);
	waitpid(child, NULL, 0);
	printf("parent: the child has ended\n");
	return 0;
}
