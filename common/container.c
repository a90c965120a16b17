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
// Returns the group that was there, or -1 if nothing had to be done. SIGTTOU is blocked, or
// tcsetpgrp(3) would stop us.
static pid_t take_terminal_back(pid_t child)
{
	int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
	pid_t foreground, taken_from = -1;

	if (terminal == -1)
		return -1;
	foreground = tcgetpgrp(terminal);
	// It is the container's if the child leads it, or if all its processes have ended.
	if (foreground == child ||
	    (foreground > 0 && kill(-foreground, 0) == -1 && errno == ESRCH)) {
		tcsetpgrp(terminal, getpgrp());
		taken_from = foreground;
	}
	close(terminal);
	return taken_from;
}

// The child has stopped, so stop as well: to the caller's shell, both are one job. When that
// continues us, the child goes on where it was.
static void stop_with_child(pid_t child, int pidfd, int stop_signal)
{
	pid_t foreground = take_terminal_back(child);
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, stop_signal);
	raise(stop_signal);
	sigprocmask(SIG_UNBLOCK, &stop, NULL); // Here we stop, and later go on.
	sigprocmask(SIG_BLOCK, &stop, NULL);

	if (foreground != -1) {
		int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
		if (tcgetpgrp(terminal) == getpgrp())
			tcsetpgrp(terminal, foreground);
		close(terminal);
	}
	syscall(SYS_pidfd_send_signal, pidfd, SIGCONT, NULL, 0);
}

// The signals that container_run() takes in order, by sigwaitinfo(2), instead of having handlers
// interrupt it.
static void choose_signals(sigset_t *signals)
{
	const int always[] = {SIGTERM, SIGINT, SIGQUIT, SIGCHLD, SIGALRM};
	const int unless_ignored[] = {SIGHUP, SIGTSTP, SIGTTIN}; // nohup(1) keeps its promise.

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

// Wait until the child ends; returns the exit status to leave with.
static int wait_for_child(pid_t child, int pidfd, const sigset_t *signals)
{
	int received = 0; // the signal that told us to end

	for (;;) {
		int status;
		pid_t changed = waitpid(child, &status, WNOHANG | WUNTRACED);
		if (changed == -1)
			die("waitpid");
		if (changed == child && !WIFSTOPPED(status)) {
			take_terminal_back(child);
			return received ? 128 + received : exit_status(status);
		}
		if (changed == child)
			stop_with_child(child, pidfd, SIGSTOP);

		int signal = sigwaitinfo(signals, NULL);
		switch (signal) {
		case -1: // EINTR, after a stop.
		case SIGCHLD:
			break;
		case SIGALRM:
			// A PID 1 ignores what it has no handler for, but not SIGKILL from outside.
			syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
			break;
		case SIGTSTP: // Ctrl-Z, which a PID 1 ignores as well
		case SIGTTIN:
			// We stop by the same signal: the kernel then spares a process group that
			// has nobody to continue it (setpgid(2), orphaned process groups).
			syscall(SYS_pidfd_send_signal, pidfd, SIGSTOP, NULL, 0);
			stop_with_child(child, pidfd, signal);
			break;
		default:
			syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
			// A stopped child couldn't act on it.
			syscall(SYS_pidfd_send_signal, pidfd, SIGCONT, NULL, 0);
			if (received == 0)
				alarm(GRACE_SECONDS);
			received = received ? received : signal;
		}
	}
}

int container_run(const struct container *container)
{
	struct start start = {.container = container};
	struct sigaction by_default = {.sa_handler = SIG_DFL};
	sigset_t signals, blocked;
	char names[KINDS_TEXT];
	int pidfd = -1;

	// Nothing may be in a buffer when memory is copied, or both would print it.
	fflush(NULL);

	// Blocked signals wait for sigwaitinfo(). SIGPIPE: should the child be killed early,
	// waitpid() is to tell. SIGCHLD: if a caller has left it ignored, the kernel would reap the
	// child before us.
	choose_signals(&signals);
	blocked = signals;
	sigaddset(&blocked, SIGTTOU);
	sigaddset(&blocked, SIGPIPE);
	if (sigprocmask(SIG_BLOCK, &blocked, &start.mask) == -1 ||
	    sigaction(SIGCHLD, &by_default, &start.on_child) == -1)
		die("set up the signals");

	if (pipe2(start.go, O_CLOEXEC) == -1)
		die("pipe");
	pid_t child = clone(start_child, make_stack(), container->flags | CLONE_PIDFD | SIGCHLD,
			    &start, &pidfd);
	if (child == -1)
		die("clone with %s", join_kinds(names, container->flags, false));
	close(start.go[0]);

	// If this fails, we exit, and end of file on the pipe tells the child.
	if (container->prepare)
		container->prepare(child, container->arg);
	say_how_to_enter(child, container->flags);
	if (write(start.go[1], "!", 1) == -1 && errno != EPIPE)
		die("write to the container");

	return wait_for_child(child, pidfd, &signals);
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
	int length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (write(fd, text, length) == -1)
		die("write %s", path);
	close(fd);
}
