// PID 1 is a small init: it mounts /proc, starts the shell, passes signals on to it, and reaps whatever ends.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

static char child_stack[1 << 20];

static int init_main(void *unused)
{
	sigset_t all, before;
	siginfo_t signal;
	int status;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1) {
		perror("mount");
		return 1;
	}
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid_t shell = fork();
	if (shell == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		execl("/bin/bash", "bash", (char *)NULL);
		_exit(127);
	}
	for (;;) {
		if (sigwaitinfo(&all, &signal) != SIGCHLD) {
			if (signal.si_signo != SIGTTOU && signal.si_signo != SIGTTIN)
				kill(shell, signal.si_signo);
			continue;
		}
		pid_t ended;
		while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
			if (ended == shell)
				exit(WIFEXITED(status) ? WEXITSTATUS(status)
						       : 128 + WTERMSIG(status));
	}
}

int main(void)
{
	int status;
	pid_t init = clone(init_main, child_stack + sizeof child_stack,
			   CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, NULL);

	if (init == -1 || waitpid(init, &status, 0) == -1) {
		perror("init");
		return 1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
