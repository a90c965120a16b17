// inspect: which namespaces two processes share.
//
// Run: build/inspect $$; and for a container: sudo build/inspect $$ PID (its PID on the host)
// See: a row for each kind. A namespace has an inode: where it is the same, so is the namespace.
// Read: namespaces(7), "The /proc/pid/ns/ directory"; stat(2)
#include "container.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Find out which namespace of this kind the process is in: stat(2) follows the link to its inode.
// Returns false if it has none: pid_for_children is empty before there is a child, most are in a
// process that has ended.
static bool find_namespace(struct stat *namespace, int pid, const char *kind)
{
	char path[PATH_MAX];

	// exercise inspect.stat: stat the link, and tell apart what can go wrong {
	snprintf(path, sizeof path, "/proc/%d", pid);
	if (access(path, F_OK) == -1)
		die("read the namespaces of process %d", pid);
	snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, kind);
	if (stat(path, namespace) == 0)
		return true;
	if (errno != ENOENT) // EACCES: the process is somebody else's
		die("read the namespaces of process %d", pid);
	// }
	return false;
}

static bool is_same(const struct stat *one, const struct stat *other)
{
	bool same = false;

	// exercise inspect.compare: compare the two {
	// An inode number is unique on its device alone.
	same = one->st_dev == other->st_dev && one->st_ino == other->st_ino;
	// }
	return same;
}

// Print a row: the kind, the inode for each process or a dash, and whether they are the same. That
// isn't translated: the lessons, and programs, look for the words.
static void print_row(const char *kind, const int pids[], int count)
{
	struct stat namespaces[2];
	int found = 0;

	printf("%-17s", kind);
	for (int i = 0; i < count; i++) {
		bool has = find_namespace(&namespaces[i], pids[i], kind);
		found += has;
		if (has)
			printf(" %14ju", (uintmax_t)namespaces[i].st_ino);
		else
			printf(" %14s", "-");
	}
	if (found == 2)
		printf("  %s", is_same(&namespaces[0], &namespaces[1]) ? "same" : "different");
	printf("\n");
}

static int is_kind(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int main(int argc, char *argv[])
{
	char **operands = parse_operands(argc, argv, "[OPTION]... [--] [PID [PID]]", 2,
					 N_("Show the namespaces of this process, or compare with "
					    "those of PID, or two PIDs."),
					 NULL);
	int pids[2], count = 1;
	char self[PATH_MAX];
	struct dirent **kinds;

	// Our own number in /proc. That of getpid(2) may be of another PID namespace: see the pid lab.
	if (!realpath("/proc/self", self))
		die("read /proc/self");
	pids[0] = parse_number("PID", self + strlen("/proc/"), 1, INT_MAX);
	if (operands[0])
		pids[count++] = parse_number("PID", operands[0], 1, INT_MAX);
	if (operands[0] && operands[1]) {
		pids[0] = pids[1];
		pids[1] = parse_number("PID", operands[1], 1, INT_MAX);
	}

	// Each kind that the kernel has is listed there, time and the ..._for_children too.
	int length = scandir("/proc/self/ns", &kinds, is_kind, alphasort);
	if (length == -1)
		die("read /proc/self/ns");

	// Each process has a user namespace; if that can't be read, say so before there is a table.
	for (int i = 0; i < count; i++)
		find_namespace(&(struct stat){0}, pids[i], "user");

	printf("%-17s", "");
	for (int i = 0; i < count; i++)
		printf("   PID %8d", pids[i]);
	printf("\n");
	for (int i = 0; i < length; i++) {
		print_row(kinds[i]->d_name, pids, count);
		free(kinds[i]);
	}
	free(kinds);
	return EXIT_SUCCESS;
}
