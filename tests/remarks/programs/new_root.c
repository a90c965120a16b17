// A copy of the root directory becomes the root, then chroot(2): of these calls, no result is looked at.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	int status;

	if (unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS | CLONE_NEWPID) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("/", "/mnt", NULL, MS_BIND | MS_REC, NULL) == -1 || chdir("/mnt") == -1) {
		perror("new root");
		return 125;
	}
	syscall(SYS_pivot_root, ".", ".");
	if (umount2(".", MNT_DETACH) == -1 || chdir("/") == -1) {
		perror("old root");
		return 125;
	}
	chroot("/");
	pid_t child = fork();
	if (child == 0) {
		if (mount("proc", "/proc", "proc", 0, NULL) == -1) {
			perror("/proc");
			_exit(125);
		}
		execl("/bin/bash", "bash", NULL);
		_exit(127);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
