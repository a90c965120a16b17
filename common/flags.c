// The flags of clone(2) by name. clone(2), namespaces(7), nsenter(1)
#include "flags.h"

#include <linux/sched.h>
#include <stdio.h>
#include <string.h>

// A flag, and its name.
#define FLAG(flag) flag, #flag

const struct clone_flag clone_flags[] = {
	{FLAG(CLONE_NEWUTS), "uts", "--uts"},
	{FLAG(CLONE_NEWIPC), "ipc", "--ipc"},
	{FLAG(CLONE_NEWPID), "pid", "--pid"},
	{FLAG(CLONE_NEWNS), "mnt", "--mount"},
	{FLAG(CLONE_NEWNET), "net", "--net"},
	{FLAG(CLONE_NEWCGROUP), "cgroup", NULL},
	{FLAG(CLONE_NEWTIME), "time", NULL},
	// Otherwise nsenter calls setgroups(2), which the user lab denies.
	{FLAG(CLONE_NEWUSER), "user", "--user --preserve-credentials"},
	{FLAG(CLONE_FS), NULL, NULL},
	{FLAG(CLONE_PARENT), NULL, NULL},
	{FLAG(CLONE_SIGHAND), NULL, NULL},
	{FLAG(CLONE_SYSVSEM), NULL, NULL},
	{FLAG(CLONE_THREAD), NULL, NULL},
	{FLAG(CLONE_VM), NULL, NULL},
	{0, NULL, NULL, NULL},
};

const char *join_flags(char text[FLAGS_TEXT], int flags)
{
	int length = 0;

	text[0] = '\0';
	for (const struct clone_flag *each = clone_flags; each->name; each++)
		if (flags & each->flag)
			length += snprintf(text + length, FLAGS_TEXT - length, "%s%s",
					   length ? " | " : "", each->name);
	return text;
}

int find_flags(const char *text)
{
	int flags = 0;

	for (const struct clone_flag *each = clone_flags; each->name; each++)
		if (strstr(text, each->name))
			flags |= each->flag;
	return flags;
}
