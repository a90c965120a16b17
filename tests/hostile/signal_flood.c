// Sends signals without end to all processes that it may, and has as many pending, and timers, as it can.
#define _GNU_SOURCE
#include <signal.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
	union sigval nothing = {0};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
	sigset_t all;
	timer_t timer;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (int i = 0; i < 3; i++)
		fork();
	while (sigqueue(getpid(), SIGRTMIN, nothing) == 0)
		;
	while (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0)
		;
	for (;;)
		for (pid_t pid = -1; pid < 200; pid++) {
			kill(pid, SIGTERM);
			kill(pid, SIGCONT);
		}
}
