// The parent writes the maps of the child, which waits for the end of a pipe and then executes the command. A map may be
// given by an option, with commas between its lines.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct child_args {
	char **command;
	int pipe[2];
};

static char child_stack[1 << 20];

static void fail(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void write_file(pid_t pid, const char *name, const char *text)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
	int fd = open(path, O_RDWR);
	if (fd == -1 && errno == ENOENT && strcmp(name, "setgroups") == 0)
		return; // Linux before 3.19
	if (fd == -1 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail(path);
	close(fd);
}

static int child_main(void *arg)
{
	struct child_args *args = arg;
	char byte;

	close(args->pipe[1]);
	if (read(args->pipe[0], &byte, 1) != 0)
		fail("the pipe");
	close(args->pipe[0]);
	execvp(args->command[0], args->command);
	fail("execvp");
	return EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
	char uid_map[128], gid_map[128];
	char *shell[] = {"bash", NULL};
	struct child_args args;
	int option;

	snprintf(uid_map, sizeof uid_map, "0 %ld 1", (long)getuid());
	snprintf(gid_map, sizeof gid_map, "0 %ld 1", (long)getgid());
	while ((option = getopt(argc, argv, "+M:G:")) != -1) {
		char *map = option == 'M' ? uid_map : gid_map;
		snprintf(map, sizeof uid_map, "%s", optarg);
		for (; *map; map++)
			if (*map == ',')
				*map = '\n';
	}
	args.command = argv[optind] ? argv + optind : shell;
	if (pipe(args.pipe) == -1)
		fail("pipe");
	pid_t child =
		clone(child_main, child_stack + sizeof child_stack, CLONE_NEWUSER | SIGCHLD, &args);
	if (child == -1)
		fail("clone");
	write_file(child, "uid_map", uid_map);
	write_file(child, "setgroups", "deny");
	write_file(child, "gid_map", gid_map);
	close(args.pipe[1]);
	if (waitpid(child, NULL, 0) == -1)
		fail("waitpid");
	return EXIT_SUCCESS;
}
