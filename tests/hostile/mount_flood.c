// Doubles the mounts until there are 100,000, as many as a mount namespace can have, in several namespaces.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
	for (int i = 0; i < 2; i++) {
		if (fork() > 0)
			continue;
		unshare(CLONE_NEWNS);
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
		mkdir("/tmp/a", 0700);
		mount("tmpfs", "/tmp/a", "tmpfs", 0, NULL);
		mkdir("/tmp/a/b", 0700);
		for (;;)
			if (mount("/tmp/a", "/tmp/a/b", NULL, MS_BIND | MS_REC, NULL) == -1 &&
			    mount("tmpfs", "/tmp/a/b", "tmpfs", 0, NULL) == -1)
				break;
		for (;;)
			pause();
	}
	for (;;)
		pause();
}
