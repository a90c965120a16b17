// Why a step failed, as far as a look at the machine can tell.
#ifndef CAUSE_H
#define CAUSE_H

#include <stddef.h>

// Write into `cause` (of `size` bytes) one translated line, without newline, with the likely cause
// of `error` and what to try; or the empty string. `step` is the untranslated format that die()
// got, `what` the text it gave.
void find_cause(char *cause, size_t size, const char *step, const char *what, int error);

#endif
