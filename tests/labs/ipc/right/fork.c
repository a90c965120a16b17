// The child of fork(2) moves to a new IPC namespace before it becomes a shell.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	pid_t child = fork();
	if (child == 0) {
		if (unshare(CLONE_NEWIPC) == -1) {
			perror("unshare");
			return 1;
		}
		execl("/bin/dash", "dash", NULL);
		execl("/bin/sh", "sh", NULL);
		return 1;
	}
	return waitpid(child, NULL, 0) == -1;
}
