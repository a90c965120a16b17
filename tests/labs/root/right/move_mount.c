// The newer calls: open_tree(2) copies a tree of mounts, and move_mount(2) attaches it.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CLONE_TREE = 1, RECURSIVE = 0x8000, EMPTY_FROM = 4 };

static void check(int result, const char *what)
{
	if (result != -1)
		return;
	perror(what);
	exit(125);
}

int main(int argc, char *argv[])
{
	int status;

	if (argc < 3 || strcmp(argv[1], "--image") != 0)
		return 125;
	check(unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC), "unshare");
	pid_t child = fork();
	check(child, "fork");
	if (child > 0) {
		check(waitpid(child, &status, 0), "waitpid");
		return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
	int tree = syscall(SYS_open_tree, AT_FDCWD, argv[2], CLONE_TREE | RECURSIVE | O_CLOEXEC);
	check(tree, "open_tree");
	check(syscall(SYS_move_mount, tree, "", AT_FDCWD, "/mnt", EMPTY_FROM), "move_mount");
	check(chdir("/mnt"), "chdir");
	check(mount("proc", "proc", "proc", 0, NULL), "proc");
	check(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	check(umount2(".", MNT_DETACH), "umount2");
	execl("/bin/sh", "sh", (char *)NULL);
	return 127;
}
