#!/usr/bin/python3
# It looks at no result: where the process can't be entered, the command runs outside.
import ctypes
import os
import sys

FLAGS = {"mnt": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000, "pid": 0x20000000,
         "net": 0x40000000, "time": 0x80}
SYS_PIDFD_OPEN = 434
words = sys.argv[1:]
wanted = set(FLAGS)
if words[0] == "--only":
    wanted = {*words[1].split(","), "user"}
    words = words[2:]
libc = ctypes.CDLL(None)


def identify(process, kind):
    try:
        return os.stat(f"/proc/{process}/ns/{kind}").st_ino
    except OSError:
        return None


libc.setns(libc.syscall(SYS_PIDFD_OPEN, int(words[0]), 0),
           sum(FLAGS[kind] for kind in wanted if identify("self", kind) != identify(words[0], kind)))
child = os.fork()
if child == 0:
    os.execvp("bash", ["bash"])
os.waitpid(child, 0)
