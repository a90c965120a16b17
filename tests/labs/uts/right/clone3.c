// clone3(2) without a stack: the child goes on as after fork(2).
#define _GNU_SOURCE
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	struct clone_args args = {.flags = CLONE_NEWUTS, .exit_signal = SIGCHLD};

	puts("starting");
	fflush(stdout);
	pid_t child = syscall(SYS_clone3, &args, sizeof args);
	if (child == -1) {
		perror("clone3");
		return 1;
	}
	if (child == 0) {
		if (sethostname("container", 9) == -1)
			return 1;
		execl("/bin/bash", "bash", NULL);
		return 1;
	}
	int status;
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}
