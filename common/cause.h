// Why a step failed, as far as a look at the machine can tell.
#ifndef CAUSE_H
#define CAUSE_H

#include <stdbool.h>

// Why a step failed: a name, fit for programs, and advice.
struct cause {
	const char *name;       // "seccomp", "sysctl:user.max_uts_namespaces", ...: it doesn't change from version to version
	const char *advice;     // a printf format, marked with N_: what is wrong and what to try. It may use %1$s and %2$s for `detail`, `more`
	char detail[256], more[256];
};

// Find the likely cause of `error` (an errno) in the step whose untranslated die() format is `step` and whose object (what the first %s stands for, "" if none) is `object`. Returns false if it finds none.
bool find_cause(struct cause *cause, const char *step, const char *object, int error);

#endif
