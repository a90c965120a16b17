// Four processes make directories in each other, with long names, wherever they can write; the first one sleeps.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
	const char *directories[] = {"/tmp", "/dev/shm", "/run", "/var/tmp"};
	char name[251];

	memset(name, 'd', sizeof name - 1);
	name[sizeof name - 1] = 0;
	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
		if (fork() == 0) {
			name[0] = 'a' + i;
			for (;;) {
				if (chdir(directories[i]) == -1 && chdir("/tmp") == -1)
					chdir("/dev/shm");
				while (mkdir(name, 0700) == 0 && chdir(name) == 0)
					;
				name[1] = name[1] == 'z' ? 'a' : name[1] + 1;
			}
		}
	for (;;)
		sleep(1000);
}
