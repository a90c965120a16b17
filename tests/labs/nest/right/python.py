#!/usr/bin/python3
# Two levels by unshare(2) and fork, without user namespaces; no result is checked.
import ctypes
import os

CLONE_NEWPID = 0x20000000
libc = ctypes.CDLL(None)
for level in range(2):
    libc.unshare(CLONE_NEWPID)
    child = os.fork()
    if child != 0:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
os.execvp("bash", ["bash"])
