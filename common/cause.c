// Why a step failed, as far as a look at the machine can tell: errno alone often misleads (ENOSPC
// of clone(2) is a limit on namespaces, not a full disk). The rules are those of clone(2),
// mount(2), user_namespaces(7).
#include "cause.h"
#include "message.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The looks at the machine. `object` is what the step was about. Each returns NULL if it finds
// nothing to blame, and otherwise the word that its advice shows for %s.

static const char *always(const char *object)
{
	return object;
}

static long read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	long number = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%ld", &number) != 1)
		number = -1;
	fclose(file);
	return number;
}

static const char *seccomp_filter(const char *object)
{
	return prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER ? object : NULL;
}

// Ubuntu 24.04: clone(2) succeeds, and what needs a capability in the new user namespace fails.
static const char *apparmor_restriction(const char *object)
{
	const ino_t host_user_namespace = 0xEFFFFFFD; // PROC_USER_INIT_INO in linux/proc_ns.h
	struct stat own;

	if (stat("/proc/self/ns/user", &own) == -1 || own.st_ino == host_user_namespace)
		return NULL;
	return read_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") > 0 ? object
											 : NULL;
}

// A lab that is for ordinary users, as yet without its flag.
static const char *user_flag_missing(const char *object)
{
	bool is_rootless = strcmp(program_invocation_short_name, "user") == 0 ||
			   strcmp(program_invocation_short_name, "nest") == 0;

	return is_rootless && !strstr(object, "CLONE_NEWUSER") ? object : NULL;
}

// Not to blame but to show: the command line with the user lab around. Installed programs have the
// prefix.
static const char *in_user_lab(const char *object)
{
	static char line[256];
	const char *name = program_invocation_short_name;
	bool is_installed = strncmp(name, "nslabs-", strlen("nslabs-")) == 0;

	(void)object;
	snprintf(line, sizeof line, is_installed ? "nslabs-user %s" : "build/user build/%s", name);
	return line;
}

static const char *no_sys_admin(const char *object)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) == -1 || data[0].effective & (1U << CAP_SYS_ADMIN))
		return NULL;
	return in_user_lab(object);
}

// How many of the mount points that can be seen begin with these `length` bytes, of which the NUL
// may be one; -1 if they can't be read.
static int count_mounts(const char *start, size_t length)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char line[4096], point[4096];
	int count = 0;

	if (!mounts)
		return -1;
	while (fgets(line, sizeof line, mounts))
		count += sscanf(line, "%*d %*d %*s %*s %4095s", point) == 1 &&
			 strncmp(point, start, length) == 0;
	fclose(mounts);
	return count;
}

// No mount point that can be seen is our root, unless the chroot's directory is itself one.
static const char *chroot_around(const char *object)
{
	return count_mounts("/", sizeof "/") == 0 ? object : NULL;
}

static const char *user_in_chroot(const char *object)
{
	return strstr(object, "CLONE_NEWUSER") ? chroot_around(object) : NULL;
}

static const char *user_unmapped(const char *object)
{
	FILE *map = fopen("/proc/self/uid_map", "re");
	long inside, outside, count, id = geteuid();
	bool mapped = false;

	if (!map)
		return NULL;
	while (fscanf(map, "%ld %ld %ld", &inside, &outside, &count) == 3)
		mapped |= id >= inside && id < inside + count;
	fclose(map);
	return strstr(object, "CLONE_NEWUSER") && !mapped ? object : NULL;
}

static const char *user_forbidden(const char *object)
{
	const char *sysctl = "kernel.unprivileged_userns_clone"; // Debian's and Arch's kernels

	if (!strstr(object, "CLONE_NEWUSER") ||
	    read_number("/proc/sys/kernel/unprivileged_userns_clone") != 0)
		return NULL;
	return sysctl;
}

static const char *limit_of_zero(const char *object)
{
	static const char *const limits[][2] = {
		{"CLONE_NEWUTS", "user.max_uts_namespaces"},
		{"CLONE_NEWIPC", "user.max_ipc_namespaces"},
		{"CLONE_NEWPID", "user.max_pid_namespaces"},
		{"CLONE_NEWNS", "user.max_mnt_namespaces"},
		{"CLONE_NEWNET", "user.max_net_namespaces"},
		{"CLONE_NEWUSER", "user.max_user_namespaces"},
	};
	char path[64];

	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		snprintf(path, sizeof path, "/proc/sys/user/%s", limits[i][1] + strlen("user."));
		if (strstr(object, limits[i][0]) && read_number(path) == 0)
			return limits[i][1];
	}
	return NULL;
}

// An engine hides parts of /proc by mounting over them; the kernel then refuses a /proc that would
// show them.
static const char *proc_masked(const char *object)
{
	return count_mounts("/proc/", strlen("/proc/")) > 0 ? object : NULL;
}

static const char *map_written(const char *object)
{
	FILE *map = strstr(object, "id_map") ? fopen(object, "re") : NULL;
	bool written = false;

	if (map) {
		written = fgetc(map) != EOF;
		fclose(map);
	}
	return written ? object : NULL;
}

static const char *setgroups_allowed(const char *object)
{
	FILE *setgroups = strstr(object, "gid_map") ? fopen("/proc/self/setgroups", "re") : NULL;
	bool allowed = false;

	if (setgroups) {
		allowed = fgetc(setgroups) == 'a'; // of "allow"
		fclose(setgroups);
	}
	return allowed ? object : NULL;
}

static const char *file_exists(const char *object)
{
	return strchr(object, '/') && access(object, F_OK) == 0 ? object : NULL;
}

// The first row that fits gives the advice. `step` is how the format given to die() begins.
static const struct rule {
	const char *step;
	int error;
	const char *(*look)(const char *object);
	const char *advice;
} causes[] = {
	{"clone", EPERM, seccomp_filter,
	 N_("a seccomp filter is on, such as a container engine's: run it outside of that, or have "
	    "the engine allow it")},
	{"clone", EPERM, user_in_chroot,
	 N_("the kernel allows no user namespace in a chroot: leave it, or enter its directory by "
	    "bwrap(1) instead")},
	{"clone", EPERM, user_unmapped,
	 N_("your user id isn't mapped in the user namespace around you: have it mapped in its "
	    "uid_map")},
	{"clone", EPERM, user_forbidden,
	 N_("the sysctl %1$s is 0: root can allow it by `sysctl -w %1$s=1`")},
	{"clone", EPERM, user_flag_missing,
	 N_("it needs CAP_SYS_ADMIN, or CLONE_NEWUSER among the flags: see user.flag in the file")},
	{"clone", EPERM, no_sys_admin, N_("it needs CAP_SYS_ADMIN: use sudo, or the user lab: %s")},
	{"clone", ENOSPC, limit_of_zero,
	 N_("the sysctl %1$s is 0: root can allow some by `sysctl -w %1$s=1000`")},
	{"clone", ENOSPC, always,
	 N_("a limit on namespaces: PID namespaces nest 32 deep, user ones 33, and each kind has a "
	    "sysctl user.max_*_namespaces, here and in every user namespace around")},
	{"clone", EUSERS, always, N_("user namespaces nest 33 deep")},
	{"clone", EAGAIN, always,
	 N_("a limit on processes: see `ulimit -u`, and pids.max of the cgroup, and end some or "
	    "raise it")},
	{"clone", EINVAL, always,
	 N_("this kernel lacks one of these namespaces: compare `ls /proc/self/ns`")},
	{"", ENOSYS, seccomp_filter, N_("a seccomp filter hides the system call")},
	{"close_range", EPERM, seccomp_filter, N_("a seccomp filter hides the system call")},
	{"mmap", ENOMEM, always, N_("a limit on memory: see `ulimit -v`, and raise it")},
	{"", EMFILE, always, N_("a limit on open descriptors: see `ulimit -n`, and raise it")},
	{"", EPERM, apparmor_restriction,
	 N_("AppArmor restricts user namespaces here: root can allow them by "
	    "`sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`")},
	{"", EACCES, apparmor_restriction,
	 N_("AppArmor restricts user namespaces here: root can allow them by "
	    "`sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`")},
	{"make / private", EINVAL, chroot_around,
	 N_("/ is no mount point here, as in a chroot: leave it, or enter its directory by "
	    "bwrap(1) instead")},
	{"mount /proc", EPERM, proc_masked,
	 N_("parts of /proc are masked, as in a container engine: run it outside of that, or have "
	    "it unmask them")},
	{"write", EPERM, map_written, N_("%s can be written only once, and it has been")},
	{"write", EPERM, setgroups_allowed,
	 N_("an ordinary user can write gid_map only after `deny` to setgroups")},
	{"write", EPERM, always,
	 N_("an ordinary user can map only the own id, and deny setgroups only before gid_map; "
	    "or a security module forbids it (AppArmor on Ubuntu 24.04)")},
	{"write", EINVAL, always,
	 N_("each line of a map is: first id inside, first id outside, count")},
	{"sethostname", EINVAL, always, N_("a hostname has at most 64 bytes")},
	{"run", ENOENT, file_exists, N_("%s is there, but not the interpreter that it asks for")},
	{"run", EACCES, always,
	 N_("it must be a file, not a directory, and executable (`chmod +x`)")},
	{"add a veth pair", EPERM, in_user_lab,
	 N_("it needs CAP_NET_ADMIN over both network namespaces: use sudo, or the user lab: %s")},
	{"add a veth pair", EOPNOTSUPP, always,
	 N_("the kernel has no veth: root can load it by `modprobe veth`")},
	{"read", EACCES, always, N_("the process belongs to another user: use sudo")},
	{"read", ENOENT, always, N_("no process has this PID: `ps -e` lists them")},
};

bool find_cause(struct cause *cause, const char *step, const char *object, int error)
{
	for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
		const char *detail = NULL;
		if (causes[i].error == error &&
		    strncmp(step, causes[i].step, strlen(causes[i].step)) == 0)
			detail = causes[i].look(object);
		if (detail) {
			*cause = (struct cause){.name = causes[i].step, .advice = causes[i].advice};
			snprintf(cause->detail, sizeof cause->detail, "%s", detail);
			return true;
		}
	}
	return false;
}
