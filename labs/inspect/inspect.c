// inspect: which namespaces two processes share.
//
// Run: build/inspect $$; and for a container: sudo build/inspect $$ PID (its PID on the host)
// See: a row for each kind of namespace. Where the inode is the same, so is the namespace.
// Read: namespaces(7), "The /proc/pid/ns/ directory"; stat(2)
#include "container.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// Find the namespace of this kind that the process is in. Returns false if it is in none: after
// unshare(2) there is no pid_for_children before the first child, and a process that has ended has
// left most namespaces.
static bool find_namespace(struct stat *namespace, int pid, const char *kind)
{
	char path[PATH_MAX];

	// exercise inspect.stat: stat the link, and tell apart what can go wrong {
	snprintf(path, sizeof path, "/proc/%d", pid);
	if (access(path, F_OK) == -1)
		die("read the namespaces of process %d", pid);
	// stat(2) follows the link to the namespace's inode.
	snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, kind);
	if (stat(path, namespace) == 0)
		return true;
	if (errno != ENOENT) // EACCES: you may not look at this process.
		die("read the namespaces of process %d", pid);
	// }
	return false;
}

static bool is_same(const struct stat *one, const struct stat *other)
{
	bool same = false;

	// exercise inspect.compare: compare the two {
	// An inode number is unique only on its device.
	same = one->st_dev == other->st_dev && one->st_ino == other->st_ino;
	// }
	return same;
}

// Print a row: the kind, each inode or a dash, and whether the two are the same (not translated).
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

// Choose the processes to show: by default this one. Returns how many there are.
static int choose_processes(int pids[2], char *operands[])
{
	char self[16] = "";
	int count = 0;

	// getpid(2) may return another number: that of our own PID namespace (see the pid lab).
	if (readlink("/proc/self", self, sizeof self - 1) == -1)
		die("read /proc/self");
	if (!operands[0] || !operands[1])
		pids[count++] = parse_number("PID", self, 1, INT_MAX);
	for (int i = 0; operands[i]; i++)
		pids[count++] = parse_number("PID", operands[i], 1, INT_MAX);
	return count;
}

int main(int argc, char *argv[])
{
	char **operands = parse_operands(argc, argv, "[OPTION]... [--] [PID [PID]]", 0, 2,
					 N_("Show the namespaces of this process, or compare with "
					    "those of PID, or two PIDs."),
					 NULL);
	int pids[2];
	int count = choose_processes(pids, operands);
	struct dirent **kinds;
	struct stat unused;

	// The kinds that the kernel has.
	int length = scandir("/proc/self/ns", &kinds, is_kind, alphasort);
	if (length == -1)
		die("read /proc/self/ns");
	// Every process has a user namespace. If that can't be read, say so before the table.
	for (int i = 0; i < count; i++)
		find_namespace(&unused, pids[i], "user");

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
