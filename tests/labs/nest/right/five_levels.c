// Each level clones the next one with one less to go, mounts a proc of its own, and waits; the last one is the shell.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK_SIZE = 256 * 1024 };

static void fail(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static int make_level(void *arg)
{
	long left = (long)arg;

	if (getpid() == 1 && (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
			      mount("proc", "/proc", "proc", 0, NULL) == -1))
		fail("mount");
	if (left == 0) {
		execl("/bin/bash", "bash", (char *)NULL);
		fail("bash");
	}
	char *stack = malloc(STACK_SIZE);
	if (!stack)
		fail("malloc");
	pid_t child = clone(make_level, stack + STACK_SIZE, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD,
			    (void *)(left - 1));
	if (child == -1)
		fail("clone");
	printf("level %ld: the child's PID is %ld\n", left, (long)child);
	fflush(stdout);
	if (waitpid(child, NULL, 0) == -1)
		fail("waitpid");
	return EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
	return make_level((void *)(argc > 1 ? atol(argv[1]) : 5));
}
