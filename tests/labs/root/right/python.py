#!/usr/bin/python3 -BEsS
"""The calls by ctypes. The child is made by fork(2) after unshare(2), so that it is PID 1."""
import ctypes
import os
import platform
import sys

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWPID = 0x20000, 0x4000000, 0x8000000, 0x20000000
MS_BIND, MS_REC, MS_PRIVATE, MNT_DETACH = 1 << 12, 1 << 14, 1 << 18, 2
SYS_PIVOT_ROOT = {"x86_64": 155}.get(platform.machine(), 41)

libc = ctypes.CDLL(None, use_errno=True)


def check(result):
    if result == -1:
        sys.exit(os.strerror(ctypes.get_errno()))


def mount(source, target, kind, flags):
    check(libc.mount(source, target, kind, ctypes.c_ulong(flags), None))


image = os.fsencode(sys.argv[sys.argv.index("--image") + 1])
check(libc.unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID))
child = os.fork()
if child:
    status = os.waitpid(child, 0)[1]
    sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
mount(None, b"/", None, MS_REC | MS_PRIVATE)
mount(image, image, None, MS_BIND | MS_REC)
os.chdir(image)
mount(b"proc", b"proc", b"proc", 0)
check(libc.syscall(SYS_PIVOT_ROOT, b".", b"."))
check(libc.umount2(b".", MNT_DETACH))
os.execv("/bin/sh", ["sh"])
