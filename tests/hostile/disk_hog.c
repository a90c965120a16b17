// Writes into every directory until nothing fits. Then it does the exercise.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

static char block[1 << 20];

int main(void)
{
	const char *directories[] = {"",         "/tmp", "/dev/shm", "/dev",
				     "/var/tmp", "/run", "/nslabs",  "/usr"};

	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
		char name[64];

		snprintf(name, sizeof name, "%s/hog", directories[i]);
		int fd = open(name, O_WRONLY | O_CREAT, 0600);
		while (write(fd, block, sizeof block) > 0)
			;
		close(fd);
	}
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
		return 1;
	execl("/bin/bash", "bash", NULL);
	return 1;
}
