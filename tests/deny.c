// deny: run a command with a system call refused by a seccomp filter, as a container engine's
// profile does it. Of clone(2), only the calls that ask for a new namespace are refused.
//
// usage: deny CALL ERROR COMMAND [ARG]...; CALL is clone, clone3 or close_range, ERROR is EPERM or
// ENOSYS
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	NAMESPACES = CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET |
		     CLONE_NEWUSER
};

int main(int argc, char *argv[])
{
	if (argc < 4)
		return 2;
	int number = strcmp(argv[1], "clone") == 0    ? SYS_clone
		     : strcmp(argv[1], "clone3") == 0 ? SYS_clone3
						      : SYS_close_range;
	unsigned int error = strcmp(argv[2], "EPERM") == 0 ? EPERM : ENOSYS;

	// One that is refused whatever its arguments are skips the look at the first one. (A real
	// profile would look at the architecture as well.)
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	if (number != SYS_clone)
		filter[1].jt = 2;
	struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};

	// An ordinary user may install a filter only if no setuid program can be confused by it.
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1) {
		perror("deny");
		return 1;
	}
	execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 127;
}
