// "Press Enter" after waitpid(2): the shell has ended, and the program waits for more input.
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
	sethostname("container", 9);
	execv(command[0], command);
	return 1;
}

int main(void)
{
	printf("Program started\n");
	pid_t child =
		clone(child_main, child_stack + sizeof child_stack, CLONE_NEWUTS | SIGCHLD, NULL);
	waitpid(child, NULL, 0);
	printf("press Enter to go on\n");
	getchar();
	return 0;
}
