// The parent writes the maps of its child, which waits for it.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char stack[256 * 1024] __attribute__((aligned(16)));
static int go[2];

static int child_main(void *arg)
{
	char byte;

	close(go[1]);
	if (read(go[0], &byte, 1) != 1)
		return 1;
	execl("/bin/bash", "bash", NULL);
	return 1;
}

static int write_map(pid_t pid, const char *name, const char *text)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	int fd = open(path, O_WRONLY);
	ssize_t written = write(fd, text, strlen(text));
	close(fd);
	return written == (ssize_t)strlen(text) ? 0 : -1;
}

int main(void)
{
	char uids[64], gids[64];

	if (pipe(go) == -1)
		return 1;
	pid_t child = clone(child_main, stack + sizeof stack, CLONE_NEWUSER | SIGCHLD, NULL);
	if (child == -1)
		return 1;
	snprintf(uids, sizeof uids, "0 %u 1\n", getuid());
	snprintf(gids, sizeof gids, "0 %u 1\n", getgid());
	if (write_map(child, "setgroups", "deny") == -1 ||
	    write_map(child, "uid_map", uids) == -1 || write_map(child, "gid_map", gids) == -1) {
		perror("maps");
		return 1;
	}
	write(go[1], "!", 1);
	return waitpid(child, NULL, 0) == -1;
}
