// mqueue: make, find or remove a POSIX message queue, by mq_open(3). No distribution has a command
// that does so, and the file system at /dev/mqueue isn't enough: it shows the IPC namespace of the
// process that mounted it.
//
// usage: mqueue make|find|remove NAME
//
// find prints "found" or "not found". Exit status: 0 if done, 1 if it failed, 2 for a usage error.
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int main(int argc, char *argv[])
{
	if (argc != 3)
		return 2;
	if (strcmp(argv[1], "make") == 0)
		return mq_open(argv[2], O_RDWR | O_CREAT | O_EXCL, 0600, NULL) == -1;
	if (strcmp(argv[1], "remove") == 0)
		return mq_unlink(argv[2]) == -1;
	if (mq_open(argv[2], O_RDONLY) != -1)
		puts("found");
	else if (errno == ENOENT)
		puts("not found");
	else
		return 1;
	return 0;
}
