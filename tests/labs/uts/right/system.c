// The shell is started by system(3): there is a second shell between, and both ends are polled.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	pid_t child = fork();

	if (child == 0) {
		if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1) {
			perror("container");
			exit(1);
		}
		exit(system("/bin/bash") != 0);
	}
	while (waitpid(child, NULL, WNOHANG) == 0)
		usleep(50 * 1000);
	return 0;
}
