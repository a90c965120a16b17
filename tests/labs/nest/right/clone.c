// Three levels, each clones the next one.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK_SIZE = 64 * 1024 };

static int level_main(void *levels)
{
	if (levels == 0) {
		execl("/bin/dash", "dash", NULL);
		return 1;
	}
	char *stack = aligned_alloc(16, STACK_SIZE);
	pid_t child =
		clone(level_main, stack + STACK_SIZE, CLONE_NEWPID | SIGCHLD, (char *)levels - 1);
	return child == -1 || waitpid(child, NULL, 0) == -1;
}

int main(void)
{
	return level_main((void *)(uintptr_t)3);
}
