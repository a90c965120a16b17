// Handlers in place of sigwaitinfo(2): one for SIGCHLD, which waits, and one for the others, which passes them on.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t command, has_ended, status;

static int shell_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

static void pass_on(int number)
{
	kill(command, number);
}

static void reap(int number)
{
	int wait_status;
	pid_t pid;

	(void)number;
	while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0)
		if (pid == command) {
			status = shell_status(wait_status);
			has_ended = 1;
		}
}

static int be_init(void)
{
	const int passed[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGCONT};
	struct sigaction on_child = {.sa_handler = reap}, on_other = {.sa_handler = pass_on};
	sigset_t all, before;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	sigaction(SIGCHLD, &on_child, NULL);
	command = fork();
	if (command == 0) {
		signal(SIGCHLD, SIG_DFL);
		sigprocmask(SIG_SETMASK, &before, NULL);
		execl("/bin/bash", "bash", NULL);
		_exit(127);
	}
	for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
		sigaction(passed[i], &on_other, NULL);
	while (!has_ended)
		sigsuspend(&before);
	return status;
}

int main(void)
{
	int wait_status;

	if (unshare(CLONE_NEWPID) == -1)
		return 1;
	pid_t init = fork();
	if (init == 0)
		exit(be_init());
	waitpid(init, &wait_status, 0);
	return shell_status(wait_status);
}
