// The listing of the tutorials: mount(8) by system(3), and the mounts are shared with the host as they were.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char child_stack[1 << 20];
static char *const command[] = {"/bin/bash", NULL};

static int child_main(void *unused)
{
	printf("child: PID %d\n", getpid());
	sethostname("container", 10);
	system("mount -t proc proc /proc");
	execv(command[0], command);
	return 1;
}

int main(void)
{
	printf("parent\n");
	pid_t child = clone(child_main, child_stack + sizeof child_stack,
			    CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, NULL);
	waitpid(child, NULL, 0);
	printf("parent: the child has ended\n");
	return 0;
}
