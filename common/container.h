// What the labs share: the clone helper, messages and errors, and the command line.
//
// Exit statuses, everywhere: the command's own; 128+n when signal n ended it; 125 when the suite
// itself failed; 126 when the command can't be executed; 127 when it isn't found (as env(1) and a
// shell have them).
#ifndef CONTAINER_H
#define CONTAINER_H

#include "message.h"

#include <sched.h>
#include <stdnoreturn.h>
#include <sys/types.h>

// A container to be made. What `main` needs to know must be in memory before the clone: the child
// has a copy of it all, so neither side sees what the other changes afterwards.
struct container {
	// CLONE_NEW*: the namespaces that are new (clone(2)); 0 shares them all.
	int flags;

	// Runs in the container; what it returns is its exit status.
	int (*main)(void *arg);

	// Runs in the host before `main` starts; NULL if there is nothing to do. `pid` is the
	// container's first process as the host sees it.
	void (*prepare)(pid_t pid, void *arg);

	// Given to both.
	void *arg;
};

// Make the container, let it run to its end and return the exit status to leave with. Errors die().
// TERM, INT, HUP and QUIT to the caller end the container; they stay blocked when it returns. Call
// it once, last.
int container_run(const struct container *container);

// Become `command`, found by PATH; it inherits descriptors 0, 1 and 2 and no others. Doesn't
// return.
noreturn void exec_command(char *const command[]);

// The exit status that stands for `wait_status` of waitpid(2).
int exit_status(int wait_status);

// Write text, of 63 bytes at most, to a file of /proc in one write(2), since the kernel takes each
// such write for the whole. Errors die().
void write_text(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The one long option that a lab may have of its own, always with a value.
struct lab_option {
	const char *name;       // without the dashes
	const char *value_name; // what the help calls its value
	const char *help;       // one line, marked with N_
	const char **value;     // where the value goes; untouched if the option isn't given
};

// Parse the options of a program whose operands are COMMAND [ARG]...; `summary` (marked with N_) is
// for --help, `own` may be NULL. Returns the command, ended by NULL: by default a shell, /bin/bash
// or else /bin/sh. A usage error exits with EXIT_OWN_FAILURE.
char **parse_command(int argc, char *argv[], const char *summary, const struct lab_option *own);

// The same for other operands: `synopsis` shows them, and there are at most `most`. Returns those
// that were given, ended by NULL.
char **parse_operands(int argc, char *argv[], const char *synopsis, int most, const char *summary,
		      const struct lab_option *own);

// `text` as a number from `least` to `most`; anything else is a usage error that calls it `what`.
int parse_number(const char *what, const char *text, int least, int most);

#endif
