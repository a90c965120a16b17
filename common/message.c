// Messages and errors, in the reader's language. gettext(1), msgfmt(1)
#include "message.h"
#include "cause.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

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

// The languages that the reader asked for, with colons between them, or NULL for English, which needs
// no catalogue.
static const char *find_languages(void)
{
	const char *const variables[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};
	const char *value = getenv("NSLABS_LANG");

	if (!value || !*value)
		value = find_language_of_tree();
	for (size_t i = 0; !(value && *value) && i < sizeof variables / sizeof *variables; i++)
		value = getenv(variables[i]);

	// The catalogues are in UTF-8. A terminal of another encoding, as in zh_CN.GBK, can't show it.
	const char *encoding = value ? strchr(value, '.') : NULL;
	if (encoding && strncasecmp(encoding, ".UTF-8", 6) != 0 &&
	    strncasecmp(encoding, ".utf8", 5) != 0)
		return NULL;
	return value;
}

// How msgfmt(1) writes a catalogue: "The Format of GNU MO Files" in gettext's manual. Two tables say
// where the messages are, sorted, and where their translations. We read it ourselves, since gettext(3)
// translates in no locale that each machine has: glibc 2.41, for one, doesn't in C.UTF-8.
struct catalogue {
	uint32_t magic, revision, count, messages, translations;
};
struct place {
	uint32_t length, offset;
};

// Returns the file in memory, or NULL if it isn't there or no catalogue of this machine's byte order.
static const struct catalogue *map_catalogue(const char *path)
{
	const struct catalogue *catalogue = MAP_FAILED;
	struct stat status;
	int file = open(path, O_RDONLY | O_CLOEXEC);

	if (file == -1)
		return NULL;
	if (fstat(file, &status) == 0 && status.st_size >= (off_t)sizeof *catalogue)
		catalogue = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	close(file);
	return catalogue != MAP_FAILED && catalogue->magic == 0x950412de ? catalogue : NULL;
}

// Returns the message's translation, or the message itself.
static const char *look_up(const struct catalogue *catalogue, const char *message)
{
	const char *file = (const char *)catalogue;

	if (!catalogue)
		return message;
	const struct place *messages = (const void *)(file + catalogue->messages);
	const struct place *translations = (const void *)(file + catalogue->translations);
	for (uint32_t low = 0, high = catalogue->count; low < high;) {
		uint32_t middle = (low + high) / 2;
		int order = strcmp(message, file + messages[middle].offset);
		if (order == 0)
			return file + translations[middle].offset;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return message;
}

// The suite's own catalogue, and that of the C library, if it has one.
static const struct catalogue *own_catalogue, *libc_catalogue;

// Open the catalogues of a language, such as zh_CN. They are beside the program, wherever the tree is,
// or in PREFIX/share/locale if the program is installed as PREFIX/bin/NAME.
static void open_catalogues(const char *language)
{
	const char *const places[] = {"locale", "../share/locale"};
	char path[PATH_MAX], place[128];

	for (size_t i = 0; !own_catalogue && i < sizeof places / sizeof *places; i++) {
		snprintf(place, sizeof place, "%s/%s/LC_MESSAGES/nslabs.mo", places[i], language);
		if (find_beside_program(path, place))
			own_catalogue = map_catalogue(path);
	}
	if (own_catalogue) {
		snprintf(path, sizeof path, "/usr/share/locale/%s/LC_MESSAGES/libc.mo", language);
		libc_catalogue = map_catalogue(path);
	}
}

// Open the catalogues of the first language that has some.
static void choose_catalogues(void)
{
	static bool chosen;
	char language[32];

	if (chosen)
		return;
	chosen = true;
	for (const char *rest = find_languages(); rest && *rest && !own_catalogue;) {
		snprintf(language, sizeof language, "%.*s", (int)strcspn(rest, ":.@"), rest);
		// There is one Chinese catalogue, for zh, zh-CN and zh_SG as well.
		if (strncmp(language, "zh", 2) == 0)
			strcpy(language, "zh_CN");
		if (strncmp(language, "en", 2) == 0 || *language == 'C' ||
		    strcmp(language, "POSIX") == 0)
			return;
		open_catalogues(language);
		rest += strcspn(rest, ":");
		rest += *rest == ':';
	}
}

const char *translate(const char *message)
{
	choose_catalogues();
	return look_up(own_catalogue, message);
}

// strerror(3) itself speaks English.
const char *describe_error(int error)
{
	choose_catalogues();
	return look_up(libc_catalogue, strerror(error));
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
