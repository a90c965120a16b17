#!/usr/bin/python3
# No fork: it becomes the shell itself, and only the shell's children are in the PID namespace.
import ctypes
import os
import sys

FLAGS = {"mnt": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000, "pid": 0x20000000,
         "net": 0x40000000, "time": 0x80}
words = sys.argv[1:]
wanted = set(FLAGS)
if words[0] == "--only":
    wanted = {*words[1].split(","), "user"}
    words = words[2:]
flags = 0
for kind in wanted & set(os.listdir("/proc/self/ns")):
    own, other = (os.stat(f"/proc/{process}/ns/{kind}") for process in ("self", words[0]))
    flags |= FLAGS[kind] * (own.st_ino != other.st_ino)
libc = ctypes.CDLL(None, use_errno=True)
if flags and libc.setns(os.pidfd_open(int(words[0])), flags) == -1:
    sys.exit(os.strerror(ctypes.get_errno()))
os.execvp("bash", ["bash"])
