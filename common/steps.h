// The steps of part one, a function for each: the labs of part two begin where part one ends, and each
// program shows one new idea. Each function exits by die() on an error.
#ifndef STEPS_H
#define STEPS_H

#include <sched.h>

// The namespaces of a container that has a hostname, processes and mounts of its own.
enum { BASE = CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNS };

// In a container with BASE: give it the hostname "container", keep its mounts from reaching the host,
// and mount a /proc that shows its own processes (the labs uts and mount).
void set_up_base(void);

// Mount a /proc that shows the caller's PID namespace, over what is there (mount).
void mount_proc(void);

// Bring up the loopback interface of the caller's network namespace (net).
void bring_up_loopback(void);

// Bind a few of the host's devices, such as /dev/null, on the empty files in dev/, below the current
// directory: a root directory of a container's own has none.
void bind_devices(void);

// Returns the path of the image that scripts/image makes: beside the program, or in the caller's cache.
// Don't free it.
const char *default_image(void);

// Returns the path of the directory for what a container of that image writes: `layer`, beside it. Don't
// free it.
const char *default_layer(void);

#endif
