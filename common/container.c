// The clone helper: it makes a child in new namespaces, starts it only when the host is ready, and
// never leaves it behind. What happens until the child ends is in supervise.c.
// clone(2), namespaces(7), pid_namespaces(7), PR_SET_PDEATHSIG(2const)
#include "container.h"
#include "cause.h"
#include "flags.h"
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC // Headers have it since Linux 5.11.
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

enum { STACK_SIZE = 1024 * 1024, GUARD_SIZE = 64 * 1024 };

// What the child finds in its copy of the memory.
struct start {
	const struct container *container;
	int go[2]; // a pipe: one byte says that the host is ready
	struct signal_state signals;
};

// The caller's signals, if `main` started with them blocked.
static const struct signal_state *blocked_since;

// The first function on the new stack.
static int start_child(void *arg)
{
	struct start *start = arg;
	struct pollfd host = {.fd = start->go[0]}; // A hang-up is reported without being asked for.
	char go;

	// Ask to be killed when the parent dies. This comes before the byte is read: if the parent
	// has died already, the pipe tells. (getppid() doesn't: it is 0 in a new PID namespace.)
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
		die("prctl PR_SET_PDEATHSIG");

	// End of file comes only when every writing end is closed, so close our own. The parent keeps
	// its end open for as long as it lives: after a hang-up, even a byte is from a dead parent.
	close(start->go[1]);
	ssize_t length = read(start->go[0], &go, 1);
	int hung_up = length == 1 ? poll(&host, 1, 0) : 0;
	if (length == -1 || hung_up == -1)
		die("read from the host");
	if (length == 0 || hung_up) // The host has said why, or has been killed.
		exit(EXIT_OWN_FAILURE);
	close(start->go[0]);

	if (start->container->blocks_signals)
		blocked_since = &start->signals;
	else
		restore_signals(&start->signals);
	exit(start->container->main(start->container->command));
}

// Make a stack and return its top, since it grows down. Below it lies a guard page: an overrun is a
// SIGSEGV at once.
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

// At a terminal, say how to look into the container from a second one. `nsenter --all` would include
// the cgroup namespace, which an ordinary user can't enter. If we are in a container ourselves, `pid`
// means something only there.
static void say_how_to_enter(pid_t pid, int flags)
{
	const ino_t host_pid_namespace = 0xEFFFFFFC; // PROC_PID_INIT_INO in linux/proc_ns.h
	const char *sudo = getenv("SUDO_UID") ? "sudo " : "";
	char options[FLAGS_TEXT] = "";
	struct stat own;

	if (!isatty(STDERR_FILENO) || flags == 0)
		return;
	for (const struct clone_flag *each = clone_flags; each->name; each++)
		if (flags & each->flag && each->option)
			strcat(strcat(options, " "), each->option);
	if (stat("/proc/self/ns/pid", &own) == 0 && own.st_ino == host_pid_namespace)
		say("Look inside from a second terminal: %snsenter --target %d%s", sudo, pid,
		    options);
	else
		say("Look inside from a second terminal on this same host: %snsenter --target %d%s",
		    sudo, pid, options);
}

int container_run(const struct container *container)
{
	struct start start = {.container = container};
	struct child child = {.is_init = container->flags & CLONE_NEWPID};
	char names[FLAGS_TEXT];

	remember_caller();
	// Text that waits in a buffer is copied with the memory, and both would print it.
	fflush(NULL);
	prepare_to_wait(&start.signals);
	if (pipe2(start.go, O_CLOEXEC) == -1)
		die("pipe");
	child.pid = clone(start_child, make_stack(), container->flags | CLONE_PIDFD | SIGCHLD,
			  &start, &child.pidfd);
	if (child.pid == -1)
		die("clone with %s", join_flags(names, container->flags));
	close(start.go[0]);

	// If this fails, we exit, and the child reads end of file.
	if (container->prepare)
		container->prepare(child.pid);
	say_how_to_enter(child.pid, container->flags);
	if (write(start.go[1], "!", 1) == -1 && errno != EPIPE)
		die("write to the container");

	return wait_for_child(&child);
}

// Find a command's file in the directories of PATH, as a shell does. Returns NULL, with errno set, if
// there is none: one that isn't executable counts only where no other is found, and a directory that
// can't be searched has none.
static const char *find_in_path(const char *name, char path[PATH_MAX])
{
	const char *directory = getenv("PATH");
	int error = ENOENT;

	for (directory = directory ? directory : "/bin:/usr/bin"; *name; directory++) {
		int length = (int)strcspn(directory, ":");
		struct stat file;
		snprintf(path, PATH_MAX, "%.*s%s/%s", length, directory, length ? "" : ".", name);
		if (stat(path, &file) == 0 && S_ISREG(file.st_mode)) {
			if (access(path, X_OK) == 0)
				return path;
			error = EACCES;
		}
		directory += length;
		if (*directory == '\0')
			break;
	}
	errno = error;
	return NULL;
}

// A shell takes a file for a script if its beginning looks like text.
static bool is_text(const char *path)
{
	char start[80];
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = file == -1 ? -1 : read(file, start, sizeof start);

	close(file);
	return length != -1 && !memchr(start, '\0', length) && !memmem(start, length, "\177ELF", 4);
}

// The command where none is given.
static char **choose_shell(void)
{
	static char *bash[] = {"/bin/bash", NULL}, *sh[] = {"/bin/sh", NULL};

	return access(bash[0], X_OK) == 0 ? bash : sh;
}

int exec_command(char *command[])
{
	if (!command[0])
		command = choose_shell();
	if (blocked_since)
		restore_signals(blocked_since);
	// An open descriptor would lead out of the container, so the command gets only its input, its
	// output and its errors. By syscall(2), since older C libraries don't have close_range(2).
	if (syscall(__NR_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC) == -1)
		die("close_range");
	// A change of ids clears this (PR_SET_PDEATHSIG(2const)), so ask once more.
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
		die("prctl PR_SET_PDEATHSIG");

	char buffer[PATH_MAX];
	const char *path = strchr(command[0], '/') ? command[0] : find_in_path(command[0], buffer);
	if (path)
		execv(path, command);
	if (path && errno == ENOEXEC && is_text(path))
		execvp(path, command); // It has /bin/sh run a script without a line #!.

	int status = errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
	warn_error("run %s", path ? path : command[0]);
	return status;
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
		die("write '%s' to %s", text, path);
	close(fd);
}
