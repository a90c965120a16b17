// The parent itself moves to a new UTS namespace, and vfork(2) makes a child in it.
#define _GNU_SOURCE
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
		return 1;
	pid_t child = vfork();
	if (child == 0) {
		execl("/bin/sh", "sh", NULL);
		_exit(127);
	}
	return waitpid(child, NULL, 0) == -1;
}
