// filter: run a command behind a seccomp filter that refuses what no lab needs. seccomp(2)
//
// usage: build/filter COMMAND [ARG]...
//
// The sandbox (scripts/lib/sandbox) puts it before what it doesn't trust. The filter holds for
// everything that the command starts, and nothing takes it off again.
//
// Exit status: the command's own; 125 if the filter can't be installed; 126 or 127 if the command
// can't be run.
#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// A processor can have several sets of system calls, each with numbers of its own: the filter knows
// those of one. Elsewhere it lets nothing pass.
#if defined(__x86_64__) && defined(__LP64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#else
#define ARCHITECTURE 0
#endif

// Calls that older headers don't know, or other processors don't have.
#ifndef SYS_quotactl_fd
#define SYS_quotactl_fd 443
#endif
#ifndef SYS_modify_ldt
#define SYS_modify_ldt (-1)
#endif

enum {
	LAST_CALL = 470, // listns, of Linux 6.19
	ALLOWED = 0,     // in place of an error
	ANY = -1,        // in place of an argument: all calls
	MOST_LINES = 512,
};

// What a call is answered if its argument with this number, from 0, has this value. Of several
// rules that fit, the first counts.
static const struct rule {
	int call;
	int argument;
	unsigned int value;
	int error;
} rules[] = {
	// Of sockets, only what the labs and ping(8), ip(8) and ss(8) need. The rings of AF_PACKET are
	// memory that no limit counts, AF_VSOCK talks to the machine's own host from every network
	// namespace, and others have the kernel load a module. Of netlink, its part for firewalls is
	// left out, by which programs have got out of many a sandbox.
	{SYS_socket, 2, NETLINK_NETFILTER, EPROTONOSUPPORT},
	{SYS_socket, 0, AF_UNIX, ALLOWED},
	{SYS_socket, 0, AF_INET, ALLOWED},
	{SYS_socket, 0, AF_INET6, ALLOWED},
	{SYS_socket, 0, AF_NETLINK, ALLOWED},
	{SYS_socket, ANY, 0, EAFNOSUPPORT},
	{SYS_socketpair, 0, AF_UNIX, ALLOWED},
	{SYS_socketpair, ANY, 0, EAFNOSUPPORT},

	// No limit of memory counts the locks of parts of files, of which there can be millions, and all
	// programs of a user share the room for larger pipes.
	{SYS_fcntl, 1, F_SETLK, ENOLCK},
	{SYS_fcntl, 1, F_SETLKW, ENOLCK},
	{SYS_fcntl, 1, F_OFD_SETLK, ENOLCK},
	{SYS_fcntl, 1, F_OFD_SETLKW, ENOLCK},
	{SYS_fcntl, 1, F_SETPIPE_SZ, EPERM},

	// The judge reads a process's command line and memory: by the first, they could be of any size,
	// and by the second, make the reader wait for ever.
	{SYS_prctl, 0, PR_SET_MM, EPERM},
	{SYS_userfaultfd, ANY, 0, ENOSYS},

	// What is entered by io_uring passes by every filter.
	{SYS_io_uring_setup, ANY, 0, ENOSYS},
	{SYS_io_uring_enter, ANY, 0, ENOSYS},
	{SYS_io_uring_register, ANY, 0, ENOSYS},

	// Large parts of the kernel that no namespace isolates, and no lab uses.
	{SYS_bpf, ANY, 0, EPERM},
	{SYS_perf_event_open, ANY, 0, EPERM},
	{SYS_fanotify_init, ANY, 0, EPERM},
	{SYS_add_key, ANY, 0, EPERM},
	{SYS_request_key, ANY, 0, EPERM},
	{SYS_keyctl, ANY, 0, EPERM},
	{SYS_syslog, ANY, 0, EPERM},
	{SYS_modify_ldt, ANY, 0, ENOSYS},

	// It opens files, and namespaces, by a number, whatever is mounted over them.
	{SYS_open_by_handle_at, ANY, 0, EPERM},

	// To type at the terminal, to speak to the console, to have the kernel load a module for it.
	{SYS_ioctl, 1, TIOCSTI, EPERM},
	{SYS_ioctl, 1, TIOCLINUX, EPERM},
	{SYS_ioctl, 1, TIOCSETD, EPERM},

	// In a PID namespace, reboot ends the first process: the stage's, too. The others are the
	// machine's own matters, which the kernel should refuse anyway.
	{SYS_reboot, ANY, 0, EPERM},
	{SYS_kexec_load, ANY, 0, EPERM},
	{SYS_kexec_file_load, ANY, 0, EPERM},
	{SYS_init_module, ANY, 0, EPERM},
	{SYS_finit_module, ANY, 0, EPERM},
	{SYS_delete_module, ANY, 0, EPERM},
	{SYS_swapon, ANY, 0, EPERM},
	{SYS_swapoff, ANY, 0, EPERM},
	{SYS_quotactl, ANY, 0, EPERM},
	{SYS_quotactl_fd, ANY, 0, EPERM},
	{SYS_acct, ANY, 0, EPERM},
};

static struct sock_filter lines[MOST_LINES];
static unsigned short count;

static void add(struct sock_filter line)
{
	lines[count++] = line;
}

// Load a field of seccomp_data. Of an argument that is the lower half: the kernel takes each argument
// above for an int, and so doesn't look at the upper half.
static void add_load(size_t offset)
{
	add((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

static void add_answer(unsigned int answer)
{
	add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer));
}

// Skip so many lines unless what is loaded is `value`.
static void add_skip_unless(unsigned int value, unsigned char skipped)
{
	add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skipped));
}

static void add_rule(const struct rule *rule)
{
	add_load(offsetof(struct seccomp_data, nr));
	if (rule->argument == ANY) {
		add_skip_unless(rule->call, 1);
	} else {
		add_skip_unless(rule->call, 3);
		add_load(offsetof(struct seccomp_data, args[rule->argument]));
		add_skip_unless(rule->value, 1);
	}
	add_answer(rule->error ? SECCOMP_RET_ERRNO | rule->error : SECCOMP_RET_ALLOW);
}

static void make_filter(void)
{
	add_load(offsetof(struct seccomp_data, arch));
	add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
	add_answer(SECCOMP_RET_KILL_PROCESS);

	// A newer kernel's calls get an older kernel's answer, and so do those of the x32 ABI, which
	// have much higher numbers.
	add_load(offsetof(struct seccomp_data, nr));
	add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, LAST_CALL, 0, 1));
	add_answer(SECCOMP_RET_ERRNO | ENOSYS);

	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		add_rule(&rules[i]);
	add_answer(SECCOMP_RET_ALLOW);
}

int main(int argc, char *argv[])
{
	struct sock_fprog program = {.filter = lines};

	if (argc < 2) {
		fprintf(stderr, "usage: filter COMMAND [ARG]...\n");
		return EXIT_OWN_FAILURE;
	}
	if (ARCHITECTURE == 0) {
		fprintf(stderr, "filter: it has no list of this processor's system calls\n");
		return EXIT_OWN_FAILURE;
	}
	make_filter();
	program.len = count;
	// Without rights, only a process that can't gain any by a setuid program may do this.
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		die("prctl PR_SET_NO_NEW_PRIVS");
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1)
		die("prctl PR_SET_SECCOMP");
	execvp(argv[1], argv + 1);
	int status = errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
	warn_error("run %s", argv[1]);
	return status;
}
