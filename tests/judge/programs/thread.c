// The main thread is in new namespaces; a second one, outside, obeys the commands.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void *obey(void *unused)
{
	char line[4096];
	unsigned long number;

	while (fgets(line, sizeof line, stdin) && strcmp(line, "exit\n") != 0) {
		if (sscanf(line, "ulimit -S -m %lu", &number) == 1) {
			struct rlimit limit = {number * 1024, RLIM_INFINITY};
			setrlimit(RLIMIT_RSS, &limit);
		} else {
			system(line);
		}
	}
	exit(0);
}

int main(void)
{
	pthread_t thread;

	setvbuf(stdin, NULL, _IONBF, 0);
	pthread_create(&thread, NULL, obey, NULL);
	unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET);
	sethostname("container", 9);
	pthread_join(thread, NULL);
	return 0;
}
