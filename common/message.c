// Messages and errors, in the reader's language. gettext(3), locale(7)
#include "message.h"
#include "cause.h"

#include <errno.h>
#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/auxv.h>
#include <unistd.h>

#define DOMAIN "nslabs"

// Put into `path` the path of `place`, as seen from the directory of the program's file. Returns false
// if nothing is there.
static bool find_beside_program(char path[PATH_MAX], const char *place)
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (length != -1)
		path[length] = '\0';
	else // Without a /proc, there is still the path that it was started by.
		snprintf(path, PATH_MAX, "%s", (const char *)getauxval(AT_EXECFN));
	const char *slash = strrchr(path, '/');
	size_t directory = slash ? slash + 1 - path : 0;
	snprintf(path + directory, PATH_MAX - directory, "%s", place);
	return access(path, F_OK) == 0;
}

// A student's tree speaks the language that it was made in: scripts/starter has noted that. Returns
// NULL if it is English, or if this is no such tree.
static const char *find_language_of_tree(void)
{
	static char language[32] = "en";
	char path[PATH_MAX], line[256];

	if (!find_beside_program(path, "../.starter/choices"))
		return NULL;
	FILE *choices = fopen(path, "re");
	if (!choices)
		return NULL;
	while (fgets(line, sizeof line, choices) && sscanf(line, "language %31s", language) != 1)
		continue;
	fclose(choices);
	return strcmp(language, "en") == 0 ? NULL : language;
}

// The language that the reader asked for, or NULL for English, which needs no catalogue.
static const char *find_language(void)
{
	const char *const variables[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};
	const char *value = getenv("NSLABS_LANG");

	if (!value || !*value)
		value = find_language_of_tree();
	for (size_t i = 0; !(value && *value) && i < sizeof variables / sizeof *variables; i++)
		value = getenv(variables[i]);
	if (!value || !*value || strncmp(value, "en", 2) == 0 || *value == 'C' ||
	    strcmp(value, "POSIX") == 0)
		return NULL;

	// The catalogues are in UTF-8. A terminal of another encoding, as in zh_CN.GBK, can't show it.
	const char *encoding = strchr(value, '.');
	if (encoding && strncasecmp(encoding, ".UTF-8", 6) != 0 &&
	    strncasecmp(encoding, ".utf8", 5) != 0)
		return NULL;
	// There is one Chinese catalogue, and gettext doesn't look for it under zh, zh-CN or zh_SG.
	return strncmp(value, "zh", 2) == 0 ? "zh_CN" : value;
}

// Open the catalogues. They are beside the program, wherever the tree is, or in PREFIX/share/locale
// if the program is installed as PREFIX/bin/NAME.
static void open_catalogue(const char *language)
{
	char path[PATH_MAX];

	// glibc doesn't translate in the locale "C". C.UTF-8 exists even where no other was generated.
	setlocale(LC_ALL, "C.UTF-8");
	// musl looks for a catalogue under the name of the locale, which needn't exist there.
	setlocale(LC_MESSAGES, language);
	// The slash at the end asks for a directory: /usr/bin/locale is a program.
	if (find_beside_program(path, "locale/") || find_beside_program(path, "../share/locale/")) {
		bindtextdomain(DOMAIN, path);
		bind_textdomain_codeset(DOMAIN, "UTF-8");
	}
}

// Returns `message` as the catalogue `domain` has it.
static const char *translate_by(const char *domain, const char *message)
{
	static const char *language;
	static bool opened;

	if (!opened) {
		language = find_language();
		if (language)
			open_catalogue(language);
		opened = true;
	}
	if (!language)
		return message;

	// gettext takes the language from LANGUAGE. Change that for the moment only: the command gets
	// the caller's environment.
	char *callers = getenv("LANGUAGE");
	if (callers && !(callers = strdup(callers)))
		return message;
	setenv("LANGUAGE", language, 1);
	const char *translation = dgettext(domain, message);
	if (callers)
		setenv("LANGUAGE", callers, 1);
	else
		unsetenv("LANGUAGE");
	free(callers);
	return translation;
}

const char *translate(const char *message)
{
	return translate_by(DOMAIN, message);
}

// strerror(3) itself speaks English.
const char *describe_error(int error)
{
	return translate_by("libc", strerror(error));
}

void say(const char *format, ...)
{
	va_list arguments;
	char text[1024];

	va_start(arguments, format);
	vsnprintf(text, sizeof text, translate(format), arguments);
	va_end(arguments);
	// In one write(2), so that the lines of several programs don't mix.
	fprintf(stderr, "%s\n", text);
}

// Print what went wrong, and below it the likely cause.
static void print_error(const char *format, va_list arguments)
{
	int error = errno;
	struct cause cause;
	char step[512], what[512], advice[512] = "";
	va_list again;

	va_copy(again, arguments);
	vsnprintf(step, sizeof step, format, again);
	va_end(again);
	vsnprintf(what, sizeof what, translate(format), arguments);
	// The step's object is in the text where the format has its first %.
	if (find_cause(&cause, format, step + strcspn(format, "%"), error))
		snprintf(advice, sizeof advice, translate(cause.advice), cause.detail, cause.more);
	fprintf(stderr, "%s: %s: %s\n%s%s", program_invocation_short_name, what,
		describe_error(error), advice, *advice ? "\n" : "");
}

void warn_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_error(format, arguments);
	va_end(arguments);
}

void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_error(format, arguments);
	va_end(arguments);
	exit(EXIT_OWN_FAILURE);
}
