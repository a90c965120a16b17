// The shell is no child of the program, which waits for it by kill(pid, 0): it needs a host that reaps.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	int ends[2];
	pid_t shell;

	if (pipe(ends) == -1)
		return 1;
	if (fork() == 0) {
		close(ends[0]);
		shell = fork();
		if (shell == 0) {
			close(ends[1]);
			if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
				return 1;
			execl("/bin/bash", "bash", (char *)NULL);
			return 1;
		}
		write(ends[1], &shell, sizeof shell);
		_exit(0); // The shell is an orphan now.
	}
	wait(NULL);
	if (read(ends[0], &shell, sizeof shell) != sizeof shell || shell == -1)
		return 1;
	while (kill(shell, 0) == 0)
		usleep(10 * 1000);
	return 0;
}
