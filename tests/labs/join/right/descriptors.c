// As before Linux 5.8: a descriptor of each namespace, and a setns(2) for each, that of the user namespace first.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const kinds[] = {"user", "cgroup", "ipc", "uts", "net", "pid", "mnt", "time"};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

// Open the process's namespace of this kind; -1 if it is our own.
static int open_other(const char *process, const char *kind)
{
	struct stat own, other;
	char path[64];

	snprintf(path, sizeof path, "/proc/self/ns/%s", kind);
	if (stat(path, &own) == -1)
		return -1;
	snprintf(path, sizeof path, "/proc/%s/ns/%s", process, kind);
	int namespace = open(path, O_RDONLY | O_CLOEXEC);
	if (namespace == -1 || fstat(namespace, &other) == -1)
		fail(path);
	if (own.st_ino == other.st_ino) {
		close(namespace);
		return -1;
	}
	return namespace;
}

int main(int argc, char *argv[])
{
	const char *only = "cgroup,ipc,uts,net,pid,mnt,time";
	int namespaces[KINDS], status;

	if (argc > 3 && strcmp(argv[1], "--only") == 0) {
		only = argv[2];
		argv += 2;
	}
	for (int i = 0; i < KINDS; i++) {
		int wanted = i == 0 || strstr(only, kinds[i]);
		namespaces[i] = wanted ? open_other(argv[1], kinds[i]) : -1;
	}
	for (int i = 0; i < KINDS; i++)
		if (namespaces[i] != -1 && setns(namespaces[i], 0) == -1)
			fail(kinds[i]);
	pid_t child = fork();
	if (child == 0) {
		execl("/bin/bash", "bash", (char *)NULL);
		fail("bash");
	}
	if (child == -1 || waitpid(child, &status, 0) == -1)
		fail("child");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
