#!/usr/bin/python3
# A setns(2) for each namespace in the order in which ls(1) lists them: the user namespace comes late.
import ctypes
import os
import sys

words = sys.argv[1:]
wanted = os.listdir("/proc/self/ns")
if words[0] == "--only":
    wanted = [*words[1].split(","), "user"]
    words = words[2:]
libc = ctypes.CDLL(None, use_errno=True)
found = []
for kind in sorted(set(wanted) - {"pid_for_children", "time_for_children"}):
    own, other = (os.open(f"/proc/{process}/ns/{kind}", os.O_RDONLY) for process in ("self", words[0]))
    if os.fstat(own).st_ino != os.fstat(other).st_ino:
        found.append(other)
for other in found:
    if libc.setns(other, 0) == -1:
        sys.exit(os.strerror(ctypes.get_errno()))
child = os.fork()
if child == 0:
    os.execvp("bash", ["bash"])
os.waitpid(child, 0)
