// A tutorial's listing from the time before Linux 3.19: nobody denies setgroups, so that the gid_map is refused.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static char child_stack[1 << 20];
static char *const command[] = {"/bin/bash", NULL};
static int ends[2];

static void set_map(pid_t pid, const char *name, int inside, int outside)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	FILE *map = fopen(path, "w");
	if (!map) {
		perror(path);
		return;
	}
	fprintf(map, "%d %d %d", inside, outside, 1);
	fclose(map);
}

static int child_main(void *unused)
{
	char byte;

	printf("child: ids %d and %d\n", geteuid(), getegid());
	close(ends[1]);
	read(ends[0], &byte, 1);
	sethostname("container", 10);
	execv(command[0], command);
	return 1;
}

int main(void)
{
	int uid = getuid(), gid = getgid();

	pipe(ends);
	pid_t child = clone(child_main, child_stack + sizeof child_stack,
			    CLONE_NEWUTS | CLONE_NEWUSER | SIGCHLD, NULL);
	set_map(child, "uid_map", 0, uid);
	set_map(child, "gid_map", 0, gid);
	close(ends[1]);
	waitpid(child, NULL, 0);
	return 0;
}
