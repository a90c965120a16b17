// clone(2) takes the flag for a part of the signal that the child sends when it ends: no error, and no namespace.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLONE_NEWTIME 0x80 // older headers lack it

static char stack[1 << 20];

static int child_main(void *unused)
{
	execl("/bin/bash", "bash", (char *)NULL);
	return 1;
}

int main(void)
{
	pid_t child = clone(child_main, stack + sizeof stack, CLONE_NEWTIME | SIGCHLD, NULL);

	if (child == -1) {
		perror("clone");
		return 1;
	}
	// The signal isn't SIGCHLD, so that it takes __WALL to wait for the child.
	return waitpid(child, NULL, __WALL) == -1;
}
