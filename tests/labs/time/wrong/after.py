#!/usr/bin/python3
# The shell is there before the namespace is.
import ctypes
import os
import sys

CLONE_NEWTIME = 0x80
child = os.fork()
if child == 0:
    os.execv("/bin/bash", ["bash"])
ctypes.CDLL(None).unshare(CLONE_NEWTIME)
with open("/proc/self/timens_offsets", "w", encoding="ascii") as file:
    file.write(f"boottime {sys.argv[2]} 0\nmonotonic {sys.argv[4]} 0\n")
os.waitpid(child, 0)
