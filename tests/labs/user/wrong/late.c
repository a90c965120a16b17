// The parent writes the maps when the shell already runs: execve(2) has taken its capabilities.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char stack[256 * 1024] __attribute__((aligned(16)));
static int done[2];

static int child_main(void *arg)
{
	execl("/bin/bash", "bash", NULL);
	return 1;
}

static void write_map(pid_t pid, const char *name, const char *text)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	int fd = open(path, O_WRONLY);
	write(fd, text, strlen(text));
	close(fd);
}

int main(void)
{
	char map[64], byte;

	pipe2(done, O_CLOEXEC);
	pid_t child = clone(child_main, stack + sizeof stack, CLONE_NEWUSER | SIGCHLD, NULL);
	close(done[1]);
	read(done[0], &byte, 1); // end of file: the child has executed its shell
	write_map(child, "setgroups", "deny");
	snprintf(map, sizeof map, "0 %u 1\n", getuid());
	write_map(child, "uid_map", map);
	snprintf(map, sizeof map, "0 %u 1\n", getgid());
	write_map(child, "gid_map", map);
	waitpid(child, NULL, 0);
	return 0;
}
