// deny: run a command under a seccomp filter that refuses a system call, as a container engine's
// profile does.
//
// usage: deny CALL[:MASK] ERROR COMMAND [ARG]...
//
// CALL is a name in the table below. ERROR is EPERM, EACCES, EINVAL, ENOSYS or EOPNOTSUPP, or KILL for
// death by a signal. MASK is a number: with it, only calls whose flags have all its bits are refused.
// Without it, every call is; of clone(2) and unshare(2), every one that asks for a new namespace.
//
// Exit status: the command's own; 1 if the filter can't be installed, 2 for a usage error, 127 if
// there is no such command.
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	NAMESPACES = CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET |
		     CLONE_NEWUSER
};

static const struct call {
	const char *name;
	int number;
	int flags;                 // which argument holds the flags (of sendto(2), the length)
	unsigned int any_of_these; // without MASK, only calls with one of these flags
} calls[] = {
	{"clone", SYS_clone, 0, NAMESPACES},
	{"clone3", SYS_clone3, 0, 0},
	{"close_range", SYS_close_range, 0, 0},
	{"mount", SYS_mount, 3, 0},
	{"openat", SYS_openat, 2, 0},
	{"ptrace", SYS_ptrace, 0, 0},
	{"pidfd_open", SYS_pidfd_open, 1, 0},
	{"pivot_root", SYS_pivot_root, 0, 0},
	{"sendto", SYS_sendto, 2, 0},
	{"sethostname", SYS_sethostname, 0, 0},
	{"setns", SYS_setns, 1, 0},
	{"unshare", SYS_unshare, 0, NAMESPACES},
};

static const struct error {
	const char *name;
	unsigned int action;
} errors[] = {
	{"EPERM", SECCOMP_RET_ERRNO | EPERM},           {"EACCES", SECCOMP_RET_ERRNO | EACCES},
	{"EINVAL", SECCOMP_RET_ERRNO | EINVAL},         {"ENOSYS", SECCOMP_RET_ERRNO | ENOSYS},
	{"EOPNOTSUPP", SECCOMP_RET_ERRNO | EOPNOTSUPP}, {"KILL", SECCOMP_RET_KILL_PROCESS},
};

int main(int argc, char *argv[])
{
	const struct call *call = NULL;
	const struct error *error = NULL;

	if (argc < 4)
		return 2;
	const char *mask_text = strchr(argv[1], ':');
	size_t length = mask_text ? (size_t)(mask_text - argv[1]) : strlen(argv[1]);
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (strlen(calls[i].name) == length && memcmp(calls[i].name, argv[1], length) == 0)
			call = &calls[i];
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (strcmp(errors[i].name, argv[2]) == 0)
			error = &errors[i];
	if (!call || !error)
		return 2;

	// With MASK, refuse calls with (flags & mask) == mask. With any_of_these, refuse calls with
	// (flags & mask) != 0: the jump's two branches change places. With neither, mask is 0, and
	// every call is refused. (A real profile looks at the architecture as well.)
	bool any = !mask_text && call->any_of_these;
	unsigned int mask = mask_text ? strtoul(mask_text + 1, NULL, 0) : call->any_of_these;
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call->number, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args) + call->flags * sizeof(__u64)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, any ? 0 : mask, any, !any),
		BPF_STMT(BPF_RET | BPF_K, error->action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};

	// An ordinary user may install a filter only after giving up what setuid programs grant.
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1) {
		perror("deny");
		return 1;
	}
	execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 127;
}
