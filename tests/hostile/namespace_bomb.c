// Makes network namespaces without end: each keeps the kernel busy for a while, also when it goes.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	int made = 0;

	while (made < 5000 && unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)
		made++;
	if (fork() > 0)
		for (;;)
			pause();
	while (made < 5000 && unshare(CLONE_NEWNET) == 0) {
		made++;
		if (fork() > 0)
			for (;;)
				pause();
	}
	fprintf(stderr, "%d namespaces\n", made);
	return made;
}
