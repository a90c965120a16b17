// Waiting for the first process of a container. To its caller, the program is the command: it passes
// signals on, stops when the command stops, ends when it ends, and leaves the terminal usable.
// sigwaitinfo(2), waitpid(2), pidfd_send_signal(2), setpgid(2), tcsetpgrp(3)
#include "supervise.h"
#include "container.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { GRACE_SECONDS = 2 };

// The signals that wait_for_child() handles.
static sigset_t signals;

// The terminal that the program is used from, or -1, and its modes at the start.
static int terminal;
static struct termios terminal_modes;

// The first signal that told us to end, or 0.
static int received;

// Find out which signals to handle.
static void choose_signals(void)
{
	// A script's shell starts its `&` jobs with INT and QUIT ignored: handle them all the same.
	const int always[] = {SIGTERM, SIGINT, SIGQUIT, SIGCHLD, SIGALRM};
	// nohup(1), for one, has SIGHUP ignored, and wants it so.
	const int unless_ignored[] = {SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU};

	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		sigaddset(&signals, always[i]);
	for (size_t i = 0; i < sizeof unless_ignored / sizeof *unless_ignored; i++) {
		struct sigaction now;
		if (sigaction(unless_ignored[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(&signals, unless_ignored[i]);
	}
}

void prepare_to_wait(struct signal_state *before)
{
	struct sigaction by_default = {.sa_handler = SIG_DFL};

	// A blocked signal waits until sigwaitinfo() takes it. SIGPIPE would end us if the child were
	// killed before it got the byte, but waitpid() tells how the child ended. And if the caller
	// ignores SIGCHLD, the kernel reaps the child itself, and waitpid() finds none.
	choose_signals();
	sigset_t blocked = signals;
	sigaddset(&blocked, SIGCONT);
	sigaddset(&blocked, SIGPIPE);
	if (sigprocmask(SIG_BLOCK, &blocked, &before->mask) == -1 ||
	    sigaction(SIGCHLD, &by_default, &before->on_child) == -1)
		die("set up the signals");

	terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (tcgetattr(terminal, &terminal_modes) == -1)
		terminal = -1;
}

void restore_signals(const struct signal_state *before)
{
	if (sigaction(SIGCHLD, &before->on_child, NULL) == -1 ||
	    sigprocmask(SIG_SETMASK, &before->mask, NULL) == -1)
		die("restore the signals");
}

// Put our own process group back into the terminal's foreground. A shell in the container has put a
// group of its own there, and after its end or stop nobody could read the terminal. Returns the group
// that was there, or -1 if there was nothing to do. SIGTTOU must be blocked or ignored, or tcsetpgrp(3)
// stops us.
static pid_t take_terminal_back(const struct child *child)
{
	pid_t foreground = tcgetpgrp(terminal);

	// The group is the container's if the child leads it, or if all its processes have ended.
	if (foreground != child->pid &&
	    (foreground <= 0 || kill(-foreground, 0) == 0 || errno != ESRCH))
		return -1;
	tcsetpgrp(terminal, getpgrp());
	return foreground;
}

static void signal_child(const struct child *child, int signal)
{
	syscall(SYS_pidfd_send_signal, child->pidfd, signal, NULL, 0);
}

// Stop by `stop_signal` and return when SIGCONT has come. Both are blocked.
static void stop(int stop_signal)
{
	sigset_t awaited;

	sigemptyset(&awaited);
	if (getpid() == 1 && getpgrp() == 0 && stop_signal != SIGSTOP) {
		// A PID 1 can't stop. But a process group of 0 is led from outside of our PID
		// namespace: the terminal stops that leader, and SIGCONT comes when it goes on.
		sigaddset(&awaited, SIGCONT);
		while (sigwaitinfo(&awaited, NULL) == -1)
			continue; // EINTR, after a stop.
		return;
	}
	sigaddset(&awaited, stop_signal);
	raise(stop_signal);
	sigprocmask(SIG_UNBLOCK, &awaited, NULL); // Here we stop, and later go on.
	sigprocmask(SIG_BLOCK, &awaited, NULL);
}

// Stop, because the child has stopped: to the caller's shell, both are one job. When the shell
// continues us, continue the child where it was.
static void stop_with_child(const struct child *child, int stop_signal)
{
	pid_t foreground = take_terminal_back(child);

	stop(stop_signal);
	if (foreground != -1 && tcgetpgrp(terminal) == getpgrp())
		tcsetpgrp(terminal, foreground);
	signal_child(child, SIGCONT);
}

static void handle_signal(const struct child *child, const siginfo_t *info)
{
	// What the terminal sends (Ctrl-C, Ctrl-Z), it has sent to the child as well. An alarm that the
	// caller has set is ours alone.
	if (info->si_code != SI_KERNEL || info->si_signo == SIGALRM)
		signal_child(child, info->si_signo);

	switch (info->si_signo) {
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		// If the child stops by it, SIGCHLD tells us. A PID 1 ignores it, so send that SIGSTOP.
		// Stop ourselves by the same signal: the kernel ignores it in an orphaned process group,
		// which no shell would ever continue (setpgid(2)).
		if (child->is_init) {
			signal_child(child, SIGSTOP);
			stop_with_child(child, info->si_signo);
		}
		break;
	default:
		signal_child(child, SIGCONT); // If it is stopped, it can't act on the signal.
		if (received == 0) {
			received = info->si_signo;
			alarm(GRACE_SECONDS);
		}
	}
}

int exit_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

// The child has ended: leave the terminal usable, and return the exit status to leave with.
static int finish(const struct child *child, int wait_status)
{
	int status = received ? 128 + received : exit_status(wait_status);

	take_terminal_back(child);
	// A shell that is killed at its prompt leaves the terminal without echo. (A process group of 0
	// is led from outside of our PID namespace, and there the modes are set back, too.)
	if (status > 128 && getpgrp() != 0 && tcgetpgrp(terminal) == getpgrp())
		tcsetattr(terminal, TCSANOW, &terminal_modes);
	return status;
}

int wait_for_child(const struct child *child)
{
	for (;;) {
		siginfo_t info;
		int status;
		pid_t changed = waitpid(child->pid, &status, WNOHANG | WUNTRACED);
		if (changed == -1)
			die("waitpid");
		if (changed == child->pid && !WIFSTOPPED(status))
			return finish(child, status);
		if (changed == child->pid)
			stop_with_child(child, WSTOPSIG(status));

		int signal = sigwaitinfo(&signals, &info);
		if (signal == SIGALRM && received != 0)
			// The grace is over. Not even a PID 1 can ignore this from outside.
			signal_child(child, SIGKILL);
		else if (signal != -1 && signal != SIGCHLD) // -1 is EINTR, after a stop.
			handle_signal(child, &info);
	}
}
