// The target of the mount is relative, and its result unchecked: where the working directory isn't /, nothing is mounted.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

static char child_stack[1 << 20];

static int child_main(void *unused)
{
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	mount("proc", "proc", "proc", 0, NULL);
	execl("/bin/bash", "bash", (char *)NULL);
	return 1;
}

int main(void)
{
	pid_t child = clone(child_main, child_stack + sizeof child_stack,
			    CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, NULL);
	waitpid(child, NULL, 0);
	return 0;
}
