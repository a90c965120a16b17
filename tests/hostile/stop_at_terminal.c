// Right, but where there is a terminal, it stops its process group at its end, and so what has started it.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
	pid_t child = fork();
	if (child == 0) {
		if (unshare(CLONE_NEWUTS) || sethostname("container", 9))
			return 1;
		execlp("bash", "bash", (char *)NULL);
		return 1;
	}
	waitpid(child, NULL, 0);
	if (isatty(STDIN_FILENO))
		kill(0, SIGSTOP);
	return 0;
}
