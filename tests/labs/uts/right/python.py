#!/usr/bin/python3
# Moves to a new UTS namespace itself, and becomes the shell: no child at all.
import ctypes
import os
import socket

CLONE_NEWUTS = 0x04000000
if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUTS) == -1:
    raise OSError(ctypes.get_errno(), "unshare")
socket.sethostname("container")
os.execv("/bin/bash", ["bash"])
