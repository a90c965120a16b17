// Changes its host's names, mounts, queues and links. Then it does the exercise.
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <unistd.h>

int main(void)
{
	sethostname("spoilt", 6);
	msgget(IPC_PRIVATE, 0600);
	mount("spoilt", "/mnt", "tmpfs", 0, NULL);
	mount("spoilt", "/proc", "tmpfs", 0, NULL);
	system("ip link set lo down; ip link add spoilt type bridge");
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
		return 1;
	execl("/bin/bash", "bash", NULL);
	return 1;
}
