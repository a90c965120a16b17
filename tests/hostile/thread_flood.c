// Starts threads without end, in two processes, each with a stack as large as it can have.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static int run(void *unused)
{
	(void)unused;
	for (;;)
		sched_yield();
}

int main(void)
{
	fork();
	for (;;) {
		char *stack = malloc(64 << 10);

		if (!stack || clone(run, stack + (64 << 10),
				    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
					    CLONE_THREAD | CLONE_SYSVSEM,
				    NULL) == -1)
			usleep(1000);
	}
}
