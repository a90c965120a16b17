// Ignores all signals, and hangs.
#define _GNU_SOURCE
#include <signal.h>
#include <unistd.h>

int main(void)
{
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_IGN);
	for (;;)
		pause();
}
