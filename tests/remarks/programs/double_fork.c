// The child in the middle ends at once, without a wait: the shell's parent is then the first process, a subreaper.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	int status;

	if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1 || unshare(CLONE_NEWUTS) == -1 ||
	    sethostname("container", 9) == -1) {
		perror("new UTS namespace");
		return 125;
	}
	pid_t middle = fork();
	if (middle == 0) {
		if (fork() > 0)
			_exit(0);
		execl("/bin/bash", "bash", NULL);
		_exit(127);
	}
	waitpid(middle, NULL, 0);
	wait(&status);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
