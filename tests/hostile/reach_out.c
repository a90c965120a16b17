// Makes each system call that the sandbox should refuse, and does the exercise only if all were refused.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef AF_VSOCK
#define AF_VSOCK 40
#endif

static int left;

static void expect(const char *what, int error, long result)
{
	if (result == -1 && errno == error)
		return;
	fprintf(stderr, "%s: %s\n", what, result == -1 ? strerror(errno) : "not refused");
	left++;
}

int main(void)
{
	char buffer[4096] = "";
	int file = open("/tmp/lock", O_RDWR | O_CREAT, 0600);
	struct flock lock = {.l_type = F_WRLCK};
	int ends[2];

	expect("packet", EAFNOSUPPORT, socket(AF_PACKET, SOCK_RAW, 0));
	// The upper half of a register isn't part of an int, and must not hide it.
	expect("packet, upper half", EAFNOSUPPORT,
	       syscall(SYS_socket, 0x100000000L | AF_PACKET, SOCK_RAW, 0));
	expect("vsock", EAFNOSUPPORT, socket(AF_VSOCK, SOCK_STREAM, 0));
	expect("crypto", EAFNOSUPPORT, socket(38 /* AF_ALG */, SOCK_SEQPACKET, 0));
	expect("TIPC", EAFNOSUPPORT, socketpair(30 /* AF_TIPC */, SOCK_STREAM, 0, ends));
	expect("netfilter", EPROTONOSUPPORT,
	       socket(AF_NETLINK, SOCK_RAW, 12 /* NETLINK_NETFILTER */));
	expect("F_SETLK", ENOLCK, fcntl(file, F_SETLK, &lock));
	expect("F_SETLKW", ENOLCK, fcntl(file, F_SETLKW, &lock));
	expect("F_OFD_SETLK", ENOLCK, fcntl(file, F_OFD_SETLK, &lock));
	expect("F_OFD_SETLKW", ENOLCK, fcntl(file, F_OFD_SETLKW, &lock));
	expect("pipe", EPERM, pipe(ends) == 0 ? fcntl(ends[0], F_SETPIPE_SZ, 1 << 20) : 0);
	expect("PR_SET_MM", EPERM, prctl(PR_SET_MM, PR_SET_MM_MAP_SIZE, buffer, 0, 0));
	expect("userfaultfd", ENOSYS, syscall(SYS_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */));
	expect("io_uring_setup", ENOSYS, syscall(SYS_io_uring_setup, 1, buffer));
	expect("io_uring_enter", ENOSYS, syscall(SYS_io_uring_enter, file, 0, 0, 0, NULL, 0));
	expect("io_uring_register", ENOSYS, syscall(SYS_io_uring_register, file, 0, NULL, 0));
	expect("bpf", EPERM, syscall(SYS_bpf, 0, buffer, 64));
	expect("perf", EPERM, syscall(SYS_perf_event_open, buffer, 0, -1, -1, 0));
	expect("fanotify", EPERM, syscall(SYS_fanotify_init, 0x200 /* FAN_REPORT_FID */, O_RDONLY));
	expect("add_key", EPERM, syscall(SYS_add_key, "user", "key", "x", 1, -4));
	expect("request_key", EPERM, syscall(SYS_request_key, "user", "key", NULL, -4));
	expect("keyctl", EPERM, syscall(SYS_keyctl, 0, -4, 1));
	expect("syslog", EPERM, syscall(SYS_syslog, 3, buffer, sizeof buffer));
#ifdef SYS_modify_ldt
	expect("modify_ldt", ENOSYS, syscall(SYS_modify_ldt, 0, buffer, sizeof buffer));
#endif
	expect("open_by_handle_at", EPERM, syscall(SYS_open_by_handle_at, file, buffer, O_RDONLY));
	expect("TIOCSTI", EPERM, ioctl(0, TIOCSTI, "x"));
	expect("TIOCLINUX", EPERM, ioctl(0, TIOCLINUX, "x"));
	expect("TIOCSETD", EPERM, ioctl(0, TIOCSETD, "x"));
	expect("reboot", EPERM, syscall(SYS_reboot, 0xfee1dead, 0x28121969, 0, NULL));
	expect("kexec_load", EPERM, syscall(SYS_kexec_load, 0, 0, NULL, 0));
	expect("init_module", EPERM, syscall(SYS_init_module, buffer, 0, ""));
	expect("finit_module", EPERM, syscall(SYS_finit_module, file, "", 0));
	expect("delete_module", EPERM, syscall(SYS_delete_module, "dummy", O_NONBLOCK));
	expect("swapon", EPERM, syscall(SYS_swapon, "/tmp/lock", 0));
	expect("swapoff", EPERM, syscall(SYS_swapoff, "/tmp/lock"));
	expect("quotactl", EPERM, syscall(SYS_quotactl, 0x800001 << 8, "/tmp", 0, NULL));
	expect("acct", EPERM, syscall(SYS_acct, "/tmp/lock"));
	expect("a call of the future", ENOSYS, syscall(600));
	expect("x32", ENOSYS, syscall(0x40000000 | 39)); // getpid, on x86-64
	if (left)
		return 1;
	// What must still work: newer programs begin by these.
	struct clone_args {
		unsigned long flags, pidfd, child, parent, signal, stack, size, tls, tid, tids,
			cgroup;
	} clone = {.signal = SIGCHLD};
	long child = syscall(SYS_clone3, &clone, sizeof clone);
	if (child == 0)
		_exit(0);
	if (child == -1 || socket(AF_NETLINK, SOCK_RAW, 0) == -1 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
		return 1;
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
		return 1;
	execl("/bin/bash", "bash", NULL);
	return 1;
}
