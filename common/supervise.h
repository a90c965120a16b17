// Between container.c, which makes the child, and supervise.c, which waits for it. Labs don't need it.
#ifndef SUPERVISE_H
#define SUPERVISE_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

// The first process of a container.
struct child {
	pid_t pid;
	int pidfd;    // stands for this process alone, even when its PID is given to another
	bool is_init; // PID 1 of a new PID namespace: it ignores signals that it has no handler for
};

// How the caller of the program had its signals.
struct signal_state {
	sigset_t mask;
	struct sigaction on_child; // of SIGCHLD
};

// Before the clone: block the signals that wait_for_child() handles, and remember the terminal's
// modes. `before` gets the signals as they were.
void prepare_to_wait(struct signal_state *before);

// In the child: set the signals back to what they were.
void restore_signals(const struct signal_state *before);

// Wait until the child ends, and return the exit status to leave with. Meanwhile, pass our signals on
// to the child, stop when it stops, and continue it when we are continued.
int wait_for_child(const struct child *child);

#endif
