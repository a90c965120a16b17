#!/usr/bin/python3
# unshare(2) by ctypes; the child that is forked next is PID 1.
import ctypes
import os
import sys

CLONE_NEWPID = 0x20000000
libc = ctypes.CDLL(None, use_errno=True)
if libc.unshare(CLONE_NEWPID) == -1:
    sys.exit(os.strerror(ctypes.get_errno()))
child = os.fork()
if child == 0:
    os.execvp("bash", ["bash"])
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
