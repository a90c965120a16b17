// The child mounts the new namespace's proc in a directory that it makes, on the host: there it stays.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char child_stack[1 << 20];

static int child_main(void *arg)
{
	char *mount_point = arg;

	printf("child: PID %ld, its parent's %ld\n", (long)getpid(), (long)getppid());
	mkdir(mount_point, 0555);
	if (mount("proc", mount_point, "proc", 0, NULL) == -1)
		perror("mount");
	printf("child: proc is at %s\n", mount_point);
	fflush(stdout);
	execlp("bash", "bash", (char *)NULL);
	perror("bash");
	return EXIT_FAILURE;
}

int main(void)
{
	pid_t child = clone(child_main, child_stack + sizeof child_stack, CLONE_NEWPID | SIGCHLD,
			    "/tmp/nslabs-proc");
	printf("parent: the child's PID %ld\n", (long)child);
	waitpid(child, NULL, 0);
	return EXIT_SUCCESS;
}
