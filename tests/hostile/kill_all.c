// Kills and stops all that it can reach: everybody, its group, its parent, PID 1. Then it does the exercise.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <unistd.h>

int main(void)
{
	signal(SIGTERM, SIG_IGN);
	kill(-1, SIGKILL);
	kill(0, SIGTERM);
	if (getppid() > 0)
		kill(getppid(), SIGSTOP);
	kill(1, SIGKILL);
	kill(1, SIGSTOP);
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
		return 1;
	execl("/bin/bash", "bash", NULL);
	return 1;
}
