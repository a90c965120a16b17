// Has as many message queues, semaphores and pieces of shared memory as it can, and as much in them.
#define _GNU_SOURCE
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

int main(void)
{
	static struct {
		long type;
		char text[8192];
	} message = {.type = 1};
	char name[32];
	int queue, memory;

	for (int i = 0; snprintf(name, sizeof name, "/q%d", i),
		 mq_open(name, O_CREAT | O_RDWR, 0600, NULL) != -1;
	     i++)
		;
	while ((queue = msgget(IPC_PRIVATE, 0600)) != -1)
		while (msgsnd(queue, &message, sizeof message.text, IPC_NOWAIT) == 0)
			;
	while (semget(IPC_PRIVATE, 32000, 0600) != -1)
		;
	while ((memory = shmget(IPC_PRIVATE, 16 << 20, 0600)) != -1) {
		char *at = shmat(memory, NULL, 0);

		if (at == (void *)-1)
			break;
		memset(at, 1, 16 << 20);
		shmdt(at);
	}
	for (;;)
		pause();
}
