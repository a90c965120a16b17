// The child has a process group of its own, and nobody gives it the terminal: there the shell stops at once.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static char child_stack[1 << 20];

static int child_main(void *unused)
{
	setpgid(0, 0);
	sethostname("container", 9);
	execl("/bin/bash", "bash", "--norc", (char *)NULL);
	return 1;
}

int main(void)
{
	pid_t child =
		clone(child_main, child_stack + sizeof child_stack, CLONE_NEWUTS | SIGCHLD, NULL);
	return child == -1 || waitpid(child, NULL, 0) == -1;
}
