// The newer calls, each option on its own, by descriptors in /proc. The lock is on a file in the layer.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PRIVATE = 1 << 18 | 1 << 14, DETACH = 2 }; // sys/mount.h disagrees with linux/mount.h

int mount(const char *, const char *, const char *, unsigned long, const void *);
int umount2(const char *, int);

static int check(int result, const char *what)
{
	if (result != -1)
		return result;
	perror(what);
	exit(125);
}

static void set(int overlay, const char *name, int directory)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", directory);
	check(syscall(SYS_fsconfig, overlay, FSCONFIG_SET_STRING, name, path, 0), name);
}

static int open_directory(int parent, const char *name)
{
	mkdirat(parent, name, 0700);
	return check(openat(parent, name, O_PATH | O_DIRECTORY | O_CLOEXEC), name);
}

static void enter(const char *image, const char *path)
{
	check(mount(NULL, "/", NULL, PRIVATE, NULL), "private");
	check(mount("proc", "/proc", "proc", 0, NULL), "proc");
	// Anew: no mount of another namespace can be a layer.
	int layer = check(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open the layer");
	int overlay = check(syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC), "fsopen");
	set(overlay, "lowerdir", check(open(image, O_PATH | O_CLOEXEC), "open the image"));
	set(overlay, "upperdir", open_directory(layer, "u"));
	set(overlay, "workdir", open_directory(layer, "w"));
	check(syscall(SYS_fsconfig, overlay, FSCONFIG_SET_FLAG, "userxattr", NULL, 0), "userxattr");
	check(syscall(SYS_fsconfig, overlay, FSCONFIG_CMD_CREATE, NULL, NULL, 0), "create");
	int root = check(syscall(SYS_fsmount, overlay, FSMOUNT_CLOEXEC, 0), "fsmount");
	check(syscall(SYS_move_mount, root, "", AT_FDCWD, image, MOVE_MOUNT_F_EMPTY_PATH), "move");
	check(fchdir(root), "fchdir");
	check(mount("proc", "proc", "proc", 0, NULL), "proc");
	check(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	check(umount2(".", DETACH), "umount2");
}

int main(int argc, char *argv[])
{
	int status;

	if (argc < 5)
		return 125;
	int layer = check(open(argv[4], O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open the layer");
	int lock =
		check(openat(layer, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600), "open the lock");
	check(flock(lock, LOCK_EX | LOCK_NB), "lock");
	check(unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC), "unshare");
	pid_t child = check(fork(), "fork");
	if (child == 0) {
		enter(argv[2], argv[4]);
		execl("/bin/sh", "sh", (char *)NULL);
		return 127;
	}
	check(waitpid(child, &status, 0), "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
