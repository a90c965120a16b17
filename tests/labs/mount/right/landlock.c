// The shell is in a Landlock domain, in which nothing can be mounted, whatever its capabilities: landlock(7).
#define _GNU_SOURCE
#include <linux/landlock.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void check(long result, const char *what)
{
	if (result == -1) {
		perror(what);
		exit(1);
	}
}

int main(void)
{
	const struct landlock_ruleset_attr attributes = {LANDLOCK_ACCESS_FS_MAKE_BLOCK};
	int status = 0;

	check(unshare(CLONE_NEWNS | CLONE_NEWPID), "unshare");
	pid_t child = fork();
	check(child, "fork");
	if (child == 0) {
		check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "make / private");
		check(mount("proc", "/proc", "proc", 0, NULL), "mount /proc");
		check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
		long ruleset =
			syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
		check(ruleset, "landlock_create_ruleset");
		check(syscall(SYS_landlock_restrict_self, ruleset, 0), "landlock_restrict_self");
		execlp("bash", "bash", NULL);
		check(-1, "bash");
	}
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}
