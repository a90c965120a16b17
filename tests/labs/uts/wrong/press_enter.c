// "Press Enter" in the place of waitpid(2): the program reads the same input as its shell.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
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
	printf("Program started\n");
	clone(child_main, child_stack + sizeof child_stack, CLONE_NEWUTS | SIGCHLD, NULL);
	printf("press Enter to end the container\n");
	getchar();
	return 0;
}
