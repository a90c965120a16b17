// It ends the process that traces it.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	char line[256];
	int tracer = 0;
	FILE *status = fopen("/proc/self/status", "re");

	while (status && fgets(line, sizeof line, status))
		sscanf(line, "TracerPid: %d", &tracer);
	if (tracer > 0)
		kill(tracer, SIGKILL);
	unshare(CLONE_NEWUTS);
	sethostname("container", 9);
	execl("/bin/bash", "bash", NULL);
	return 127;
}
