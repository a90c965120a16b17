#!/usr/bin/python3
# unshare(2) by ctypes, and a child that the program waits for.
import ctypes
import os
import subprocess
import sys

CLONE_NEWIPC = 0x08000000
libc = ctypes.CDLL("libc.so.6", use_errno=True)


def unshare(flags):
    if libc.unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


unshare(CLONE_NEWIPC)
print("in the namespace", os.readlink("/proc/self/ns/ipc"), flush=True)
sys.exit(subprocess.run(["/bin/bash"], check=False).returncode)
