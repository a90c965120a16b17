// The command line, which is alike in all programs. getopt_long(3)
#include "container.h"
#include "flags.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

enum { MOST_OPTIONS = 8 }; // that a program has, with --help and --version

static const char *usage_synopsis;

static noreturn void exit_with_usage(void)
{
	fprintf(stderr, translate(N_("usage: %s %s\n")), program_invocation_short_name,
		usage_synopsis);
	exit(EXIT_OWN_FAILURE);
}

static noreturn void print_help(const char *summary, const struct lab_option own[])
{
	printf(translate(N_("usage: %s %s\n")), program_invocation_short_name, usage_synopsis);
	printf("%s\n\n", translate(summary));
	for (; own && own->name; own++)
		printf("  --%s %s: %s\n", own->name, own->value_name, translate(own->help));
	printf("  -h, --help: %s\n", translate(N_("print this help and exit")));
	printf("  -V, --version: %s\n", translate(N_("print the version and exit")));
	exit(EXIT_SUCCESS);
}

// Output that couldn't be written is an error (a full disk, a closed descriptor), whether it fails
// now or did so at the end of an earlier line.
static void check_stdout(void)
{
	bool failed = ferror(stdout);

	if (fclose(stdout) == EOF || failed) {
		warn_error("write to standard output");
		_exit(EXIT_OWN_FAILURE);
	}
}

// Make descriptors 0 to 2 exist: otherwise the next file that is opened is taken for one of them. Each
// is opened for the wrong direction, so that reads and writes fail as they do on a closed one.
static void open_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			die("open /dev/null");
}

// What every program does first.
static void set_up_process(void)
{
	open_standard_descriptors();
	// A program with more rights than its caller would hand them on to any command.
	if (getauxval(AT_SECURE)) {
		errno = EPERM;
		die("run setuid, setgid or with file capabilities");
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	atexit(check_stdout);
}

char **parse_operands(int argc, char *argv[], const char *synopsis, int least, int most,
		      const char *summary, const struct lab_option own[])
{
	struct option options[MOST_OPTIONS + 1] = {
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
	};
	const int common = 2;
	int option, which;

	for (int i = 0; own && own[i].name; i++)
		options[common + i] = (struct option){own[i].name, required_argument, NULL, 'o'};

	set_up_process();
	usage_synopsis = synopsis;
	// "+": the options end at the first operand. What follows belongs to the command.
	while ((option = getopt_long(argc, argv, "+hV", options, &which)) != -1) {
		switch (option) {
		case 'h':
			print_help(summary, own);
		case 'V':
			printf("%s (nslabs) %s\n", program_invocation_short_name, NSLABS_VERSION);
			exit(EXIT_SUCCESS);
		case 'o':
			if (own)
				*own[which - common].value = optarg;
			break;
		default: // getopt_long has said what is wrong.
			exit_with_usage();
		}
	}
	if (argc - optind < least || argc - optind > most)
		exit_with_usage();
	return argv + optind;
}

char **parse_command(int argc, char *argv[], const char *summary, const struct lab_option own[])
{
	return parse_operands(argc, argv, "[OPTION]... [--] [COMMAND [ARG]...]", 0, argc, summary,
			      own);
}

int parse_number(const char *what, const char *text, int least, int most)
{
	char *end;

	errno = 0;
	long number = strtol(text, &end, 10);
	if (errno == 0 && end != text && *end == '\0' && number >= least && number <= most)
		return (int)number;
	fprintf(stderr, translate(N_("%s: %s must be a number from %d to %d, not '%s'\n")),
		program_invocation_short_name, what, least, most, text);
	exit_with_usage();
}

int parse_kinds(const char *what, const char *text)
{
	int flags = 0;

	for (const char *rest = text;;) {
		const struct clone_flag *each = clone_flags;
		size_t length = strcspn(rest, ",");
		while (each->name && !(each->kind && strlen(each->kind) == length &&
				       strncmp(each->kind, rest, length) == 0))
			each++;
		if (!each->name)
			break;
		flags |= each->flag;
		if (rest[length] == '\0')
			return flags;
		rest += length + 1;
	}
	fprintf(stderr,
		translate(N_("%s: %s must be kinds of namespaces, such as uts,pid, not '%s'\n")),
		program_invocation_short_name, what, text);
	exit_with_usage();
}
