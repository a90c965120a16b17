// doctor: try each step of the labs for real, and find out why a step is refused.
//
// usage: build/doctor [COMMAND [ARG]...]
//
// scripts/doctor runs it, and shows what it found together with the tools and libraries. It prints
// lines of fields with tabs between them; the first field says what kind of line it is:
//
//   place PLACE TITLE                                      where steps are tried
//   probe PLACE STEP TITLE [AT ERROR CAUSE ADVICE]         a step there; and if it failed, at which
//                                                          step before it, how, and why
//   own STEP                                               later labs don't take this step
//   cause CAUSE ADVICE, word ENGLISH TRANSLATION           for what scripts/doctor itself says
//   reason NAME TRANSLATION                                for a cause's name, or half of it
//
// With COMMAND, it becomes that afterwards, with the lines on its standard input: so it works even
// where no further process can be made.
//
// Each step is tried by a child, in namespaces that end with it. So nothing on the machine changes,
// but that the kernel may load its veth module, as for the lab. Exit status: 0, or COMMAND's own;
// 125 on an error of its own.
#include "cause.h"
#include "message.h"
#include "veth.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC // Headers have it since Linux 5.11.
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

// Linked without libmnl, doctor has no such functions, and leaves the veth pair and the bridge out.
#pragma weak veth_add_pair
#pragma weak bridge_add

enum { ORDINARY_ID = 65534, STACK_SIZE = 1024 * 1024, MOST_STEPS = 32 };

// A step as the labs take it. It is named like their exercise, after the lab that adds it.
struct step {
	const char *name;
	const char *title;
	// Returns NULL, or the format that the labs would give to die(), with errno set.
	const char *(*act)(const struct step *step);
	int places; // where to try it
	int flags;
	const char *object;  // what the format's %s stands for
	const char *earlier; // the steps that lead to it, in the same process and namespaces
};

// Directly, as the caller; or in a new user namespace, as the user lab makes one: the caller's, and if
// that is root, an ordinary user's as well. OWN marks a step that no later lab takes.
enum { DIRECT = 1, USER = 2, BOTH = DIRECT | USER, OWN = 4 };

// What has come of a step. In memory that the children share with us.
struct outcome {
	const struct step *at; // how far the chain of steps has come
	bool is_done;          // to its end
	const char *failed;    // what the step returned
	int error;             // an errno, or 0
	int signal;            // that killed a child, or 0
	struct cause cause;
};
static struct outcome *outcome;

// ---- What the steps do ----

// The steps that are still to be taken, up to a NULL.
static const struct step *const *chain;

static int follow_chain(void *arg);

static void wait_for(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) == child && WIFSIGNALED(status))
		outcome->signal = WTERMSIG(status);
}

// The caller's ids. In a new user namespace they can't be asked for before they are mapped.
static uid_t uid;
static gid_t gid;

// The child takes the steps that come next; the parent has only to wait for it.
static const char *make_child(const struct step *step)
{
	char *stack =
		mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stack == MAP_FAILED)
		return "mmap the stack";
	uid = geteuid();
	gid = getegid();
	pid_t child = clone(follow_chain, stack + STACK_SIZE, step->flags | SIGCHLD, NULL);
	if (child == -1)
		return step->flags ? "clone with %s" : "clone";
	wait_for(child);
	_exit(EXIT_SUCCESS);
}

// A container, its shell and a pipeline, in the user lab: eight processes at once.
static const char *hold_processes(const struct step *step)
{
	pid_t children[8];
	int count = 0, until[2];
	char byte;

	(void)step;
	if (pipe(until) == -1)
		return "pipe";
	while (count < 8 && (children[count] = fork()) > 0)
		count++;
	int error = errno;
	close(until[1]);
	if (count < 8 && children[count] == 0)
		_exit(read(until[0], &byte, 1) == 0 ? EXIT_SUCCESS : EXIT_OWN_FAILURE);
	close(until[0]);
	for (int i = 0; i < count; i++)
		wait_for(children[i]);
	errno = error;
	return count < 8 ? "clone" : NULL;
}

static const char *map_stack(const struct step *step)
{
	void *stack =
		mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	(void)step;
	if (stack == MAP_FAILED)
		return "mmap the stack";
	munmap(stack, STACK_SIZE);
	return NULL;
}

static const char *open_descriptors(const struct step *step)
{
	(void)step;
	for (int i = 0; i < 16; i++) // They are closed when the process ends.
		if (open("/", O_RDONLY | O_CLOEXEC) == -1)
			return "open %s";
	return NULL;
}

// As container.c does before it runs the command. By syscall(2), since older C libraries lack it.
static const char *close_descriptors(const struct step *step)
{
	(void)step;
	return syscall(__NR_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC) == -1 ? "close_range" : NULL;
}

static const char *stat_namespace(const struct step *step)
{
	struct stat namespace;

	return stat(step->object, &namespace) == -1 ? "read /proc/self/ns" : NULL;
}

static const char *unshare_namespaces(const struct step *step)
{
	return unshare(step->flags) == -1 ? "unshare %s" : NULL;
}

static const char *set_hostname(const struct step *step)
{
	return sethostname(step->object, strlen(step->object)) == -1 ? "sethostname %s" : NULL;
}

static const char *make_private(const struct step *step)
{
	(void)step;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ? "make / private" : NULL;
}

static const char *mount_proc(const struct step *step)
{
	const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;

	(void)step;
	return mount("proc", "/proc", "proc", flags, NULL) == -1 ? "mount /proc" : NULL;
}

static const char *write_object(const struct step *step, const char *text)
{
	int file = open(step->object, O_WRONLY | O_CLOEXEC);

	if (file == -1)
		return "open %s";
	if (write(file, text, strlen(text)) == -1)
		return "write '%s' to %s";
	close(file);
	return NULL;
}

static const char *deny_setgroups(const struct step *step)
{
	return write_object(step, "deny");
}

static const char *map_ids(const struct step *step)
{
	char line[32];

	snprintf(line, sizeof line, "0 %u 1", strstr(step->object, "uid") ? uid : gid);
	return write_object(step, line);
}

static const char *set_offset(const struct step *step)
{
	return write_object(step, "boottime 0 0");
}

static const char *bring_up_loopback(const struct step *step)
{
	struct ifreq request = {.ifr_flags = IFF_UP};
	int any_socket = socket(AF_INET, SOCK_DGRAM, 0);

	(void)step;
	strcpy(request.ifr_name, "lo");
	if (any_socket == -1 || ioctl(any_socket, SIOCSIFFLAGS, &request) == -1)
		return "bring up lo";
	return NULL;
}

static int wait_for_end(void *arg)
{
	(void)arg;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pause();
}

// A pair between this network namespace and that of one more child.
static const char *add_veth(const struct step *step)
{
	static char stack[4096] __attribute__((aligned(16)));
	pid_t child = clone(wait_for_end, stack + sizeof stack, step->flags | SIGCHLD, NULL);

	if (child == -1)
		return "clone with %s";
	int result = veth_add_pair("eth0", child, child);
	int error = errno;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	errno = error;
	return result == -1 ? "add a veth pair" : NULL;
}

// In a network namespace of its own, which it is gone with.
static const char *add_bridge(const struct step *step)
{
	return bridge_add(step->object) == -1 ? "add the bridge %s" : NULL;
}

// Who may remove an interface may add one. The kernel looks at the rights before it finds that there
// is no such interface.
static const char *ask_for_host(const struct step *step)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} request = {{.nlmsg_len = sizeof request,
		      .nlmsg_type = RTM_DELLINK,
		      .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
		     {.ifi_index = INT_MAX}};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} answer;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	(void)step;
	if (fd == -1 || send(fd, &request, sizeof request, 0) == -1 ||
	    recv(fd, &answer, sizeof answer, 0) == -1)
		return "add a veth pair";
	errno = -answer.error.error;
	return errno != ENODEV ? "add a veth pair" : NULL;
}

static const char *fork_child(const struct step *step)
{
	pid_t child = fork();

	(void)step;
	if (child == -1)
		return "fork";
	if (child == 0)
		_exit(EXIT_SUCCESS);
	wait_for(child);
	return NULL;
}

// A container, and the way into it. Who may make none directly makes one in a user namespace.
static const char *enter_child(const struct step *step)
{
	static char stack[4096] __attribute__((aligned(16)));
	int flags = step->flags;

	pid_t child = clone(wait_for_end, stack + sizeof stack, flags | SIGCHLD, NULL);
	if (child == -1 && errno == EPERM) {
		flags |= CLONE_NEWUSER;
		child = clone(wait_for_end, stack + sizeof stack, flags | SIGCHLD, NULL);
	}
	if (child == -1)
		return "clone with %s";
	int pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	const char *failed = pidfd == -1                 ? "open process %d"
			     : setns(pidfd, flags) == -1 ? "enter %s of process %d"
							 : NULL;
	int error = errno;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	errno = error;
	return failed;
}

// The directory stands for an image.
static const char *bind_directory(const struct step *step)
{
	const unsigned long flags = MS_BIND | MS_REC;

	return mount(step->object, step->object, NULL, flags, NULL) == -1 ? "bind %s" : NULL;
}

static const char *change_root(const struct step *step)
{
	if (chdir(step->object) == -1)
		return "enter %s";
	return syscall(SYS_pivot_root, ".", ".") == -1 ? "pivot_root to %s" : NULL;
}

static const char *detach_root(const struct step *step)
{
	(void)step;
	return umount2(".", MNT_DETACH) == -1 ? "detach the old root" : NULL;
}

// Of two directories in memory: nothing may be mounted below a layer, as it can be below the machine's.
static const char *mount_layers(const struct step *step)
{
	if (mount("tmpfs", "/etc", "tmpfs", 0, NULL) == -1)
		return "mount a tmpfs";
	if (mkdir("/etc/one", 0755) == -1 || mkdir("/etc/two", 0755) == -1)
		return "make the layers";
	return mount("overlay", "/etc", "overlay", 0, step->object) == -1 ? "mount the layers %s"
									  : NULL;
}

static const char *do_nothing(const struct step *step)
{
	(void)step;
	return NULL;
}

// ---- The table of steps ----

// A flag, and its name.
#define FLAG(flag) flag, #flag

// In a user namespace, all these come first.
#define MAPPED "user.flag user.setgroups user.uid_map user.gid_map"
#define PROC "pid.flag mount.flag mount.private mount.proc"

static const struct step steps[] = {
	{"user.flag", N_("a new user namespace"), make_child, USER, FLAG(CLONE_NEWUSER), ""},
	{"user.setgroups", N_("write deny to setgroups"), deny_setgroups, USER, 0,
	 "/proc/self/setgroups", ""},
	{"user.uid_map", N_("write uid_map"), map_ids, USER, 0, "/proc/self/uid_map", ""},
	{"user.gid_map", N_("write gid_map"), map_ids, USER, 0, "/proc/self/gid_map", ""},
	{"skeleton.clone", N_("a child by clone"), make_child, DIRECT, 0, "", ""},
	{"skeleton.processes", N_("eight processes at once"), hold_processes, BOTH, 0, "", ""},
	{"skeleton.memory", N_("1 MiB for a stack"), map_stack, DIRECT, 0, "", ""},
	{"skeleton.descriptors", N_("16 open descriptors more"), open_descriptors, DIRECT, 0, "/",
	 ""},
	{"inspect.stat", N_("stat /proc/self/ns/uts"), stat_namespace, DIRECT | OWN, 0,
	 "/proc/self/ns/uts", ""},
	{"uts.descriptors", N_("descriptors that the command doesn't get"), close_descriptors,
	 DIRECT, 0, "", ""},
	{"uts.flag", N_("a new UTS namespace"), make_child, BOTH, FLAG(CLONE_NEWUTS), ""},
	{"uts.hostname", N_("set its hostname"), set_hostname, BOTH, 0, "container", "uts.flag"},
	{"ipc.flag", N_("a new IPC namespace"), make_child, BOTH, FLAG(CLONE_NEWIPC), ""},
	{"pid.flag", N_("a new PID namespace"), make_child, BOTH, FLAG(CLONE_NEWPID), ""},
	{"mount.flag", N_("a new mount namespace"), make_child, BOTH, FLAG(CLONE_NEWNS), ""},
	{"mount.private", N_("make its / private"), make_private, BOTH, 0, "", "mount.flag"},
	{"mount.proc", N_("mount a new /proc"), mount_proc, BOTH, 0, "",
	 "pid.flag mount.flag mount.private"},
	{"net.flag", N_("a new network namespace"), make_child, BOTH, FLAG(CLONE_NEWNET), ""},
	{"net.loopback", N_("bring up its loopback interface"), bring_up_loopback, BOTH, 0, "",
	 "net.flag"},
	{"net.veth", N_("a veth pair between two network namespaces"), add_veth, BOTH | OWN,
	 FLAG(CLONE_NEWNET), "net.flag"},
	{"net.host", N_("the right to add an interface out here"), ask_for_host, DIRECT | OWN, 0,
	 "", ""},
	{"nest.inner", N_("the same in one more user, PID and mount namespace"), do_nothing, USER,
	 0, "", PROC " " MAPPED " " PROC},
	{"join.setns", N_("enter the namespaces of another process"), enter_child, DIRECT | OWN,
	 FLAG(CLONE_NEWUTS), ""},
	{"init.command", N_("a process that PID 1 starts"), fork_child, BOTH | OWN, 0, "",
	 "pid.flag"},
	{"time.flag", N_("a new time namespace"), unshare_namespaces, BOTH | OWN,
	 FLAG(CLONE_NEWTIME), ""},
	{"time.offsets", N_("set the offset of its clocks"), set_offset, BOTH | OWN, 0,
	 "/proc/self/timens_offsets", "time.flag"},
	{"bridge.create", N_("a bridge in a new network namespace"), add_bridge, BOTH | OWN, 0,
	 "bridge0", "net.flag"},
	{"root.bind", N_("bind a directory to itself"), bind_directory, BOTH | OWN, 0, "/etc",
	 "mount.flag mount.private"},
	{"root.pivot", N_("make it the root"), change_root, BOTH | OWN, 0, "/etc",
	 "mount.flag mount.private root.bind"},
	{"root.detach", N_("take the old root away"), detach_root, BOTH | OWN, 0, "",
	 "mount.flag mount.private root.bind root.pivot"},
	{"overlay.mount", N_("mount two directories as one"), mount_layers, BOTH | OWN, 0,
	 "lowerdir=/etc/one:/etc/two,userxattr", "mount.flag mount.private"},
	{"cgroup.flag", N_("a new cgroup namespace"), make_child, BOTH, FLAG(CLONE_NEWCGROUP), ""},
};
enum { STEPS = sizeof steps / sizeof *steps };

// What scripts/stage does, as far as no other step shows it. scripts/doctor has a title for it.
static const struct step stage = {
	"stage.unshare",
	"scripts/stage",
	unshare_namespaces,
	0,
	FLAG(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID),
	"",
};

// What scripts/doctor says, besides titles and advice.
static const char *const words[] = {
	N_("tools:"),
	N_("builds the labs"),
	N_("translates the messages"),
	N_("typed in the lessons"),
	N_("not found"),
	N_("it is %s: have its directory in PATH"),
	N_("as root: `%s`"),
	N_("to install what is missing: %s"),
	N_("a static program can be built"),
	N_("a program with %s can be built"),
	N_("the compiler itself fails"),
	N_("what the tests need is installed"),
	N_("missing: %s"),
	N_("the throwaway host of the checks: scripts/stage"),
	N_("no cause that this program knows"),
	N_("labs:"),
	N_("directly"),
	N_("inside the user lab"),
	N_("inside an ordinary user's user lab"),
	N_("as you"),
	N_("as an ordinary user"),
	N_("can run: %s"),
	N_("not %s"),
	N_("can't run here [%s]"),
	N_("its lesson types what is missing: %s"),
	N_(", "),
	N_("; "),
	N_("%s: %s"),
};

// What it shows of a cause's name. The rest is the kernel's words, or a command's.
static const char *const reasons[] = {
	N_("privilege"),   N_("lsm"),      N_("unmapped-id"),
	N_("masked-proc"), N_("no-proc"),  N_("read-only-proc"),
	N_("id-map"),      N_("user-lab"), N_("limit"),
	N_("processes"),   N_("memory"),   N_("descriptors"),
	N_("namespaces"),  N_("kernel"),   N_("tool"),
	N_("library"),     N_("packages"), N_("ramdisk"),
	N_("unknown"),
};

// ---- Trying them ----

static const struct step *find_step(const char *name, size_t length)
{
	const struct step *step = steps;

	while (strncmp(step->name, name, length) != 0 || step->name[length] != '\0')
		step++;
	return step;
}

// Write into `list` the steps with these names, as far as there is no `last` among them, and a NULL.
static const struct step **list_steps(const struct step **list, const char *names,
				      const struct step *last)
{
	for (size_t length; *(names += strspn(names, " ")); names += length) {
		length = strcspn(names, " ");
		*list = find_step(names, length);
		if (*list == last)
			break;
		list++;
	}
	*list = NULL;
	return list;
}

// The step has failed: find out why.
static void find_outcome(const struct step *step)
{
	struct cause cause;
	bool has_object = strchr(outcome->failed, '%');

	if (find_cause(&cause, outcome->failed, has_object ? step->object : "", outcome->error))
		outcome->cause = cause;
}

// In a child: take the steps, each in the process and the namespaces that the one before has led to.
static int follow_chain(void *arg)
{
	(void)arg;
	while (*chain) {
		const struct step *step = *chain++;
		outcome->at = step;
		outcome->failed = step->act(step);
		if (outcome->failed) {
			outcome->error = errno;
			find_outcome(step);
			_exit(EXIT_SUCCESS);
		}
	}
	outcome->is_done = true;
	_exit(EXIT_SUCCESS);
}

static bool become_ordinary(void)
{
	if (setgroups(0, NULL) == -1 || setresgid(ORDINARY_ID, ORDINARY_ID, ORDINARY_ID) == -1 ||
	    setresuid(ORDINARY_ID, ORDINARY_ID, ORDINARY_ID) == -1)
		return false;
	remember_caller();
	// The change has made our files in /proc root's, as it does until the next execve(2).
	return prctl(PR_SET_DUMPABLE, 1) == 0;
}

// Take these steps in a child, as an ordinary user if `is_ordinary`; see `outcome` for what came.
static void try_steps(const struct step *const *list, bool is_ordinary)
{
	const struct step *by_clone = find_step("skeleton.clone", strlen("skeleton.clone"));

	*outcome = (struct outcome){
		.at = by_clone,
		.cause = {.name = "unknown", .advice = N_("no cause that this program knows")},
	};
	chain = list;
	pid_t child = fork();
	if (child == 0) {
		program_invocation_short_name = "NAME"; // for the advice: any lab's
		if (is_ordinary && !become_ordinary())
			_exit(EXIT_OWN_FAILURE);
		follow_chain(NULL);
	}
	if (child == -1) {
		outcome->failed = "clone";
		outcome->error = errno;
		find_outcome(by_clone);
		return;
	}
	wait_for(child);
	if (outcome->signal == SIGSYS)
		find_cause(&outcome->cause, "", "", ENOSYS); // Only a filter sends that.
	// A user namespace that we made has no limit of its own: it is one of those around.
	if (outcome->error == ENOSPC)
		find_outcome(outcome->at);
}

// ---- What comes out ----

static FILE *lines;

static void print_probe(const char *place, const struct step *step)
{
	const struct cause *cause = &outcome->cause;

	fprintf(lines, "probe\t%s\t%s\t%s", place, step->name, translate(step->title));
	if (!outcome->is_done) {
		fprintf(lines, "\t%s\t%s\t%s\t", outcome->at->name,
			outcome->signal ? strsignal(outcome->signal)
					: describe_error(outcome->error),
			cause->name);
		fprintf(lines, translate(cause->advice), cause->detail, cause->more);
	}
	fprintf(lines, "\n");
}

// Try a step, after those that lead to it.
static void probe_step(const char *place, const struct step *step, bool is_direct, bool is_ordinary)
{
	const struct step *list[MOST_STEPS], **end = list;

	if (!is_direct)
		end = list_steps(end, MAPPED, step);
	end = list_steps(end, step->earlier, NULL);
	*end++ = step;
	*end = NULL;
	try_steps(list, is_ordinary);
	print_probe(place, step);
}

static void probe_place(const char *place, const char *title, uid_t owner)
{
	bool is_direct = strcmp(place, "direct") == 0;

	fprintf(lines, "place\t%s\t", place);
	fprintf(lines, translate(title), owner);
	fprintf(lines, "\n");
	for (int i = 0; i < STEPS; i++) {
		if (!(steps[i].places & (is_direct ? DIRECT : USER)) ||
		    (steps[i].act == add_veth && !veth_add_pair) ||
		    (steps[i].act == add_bridge && !bridge_add))
			continue;
		probe_step(place, &steps[i], is_direct, strcmp(place, "ordinary") == 0);
	}
}

static void probe_places(void)
{
	const char *in_user_namespace = N_("in a new user namespace of uid %d's:");
	const struct step *none = NULL;

	probe_place("direct", N_("directly, as uid %d:"), geteuid());
	probe_place("user", in_user_namespace, geteuid());
	if (geteuid() == 0) {
		// A user namespace may have no such id, or root no right to change ids.
		try_steps(&none, true);
		if (outcome->is_done)
			probe_place("ordinary", in_user_namespace, ORDINARY_ID);
	}
	probe_step("stage", &stage, geteuid() == 0, false);
}

int main(int argc, char *argv[])
{
	int file = argc > 1 ? memfd_create("doctor", MFD_CLOEXEC) : dup(STDOUT_FILENO);
	struct cause memory;

	if (file == -1 || !(lines = fdopen(file, "w")))
		die("write to standard output");
	outcome = mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (outcome == MAP_FAILED)
		die("mmap shared memory");

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		fprintf(lines, "word\t%s\t%s\n", words[i], translate(words[i]));
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		fprintf(lines, "reason\t%s\t%s\n", reasons[i], translate(reasons[i]));
	for (int i = 0; i < STEPS; i++)
		if (steps[i].places & OWN)
			fprintf(lines, "own\t%s\n", steps[i].name);
	find_cause(&memory, "mmap", "", ENOMEM);
	fprintf(lines, "cause\t%s\t%s\n", memory.name, translate(memory.advice));
	probe_places();
	if (fflush(lines) == EOF)
		die("write to standard output");
	if (argc == 1)
		return EXIT_SUCCESS;
	if (lseek(file, 0, SEEK_SET) == -1 || dup2(file, STDIN_FILENO) == -1)
		die("write to standard output");
	execvp(argv[1], argv + 1);
	die("run %s", argv[1]);
}
