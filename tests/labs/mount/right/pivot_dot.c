// As in pivot_root(2): the new root is stacked on the old one, in the same directory, and the old one detached.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char child_stack[1 << 20];

static void check(int result, const char *what)
{
	if (result == -1) {
		perror(what);
		exit(1);
	}
}

static int child_main(void *unused)
{
	check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
	check(mount("/", "/mnt", NULL, MS_BIND | MS_REC, NULL), "bind");
	check(mount("proc", "/mnt/proc", "proc", 0, NULL), "proc");
	check(chdir("/mnt"), "chdir");
	check(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	check(umount2(".", MNT_DETACH), "umount");
	check(chdir("/"), "chdir");
	execl("/bin/bash", "bash", (char *)NULL);
	check(-1, "bash");
	return 1;
}

int main(void)
{
	pid_t child = clone(child_main, child_stack + sizeof child_stack,
			    CLONE_NEWNS | CLONE_NEWPID | SIGCHLD, NULL);
	check(child, "clone");
	check(waitpid(child, NULL, 0), "waitpid");
	return 0;
}
