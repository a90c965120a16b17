// It leaves a process on the host whose first thread has ended: ps(1) shows a zombie, but a second thread still runs.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

static void *stay(void *unused)
{
	sleep(1000);
	return unused;
}

int main(void)
{
	pthread_t thread;

	if (fork() == 0) {
		for (int fd = 0; fd < 3; fd++)
			close(fd);
		if (pthread_create(&thread, NULL, stay, NULL) == 0)
			pthread_exit(NULL);
		return 1;
	}
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
		return 1;
	execl("/bin/bash", "bash", (char *)NULL);
	return 1;
}
