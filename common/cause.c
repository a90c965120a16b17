// Why a step failed, as far as a look at the machine can tell. errno alone misleads: ENOSPC of
// clone(2) is a limit on namespaces, not a full disk. The rules are those of clone(2), mount(2),
// user_namespaces(7).
#include "cause.h"
#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

// The kinds of namespace: the flag, its name in a step's object, the kind's name in /proc/PID/ns.
static const struct kind {
	int flag;
	const char *flag_name;
	const char *name;
} kinds[] = {
	{CLONE_NEWUTS, "CLONE_NEWUTS", "uts"},    {CLONE_NEWIPC, "CLONE_NEWIPC", "ipc"},
	{CLONE_NEWPID, "CLONE_NEWPID", "pid"},    {CLONE_NEWNS, "CLONE_NEWNS", "mnt"},
	{CLONE_NEWNET, "CLONE_NEWNET", "net"},    {CLONE_NEWCGROUP, "CLONE_NEWCGROUP", "cgroup"},
	{CLONE_NEWTIME, "CLONE_NEWTIME", "time"}, {CLONE_NEWUSER, "CLONE_NEWUSER", "user"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static int find_flags(const char *object)
{
	int flags = 0;

	for (int i = 0; i < KINDS; i++)
		if (strstr(object, kinds[i].flag_name))
			flags |= kinds[i].flag;
	return flags;
}

// These functions look at the machine. Each returns whether its cause applies. It finds in
// cause->detail the object that the step was about, and may put there, and into cause->more, what the
// advice shows.

static bool new_namespaces(struct cause *cause)
{
	return find_flags(cause->detail) != 0;
}

// Returns the number that a file of /proc begins with, -1 if there is none.
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

static bool seccomp_filter(struct cause *cause)
{
	(void)cause;
	return prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER;
}

// If a filter is on, did it refuse the call? Make the call once more, with an argument with which it
// can't succeed. The kernel answers with a certain error, before it looks at rights and limits: any
// other error is the filter's.

static int end_at_once(void *arg)
{
	(void)arg;
	return EXIT_OWN_FAILURE;
}

static bool clone_filtered(struct cause *cause)
{
	const int impossible = CLONE_FS | CLONE_SIGHAND; // EINVAL without CLONE_VM
	static char stack[4096] __attribute__((aligned(16)));

	return seccomp_filter(cause) &&
	       clone(end_at_once, stack + sizeof stack, find_flags(cause->detail) | impossible,
		     NULL) == -1 &&
	       errno != EINVAL;
}

static bool unshare_filtered(struct cause *cause)
{
	const int impossible = CLONE_PTRACE; // no flag of unshare(2)

	return seccomp_filter(cause) && unshare(find_flags(cause->detail) | impossible) == -1 &&
	       errno != EINVAL;
}

static bool mount_filtered(struct cause *cause)
{
	const char *unreadable = (const char *)1; // no string is at this address

	return seccomp_filter(cause) &&
	       mount("proc", "/proc", unreadable, MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1 &&
	       errno != EFAULT;
}

static bool has_capability(int number)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	return syscall(SYS_capget, &header, data) == -1 ||
	       data[CAP_TO_INDEX(number)].effective & CAP_TO_MASK(number);
}

// Root, but without the right to map root's own id (Linux 5.12). A process in a new user namespace
// has all capabilities there, so it can't tell.
static bool caller_lacks_setfcap;

__attribute__((constructor)) void remember_caller(void)
{
	caller_lacks_setfcap = geteuid() == 0 && !has_capability(CAP_SETFCAP);
}

static bool no_setfcap(struct cause *cause)
{
	return strstr(cause->detail, "uid_map") && caller_lacks_setfcap;
}

// Show the command line with the user lab around. Installed programs have a prefix.
static void show_user_lab(struct cause *cause)
{
	const char *name = program_invocation_short_name;
	bool is_installed = strncmp(name, "nslabs-", strlen("nslabs-")) == 0;

	snprintf(cause->detail, sizeof cause->detail,
		 is_installed ? "nslabs-user %s" : "build/user build/%s", name);
}

static bool no_sys_admin(struct cause *cause)
{
	bool is_to_blame = new_namespaces(cause) && !has_capability(CAP_SYS_ADMIN);

	show_user_lab(cause);
	return is_to_blame;
}

// The capability is missing, or it is one over our user namespace, and the network namespace is of
// another around that (ioctl_ns(2)).
static bool no_net_admin(struct cause *cause)
{
	int network = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int owner = network == -1 ? -1 : ioctl(network, NS_GET_USERNS);
	bool is_foreign = network != -1 && owner == -1 && errno == EPERM;

	close(owner);
	close(network);
	show_user_lab(cause);
	return is_foreign || !has_capability(CAP_NET_ADMIN);
}

static bool is_in_user_namespace(void)
{
	const ino_t host_user_namespace = 0xEFFFFFFD; // PROC_USER_INIT_INO in linux/proc_ns.h
	struct stat own;

	return stat("/proc/self/ns/user", &own) == 0 && own.st_ino != host_user_namespace;
}

// Ubuntu 24.04: clone(2) succeeds, and what needs a capability in the new user namespace fails.
static bool apparmor_restriction(struct cause *cause)
{
	return read_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") > 0 &&
	       (is_in_user_namespace() || find_flags(cause->detail) & CLONE_NEWUSER);
}

static bool apparmor_profile(struct cause *cause)
{
	FILE *profile = fopen("/proc/self/attr/apparmor/current", "re");
	bool has_line = profile && fgets(cause->detail, sizeof cause->detail, profile);

	if (profile)
		fclose(profile);
	cause->detail[strcspn(cause->detail, "\n")] = '\0';
	return has_line && strcmp(cause->detail, "unconfined") != 0;
}

// What is mounted, from the process's mountinfo: see proc(5).
struct mount_point {
	int id;
	char path[4096];
};

// Reads the next mount point. Returns false after the last one, and if `mounts` is NULL.
static bool next_mount(FILE *mounts, struct mount_point *point)
{
	char line[8192];

	point->path[0] = '\0';
	return mounts && fgets(line, sizeof line, mounts) &&
	       sscanf(line, "%d %*d %*s %*s %4095s", &point->id, point->path) != EOF;
}

// In a chroot, our root is no mount point that we can see. Or it is one, and then the first process
// sees the same mount elsewhere.
static bool in_chroot(struct cause *cause)
{
	FILE *own = fopen("/proc/self/mountinfo", "re");
	FILE *first = fopen("/proc/1/mountinfo", "re");
	struct mount_point point;
	int root = -1;
	bool found = false;

	(void)cause;
	while (next_mount(own, &point))
		if (strcmp(point.path, "/") == 0)
			root = point.id;
	while (next_mount(first, &point))
		found |= point.id == root && strcmp(point.path, "/") != 0;
	found |= own && root == -1;
	if (own)
		fclose(own);
	if (first)
		fclose(first);
	return found;
}

static bool user_in_chroot(struct cause *cause)
{
	return find_flags(cause->detail) & CLONE_NEWUSER && in_chroot(cause);
}

// Is the id mapped in the user namespace around us? Without a map to read, say yes.
static bool is_mapped(long id, const char *path)
{
	FILE *map = fopen(path, "re");
	long inside, outside, count;
	bool mapped = !map;

	while (map && fscanf(map, "%ld %ld %ld", &inside, &outside, &count) == 3)
		mapped |= id >= inside && id < inside + count;
	if (map)
		fclose(map);
	return mapped;
}

static bool user_unmapped(struct cause *cause)
{
	return find_flags(cause->detail) & CLONE_NEWUSER &&
	       (!is_mapped(geteuid(), "/proc/self/uid_map") ||
		!is_mapped(getegid(), "/proc/self/gid_map"));
}

// Debian's and Arch's kernels have a switch of their own.
static bool user_forbidden(struct cause *cause)
{
	int flags = find_flags(cause->detail);

	strcpy(cause->detail, "kernel.unprivileged_userns_clone");
	return flags & CLONE_NEWUSER &&
	       read_number("/proc/sys/kernel/unprivileged_userns_clone") == 0;
}

// Of the kinds that were asked for, blame the one with the lowest limit in our user namespace. If
// even that leaves much room, the limit is rather one of a user namespace around, or the depth.
static bool limit_reached(struct cause *cause)
{
	const long room = 32;
	const int flags = find_flags(cause->detail);
	long lowest = room;

	for (int i = 0; i < KINDS; i++) {
		char path[64];
		snprintf(path, sizeof path, "/proc/sys/user/max_%s_namespaces", kinds[i].name);
		long limit = flags & kinds[i].flag ? read_number(path) : -1;
		if (limit == -1 || limit >= lowest)
			continue;
		lowest = limit;
		snprintf(cause->detail, sizeof cause->detail, "user.max_%s_namespaces",
			 kinds[i].name);
		snprintf(cause->more, sizeof cause->more, "%ld", limit);
	}
	return lowest < room;
}

static bool process_limit(struct cause *cause)
{
	struct rlimit limit = {.rlim_cur = RLIM_INFINITY};

	getrlimit(RLIMIT_NPROC, &limit);
	if (limit.rlim_cur == RLIM_INFINITY)
		strcpy(cause->detail, "unlimited"); // as ulimit says it
	else
		snprintf(cause->detail, sizeof cause->detail, "%ju", (uintmax_t)limit.rlim_cur);
	return cause->detail[0] != '\0';
}

// The kind that /proc/PID/ns doesn't list, or else the last of those that were asked for.
static bool kind_missing(struct cause *cause)
{
	const int flags = find_flags(cause->detail);
	bool missing = false;

	for (int i = 0; i < KINDS && !missing; i++) {
		char path[64];
		if (!(flags & kinds[i].flag))
			continue;
		snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i].name);
		missing = access(path, F_OK) == -1;
		strcpy(cause->detail, kinds[i].name);
	}
	return flags != 0;
}

static bool no_proc(struct cause *cause)
{
	(void)cause;
	return access("/proc/self", F_OK) == -1;
}

// A container engine hides parts of /proc by mounting over them. The kernel then refuses a new
// /proc, which would show them.
static bool proc_masked(struct cause *cause)
{
	// These are there to be mounted on, and hide nothing.
	static const char *const empty[] = {"/proc/fs/nfsd", "/proc/sys/fs/binfmt_misc"};
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	struct mount_point point;

	cause->detail[0] = '\0';
	while (next_mount(mounts, &point)) {
		size_t length = strlen(cause->detail);
		if (strncmp(point.path, "/proc/", strlen("/proc/")) == 0 &&
		    strcmp(point.path, empty[0]) != 0 && strcmp(point.path, empty[1]) != 0)
			snprintf(cause->detail + length, sizeof cause->detail - length, "%s%s",
				 length ? ", " : "", point.path);
	}
	if (mounts)
		fclose(mounts);
	return cause->detail[0] != '\0';
}

static bool map_written(struct cause *cause)
{
	FILE *map = strstr(cause->detail, "id_map") ? fopen(cause->detail, "re") : NULL;
	bool written = map && fgetc(map) != EOF;

	if (map)
		fclose(map);
	return written;
}

static bool setgroups_allowed(struct cause *cause)
{
	FILE *setgroups =
		strstr(cause->detail, "gid_map") ? fopen("/proc/self/setgroups", "re") : NULL;
	bool allowed = setgroups && fgetc(setgroups) == 'a'; // of "allow"

	if (setgroups)
		fclose(setgroups);
	return allowed;
}

static bool file_exists(struct cause *cause)
{
	return strchr(cause->detail, '/') && access(cause->detail, F_OK) == 0;
}

// Does the kernel have veth as a module that isn't loaded? modinfo(8) would look there.
static bool veth_module(struct cause *cause)
{
	const char *const suffixes[] = {"", ".gz", ".xz", ".zst"};
	struct utsname kernel;
	bool found = false;

	(void)cause;
	if (uname(&kernel) == -1)
		return false;
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		char path[256];
		snprintf(path, sizeof path, "/lib/modules/%s/kernel/drivers/net/veth.ko%s",
			 kernel.release, suffixes[i]);
		found |= access(path, F_OK) == 0;
	}
	return found;
}

// The advice that more than one row gives.
static const char filter_refuses[] =
	N_("a seccomp filter refuses it, as in a container engine: run it outside, or have the "
	   "engine allow it");
static const char filter_is_on[] =
	N_("a seccomp filter is on, as in a container engine: run it outside, or have the engine "
	   "allow it");
static const char too_little_memory[] = N_("a limit on memory: see `ulimit -v`, and raise it");
static const char too_many_namespaces[] =
	N_("a limit on namespaces: PID namespaces nest 32 deep, user ones 33, and each kind has a "
	   "sysctl user.max_*_namespaces, here and in every user namespace around");
static const char proc_not_mounted[] =
	N_("/proc isn't mounted; as root: `mount -t proc proc /proc`");
static const char apparmor_restricts[] =
	N_("AppArmor restricts user namespaces here; to allow them, as root: "
	   "`sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`");

// The first row that fits is the cause. `name` may have a %s, for cause->detail. `step` is how the
// format given to die() begins. `error` is an errno, or 0 for any.
static const struct row {
	const char *name;
	const char *step;
	int error;
	bool (*look)(struct cause *cause); // NULL: the row fits without a look
	const char *advice;                // NULL: there is nothing to add
} rows[] = {
	// What a program finds by itself isn't the machine's doing.
	{"", "run setuid", 0, NULL, NULL},

	{"seccomp", "clone", 0, clone_filtered, filter_refuses},
	{"seccomp", "unshare", 0, unshare_filtered, filter_refuses},
	{"seccomp", "make / private", 0, mount_filtered, filter_refuses},
	{"seccomp", "mount", 0, mount_filtered, filter_refuses},
	{"seccomp", "", ENOSYS, seccomp_filter, filter_refuses},

	{"limit:memory", "clone", ENOMEM, NULL, too_little_memory},
	{"limit:memory", "mmap", ENOMEM, NULL, too_little_memory},
	{"limit:descriptors", "", EMFILE, NULL,
	 N_("a limit on open descriptors: see `ulimit -n`, and raise it")},
	{"limit:processes", "clone", EAGAIN, process_limit,
	 N_("a limit on processes: see `ulimit -u` (here: %s) and pids.max of the cgroup; raise "
	    "it, or end some processes")},
	{"sysctl:%s", "", ENOSPC, limit_reached,
	 N_("the sysctl %1$s is %2$s; to allow more, as root: `sysctl -w %1$s=10000`")},
	{"limit:namespaces", "", ENOSPC, new_namespaces, too_many_namespaces},
	{"limit:namespaces", "", EUSERS, new_namespaces, too_many_namespaces},
	{"kernel:%s", "", EINVAL, kind_missing,
	 N_("this kernel lacks one of these namespaces: compare `ls /proc/self/ns`")},

	{"no-proc", "open", ENOENT, no_proc, proc_not_mounted},
	{"no-proc", "read", ENOENT, no_proc, proc_not_mounted},
	{"no-proc", "mount /proc", EPERM, no_proc, proc_not_mounted},
	{"masked-proc", "mount /proc", EPERM, proc_masked,
	 N_("parts of /proc are masked, as in a container engine (%s): run it outside, or have the "
	    "engine unmask them")},
	{"chroot", "make / private", EINVAL, in_chroot,
	 N_("/ isn't a mount point here, as in a chroot: leave it, or enter its directory by "
	    "bwrap(1) instead")},
	{"sysctl:%s", "clone", EPERM, user_forbidden,
	 N_("the sysctl %1$s is 0; to allow user namespaces, as root: `sysctl -w %1$s=1`")},
	{"chroot", "clone", EPERM, user_in_chroot,
	 N_("the kernel allows no user namespace in a chroot: leave it, or enter its directory by "
	    "bwrap(1) instead")},
	{"unmapped-id", "clone", EPERM, user_unmapped,
	 N_("your user or group id isn't mapped in the user namespace around you: have it mapped "
	    "in its uid_map and gid_map")},
	{"privilege", "add a veth pair", EPERM, no_net_admin,
	 N_("it needs CAP_NET_ADMIN over both network namespaces: use sudo, or the user lab: %s")},

	{"process", "read the namespaces", EACCES, NULL,
	 N_("the process belongs to another user: use sudo")},
	{"process", "read the namespaces", ENOENT, NULL,
	 N_("no process has this PID: `ps -e` lists them")},
	{"command", "run %s", ENOENT, file_exists,
	 N_("%s is there, but not the interpreter that it asks for")},
	{"command", "run %s", EACCES, NULL,
	 N_("it must be a file, not a directory, and executable (`chmod +x`)")},
	{"hostname", "sethostname", EINVAL, NULL, N_("a hostname has at most 64 bytes")},
	{"kernel:veth", "add a veth pair", EOPNOTSUPP, veth_module,
	 N_("the kernel has no veth; to load it, as root: `modprobe veth`")},
	{"kernel:veth", "add a veth pair", EOPNOTSUPP, NULL,
	 N_("the kernel has no veth: use one with CONFIG_VETH, and install its modules")},

	{"apparmor", "", EPERM, apparmor_restriction, apparmor_restricts},
	{"apparmor", "", EACCES, apparmor_restriction, apparmor_restricts},
	{"apparmor", "", EACCES, apparmor_profile,
	 N_("the AppArmor profile around you forbids it (%s): run it outside")},
	{"id-map", "write", EPERM, map_written, N_("%s can be written only once, and it has been")},
	{"id-map", "write", EPERM, setgroups_allowed,
	 N_("an ordinary user can write gid_map only after `deny` to setgroups")},
	{"privilege", "write", EPERM, no_setfcap,
	 N_("root needs CAP_SETFCAP to map its own id: keep that capability, or run it as an "
	    "ordinary user")},
	{"id-map", "write", EPERM, NULL,
	 N_("an ordinary user can map only their own id, and deny setgroups only before gid_map; "
	    "or a security module forbids it (AppArmor on Ubuntu 24.04)")},
	{"id-map", "write", EINVAL, NULL,
	 N_("each line of a map is: first id inside, first id outside, count")},
	{"privilege", "", EPERM, no_sys_admin,
	 N_("it needs CAP_SYS_ADMIN, or CLONE_NEWUSER among the flags: use sudo, or the user lab: "
	    "%s")},

	// For the other calls, no contrast tells a filter's answer from the kernel's.
	{"seccomp", "", EPERM, seccomp_filter, filter_is_on},
	{"seccomp", "", EACCES, seccomp_filter, filter_is_on},
	{"lsm", "", EACCES, NULL,
	 N_("a security module such as SELinux forbids it: its log says why")},
};

bool find_cause(struct cause *cause, const char *step, const char *object, int error)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if ((rows[i].error != 0 && rows[i].error != error) ||
		    strncmp(step, rows[i].step, strlen(rows[i].step)) != 0)
			continue;
		snprintf(cause->detail, sizeof cause->detail, "%s", object);
		cause->more[0] = '\0';
		if (rows[i].look && !rows[i].look(cause))
			continue;
		snprintf(cause->name, sizeof cause->name, rows[i].name, cause->detail);
		cause->advice = rows[i].advice;
		return cause->advice;
	}
	return false;
}
