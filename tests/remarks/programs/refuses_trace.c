// It refuses to run under a debugger.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1);
	waitpid(child, &status, 0);
	if (status != 0)
		return 3;
	unshare(CLONE_NEWUTS);
	sethostname("container", 10);
	execl("/bin/bash", "bash", NULL);
	return 127;
}
