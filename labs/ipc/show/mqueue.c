// mqueue: make, find or remove a POSIX message queue, by mq_open(3). No command of a distribution
// does so: a file system at /dev/mqueue would show the IPC namespace that mounted it instead of
// ours.
//
// usage: mqueue make|find|remove NAME; find prints "found" or "not found"
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
