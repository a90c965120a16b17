// sleep(3) in the place of waitpid(2): long enough for a look, and then the program ends without its shell.
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
	sleep(1);
	return 0;
}
