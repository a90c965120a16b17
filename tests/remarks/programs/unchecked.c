// A child in a new UTS namespace, which the parent enters as well to set the hostname: neither result is looked at.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	int ready[2], named[2], status;
	char byte, path[64];

	if (pipe2(ready, O_CLOEXEC) == -1 || pipe2(named, O_CLOEXEC) == -1)
		return 125;
	pid_t child = fork();
	if (child == 0) {
		unshare(CLONE_NEWUTS);
		write(ready[1], "!", 1);
		read(named[0], &byte, 1);
		execl("/bin/bash", "bash", NULL);
		_exit(127);
	}
	read(ready[0], &byte, 1);
	snprintf(path, sizeof path, "/proc/%d/ns/uts", child);
	setns(open(path, O_RDONLY | O_CLOEXEC), CLONE_NEWUTS);
	if (sethostname("container", 9) == -1)
		perror("sethostname");
	write(named[1], "!", 1);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
