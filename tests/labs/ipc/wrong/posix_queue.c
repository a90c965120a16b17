// Leaves a POSIX message queue on the host.
#define _GNU_SOURCE
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <unistd.h>

int main(void)
{
	if (mq_open("/left", O_RDWR | O_CREAT, 0600, NULL) == -1 || unshare(CLONE_NEWIPC) == -1)
		return 1;
	execl("/bin/bash", "bash", NULL);
	return 1;
}
