// Opens as many pseudo-terminals as there are: the machine has 4,096 in all..
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
	if (fork() == 0) {
		for (int i = 0; i < 5; i++)
			fork();
		unshare(CLONE_NEWNS);
		mount("devpts", "/mnt", "devpts", 0, "newinstance,ptmxmode=0666");
		while (open("/mnt/ptmx", O_RDWR | O_NOCTTY) != -1 ||
		       open("/dev/ptmx", O_RDWR | O_NOCTTY) != -1)
			;
		for (;;)
			pause();
	}
	for (;;)
		pause();
}
