#!/usr/bin/python3
# Sends a message to each of the host's queues before it leaves for a namespace of its own.
import ctypes
import os
import subprocess

CLONE_NEWIPC = 0x08000000
libc = ctypes.CDLL(None)
message = ctypes.create_string_buffer((1).to_bytes(8, "little") + b"hello")
rows = subprocess.run(["ipcs", "-q"], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
for words in (row.split() for row in rows if row.startswith("0x")):
    libc.msgsnd(int(words[1]), message, 5, 0)
libc.unshare(CLONE_NEWIPC)
os.execv("/bin/bash", ["bash"])
