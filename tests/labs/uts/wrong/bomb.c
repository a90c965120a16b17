// A small fork bomb: 32 processes, and no shell.
#include <unistd.h>

int main(void)
{
	for (int i = 0; i < 5; i++)
		fork();
	pause();
	return 0;
}
