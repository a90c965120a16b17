#!/usr/bin/python3
# The parent stays outside; the child is in the namespace, and becomes the shell.
import ctypes
import os
import sys

CLONE_NEWTIME = 0x80
_, _, boottime, _, monotonic = sys.argv

if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWTIME) == -1:
    raise OSError(ctypes.get_errno(), "unshare")
for clock, seconds in ("monotonic", monotonic), ("boottime", boottime):
    with open("/proc/self/timens_offsets", "w", encoding="ascii") as file:
        file.write(f"{clock} {seconds} 0\n")
child = os.fork()
if child == 0:
    os.execv("/bin/bash", ["bash"])
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
