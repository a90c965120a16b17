// clone3(2), which falls back to clone(2) where it is refused, and waitid(2) on a pidfd.
#define _GNU_SOURCE
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	int pidfd;
	struct clone_args args = {.flags = CLONE_NEWUTS | CLONE_PIDFD,
				  .pidfd = (uintptr_t)&pidfd,
				  .exit_signal = SIGCHLD};
	pid_t child = syscall(SYS_clone3, &args, sizeof args);

	if (child == -1)
		child = syscall(SYS_clone, CLONE_NEWUTS | CLONE_PIDFD | SIGCHLD, NULL, &pidfd, NULL,
				0);
	if (child == -1) {
		perror("clone");
		return 125;
	}
	if (child == 0) {
		if (sethostname("container", 9) == -1)
			_exit(125);
		execl("/bin/bash", "bash", NULL);
		_exit(127);
	}
	siginfo_t end;
	if (waitid(P_PIDFD, pidfd, &end, WEXITED) == -1)
		return 125;
	return end.si_code == CLD_EXITED ? end.si_status : 128 + end.si_status;
}
