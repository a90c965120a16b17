// trial: containers that do what no lab does.
//
// usage: trial print                  print by stdio before the container, in it and after it
//        trial overrun                use more stack than there is
//        trial queue NAME             use a POSIX message queue that is older than the IPC namespace
//        trial write [FILE TEXT]...   in a new user namespace, write each TEXT to its /proc/self/FILE
//        trial flags NUMBER           be a container with these flags of clone(2)
//        trial fail FILE              fail on the host while the container, which would make FILE, waits
//
// Exit status: the container's; 125 if the program itself fails.
#include "container.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static mqd_t queue;

static int print(char *command[])
{
	(void)command;
	printf("in it\n");
	return 7;
}

// Call itself, with a frame of two pages each time. The result depends on every frame, so that the
// compiler can't leave one out.
static int descend(int calls, volatile char *caller)
{
	volatile char frame[8192];

	frame[0] = *caller;
	return calls == 0 ? 0 : descend(calls - 1, frame) + frame[0];
}

static int overrun(char *command[])
{
	// This lies just below the stack: without a guard page, an overrun would go unnoticed.
	void *below =
		mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)command;
	if (below == MAP_FAILED)
		die("mmap what is below the stack");
	printf("in it\n");
	return descend(160, &(volatile char){0});
}

static int use_queue(char *command[])
{
	char text[8192];

	if (mq_send(queue, "sent", sizeof "sent", 0) == -1 ||
	    mq_receive(queue, text, sizeof text, NULL) == -1)
		die("use the queue");
	printf("by its descriptor: %s\n", text);
	printf("by its name: %s\n",
	       mq_open(command[0], O_RDONLY) == -1 ? strerror(errno) : "found");
	return EXIT_SUCCESS;
}

static int write_files(char *command[])
{
	char path[64];

	for (int i = 0; command[i] && command[i + 1]; i += 2) {
		snprintf(path, sizeof path, "/proc/self/%s", command[i]);
		write_text(path, "%s", command[i + 1]);
	}
	return EXIT_SUCCESS;
}

static int do_nothing(char *command[])
{
	(void)command;
	return EXIT_SUCCESS;
}

static int make_file(char *command[])
{
	return open(command[0], O_CREAT, 0600) == -1;
}

static void fail(pid_t pid)
{
	(void)pid;
	errno = ECANCELED;
	die("prepare the host");
}

int main(int argc, char *argv[])
{
	char **operands = parse_operands(argc, argv, "MODE [ARG]...", 0, argc, "", NULL);
	const char *mode = *operands++;
	struct container container = {.command = operands};

	if (strcmp(mode, "print") == 0) {
		printf("before it\n");
		printf("half a line, ");
		container.main = print;
	} else if (strcmp(mode, "overrun") == 0) {
		container.main = overrun;
	} else if (strcmp(mode, "queue") == 0) {
		queue = mq_open(operands[0], O_RDWR | O_CREAT | O_EXCL, 0600, NULL);
		if (queue == -1)
			die("make the queue");
		container.flags = CLONE_NEWIPC | CLONE_NEWUSER;
		container.main = use_queue;
	} else if (strcmp(mode, "write") == 0) {
		container.flags = CLONE_NEWUSER;
		container.main = write_files;
	} else if (strcmp(mode, "flags") == 0) {
		container.flags = (int)strtol(operands[0], NULL, 0);
		container.main = do_nothing;
	} else if (strcmp(mode, "fail") == 0) {
		container.prepare = fail;
		container.main = make_file;
	}
	int status = container_run(&container);
	if (container.flags == 0)
		printf("after it\n");
	return status;
}
