// Fills as many pipes as it can have, each as large as it can be.
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

static char block[1 << 20];

int main(void)
{
	for (int i = 0; i < 6; i++)
		fork();
	int ends[2];
	while (pipe2(ends, O_NONBLOCK) == 0) {
		fcntl(ends[1], F_SETPIPE_SZ, sizeof block);
		while (write(ends[1], block, sizeof block) > 0)
			;
	}
	for (;;)
		pause();
}
