// As runc does it: descriptors on both roots, and the old root is made private before it goes. They
// are closed on exec.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void check(int result, const char *what)
{
	if (result != -1)
		return;
	perror(what);
	exit(125);
}

static void enter(const char *image)
{
	check(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL), "slave");
	check(mount(image, image, NULL, MS_BIND | MS_REC, NULL), "bind");
	int old = open("/", O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	int new = open(image, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	check(old, "open /");
	check(new, "open the image");
	check(mount(NULL, image, NULL, MS_REC | MS_PRIVATE, NULL), "private");
	check(fchdir(new), "fchdir");
	check(mount("proc", "proc", "proc", 0, NULL), "proc");
	check(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	check(fchdir(old), "fchdir");
	check(mount("", ".", "", MS_SLAVE | MS_REC, NULL), "slave");
	check(umount2(".", MNT_DETACH), "umount2");
	check(chdir("/"), "chdir");
}

int main(int argc, char *argv[])
{
	struct clone_args args = {.flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC,
				  .exit_signal = SIGCHLD};
	int status;

	if (argc < 3 || strcmp(argv[1], "--image") != 0)
		return 125;
	pid_t child = syscall(SYS_clone3, &args, sizeof args);
	if (child == -1) { // A filter may refuse it.
		check(unshare(args.flags), "unshare");
		child = fork();
	}
	check(child, "clone3");
	if (child == 0) {
		enter(argv[2]);
		execl("/bin/sh", "sh", (char *)NULL);
		return 127;
	}
	check(waitpid(child, &status, 0), "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
