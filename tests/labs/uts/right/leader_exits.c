// A second thread makes the container and waits for it; the first thread has long ended.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *run_container(void *unused)
{
	pid_t child = fork();

	if (child == 0) {
		if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
			_exit(1);
		execl("/bin/bash", "bash", (char *)NULL);
		_exit(1);
	}
	exit(waitpid(child, NULL, 0) == -1);
}

int main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run_container, NULL) != 0)
		return 1;
	pthread_exit(NULL);
}
