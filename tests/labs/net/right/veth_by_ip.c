// ip(8) by system(3), on both sides: the parent makes the pair and moves one end, and a pipe tells the child.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char child_stack[1 << 20];
static int ends[2];

static void run(const char *format, ...)
{
	char line[256];
	va_list words;

	va_start(words, format);
	vsnprintf(line, sizeof line, format, words);
	va_end(words);
	if (system(line) != 0) {
		fprintf(stderr, "failed: %s\n", line);
		exit(1);
	}
}

static int child_main(void *unused)
{
	char byte;

	close(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		return 1;
	close(ends[0]);
	run("ip link set lo up");
	run("ip link set veth1 name eth0");
	run("ip addr add 10.11.12.2/24 dev eth0");
	run("ip link set eth0 up");
	run("ip route add default via 10.11.12.1");
	execl("/bin/bash", "bash", (char *)NULL);
	return 1;
}

int main(void)
{
	if (pipe(ends) == -1)
		return 1;
	pid_t child =
		clone(child_main, child_stack + sizeof child_stack, CLONE_NEWNET | SIGCHLD, NULL);
	run("ip link add veth0 type veth peer name veth1");
	run("ip link set veth1 netns %d", child);
	run("ip addr add 10.11.12.1/24 dev veth0");
	run("ip link set veth0 up");
	write(ends[1], "x", 1);
	waitpid(child, NULL, 0);
	return 0;
}
