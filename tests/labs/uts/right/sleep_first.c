// Parent and child print their names. The parent sleeps first, so that the child's name is set; then it waits.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK_SIZE = 1 << 20 };

static void fail(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void print_name(const char *who)
{
	struct utsname names;

	if (uname(&names) == -1)
		fail("uname");
	printf("%s: nodename is %s\n", who, names.nodename);
}

static int child_main(void *name)
{
	if (sethostname(name, strlen(name)) == -1)
		fail("sethostname");
	print_name("child");
	fflush(stdout);
	execlp("bash", "bash", (char *)NULL);
	fail("execlp");
	return 1;
}

int main(void)
{
	char *stack = malloc(STACK_SIZE);

	if (!stack)
		fail("malloc");
	pid_t child = clone(child_main, stack + STACK_SIZE, CLONE_NEWUTS | SIGCHLD, "container");
	if (child == -1)
		fail("clone");
	printf("parent: the child has PID %ld\n", (long)child);
	sleep(1);
	print_name("parent");
	if (waitpid(child, NULL, 0) == -1)
		fail("waitpid");
	printf("parent: the child has ended\n");
	return EXIT_SUCCESS;
}
