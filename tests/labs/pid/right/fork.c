// unshare(2), then fork(2): the child, not the caller, is in the new PID namespace.
#define _GNU_SOURCE
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	if (unshare(CLONE_NEWPID) == -1)
		return 1;
	pid_t child = fork();
	if (child == 0) {
		execl("/bin/bash", "bash", NULL);
		return 1;
	}
	return waitpid(child, NULL, 0) == -1;
}
