// inject: run a command, and make one system call of one of its processes fail.
//
// usage: inject FILE PROCESS CALL N ERROR COMMAND [ARG]...
//
// PROCESS is 0 for the command itself, from its first fcntl(2) on, by which our programs look at their
// descriptors; 1 for its first child, 2 for the next process, ..., each until it has become another
// program. There, the Nth of the calls whose names begin with CALL fails with ERROR, ENOMEM or EPERM.
// FILE gets its name and first two arguments (of openat, the path); "none" if there are fewer calls,
// "end" if there are fewer processes. (strace(1) counts each process's calls as well, but makes those
// with the same number fail in all of them.)
//
// Exit status: the command's own, 128 + n if signal n killed it; 2 for a usage error, 127 if there is
// no such command.
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_PROCESSES = 64, SKIPPED_CALL = -1, CALL_STOP = SIGTRAP | 0x80 };

#define CALL(name)                                                                                 \
	{                                                                                          \
		SYS_##name, #name                                                                  \
	}

// Those that a message may be about; others are shown by their number.
static const struct call {
	int number;
	const char *name;
} calls[] = {
	CALL(bind),
	CALL(getrandom),
	CALL(capget),
	CALL(clone),
	CALL(close),
	CALL(close_range),
	CALL(execve),
	CALL(faccessat),
	CALL(fcntl),
	CALL(getsockname),
	CALL(ioctl),
	CALL(kill),
	CALL(lseek),
	CALL(mmap),
	CALL(mount),
	CALL(mprotect),
	CALL(munmap),
	CALL(newfstatat),
	CALL(openat),
	CALL(pipe2),
	CALL(ppoll),
	CALL(prctl),
	CALL(read),
	CALL(readlinkat),
	CALL(recvmsg),
	CALL(rt_sigaction),
	CALL(rt_sigprocmask),
	CALL(rt_sigtimedwait),
	CALL(sendto),
	CALL(sethostname),
	CALL(set_robust_list),
	CALL(socket),
	CALL(wait4),
	CALL(write),
#ifdef SYS_poll
	CALL(access),
	CALL(pause),
	CALL(poll),
	CALL(readlink),
	CALL(stat),
#endif
};

// Nor does brk(2) return an error, but the old end of the memory.
static const int cannot_fail[] = {
	SYS_getpid,  SYS_getppid, SYS_gettid,     SYS_getuid,       SYS_geteuid, SYS_getgid,
	SYS_getegid, SYS_exit,    SYS_exit_group, SYS_rt_sigreturn, SYS_getpgid, SYS_brk,
#ifdef SYS_getpgrp
	SYS_getpgrp,
#endif
};

static struct process {
	pid_t pid;
	bool counts;    // its calls, from now on
	bool is_failed; // the call that it is in
} processes[MOST_PROCESSES];
static int known;

static const char *path, *chosen_call;
static int chosen, most_calls, made, error;

static struct process *find_process(pid_t pid)
{
	for (int i = 0; i < known; i++)
		if (processes[i].pid == pid)
			return &processes[i];
	if (known == MOST_PROCESSES)
		exit(EXIT_FAILURE);
	processes[known] = (struct process){.pid = pid, .counts = known > 0};
	return &processes[known++];
}

static void note(const char *text, const char *first, long second)
{
	FILE *file = fopen(path, "w");

	if (!file || fprintf(file, "%s(%s, %ld)\n", text, first, second) < 0 || fclose(file) == EOF)
		exit(EXIT_FAILURE);
}

static void name_call(char name[32], const struct __ptrace_syscall_info *info)
{
	snprintf(name, 32, "%d", (int)info->entry.nr);
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (calls[i].number == (int)info->entry.nr)
			strcpy(name, calls[i].name);
}

static void note_call(pid_t pid, const struct __ptrace_syscall_info *info)
{
	char name[32], first[256] = "";
	struct iovec here = {first, sizeof first - 1},
		     there = {(void *)info->entry.args[1], sizeof first - 1};

	name_call(name, info);
	if (info->entry.nr != SYS_openat || process_vm_readv(pid, &here, 1, &there, 1, 0) == -1)
		snprintf(first, sizeof first, "%d", (int)info->entry.args[0]);
	note(name, first, (long)info->entry.args[1]);
}

// Change the number of the call that the process enters, or its result when it leaves it.
static void set_register(pid_t pid, bool enters, long value)
{
#if defined(__x86_64__)
	size_t offset = enters ? offsetof(struct user_regs_struct, orig_rax)
			       : offsetof(struct user_regs_struct, rax);
	if (ptrace(PTRACE_POKEUSER, pid, offset, value) == -1)
		exit(EXIT_FAILURE);
#elif defined(__aarch64__)
	struct user_regs_struct registers;
	int number = (int)value;
	struct iovec all = {&registers, sizeof registers}, call = {&number, sizeof number};
	ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &all);
	registers.regs[0] = value;
	if (ptrace(PTRACE_SETREGSET, pid, enters ? NT_ARM_SYSTEM_CALL : NT_PRSTATUS,
		   enters ? &call : &all) == -1)
		exit(EXIT_FAILURE);
#else
#error "which register has a system call's number?"
#endif
}

static bool is_counted(const struct process *process, const struct __ptrace_syscall_info *info)
{
	char name[32];

	name_call(name, info);
	if (process != &processes[chosen] || !process->counts ||
	    strncmp(name, chosen_call, strlen(chosen_call)) != 0)
		return false;
	for (size_t i = 0; i < sizeof cannot_fail / sizeof *cannot_fail; i++)
		if (cannot_fail[i] == (int)info->entry.nr)
			return false;
	// The sanitizers' own memory.
	return info->entry.nr != SYS_mmap || !(info->entry.args[3] & MAP_FIXED);
}

// The process enters a call or leaves it.
static void handle_call(struct process *process)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, process->pid, sizeof info, &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		process->is_failed = is_counted(process, &info) && ++made == most_calls;
		if (process->is_failed) {
			note_call(process->pid, &info);
			set_register(process->pid, true, SKIPPED_CALL);
		}
		process->counts |= process == processes && info.entry.nr == SYS_fcntl;
	} else if (process->is_failed) {
		set_register(process->pid, false, -error);
		process->is_failed = false;
	}
}

// Go on until the command has ended; returns its status.
static int follow(pid_t command)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (!WIFSTOPPED(status) && pid == command)
			break;
		if (!WIFSTOPPED(status))
			continue;
		struct process *process = find_process(pid);
		int event = status >> 16, signal = event ? 0 : WSTOPSIG(status);
		if (signal == CALL_STOP) {
			handle_call(process);
			signal = 0;
		}
		if (event == PTRACE_EVENT_EXEC)
			process->counts = false;
		ptrace(PTRACE_SYSCALL, pid, 0, signal);
	}
	return status;
}

int main(int argc, char *argv[])
{
	int status;

	if (argc < 7)
		return 2;
	path = argv[1];
	chosen = atoi(argv[2]);
	chosen_call = argv[3];
	most_calls = atoi(argv[4]);
	error = strcmp(argv[5], "EPERM") == 0 ? EPERM : ENOMEM;
	note("none", "", 0);
	pid_t command = fork();
	if (command == 0) {
		raise(SIGSTOP);
		execvp(argv[6], argv + 6);
		perror(argv[6]);
		_exit(127);
	}
	if (waitpid(command, &status, WUNTRACED) == -1 ||
	    ptrace(PTRACE_SEIZE, command, 0,
		   PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC |
			   PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE) == -1 ||
	    kill(command, SIGCONT) == -1) {
		perror("inject");
		return 2;
	}
	status = follow(command);
	if (chosen >= known)
		note("end", "", 0);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
