// The program is a process group of its own, which takes the terminal if there is one, as a shell with job control.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	if (setpgid(0, 0) ==
	    -1) { // EPERM for a session's leader, which no program that a shell starts is.
		perror("setpgid");
		return 1;
	}
	signal(SIGTTOU, SIG_IGN);
	pid_t before = tcgetpgrp(STDIN_FILENO);
	tcsetpgrp(STDIN_FILENO, getpid());

	pid_t child = fork();
	if (child == 0) {
		signal(SIGTTOU, SIG_DFL);
		if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
			return 1;
		execl("/bin/bash", "bash", (char *)NULL);
		return 1;
	}
	waitpid(child, NULL, 0);
	if (before != -1)
		tcsetpgrp(STDIN_FILENO, before);
	return 0;
}
