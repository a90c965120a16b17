// Makes small files without end, and never stops.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	for (unsigned i = 0;; i++) {
		char name[64];

		snprintf(name, sizeof name, "%s/hog%u", i % 2 ? "/tmp" : "/dev/shm", i);
		close(open(name, O_WRONLY | O_CREAT, 0600));
	}
}
