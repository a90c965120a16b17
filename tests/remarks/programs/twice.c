// `return` is forgotten: after its child's end, the parent goes on as the child does. Only its input is another.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1) {
		perror("new UTS namespace");
		return 125;
	}
	pid_t child = fork();
	if (child > 0) {
		waitpid(child, NULL, 0);
		close(0);
		open("/dev/null", O_RDONLY);
	}
	execl("/bin/bash", "bash", NULL);
	return 127;
}
