// Does the exercise, and leaves a daemon that holds its standard output.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <unistd.h>

int main(void)
{
	if (fork() == 0) {
		setsid();
		signal(SIGTERM, SIG_IGN);
		for (;;)
			pause();
	}
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
		return 1;
	execl("/bin/bash", "bash", NULL);
	return 1;
}
