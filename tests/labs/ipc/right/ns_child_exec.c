// A small unshare(1) of one's own: an option for each namespace, and a command. Without options, as with -i and a shell.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char child_stack[1 << 20] __attribute__((aligned(16)));

static void fail(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static int child_main(void *arg)
{
	char **command = arg;

	execvp(command[0], command);
	fail(command[0]);
	return EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
	char *shell[] = {"/bin/bash", NULL};
	int flags = 0, option;

	while ((option = getopt(argc, argv, "+imnpuUv")) != -1) {
		switch (option) {
		case 'i':
			flags |= CLONE_NEWIPC;
			break;
		case 'm':
			flags |= CLONE_NEWNS;
			break;
		case 'n':
			flags |= CLONE_NEWNET;
			break;
		case 'p':
			flags |= CLONE_NEWPID;
			break;
		case 'u':
			flags |= CLONE_NEWUTS;
			break;
		case 'U':
			flags |= CLONE_NEWUSER;
			break;
		case 'v':
			break;
		default:
			return EXIT_FAILURE;
		}
	}
	char **command = argv[optind] ? argv + optind : shell;
	pid_t child = clone(child_main, child_stack + sizeof child_stack,
			    (flags ? flags : CLONE_NEWIPC) | SIGCHLD, command);
	if (child == -1)
		fail("clone");
	printf("%s: PID of child created by clone() is %ld\n", argv[0], (long)child);
	if (waitpid(child, NULL, 0) == -1)
		fail("waitpid");
	return EXIT_SUCCESS;
}
