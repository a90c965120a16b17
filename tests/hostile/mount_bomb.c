// Mounts without end, so that whoever reads the mounts has much to read. Then it does the exercise.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

int main(void)
{
	char name[4000];

	snprintf(name, sizeof name, "%03999d", 0);
	for (int i = 0; i < 100000; i++)
		if (mount(name, "/mnt", "tmpfs", 0, NULL) == -1)
			break;
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
		return 1;
	execl("/bin/bash", "bash", NULL);
	return 1;
}
