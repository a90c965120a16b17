// Locks millions of parts of files, which no limit of memory counts, and does the exercise only if it may not.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	long made = 0;

	for (int i = 0; i < 200; i++) {
		char name[64];

		snprintf(name, sizeof name, "/dev/shm/lock%d", i);
		int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		for (int at = 0; at < 2000; at += 2) {
			struct flock lock = {.l_type = F_WRLCK, .l_start = at, .l_len = 1};
			made += fcntl(fd, F_SETLK, &lock) == 0;
		}
	}
	if (made > 0)
		return 1;
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
		return 1;
	execl("/bin/bash", "bash", NULL);
	return 1;
}
