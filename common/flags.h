// The flags of clone(2) by name.
#ifndef FLAGS_H
#define FLAGS_H

struct clone_flag {
	int flag;
	const char *name;
	const char *kind;   // of namespace, as in /proc/PID/ns; NULL if the flag makes none
	const char *option; // of nsenter(1); NULL if no container is entered so
};

// Those that a container may have, and those that clone(2) refuses together with them. The last one's
// name is NULL.
extern const struct clone_flag clone_flags[];

enum { FLAGS_TEXT = 256 };

// Join the names of `flags` in `text`, and return that.
const char *join_flags(char text[FLAGS_TEXT], int flags);

// Returns the flags that are named in `text`.
int find_flags(const char *text);

#endif
