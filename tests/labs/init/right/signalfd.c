// The signals are read from a descriptor, signalfd(2), and the command is a vfork of a PID 1 that clone(2) has made.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static int shell_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

static int be_init(void *arg)
{
	struct signalfd_siginfo info;
	sigset_t all;
	int wait_status;

	(void)arg;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	int signals = signalfd(-1, &all, SFD_CLOEXEC);
	pid_t command = vfork(), pid;
	if (command == 0) {
		sigset_t none;
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		execl("/bin/bash", "bash", NULL);
		_exit(127);
	}
	while (read(signals, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo != SIGCHLD)
			kill(command, info.ssi_signo);
		while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0)
			if (pid == command)
				return shell_status(wait_status);
	}
	return 125;
}

int main(void)
{
	static char stack[1 << 16] __attribute__((aligned(16)));
	int wait_status;
	pid_t init = clone(be_init, stack + sizeof stack, CLONE_NEWPID | SIGCHLD, NULL);

	if (init == -1)
		return 1;
	waitpid(init, &wait_status, 0);
	return shell_status(wait_status);
}
