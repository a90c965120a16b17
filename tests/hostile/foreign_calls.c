// Makes its calls in the manner of a 32-bit program, as which they have other numbers.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
#ifdef __x86_64__
	long result;

	// socket(AF_PACKET, SOCK_RAW, 0) is call 359 there.
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(359), "b"(17), "c"(3), "d"(0) : "memory");
	fprintf(stderr, "socket: %ld\n", result);
	if (result < 0)
		return 1;
	if (sethostname("container", 9) == 0)
		execl("/bin/bash", "bash", NULL);
	return 1;
#else
	raise(SIGSYS);
#endif
}
