// Why a step failed, as far as a look at the machine can tell. errno alone misleads: ENOSPC of
// clone(2) is a limit on namespaces, not a full disk. The rules are those of clone(2), mount(2),
// user_namespaces(7).
#include "cause.h"
#include "flags.h"
#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	NAMESPACES = CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET |
		     CLONE_NEWCGROUP | CLONE_NEWTIME | CLONE_NEWUSER
};

// These functions look at the machine. Each returns whether its cause applies. It finds in
// cause->detail the object that the step was about, or else the step, and may put there, and into
// cause->more, what the advice shows.

static bool new_namespaces(struct cause *cause)
{
	return find_flags(cause->detail) & NAMESPACES;
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

static bool pivot_filtered(struct cause *cause)
{
	const char *unreadable = (const char *)1; // no string is at this address

	return seccomp_filter(cause) && syscall(SYS_pivot_root, unreadable, unreadable) == -1 &&
	       errno != EFAULT;
}

static bool has_capability(int number)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	return syscall(SYS_capget, &header, data) == -1 ||
	       data[CAP_TO_INDEX(number)].effective & CAP_TO_MASK(number);
}

// What only the caller of clone(2) can tell: a process in a new user namespace has no id of its own
// yet, and all capabilities.
static struct {
	uid_t uid;
	gid_t gid;
	bool lacks_setfcap; // root, but without the right to map root's own id (Linux 5.12)
} caller;

__attribute__((constructor)) void remember_caller(void)
{
	caller.uid = geteuid();
	caller.gid = getegid();
	caller.lacks_setfcap = caller.uid == 0 && !has_capability(CAP_SETFCAP);
}

static bool no_setfcap(struct cause *cause)
{
	return strstr(cause->detail, "uid_map") && caller.lacks_setfcap;
}

// Installed programs have a prefix.
static bool is_installed(void)
{
	return strncmp(program_invocation_short_name, "nslabs-", strlen("nslabs-")) == 0;
}

// Show the command line with the user lab around.
static void show_user_lab(struct cause *cause)
{
	snprintf(cause->detail, sizeof cause->detail,
		 is_installed() ? "nslabs-user %s" : "build/user build/%s",
		 program_invocation_short_name);
}

static bool no_sys_admin(struct cause *cause)
{
	bool is_to_blame = new_namespaces(cause) && !(find_flags(cause->detail) & CLONE_NEWUSER) &&
			   !has_capability(CAP_SYS_ADMIN);

	show_user_lab(cause);
	return is_to_blame;
}

// The user lab wouldn't help: it maps root's id.
static bool no_capability(struct cause *cause)
{
	return caller.lacks_setfcap && no_sys_admin(cause);
}

static pid_t find_parent(pid_t pid)
{
	char path[64];
	FILE *file;
	int parent = 0;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (file && fscanf(file, "%*d (%*[^)]) %*c %d", &parent) != 1)
		parent = 0;
	if (file)
		fclose(file);
	return parent;
}

// Among the processes around us there is the user lab already, but it has made no user namespace: from
// within one, we couldn't look at a process outside (ptrace(2), access mode checking).
static bool in_user_lab(struct cause *cause)
{
	if (!no_sys_admin(cause))
		return false;
	for (pid_t pid = getppid(); pid > 0; pid = find_parent(pid)) {
		char link[64];
		snprintf(link, sizeof link, "/proc/%d/exe", pid);
		ssize_t length = readlink(link, cause->detail, sizeof cause->detail - 1);
		cause->detail[length == -1 ? 0 : length] = '\0';
		const char *name = strrchr(cause->detail, '/');
		if (name && (strcmp(name, "/user") == 0 || strcmp(name, "/nslabs-user") == 0))
			return true;
	}
	return false;
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

// Reads the next mount point of a mountinfo file, see proc(5). Returns false after the last one, and
// if `mounts` is NULL.
static bool next_mount(FILE *mounts, char point[PATH_MAX])
{
	char line[2 * PATH_MAX];

	point[0] = '\0';
	return mounts && fgets(line, sizeof line, mounts) &&
	       sscanf(line, "%*d %*d %*s %*s %4095s", point) != EOF;
}

// In a chroot, our root may be no mount point.
static bool root_not_mounted(struct cause *cause)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char point[PATH_MAX];
	bool found = !mounts;

	(void)cause;
	while (next_mount(mounts, point))
		found |= strcmp(point, "/") == 0;
	if (mounts)
		fclose(mounts);
	return !found;
}

// In a chroot onto a mount point, nothing that we can see is different. But the kernel refuses us a
// user namespace, again and without further flags, and the rows before this one tell its other reasons.
static bool user_refused(struct cause *cause)
{
	int status;

	if (!(find_flags(cause->detail) & CLONE_NEWUSER))
		return false;
	pid_t child = fork();
	if (child == 0)
		_exit(unshare(CLONE_NEWUSER) == -1 && errno == EPERM);
	return child != -1 && waitpid(child, &status, 0) == child && status != 0;
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

	for (const struct clone_flag *each = clone_flags; each->kind; each++) {
		char path[64];
		snprintf(path, sizeof path, "/proc/sys/user/max_%s_namespaces", each->kind);
		long limit = flags & each->flag ? read_number(path) : -1;
		if (limit == -1 || limit >= lowest)
			continue;
		lowest = limit;
		snprintf(cause->detail, sizeof cause->detail, "user.max_%s_namespaces", each->kind);
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
	const int flags = find_flags(cause->detail) & NAMESPACES;
	bool missing = false;

	for (const struct clone_flag *each = clone_flags; each->kind && !missing; each++) {
		char path[64];
		if (!(flags & each->flag))
			continue;
		snprintf(path, sizeof path, "/proc/self/ns/%s", each->kind);
		missing = access(path, F_OK) == -1;
		strcpy(cause->detail, each->kind);
	}
	return flags != 0;
}

// Rules of clone(2): with the one flag, another one must be there, or must not.
struct rule {
	int flag, other;
};

// Look for a rule that is broken: `is_there` says whether its other flag is among those that were
// asked for.
static bool find_broken_rule(struct cause *cause, const struct rule *rule, bool is_there)
{
	const int flags = find_flags(cause->detail);
	char name[FLAGS_TEXT];

	for (; rule->flag; rule++) {
		if (!(flags & rule->flag) || !(flags & rule->other) == is_there)
			continue;
		strcpy(cause->detail, join_flags(name, rule->flag));
		strcpy(cause->more, join_flags(name, rule->other));
		return true;
	}
	return false;
}

static bool flag_missing(struct cause *cause)
{
	static const struct rule rules[] = {
		{CLONE_THREAD, CLONE_SIGHAND}, {CLONE_SIGHAND, CLONE_VM}, {0, 0}};

	return find_broken_rule(cause, rules, false);
}

static bool flags_exclude(struct cause *cause)
{
	static const struct rule rules[] = {
		{CLONE_THREAD, CLONE_NEWUSER}, {CLONE_THREAD, CLONE_NEWPID},
		{CLONE_FS, CLONE_NEWUSER},     {CLONE_FS, CLONE_NEWNS},
		{CLONE_SYSVSEM, CLONE_NEWIPC}, {0, 0}};

	return find_broken_rule(cause, rules, true);
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
	char point[PATH_MAX];

	cause->detail[0] = '\0';
	while (next_mount(mounts, point)) {
		size_t length = strlen(cause->detail);
		if (strncmp(point, "/proc/", strlen("/proc/")) == 0 &&
		    strcmp(point, empty[0]) != 0 && strcmp(point, empty[1]) != 0)
			snprintf(cause->detail + length, sizeof cause->detail - length, "%s%s",
				 length ? ", " : "", point);
	}
	if (mounts)
		fclose(mounts);
	return cause->detail[0] != '\0';
}

static bool proc_read_only(struct cause *cause)
{
	struct statvfs proc;

	(void)cause;
	return statvfs("/proc", &proc) == 0 && proc.f_flag & ST_RDONLY;
}

// Returns the first character of a file of /proc, EOF if there is none.
static int read_first(const char *path)
{
	FILE *file = path ? fopen(path, "re") : NULL;
	int first = file ? fgetc(file) : EOF;

	if (file)
		fclose(file);
	return first;
}

// What was written where is all in cause->detail, as write_text() says it.
static bool map_written(struct cause *cause)
{
	char *path = strstr(cause->detail, "/proc/");

	if (path)
		memmove(cause->detail, path, strlen(path) + 1);
	return path && strstr(cause->detail, "id_map") && read_first(cause->detail) != EOF;
}

// In a new user namespace, setgroups is written before the maps.
static bool maps_are_there(struct cause *cause)
{
	return strstr(cause->detail, "setgroups") && read_first("/proc/self/gid_map") != EOF;
}

static bool setgroups_allowed(struct cause *cause)
{
	return strstr(cause->detail, "gid_map") && read_first("/proc/self/setgroups") == 'a';
}

// ---- pivot_root(2): the new root is cause->detail, or the working directory ----

// Returns the number of the mount that a path leads to (proc(5), fdinfo), -1 if there is no such path.
static long find_mount(const char *directory, const char *name)
{
	char path[PATH_MAX + 8];
	long number = -1;

	snprintf(path, sizeof path, "%s%s", directory, name);
	int fd = open(path, O_PATH | O_CLOEXEC);
	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
	FILE *info = fopen(path, "re");
	while (info && fgets(path, sizeof path, info) && sscanf(path, "mnt_id: %ld", &number) != 1)
		;
	if (info)
		fclose(info);
	close(fd);
	return number;
}

// Is it a mount, and so has another number than what is around it?
static bool is_mounted(const char *directory)
{
	return find_mount(directory, "") != find_mount(directory, "/..");
}

// Write the path of the new root: the program may have entered it, and chroot(2) may have hidden it.
static void find_new_root(const struct cause *cause, char path[PATH_MAX])
{
	if (!realpath(cause->detail, path) && !getcwd(path, PATH_MAX))
		strcpy(path, ".");
}

static bool is_same_file(const struct stat *one, const struct stat *other)
{
	return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

static bool is_same_directory(const char *one, const char *other)
{
	struct stat first, second;

	return stat(one, &first) == 0 && stat(other, &second) == 0 && is_same_file(&first, &second);
}

static bool other_owner(struct cause *cause)
{
	(void)cause;
	return is_in_user_namespace();
}

static bool root_entered(struct cause *cause)
{
	char path[PATH_MAX];

	find_new_root(cause, path);
	return is_same_directory(path, "/");
}

static bool entered_early(struct cause *cause)
{
	char path[PATH_MAX];

	find_new_root(cause, path);
	return is_mounted(path) && is_same_directory(path, ".") &&
	       find_mount(path, "") != find_mount(".", "");
}

static bool new_root_not_mounted(struct cause *cause)
{
	char path[PATH_MAX];

	find_new_root(cause, path);
	return find_mount(path, "") != -1 && !is_mounted(path);
}

// Does a line of mountinfo say that this mount is shared, that is, that it passes on what is mounted there?
static bool is_shared(const char *line, long mount)
{
	const char *shared = strstr(line, " shared:"), *end = strstr(line, " - ");

	return strtol(line, NULL, 10) == mount && shared && end && shared < end;
}

static bool new_root_shared(struct cause *cause)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char path[PATH_MAX], line[2 * PATH_MAX];
	bool found = false;

	find_new_root(cause, path);
	long new_root = find_mount(path, ""), around = find_mount(path, "/..");
	while (mounts && fgets(line, sizeof line, mounts))
		found |= is_shared(line, new_root) || is_shared(line, around);
	if (mounts)
		fclose(mounts);
	return found;
}

// A ramdisk is the first mount of all, and so is mounted on nothing but itself.
static bool root_is_ramdisk(struct cause *cause)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	long root = find_mount("/", ""), number, parent;
	char line[2 * PATH_MAX];
	bool found = false;

	(void)cause;
	while (mounts && fgets(line, sizeof line, mounts))
		found |= sscanf(line, "%ld %ld", &number, &parent) == 2 && number == root &&
			 parent == root;
	if (mounts)
		fclose(mounts);
	return found;
}

// Who enters their own mount namespace gets its root directory (setns(2)). A child tries it.
static bool in_chroot(struct cause *cause)
{
	int namespace = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	long root = find_mount("/", "");
	int status = 0;
	pid_t child = fork();

	(void)cause;
	if (child == 0)
		_exit(setns(namespace, CLONE_NEWNS) == 0 && find_mount("/", "") != root);
	if (child > 0)
		waitpid(child, &status, 0);
	close(namespace);
	return status != 0;
}

// ---- What a lab's image may lack ----

static bool in_image(struct cause *cause)
{
	return strncmp(cause->detail, "/dev/", strlen("/dev/")) == 0 &&
	       access(cause->detail, F_OK) == 0;
}

// Not a device that the host lacks.
static bool no_image(struct cause *cause)
{
	if (strncmp(cause->detail, "/dev/", strlen("/dev/")) == 0)
		return false;
	strcpy(cause->detail, is_installed() ? "nslabs-image" : "scripts/image");
	return true;
}

static bool about_clocks(struct cause *cause)
{
	return strstr(cause->detail, "timens_offsets");
}

// The offsets to set are those of the time namespace that our children will be in. Without unshare(2),
// that is our own.
static bool own_clocks(struct cause *cause)
{
	struct stat own, later;

	return about_clocks(cause) && stat("/proc/self/ns/time", &own) == 0 &&
	       stat("/proc/self/ns/time_for_children", &later) == 0 && own.st_ino == later.st_ino;
}

static bool no_sys_time(struct cause *cause)
{
	bool is_to_blame = about_clocks(cause) && !has_capability(CAP_SYS_TIME);

	show_user_lab(cause);
	return is_to_blame;
}

// A line of an id map, and the caller's own id.
struct map_line {
	unsigned int inside, outside, count, own;
};

// Read the line that begins cause->detail. Leaves it there alone, and in cause->more the one that the
// kernel takes from an ordinary user, and from root inside: see user_namespaces(7).
static bool read_map_line(struct cause *cause, struct map_line *line)
{
	bool is_uid = strstr(cause->detail, "uid_map");
	unsigned int next;
	int fields = sscanf(cause->detail, "%u %u %u %u", &line->inside, &line->outside,
			    &line->count, &next);

	if (fields < 3 || (!is_uid && !strstr(cause->detail, "gid_map")))
		return false;
	line->own = is_uid ? caller.uid : caller.gid;
	snprintf(cause->detail, sizeof cause->detail, "%u %u %u", line->inside, line->outside,
		 line->count);
	snprintf(cause->more, sizeof cause->more, "0 %u 1", line->own);
	line->count += fields > 3; // There is a second line.
	return true;
}

static bool map_of_several(struct cause *cause)
{
	struct map_line line;

	return read_map_line(cause, &line) && line.count > 1;
}

// Inside, geteuid(2) and getegid(2) return the overflow id until one is mapped.
static bool map_of_overflow(struct cause *cause)
{
	struct map_line line;

	return read_map_line(cause, &line) && line.outside != line.own &&
	       line.outside == read_number("/proc/sys/kernel/overflowuid");
}

static bool map_of_other(struct cause *cause)
{
	struct map_line line;

	return read_map_line(cause, &line) && line.outside != line.own;
}

// We may not look at a process of ours, or one whose owner has no id here: it is outside of the user
// namespace that we are in.
static bool process_outside(struct cause *cause)
{
	struct stat process;
	char path[64];

	snprintf(path, sizeof path, "/proc/%.32s", cause->detail);
	return is_in_user_namespace() && stat(path, &process) == 0 &&
	       (process.st_uid == geteuid() || !is_mapped(process.st_uid, "/proc/self/uid_map"));
}

// ---- A process whose namespaces are entered: setns(2), pidfd_open(2) ----

// The process is the last number of cause->detail.
static pid_t read_process(const struct cause *cause)
{
	const char *text = strstr(cause->detail, "process ");

	return (pid_t)strtol(text ? text + strlen("process ") : cause->detail, NULL, 10);
}

// Put what follows `name` in /proc/PID/status into `value`; "" if there is no such line.
static void read_status(char value[32], pid_t pid, const char *name)
{
	char path[64], line[256];

	value[0] = '\0';
	snprintf(path, sizeof path, "/proc/%d/status", pid);
	FILE *status = fopen(path, "re");
	while (status && fgets(line, sizeof line, status))
		if (strncmp(line, name, strlen(name)) == 0)
			sscanf(line + strlen(name), "%31s", value);
	if (status)
		fclose(status);
}

// pidfd_open(2) takes a PID of our own PID namespace, and /proc may show another one's.
static bool proc_foreign(struct cause *cause)
{
	char self[32] = "";

	(void)cause;
	return readlink("/proc/self", self, sizeof self - 1) != -1 &&
	       strtol(self, NULL, 10) != getpid();
}

static bool is_thread(struct cause *cause)
{
	pid_t pid = read_process(cause);
	char leader[32];

	read_status(leader, pid, "Tgid:");
	strcpy(cause->detail, leader);
	return leader[0] != '\0' && strtol(leader, NULL, 10) != pid;
}

static bool process_hidden(struct cause *cause)
{
	return kill(read_process(cause), 0) == 0 || errno == EPERM;
}

// A process that has ended stays in the list until its parent has asked how it ended.
static bool process_is_zombie(struct cause *cause)
{
	char state[32];

	read_status(state, read_process(cause), "State:");
	return state[0] == 'Z';
}

static bool setns_filtered(struct cause *cause)
{
	return seccomp_filter(cause) && setns(-1, CLONE_NEWUTS) == -1 && errno != EBADF;
}

static bool nothing_to_enter(struct cause *cause)
{
	return !new_namespaces(cause);
}

// Open a namespace of a process, by its kind.
static int open_namespace(const char *process, const char *kind)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%.32s/ns/%s", process, kind);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static bool is_same_namespace(int one, int other)
{
	struct stat first, second;

	return fstat(one, &first) == 0 && fstat(other, &second) == 0 &&
	       is_same_file(&first, &second);
}

static bool user_entered_again(struct cause *cause)
{
	char process[16];

	snprintf(process, sizeof process, "%d", read_process(cause));
	int own = open_namespace("self", "user"), other = open_namespace(process, "user");
	bool is_again = find_flags(cause->detail) & CLONE_NEWUSER && is_same_namespace(own, other);
	close(other);
	close(own);
	return is_again;
}

// May we enter what this user namespace owns? `owner` is -1 if it is around ours. In the container's
// own we have all rights, once we are in there.
static bool has_rights_over(int owner, int container)
{
	int own = open_namespace("self", "user");
	bool has_rights =
		owner != -1 && (is_same_namespace(owner, container) ||
				!is_same_namespace(owner, own) || has_capability(CAP_SYS_ADMIN));

	close(own);
	return has_rights;
}

// The container has a user namespace of its own, which doesn't own all that we wanted to enter: put
// the kinds that another one owns into cause->detail, as in /proc/PID/ns.
static bool not_its_own(struct cause *cause)
{
	const int flags = find_flags(cause->detail);
	char process[16];

	snprintf(process, sizeof process, "%d", read_process(cause));
	int container = open_namespace(process, "user");
	cause->detail[0] = '\0';
	for (const struct clone_flag *each = clone_flags; each->kind; each++) {
		if (!(flags & each->flag) || each->flag == CLONE_NEWUSER)
			continue;
		int namespace = open_namespace(process, each->kind);
		int owner = namespace == -1 ? -1 : ioctl(namespace, NS_GET_USERNS);
		size_t length = strlen(cause->detail);
		if (!has_rights_over(owner, container))
			snprintf(cause->detail + length, sizeof cause->detail - length, "%s%s",
				 length ? "," : "", each->kind);
		close(owner);
		close(namespace);
	}
	close(container);
	return flags & CLONE_NEWUSER && cause->detail[0] != '\0';
}

static bool not_capable(struct cause *cause)
{
	(void)cause;
	return !has_capability(CAP_SYS_ADMIN);
}

static bool no_sys_chroot(struct cause *cause)
{
	return find_flags(cause->detail) & CLONE_NEWNS && has_capability(CAP_SYS_ADMIN) &&
	       !has_capability(CAP_SYS_CHROOT);
}

// Put the interpreter that a script or a program asks for into cause->more: what follows `#!`, or the
// first path of a library, which is that of the loader (execve(2)).
static bool read_interpreter(struct cause *cause)
{
	char text[4096] = "";
	int file = open(cause->detail, O_RDONLY | O_CLOEXEC);
	ssize_t length = file == -1 ? -1 : read(file, text, sizeof text - 1);
	const char *name = "";

	close(file);
	if (memcmp(text, "#!", 2) == 0)
		name = text + 2 + strspn(text + 2, " \t");
	else if (memcmp(text, "\177ELF", 4) == 0)
		for (name = memmem(text, length, ".so", 3); name > text && name[-1] != '\0';)
			name--;
	// What stands before it, and ends without a NUL, isn't part of the path.
	if (name && (name = strchr(name, '/')))
		snprintf(cause->more, sizeof cause->more, "%.*s", (int)strcspn(name, " \t\n"),
			 name);
	return *cause->more == '/';
}

static bool carriage_return(struct cause *cause)
{
	return read_interpreter(cause) && strchr(cause->more, '\r');
}

static bool interpreter_missing(struct cause *cause)
{
	return read_interpreter(cause) && access(cause->more, F_OK) == -1;
}

static bool no_exec(struct cause *cause)
{
	struct statvfs mount;

	return statvfs(cause->detail, &mount) == 0 && mount.f_flag & ST_NOEXEC;
}

// Does the kernel have this as a module that isn't loaded? modinfo(8) would look there.
static bool has_module(const char *name)
{
	const char *const suffixes[] = {"", ".gz", ".xz", ".zst"};
	struct utsname kernel;
	bool found = false;

	if (uname(&kernel) == -1)
		return false;
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		char path[256];
		snprintf(path, sizeof path, "/lib/modules/%s/kernel/%s.ko%s", kernel.release, name,
			 suffixes[i]);
		found |= access(path, F_OK) == 0;
	}
	return found;
}

static bool veth_module(struct cause *cause)
{
	(void)cause;
	return has_module("drivers/net/veth");
}

static bool bridge_module(struct cause *cause)
{
	(void)cause;
	return has_module("net/bridge/bridge");
}

static bool overlay_module(struct cause *cause)
{
	(void)cause;
	return has_module("fs/overlayfs/overlay");
}

static bool before_5_11(struct cause *cause)
{
	struct utsname kernel;
	int major, minor;

	(void)cause;
	return uname(&kernel) == 0 && sscanf(kernel.release, "%d.%d", &major, &minor) == 2 &&
	       (major < 5 || (major == 5 && minor < 11));
}

// ---- Overlayfs: cause->detail has its options, such as lowerdir=/a,upperdir=/b/upper ----

// Leave in cause->detail the value of an option alone. A comma ends it for the kernel as well.
static bool find_option(struct cause *cause, const char *name)
{
	char *value = strstr(cause->detail, name);

	if (!value)
		return false;
	value += strlen(name);
	memmove(cause->detail, value, strlen(value) + 1);
	cause->detail[strcspn(cause->detail, ",")] = '\0';
	return true;
}

// Is there more punctuation than between the options?
static bool path_is_divided(struct cause *cause)
{
	const char *lower = strstr(cause->detail, "lowerdir="),
		   *end = strstr(cause->detail, ",upperdir=");
	int commas = 0;

	for (const char *comma = cause->detail; (comma = strchr(comma, ',')); comma++)
		commas++;
	return commas > 3 || (lower && end && memchr(lower, ':', end - lower));
}

static bool no_lower_layer(struct cause *cause)
{
	return find_option(cause, "lowerdir=") && access(cause->detail, F_OK) == -1 &&
	       no_image(cause);
}

static bool no_upper_layer(struct cause *cause)
{
	return find_option(cause, "upperdir=") && access(cause->detail, F_OK) == -1;
}

static bool layer_on_overlay(struct cause *cause)
{
	struct statfs layer;

	return find_option(cause, "upperdir=") && statfs(cause->detail, &layer) == 0 &&
	       layer.f_type == OVERLAYFS_SUPER_MAGIC;
}

// The advice that more than one row gives.
static const char filter_refuses[] =
	N_("a seccomp filter refuses it, as in a container engine: run it outside, or have the "
	   "engine allow it");
static const char filter_is_on[] =
	N_("a seccomp filter is on, as in a container engine: run it outside, or have the engine "
	   "allow it");
static const char too_many_processes[] =
	N_("a limit on processes: see `ulimit -u` (here: %s) and pids.max of the cgroup; raise "
	   "it, or end some processes");
static const char too_many_namespaces[] =
	N_("a limit on namespaces: PID namespaces nest 32 deep, user ones 33, and each kind has a "
	   "sysctl user.max_*_namespaces, here and in every user namespace around");
static const char proc_not_mounted[] =
	N_("/proc isn't mounted; as root: `mount -t proc proc /proc`");
static const char clocks_in_use[] =
	N_("the offsets of a time namespace can't be set any more once a process is in it: first "
	   "unshare CLONE_NEWTIME, then write them, and then make the first child");
static const char too_old[] =
	N_("this kernel is too old: the labs take Linux 5.11 or later (`uname -r`)");
static const char no_right_to_layer[] =
	N_("you can't write there, or it is another user's, such as root's: name another layer by "
	   "--layer, or remove this one");
static const char no_directory[] =
	N_("there is no such directory: `%s` makes the image, or --image names another one");
static const char root_of_chroot[] =
	N_("/ is the root directory of a chroot: leave that; or if it is a mount point, make the "
	   "mount around it private, outside as root: `mount --make-rprivate /`");
static const char old_root_elsewhere[] =
	N_("the second directory, where the old root goes, must be the new root or be below it");
static const char security_module[] =
	N_("a security module such as SELinux forbids it: its log says why");
static const char no_such_process[] = N_("no process has this PID: `ps -e` lists them");
static const char has_ended[] = N_("it has ended meanwhile");
static const char no_descriptor[] =
	N_("this is no descriptor of a process: first open the process by pidfd_open(2)");
static const char take_sudo[] =
	N_("it needs CAP_SYS_ADMIN over the container's namespaces: use sudo");
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
	{"seccomp", "pivot_root", 0, pivot_filtered, filter_refuses},
	{"seccomp", "", ENOSYS, seccomp_filter, filter_refuses},

	{"limit:memory", "", ENOMEM, NULL, N_("a limit on memory: see `ulimit -v`, and raise it")},
	{"limit:descriptors", "", EMFILE, NULL,
	 N_("a limit on open descriptors: see `ulimit -n`, and raise it")},
	{"limit:processes", "clone", EAGAIN, process_limit, too_many_processes},
	{"limit:processes", "fork", EAGAIN, process_limit, too_many_processes},
	{"sysctl:%s", "", ENOSPC, limit_reached,
	 N_("the sysctl %1$s is %2$s; to allow more, as root: `sysctl -w %1$s=10000`")},
	{"limit:namespaces", "", ENOSPC, new_namespaces, too_many_namespaces},
	{"limit:namespaces", "", EUSERS, new_namespaces, too_many_namespaces},
	{"flags", "clone", EINVAL, flag_missing,
	 N_("clone(2) takes %1$s only together with %2$s: add that, or leave out %1$s")},
	{"flags", "clone", EINVAL, flags_exclude,
	 N_("clone(2) doesn't take %1$s together with %2$s: leave out one of them")},
	{"flags", "waitpid", ECHILD, NULL,
	 N_("no child ends with SIGCHLD: was CLONE_NEWTIME among the flags of clone(2)? It is for "
	    "unshare(2) alone")},
	{"namespaces", "enter", EINVAL, nothing_to_enter,
	 N_("setns(2) refuses to enter none: don't call it if there is nothing to enter")},
	{"namespaces", "enter", EINVAL, user_entered_again,
	 N_("you are in this user namespace already, and setns(2) refuses to enter it again: leave "
	    "out CLONE_NEWUSER")},
	{"kernel:%s", "", EINVAL, kind_missing,
	 N_("this kernel lacks one of these namespaces: compare `ls /proc/self/ns`")},

	{"kernel:old", "close_range", EINVAL, NULL, too_old},

	{"no-proc", "open", ENOENT, no_proc, proc_not_mounted},
	{"no-proc", "read", ENOENT, no_proc, proc_not_mounted},
	{"no-proc", "mount /proc", EPERM, no_proc,
	 N_("no /proc is mounted here, and a user namespace gets one only where another one is to "
	    "be "
	    "seen: mount it before the old root is detached; or outside, as root: `mount -t proc "
	    "proc "
	    "/proc`")},
	{"read-only-proc", "open", EROFS, proc_read_only,
	 N_("/proc is mounted read-only; as root: `mount -o remount,bind,rw /proc`, and under "
	    "bwrap(1) the option `--bind /proc /proc`")},
	{"masked-proc", "mount /proc", EPERM, proc_masked,
	 N_("parts of /proc are masked, as in a container engine (%s): run it outside, or have the "
	    "engine unmask them")},
	{"chroot", "make / private", EINVAL, root_not_mounted,
	 N_("/ isn't a mount point here, as in a chroot: leave it, or enter its directory by "
	    "bwrap(1) instead")},
	{"sysctl:%s", "clone", EPERM, user_forbidden,
	 N_("the sysctl %1$s is 0; to allow user namespaces, as root: `sysctl -w %1$s=1`")},
	{"unmapped-id", "clone", EPERM, user_unmapped,
	 N_("your user or group id isn't mapped in the user namespace around you: have it mapped "
	    "in its uid_map and gid_map")},
	{"privilege", "add a veth pair", EPERM, no_net_admin,
	 N_("it needs CAP_NET_ADMIN over both network namespaces: use sudo, or the user lab: %s")},
	{"privilege", "add the bridge", EPERM, no_net_admin,
	 N_("it needs CAP_NET_ADMIN as well: use sudo, or the user lab: %s")},

	{"process", "open process", ESRCH, proc_foreign,
	 N_("/proc shows the processes of another PID namespace, and their PIDs there: as root, "
	    "`mount -t proc proc /proc`")},
	{"process", "open process", ESRCH, NULL, no_such_process},
	{"process", "open process", 0, is_thread,
	 N_("it is a thread: enter the process that it belongs to, %s")},
	{"process", "ask whether", ESRCH, NULL, has_ended},
	{"process", "ask whether", EBADF, NULL, no_descriptor},
	{"process", "ask whether", EPERM, NULL,
	 N_("it belongs to another user, and root needs CAP_KILL to ask: keep that capability")},
	{"process", "enter", ESRCH, NULL, has_ended},
	{"process", "enter", EBADF, NULL, no_descriptor},
	{"seccomp", "enter", 0, setns_filtered, filter_refuses},
	{"namespaces", "enter", EPERM, not_its_own,
	 N_("of these, the container's user namespace doesn't own %s: leave that out by --only, or "
	    "use sudo")},
	{"privilege", "enter", EPERM, no_sys_chroot,
	 N_("root needs CAP_SYS_CHROOT to enter a mount namespace: keep that capability, or leave "
	    "out mnt by --only")},
	{"privilege", "enter", EPERM, not_capable, take_sudo},

	{"process", "read the namespaces", 0, process_is_zombie,
	 N_("the process has ended, though its parent hasn't waited for it yet: it has left its "
	    "namespaces")},
	{"process", "read the namespaces", EACCES, process_outside,
	 N_("the process is outside of the user namespace that you are in: look from out there")},
	{"process", "read the namespaces", EACCES, NULL,
	 N_("the process belongs to another user: use sudo")},
	{"process", "read the namespaces", ENOENT, process_hidden,
	 N_("this /proc hides the process, which is another user's (hidepid): use sudo")},
	{"process", "read the namespaces", ENOENT, NULL, no_such_process},
	{"command", "run %s", ENOENT, carriage_return,
	 N_("its first line ends with a carriage return, as on Windows; to remove that from each "
	    "line: `sed -i 's/\\r$//' %s`")},
	{"command", "run %s", ENOENT, interpreter_missing,
	 N_("%1$s is there, but not the interpreter that it asks for: %2$s")},
	{"command", "run %s", ENOEXEC, NULL,
	 N_("this machine can't run it: `file` says what it is")},
	{"command", "run %s", EACCES, no_exec,
	 N_("%s is on a mount with the option noexec: copy it elsewhere, or as root remount "
	    "that with exec")},
	{"command", "run %s", EACCES, NULL,
	 N_("it must be a file, not a directory, and executable (`chmod +x`)")},
	{"image", "bind", ENOENT, in_image,
	 N_("the image has no %s on which the host's could be bound: an empty file will do")},
	{"image", "bind", ENOENT, no_image, no_directory},
	{"image", "enter", ENOENT, no_image, no_directory},
	{"pivot", "bind", EINVAL, other_owner,
	 N_("in a user namespace, nothing that is mounted below may be left out: add MS_REC")},
	{"chroot", "pivot_root", 0, root_not_mounted,
	 N_("/ isn't a mount point here, as after chroot(2), and pivot_root(2) takes no other "
	    "root: "
	    "leave out the chroot")},
	{"chroot", "pivot_root", EBUSY, root_entered,
	 N_("the new root is the root already, as after chroot(2): leave that out")},
	{"ramdisk", "pivot_root", EINVAL, root_is_ramdisk,
	 N_("/ is a ramdisk, the first mount of all, and this kernel can't move that: boot with a "
	    "root on a disk, or switch_root(8) to another mount")},
	{"pivot", "pivot_root", 0, entered_early,
	 N_("the working directory was entered before it was bound, and so is the one below the "
	    "mount: bind first, and then enter")},
	{"pivot", "pivot_root", 0, new_root_not_mounted,
	 N_("the new root isn't a mount point: bind it to itself first, with MS_BIND and MS_REC")},
	{"pivot", "pivot_root", EINVAL, new_root_shared,
	 N_("the new root, or the mount around it, is shared, and a pivot would reach the host: "
	    "first make / private, with MS_REC")},
	{"chroot", "pivot_root", EINVAL, in_chroot, root_of_chroot},
	{"chroot", "pivot_root", EINVAL, no_proc, root_of_chroot},
	{"pivot", "pivot_root", EBUSY, NULL, old_root_elsewhere},
	{"pivot", "pivot_root", EINVAL, NULL, old_root_elsewhere},
	{"pivot", "detach", EINVAL, NULL,
	 N_("the working directory isn't a mount that can be taken away: pivot_root(2) comes "
	    "first, and "
	    "puts the old root there")},
	{"pivot", "detach", EBUSY, NULL,
	 N_("the old root is in use, if only by what is mounted below: MNT_DETACH takes it away "
	    "all "
	    "the same")},
	{"kernel:overlay", "mount the layers", ENODEV, overlay_module,
	 N_("the kernel has no overlayfs; to load it, as root: `modprobe overlay`")},
	{"kernel:overlay", "mount the layers", ENODEV, NULL,
	 N_("the kernel has no overlayfs: use one with CONFIG_OVERLAY_FS, and install its "
	    "modules")},
	{"kernel:old", "mount the layers", EPERM, before_5_11, too_old},
	{"layer", "mount the layers", 0, path_is_divided,
	 N_("a comma or a colon in one of these paths ends it for the kernel: name other "
	    "directories by --image and --layer")},
	{"image", "mount the layers", ENOENT, no_lower_layer, no_directory},
	{"layer", "mount the layers", ENOENT, no_upper_layer,
	 N_("%s isn't there: make the layer's directories first")},
	{"layer", "mount the layers", EINVAL, layer_on_overlay,
	 N_("%s is in an overlay itself, as in a container engine, and no overlay takes that for "
	    "its upper layer: name a directory of another file system by --layer")},
	{"layer", "mount the layers", EINVAL, NULL,
	 N_("the upper layer and the work directory must be on one mount, and on a file system "
	    "that can carry them: NFS and FAT can't. Name another place by --layer")},
	{"layer", "lock", EAGAIN, NULL,
	 N_("another container has this layer: wait until that has ended, or name another one by "
	    "--layer")},
	{"layer", "make %s", ENOENT, NULL,
	 N_("the directory around it must be there: make that first, or name another one by "
	    "--layer")},
	{"layer", "make %s", EACCES, NULL, no_right_to_layer},
	{"layer", "make %s", EPERM, NULL, no_right_to_layer},
	{"layer", "make %s", EROFS, NULL, no_right_to_layer},
	{"layer", "open the layer", EACCES, NULL, no_right_to_layer},
	{"layer", "change the mode", ENOENT, NULL,
	 N_("the kernel makes it when it mounts the layers, if you may write there: are they "
	    "mounted, and is the layer yours?")},
	{"layer", "change the mode", 0, NULL, no_right_to_layer},
	{"hostname", "sethostname", EINVAL, NULL, N_("a hostname has at most 64 bytes")},
	{"kernel:veth", "add a veth pair", EOPNOTSUPP, veth_module,
	 N_("the kernel has no veth; to load it, as root: `modprobe veth`")},
	{"kernel:veth", "add a veth pair", EOPNOTSUPP, NULL,
	 N_("the kernel has no veth: use one with CONFIG_VETH, and install its modules")},
	{"kernel:bridge", "add the bridge", EOPNOTSUPP, bridge_module,
	 N_("the kernel has no bridge; to load it, as root: `modprobe bridge`")},
	{"kernel:bridge", "add the bridge", EOPNOTSUPP, NULL,
	 N_("the kernel has no bridge: use one with CONFIG_BRIDGE, and install its modules")},
	{"route", "add the default route", ENETUNREACH, NULL,
	 N_("no interface here is in the network of this address: give one an address of that "
	    "network first")},

	{"clocks", "write", EINVAL, about_clocks,
	 N_("each line of the offsets is: monotonic or boottime, seconds, nanoseconds (0 to "
	    "999999999)")},
	{"id-map", "write", EINVAL, NULL,
	 N_("each line of a map is: first id inside, first id outside, count (at least 1)")},
	{"id-map", "write", EPERM, maps_are_there,
	 N_("this user namespace has its id maps already, so it isn't a new one: is CLONE_NEWUSER "
	    "among the flags?")},
	{"id-map", "write", EPERM, map_written, N_("%s can be written only once, and it has been")},
	{"id-map", "write", EPERM, map_of_several,
	 N_("`%1$s` maps several ids, and an ordinary user can map only their own: `%2$s`")},
	{"id-map", "write", EPERM, map_of_overflow,
	 N_("the second number of `%1$s` is what geteuid(2) and getegid(2) return while no id is "
	    "mapped: ask for your own before the clone, and write `%2$s`")},
	{"id-map", "write", EPERM, map_of_other,
	 N_("the second number of `%1$s` must be your own id, as it is outside: `%2$s`")},
	{"id-map", "write", EPERM, setgroups_allowed,
	 N_("an ordinary user can write gid_map only after `deny` to setgroups")},
	{"clocks", "write", EACCES, about_clocks, clocks_in_use},
	{"clocks", "write", EPERM, own_clocks, clocks_in_use},
	{"clocks", "write", ERANGE, about_clocks,
	 N_("inside, no clock may be below 0 or beyond 146 years: `cat /proc/uptime` shows for how "
	    "many seconds this machine has been up")},
	{"privilege", "write", EPERM, no_sys_time,
	 N_("it needs CAP_SYS_TIME as well: use sudo, or the user lab: %s")},
	{"privilege", "write", EPERM, no_setfcap,
	 N_("root needs CAP_SETFCAP to map its own id: keep that capability, or run it as an "
	    "ordinary user")},
	{"apparmor", "", EPERM, apparmor_restriction, apparmor_restricts},
	{"apparmor", "", EACCES, apparmor_restriction, apparmor_restricts},
	{"apparmor", "", EACCES, apparmor_profile,
	 N_("the AppArmor profile around you forbids it (%s): run it outside")},
	{"chroot", "clone", EPERM, user_refused,
	 N_("the kernel allows no user namespace in a chroot: leave it, or enter its directory by "
	    "bwrap(1) instead")},
	{"user-lab", "", EPERM, in_user_lab,
	 N_("%s is around it, but has made no user namespace: its exercise user.flag is missing")},
	{"privilege", "", EPERM, no_capability,
	 N_("root has neither CAP_SYS_ADMIN, which it needs, nor CAP_SETFCAP for the user lab: "
	    "keep "
	    "one of them, or run it as an ordinary user")},
	{"privilege", "", EPERM, no_sys_admin,
	 N_("it needs CAP_SYS_ADMIN, or CLONE_NEWUSER among the flags: use sudo, or the user lab: "
	    "%s")},

	// For the other calls, no contrast tells a filter's answer from the kernel's.
	{"seccomp", "", EPERM, seccomp_filter, filter_is_on},
	{"seccomp", "", EACCES, seccomp_filter, filter_is_on},
	{"lsm", "write", EPERM, NULL, security_module},
	{"lsm", "open", EACCES, NULL, security_module},
	{"lsm", "mount", EACCES, NULL, security_module},
	{"lsm", "clone", EACCES, NULL, security_module},
};

bool find_cause(struct cause *cause, const char *step, const char *object, int error)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if ((rows[i].error != 0 && rows[i].error != error) ||
		    strncmp(step, rows[i].step, strlen(rows[i].step)) != 0)
			continue;
		// A step without an object may name its flags itself.
		snprintf(cause->detail, sizeof cause->detail, "%s", *object ? object : step);
		cause->more[0] = '\0';
		if (rows[i].look && !rows[i].look(cause))
			continue;
		snprintf(cause->name, sizeof cause->name, rows[i].name, cause->detail);
		cause->advice = rows[i].advice;
		return cause->advice;
	}
	return false;
}
