// Why a step failed, as far as a look at the machine can tell. Every cause and its advice stand in
// one table, in cause.c: for die(), for doctor, and for docs/troubleshooting.md.
#ifndef CAUSE_H
#define CAUSE_H

#include <stdbool.h>

struct cause {
	char name[64];      // "seccomp", "sysctl:user.max_uts_namespaces", ...: for programs, so it
			    // stays the same from version to version
	const char *advice; // what is wrong and what to try: a printf format, marked with N_, for
			    // translate(). Its %1$s and %2$s stand for `detail` and `more`
	char detail[2048], more[256]; // The options of a mount have several paths.
};

// Find the likely cause of `error` (an errno) in the step whose untranslated die() format is
// `step`. `object` is what the first %s of that stands for, "" if there is none. Call it in the
// process that failed. Returns false if no cause is known.
bool find_cause(struct cause *cause, const char *step, const char *object, int error);

// Remember what only the caller of the program can tell, for processes that are later in a user
// namespace of their own. It is called before main; call it again after a change of user ids.
void remember_caller(void);

#endif
