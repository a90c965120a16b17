// Messages and errors, and the statuses that a program of the suite ends with.
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdnoreturn.h>

// What a program ends with when the command gave no status of its own: the suite itself failed; the
// command can't be executed; the command isn't found. env(1) and the shells use the same numbers.
enum { EXIT_OWN_FAILURE = 125, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

// Print a translated message and a newline on stderr: stdout belongs to the command.
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Print "program: what: strerror(errno)" and then, if a look at the machine finds one, a line with
// the likely cause and what to try. `format` names the step, and its object if it has one. Exits
// with EXIT_OWN_FAILURE.
noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Print the same, and return.
void warn_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Returns `message` in the reader's language: the first of NSLABS_LANG, LANGUAGE, LC_ALL,
// LC_MESSAGES and LANG that is set. The result is static, or `message` itself: don't free it.
const char *translate(const char *message) __attribute__((format_arg(1)));

// Returns what strerror(3) says of `error`, in the reader's language if the C library has a catalogue.
const char *describe_error(int error);

// Marks a string for xgettext(1) that is translated only later.
#define N_(message) message

#endif
