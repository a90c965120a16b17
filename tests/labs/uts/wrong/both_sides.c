// No branch after fork(2): both sides execute a shell, and both shells read the same input.
#define _GNU_SOURCE
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
		return 1;
	pid_t child = fork();
	execl("/bin/bash", "bash", (char *)NULL);
	return waitpid(child, NULL, 0) == -1;
}
