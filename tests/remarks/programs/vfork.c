// vfork(2), and an empty handler of SIGCHLD that interrupts the wait.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void ignore(int signal)
{
	(void)signal;
}

int main(void)
{
	int status;

	signal(SIGCHLD, ignore);
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1) {
		perror("new UTS namespace");
		return 125;
	}
	pid_t child = vfork();
	if (child == 0) {
		execl("/bin/bash", "bash", NULL);
		_exit(127);
	}
	while (waitpid(child, &status, 0) == -1 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
