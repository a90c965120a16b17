// The parent sets the hostname for the child, which has long started its shell.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	int done[2];
	char byte, path[64];

	if (pipe2(done, O_CLOEXEC) == -1)
		return 1;
	pid_t child = fork();
	if (child == 0) {
		if (unshare(CLONE_NEWUTS) == -1)
			return 1;
		execl("/bin/bash", "bash", NULL);
		return 1;
	}
	close(done[1]);
	read(done[0], &byte, 1); // end of file: the child has executed its shell
	usleep(500 * 1000);
	if (fork() == 0) {
		snprintf(path, sizeof path, "/proc/%d/ns/uts", child);
		if (setns(open(path, O_RDONLY), CLONE_NEWUTS) == -1)
			return 1;
		return sethostname("container", 9) == -1;
	}
	return waitpid(child, NULL, 0) == -1;
}
