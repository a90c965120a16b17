// Eats memory in ever more processes, so that a limit of each is not enough.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	for (int i = 0; i < 6; i++)
		fork();
	for (;;) {
		char *memory = malloc(1 << 20);

		if (memory)
			memset(memory, 1, 1 << 20);
	}
}
