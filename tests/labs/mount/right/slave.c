// Mounts become slaves: what the host mounts still arrives, and nothing goes back.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

static char stack[64 * 1024] __attribute__((aligned(16)));

static int child_main(void *arg)
{
	if (mount("none", "/", NULL, MS_REC | MS_SLAVE, NULL) == -1 ||
	    mount("proc", "/proc", "proc", 0, NULL) == -1) {
		perror("mount");
		return 1;
	}
	execl("/bin/bash", "bash", NULL);
	return 1;
}

int main(void)
{
	pid_t child =
		clone(child_main, stack + sizeof stack, CLONE_NEWNS | CLONE_NEWPID | SIGCHLD, NULL);
	return child == -1 || waitpid(child, NULL, 0) == -1;
}
