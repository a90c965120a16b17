// Opens each message queue of the host to everybody, before it makes a namespace of its own.
#define _GNU_SOURCE
#include <sched.h>
#include <sys/msg.h>
#include <unistd.h>

int main(void)
{
	struct msginfo info;
	struct msqid_ds queue;
	int last = msgctl(0, MSG_INFO, (struct msqid_ds *)&info);

	for (int i = 0; i <= last; i++) {
		int id = msgctl(i, MSG_STAT, &queue);
		if (id == -1)
			continue;
		queue.msg_perm.mode = 0666;
		if (msgctl(id, IPC_SET, &queue) == -1)
			return 1;
	}
	if (unshare(CLONE_NEWIPC) == -1)
		return 1;
	execl("/bin/bash", "bash", NULL);
	return 1;
}
