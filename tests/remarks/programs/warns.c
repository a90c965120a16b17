// A hostname isn't worth an end: the program says that it failed, and goes on.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	if (unshare(CLONE_NEWUTS) == -1) {
		perror("unshare");
		return 125;
	}
	if (sethostname("container", 9) == -1)
		perror("sethostname");
	execl("/bin/bash", "bash", NULL);
	return 127;
}
