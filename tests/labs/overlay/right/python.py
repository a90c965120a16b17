#!/usr/bin/python3 -BEsS
"""The calls by ctypes. The overlay is mounted beside its layers, under other names than ours."""
import ctypes
import fcntl
import os
import platform
import sys

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWPID = 0x20000, 0x4000000, 0x8000000, 0x20000000
MS_REC, MS_PRIVATE, MNT_DETACH = 1 << 14, 1 << 18, 2
SYS_PIVOT_ROOT = {"x86_64": 155}.get(platform.machine(), 41)

libc = ctypes.CDLL(None, use_errno=True)


def check(result):
    if result == -1:
        sys.exit(os.strerror(ctypes.get_errno()))


def mount(source, target, kind, flags, data=None):
    check(libc.mount(source, target, kind, ctypes.c_ulong(flags), data))


image, layer = (sys.argv[sys.argv.index(name) + 1] for name in ("--image", "--layer"))
lock = os.open(layer, os.O_RDONLY)
fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
for name in ("diff", "kernel", "merged"):
    os.makedirs(f"{layer}/{name}", exist_ok=True)
check(libc.unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID))
child = os.fork()
if child:
    status = os.waitpid(child, 0)[1]
    sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
mount(None, b"/", None, MS_REC | MS_PRIVATE)
os.chdir(layer)
mount(b"overlay", b"merged", b"overlay", 0, f"userxattr,lowerdir={image},upperdir=diff,workdir=kernel".encode())
os.chdir("merged")
mount(b"proc", b"proc", b"proc", 0)
check(libc.syscall(SYS_PIVOT_ROOT, b".", b"."))
check(libc.umount2(b".", MNT_DETACH))
os.execv("/bin/sh", ["sh"])
