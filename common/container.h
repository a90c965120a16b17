// What the labs share: the clone helper, messages and errors (message.h), and the command line.
//
// A program ends with the command's own status; with 128+n if signal n ended the command; with 125,
// 126 or 127 if the command couldn't be run (see message.h).
#ifndef CONTAINER_H
#define CONTAINER_H

#include "message.h"

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

// A container to make. Everything that `main` needs must be in memory before the clone: the child
// gets a copy, and from then on neither side sees what the other changes, unless the memory is shared.
struct container {
	// The namespaces that are new: CLONE_NEW* flags (clone(2)). 0 shares all of them.
	int flags;

	// Runs in the container. Its result is the container's exit status.
	int (*main)(char *command[]);

	// Runs on the host before `main` starts; NULL if there is nothing to do. `pid` is the
	// container's first process, as the host sees it.
	void (*prepare)(pid_t pid);

	// Passed to `main`. It ends with NULL.
	char **command;

	// Start `main` with the signals blocked that end, stop or continue a container, for a PID 1
	// that waits for them: none is lost, however early it comes. exec_command() gives them back.
	bool blocks_signals;
};

// Make the container, wait until it ends, and return the exit status to leave with. Exits by die()
// if it can't be made. SIGTERM, SIGINT, SIGHUP and SIGQUIT end the container. They stay blocked when
// this returns, so a process calls it once, as the last thing that it does. The first process of a
// container may call it too: that makes a container in the container.
int container_run(const struct container *container);

// Become `command`, which is looked for in PATH and inherits descriptors 0, 1 and 2 only. If it is
// empty, become a shell: /bin/bash or else /bin/sh, whichever the container has. Returns only if that
// fails, after saying why: the exit status to leave with.
int exec_command(char *command[]);

// The exit status that stands for waitpid(2)'s `wait_status`.
int exit_status(int wait_status);

// Write text, 63 bytes at most, to a file of /proc: in one write(2), because the kernel takes each
// write for the whole text. Exits by die() on an error.
void write_text(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));

// A long option that a lab has of its own. It takes a value.
struct lab_option {
	const char *name;       // without the dashes
	const char *value_name; // what the help calls the value
	const char *help;       // one line, marked with N_
	const char **value;     // where the value goes; unchanged if the option isn't given
};

// Parse the command line of a program that takes COMMAND [ARG]... `summary` is for --help, marked
// with N_; `own` are the lab's options, up to one that has no name, or NULL. Returns the command,
// which ends with NULL and may be empty. Exits with EXIT_OWN_FAILURE on a usage error.
char **parse_command(int argc, char *argv[], const char *summary, const struct lab_option own[]);

// The same for a program that takes other operands, from `least` to `most` of them, which `synopsis`
// shows. Returns those that are given, and NULL after them.
char **parse_operands(int argc, char *argv[], const char *synopsis, int least, int most,
		      const char *summary, const struct lab_option own[]);

// Returns `text` as a number from `least` to `most`. Anything else is a usage error, which names
// `what`.
int parse_number(const char *what, const char *text, int least, int most);

// Returns the flags of the kinds of namespaces in `text`, with commas between them: "uts,pid". Anything
// else is a usage error, which names `what`.
int parse_kinds(const char *what, const char *text);

#endif
