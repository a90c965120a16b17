// The parent sees the child's end by a pidfd, and never asks for its status.
#define _GNU_SOURCE
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1) {
		perror("new UTS namespace");
		return 125;
	}
	pid_t child = fork();
	if (child == 0) {
		execl("/bin/bash", "bash", NULL);
		_exit(127);
	}
	struct pollfd end = {.fd = syscall(SYS_pidfd_open, child, 0), .events = POLLIN};
	return end.fd == -1 || poll(&end, 1, -1) == -1;
}
