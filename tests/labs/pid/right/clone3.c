// clone3(2) with several namespaces at once, and a parent that waits by a pidfd.
#define _GNU_SOURCE
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	int pidfd = -1;
	siginfo_t info;
	struct clone_args args = {
		.flags = CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_PIDFD,
		.pidfd = (uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
	};

	pid_t child = syscall(SYS_clone3, &args, sizeof args);
	if (child == 0) {
		execl("/bin/bash", "bash", NULL);
		return 1;
	}
	return child == -1 || waitid(P_PIDFD, pidfd, &info, WEXITED) == -1;
}
