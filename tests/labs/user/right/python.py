#!/usr/bin/python3
# Moves to a new user namespace itself, maps itself there, and becomes the shell.
import ctypes
import os

CLONE_NEWUSER = 0x10000000
uid, gid = os.getuid(), os.getgid()
if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER) == -1:
    raise OSError(ctypes.get_errno(), "unshare")
for name, text in ("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1"):
    with open(f"/proc/self/{name}", "w") as file:
        file.write(text)
os.execv("/bin/sh", ["sh"])
