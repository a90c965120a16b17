"""What keeps a program that runs on the machine itself from ending all that its user has: seccomp(2)."""

import ctypes
import os
import struct

from lib.judge.enter import libc
from lib.judge.kernel import all_pids

PR_SET_SECCOMP, SECCOMP_MODE_FILTER, PR_SET_NO_NEW_PRIVS = 22, 2, 38  # prctl(2)
ALLOW, REFUSE = 0x7FFF0000, 0x00050001  # SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO with EPERM
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06  # BPF: ld word, jeq, jge, ret
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # where they are in struct seccomp_data
# The number of kill(2) on each architecture (AUDIT_ARCH_*): x86-64, i386, arm64, riscv64.
KILL = {0xC000003E: 62, 0x40000003: 37, 0xC00000B7: 129, 0xC00000F3: 129}
X32 = 0x40000000  # On x86-64, numbers from here on are those of another interface.
ALL = 0xFFFFFFFF  # kill(-1): all processes that the caller may send a signal to


def write_filter():
    """A BPF program that refuses kill(-1, ...), and what comes by an interface that isn't known here."""
    program = []
    for architecture, kill in KILL.items():
        program += [
            (LOAD, 0, 0, ARCHITECTURE),
            (EQUAL, 0, 7, architecture),  # or else to the next one
            (LOAD, 0, 0, NUMBER),
            (AT_LEAST, 4, 0, X32),
            (EQUAL, 0, 2, kill),
            (LOAD, 0, 0, FIRST_ARGUMENT),  # its lower half: a PID has 32 bits
            (EQUAL, 1, 0, ALL),
            (RETURN, 0, 0, ALLOW),
            (RETURN, 0, 0, REFUSE),
        ]
    return [*program, (RETURN, 0, 0, REFUSE)]


def refuse_kill_all():
    """Have the kernel refuse kill(-1) to this process and to all that it starts."""
    program = write_filter()
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))  # struct sock_fprog, of 64 bits
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 or \
            libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0) == -1:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_SECCOMP)")


def count_processes():
    """How many processes and threads our user has: as many as RLIMIT_NPROC counts."""
    found = 0
    for pid in all_pids():
        try:
            if os.stat(f"/proc/{pid}").st_uid == os.geteuid():
                found += len(os.listdir(f"/proc/{pid}/task"))
        except OSError:
            pass
    return found
