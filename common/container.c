// The clone helper: a child in new namespaces, started only when the host is ready, and never left
// behind. clone(2), namespaces(7), pid_namespaces(7), PR_SET_PDEATHSIG(2const)
#include "container.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { STACK_SIZE = 1024 * 1024, GUARD_SIZE = 64 * 1024, GRACE_SECONDS = 2 };

// Each kind of namespace: its flag, the flag's name, and nsenter(1)'s option.
static const struct kind {
	int flag;
	const char *flag_name;
	const char *option;
} kinds[] = {
	{CLONE_NEWUTS, "CLONE_NEWUTS", "--uts"},
	{CLONE_NEWIPC, "CLONE_NEWIPC", "--ipc"},
	{CLONE_NEWPID, "CLONE_NEWPID", "--pid"},
	{CLONE_NEWNS, "CLONE_NEWNS", "--mount"},
	{CLONE_NEWNET, "CLONE_NEWNET", "--net"},
	// Without its option, nsenter would call setgroups(2), which the user lab's map denies.
	{CLONE_NEWUSER, "CLONE_NEWUSER", "--user --preserve-credentials"},
};
enum { KINDS = sizeof kinds / sizeof *kinds, KINDS_TEXT = 256 };

// The terminal that the program is used from, or -1, and its modes at the start.
static int terminal;
static struct termios terminal_modes;

// The child, for those who wait for it.
struct child {
	pid_t pid;
	int pidfd;
	bool is_init; // PID 1 of a new namespace: a signal that it has no handler for is ignored
	int received; // the signal that told us to end, or 0
};

// What the child finds in its copy of the memory.
struct start {
	const struct container *container;
	int go[2];                 // a pipe: one byte says that the host is ready
	sigset_t mask;             // the caller's signal mask, to be restored
	struct sigaction on_child; // the caller's disposition of SIGCHLD, likewise
};

// The first function on the new stack.
static int start_child(void *arg)
{
	struct start *start = arg;
	struct pollfd host = {.fd = start->go[0]}; // reports a hang-up, whatever it is asked for
	char go;

	// Set before the byte is read: a parent that died earlier shows as end of file below, one
	// that dies later takes us along. (getppid() proves nothing: it is 0 in a new PID
	// namespace.)
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
		die("prctl PR_SET_PDEATHSIG");

	// As long as we held the writing end ourselves, end of file could not come. The parent holds
	// it to its own end: after a hang-up, the byte is from one that died before our prctl.
	close(start->go[1]);
	if (read(start->go[0], &go, 1) != 1 || poll(&host, 1, 0) != 0)
		exit(EXIT_OWN_FAILURE);
	close(start->go[0]);

	if (sigaction(SIGCHLD, &start->on_child, NULL) == -1 ||
	    sigprocmask(SIG_SETMASK, &start->mask, NULL) == -1)
		die("restore the signals");
	exit(start->container->main(start->container->arg));
}

// Returns the top of a new stack: it grows down, towards a guard page that turns an overrun into
// SIGSEGV.
static void *make_stack(void)
{
	char *low = mmap(NULL, GUARD_SIZE + STACK_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (low == MAP_FAILED)
		die("mmap the stack");
	if (mprotect(low, GUARD_SIZE, PROT_NONE) == -1)
		die("mprotect the stack's guard page");
	return low + GUARD_SIZE + STACK_SIZE;
}

// Join the flag names, or the nsenter options, of the kinds that are in `flags`.
static const char *join_kinds(char text[KINDS_TEXT], int flags, bool options)
{
	const char *separator = "";
	int length = 0;

	text[0] = '\0';
	for (int i = 0; i < KINDS; i++) {
		if (!(flags & kinds[i].flag))
			continue;
		length += snprintf(text + length, KINDS_TEXT - length, "%s%s", separator,
				   options ? kinds[i].option : kinds[i].flag_name);
		separator = options ? " " : " | ";
	}
	return text;
}

// At a terminal, say how to look inside from a second one. `--all` wouldn't do: it includes the
// cgroup namespace, which an ordinary user may not enter. In an outer container, `pid` is a number
// of its PID namespace, and so of use only there.
static void say_how_to_enter(pid_t pid, int flags)
{
	const ino_t host_pid_namespace = 0xEFFFFFFC; // PROC_PID_INIT_INO in linux/proc_ns.h
	const char *sudo = getenv("SUDO_UID") ? "sudo " : "";
	char options[KINDS_TEXT];
	struct stat own;

	if (!isatty(STDERR_FILENO) || flags == 0)
		return;
	join_kinds(options, flags, true);
	if (stat("/proc/self/ns/pid", &own) == 0 && own.st_ino == host_pid_namespace)
		say("Look inside from a second terminal: %snsenter --target %d %s", sudo, pid,
		    options);
	else
		say("Look inside from a second terminal of the outer container: %snsenter --target "
		    "%d %s",
		    sudo, pid, options);
}

// A shell in the container makes a process group of its own the terminal's foreground, and may end
// or stop there. Whoever reads the terminal next needs our own group in the foreground again.
// Returns the group that was there, or -1 if nothing had to be done. SIGTTOU is blocked or ignored,
// or tcsetpgrp(3) would stop us.
static pid_t take_terminal_back(const struct child *child)
{
	pid_t foreground = tcgetpgrp(terminal);

	// It is the container's if the child leads it, or if all its processes have ended.
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

// Stop by a signal, which is blocked, and return when SIGCONT, which is blocked too, has come.
static void stop(int stop_signal)
{
	sigset_t signals;

	sigemptyset(&signals);
	if (getpid() == 1 && getpgrp() == 0 && stop_signal != SIGSTOP) {
		// A PID 1 can't stop. But its process group is led from outside of its PID
		// namespace, as 0 shows: there the terminal stops the job, and SIGCONT continues it.
		sigaddset(&signals, SIGCONT);
		while (sigwaitinfo(&signals, NULL) == -1)
			continue; // EINTR, after a stop.
		return;
	}
	sigaddset(&signals, stop_signal);
	raise(stop_signal);
	sigprocmask(SIG_UNBLOCK, &signals, NULL); // Here we stop, and later go on.
	sigprocmask(SIG_BLOCK, &signals, NULL);
}

// The child has stopped, so stop as well: to the caller's shell, both are one job. When that
// continues us, the child goes on where it was.
static void stop_with_child(const struct child *child, int stop_signal)
{
	pid_t foreground = take_terminal_back(child);

	stop(stop_signal);
	if (foreground != -1 && tcgetpgrp(terminal) == getpgrp())
		tcsetpgrp(terminal, foreground);
	signal_child(child, SIGCONT);
}

// The signals that container_run() takes in order, by sigwaitinfo(2), instead of having handlers
// interrupt it.
static void choose_signals(sigset_t *signals)
{
	const int always[] = {SIGTERM, SIGINT, SIGQUIT, SIGCHLD, SIGALRM};
	// So that nohup(1) keeps its promise, for one.
	const int unless_ignored[] = {SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU};

	// INT and QUIT even if ignored: a script's shell has its `&` jobs ignore them.
	sigemptyset(signals);
	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		sigaddset(signals, always[i]);
	for (size_t i = 0; i < sizeof unless_ignored / sizeof *unless_ignored; i++) {
		struct sigaction now;
		if (sigaction(unless_ignored[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(signals, unless_ignored[i]);
	}
}

static void handle_signal(struct child *child, const siginfo_t *info)
{
	// What the terminal sends (Ctrl-C, Ctrl-Z), it sends to the child as well.
	if (info->si_code != SI_KERNEL)
		signal_child(child, info->si_signo);

	switch (info->si_signo) {
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		// If the child stops by it, SIGCHLD will tell. A PID 1 must be stopped. We stop by
		// the same signal: the kernel then spares a process group that has nobody to
		// continue it (setpgid(2), orphaned process groups).
		if (child->is_init) {
			signal_child(child, SIGSTOP);
			stop_with_child(child, info->si_signo);
		}
		break;
	default:
		// A stopped child couldn't act on it.
		signal_child(child, SIGCONT);
		if (child->received == 0) {
			child->received = info->si_signo;
			alarm(GRACE_SECONDS);
		}
	}
}

// The child has ended: leave the terminal usable, and return the exit status to leave with.
static int finish(const struct child *child, int wait_status)
{
	int status = child->received ? 128 + child->received : exit_status(wait_status);

	take_terminal_back(child);
	// A command that was killed couldn't set the modes back: at a shell's prompt, there is no
	// echo. (A group of 0 is led from outside of our PID namespace, where this is done, too.)
	if (status > 128 && getpgrp() != 0 && tcgetpgrp(terminal) == getpgrp())
		tcsetattr(terminal, TCSANOW, &terminal_modes);
	return status;
}

// Wait until the child ends; returns the exit status to leave with.
static int wait_for_child(struct child *child, const sigset_t *signals)
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

		switch (sigwaitinfo(signals, &info)) {
		case -1: // EINTR, after a stop.
		case SIGCHLD:
			break;
		case SIGALRM:
			// No PID 1 can ignore this one from outside.
			signal_child(child, SIGKILL);
			break;
		default:
			handle_signal(child, &info);
		}
	}
}

int container_run(const struct container *container)
{
	struct start start = {.container = container};
	struct sigaction by_default = {.sa_handler = SIG_DFL};
	sigset_t signals, blocked;
	char names[KINDS_TEXT];
	struct child child = {.pidfd = -1, .is_init = container->flags & CLONE_NEWPID};

	// Nothing may be in a buffer when memory is copied, or both would print it.
	fflush(NULL);

	// Blocked signals wait for sigwaitinfo(). SIGPIPE: should the child be killed early,
	// waitpid() is to tell. SIGCHLD: if a caller has left it ignored, the kernel would reap the
	// child before us.
	choose_signals(&signals);
	blocked = signals;
	sigaddset(&blocked, SIGCONT);
	sigaddset(&blocked, SIGPIPE);
	if (sigprocmask(SIG_BLOCK, &blocked, &start.mask) == -1 ||
	    sigaction(SIGCHLD, &by_default, &start.on_child) == -1)
		die("set up the signals");

	terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (tcgetattr(terminal, &terminal_modes) == -1)
		terminal = -1;

	if (pipe2(start.go, O_CLOEXEC) == -1)
		die("pipe");
	child.pid = clone(start_child, make_stack(), container->flags | CLONE_PIDFD | SIGCHLD,
			  &start, &child.pidfd);
	if (child.pid == -1)
		die("clone with %s", join_kinds(names, container->flags, false));
	close(start.go[0]);

	// If this fails, we exit, and end of file on the pipe tells the child.
	if (container->prepare)
		container->prepare(child.pid, container->arg);
	say_how_to_enter(child.pid, container->flags);
	if (write(start.go[1], "!", 1) == -1 && errno != EPIPE)
		die("write to the container");

	return wait_for_child(&child, &signals);
}

int exit_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

void exec_command(char *const command[])
{
	// What the caller had open is none of the container's business. Standard input, output and
	// error are.
	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == -1)
		die("close_range");
	// A change of credentials clears it (PR_SET_PDEATHSIG(2const)), so ask once more.
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
		die("prctl PR_SET_PDEATHSIG");
	execvp(command[0], command);

	bool missing = errno == ENOENT;
	warn_error("run %s", command[0]);
	exit(missing ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE);
}

void write_text(const char *path, const char *format, ...)
{
	char text[64];
	va_list arguments;
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd == -1)
		die("open %s", path);
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (write(fd, text, strlen(text)) == -1)
		die("write %s", path);
	close(fd);
}
