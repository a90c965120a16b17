// Has 50 processes with as many arguments as execve(2) takes, 6 MB each, and with as many mappings and descriptors.
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	static char word[128 << 10];
	char *arguments[50] = {argv[0]};
	struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};

	if (argc > 1) {
		for (int i = 0; i < 50000; i++)
			mmap(NULL, 4096, i % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);
		while (dup(0) != -1)
			;
		for (;;)
			pause();
	}
	setrlimit(RLIMIT_STACK, &none);
	memset(word, 'a', sizeof word - 1);
	for (int i = 1; i < 46; i++)
		arguments[i] = word;
	for (int i = 0; i < 50; i++)
		if (fork() == 0)
			execv("/proc/self/exe", arguments);
	for (;;)
		pause();
}
