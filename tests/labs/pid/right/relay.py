#!/usr/bin/python3
# A relay stands between: the program copies its own standard input to the shell.
import ctypes
import os
import subprocess
import sys

CLONE_NEWPID = 0x20000000
if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWPID) == -1:
    raise OSError(ctypes.get_errno(), "unshare")
shell = subprocess.Popen(["/bin/bash"], stdin=subprocess.PIPE)
while data := os.read(0, 4096):
    try:
        os.write(shell.stdin.fileno(), data)
    except BrokenPipeError:
        break
    if data == b"exit\n":
        break
shell.stdin.close()
sys.exit(shell.wait())
