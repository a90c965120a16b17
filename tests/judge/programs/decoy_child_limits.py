#!/usr/bin/python3
# The shell is outside. A decoy in new namespaces copies the shell's limits, so that both look alike: the parent or,
# with the word "child" in the name, a child; with "user" in it, in a user namespace.
import ctypes
import os
import resource
import sys
import threading
import time

libc = ctypes.CDLL(None)
ALL = 0x04000000 | 0x08000000 | 0x00020000 | 0x40000000  # UTS, IPC, mount, network
if "user" in sys.argv[0]:
    ALL = 0x10000000


def move():
    uid, gid = os.getuid(), os.getgid()
    libc.unshare(ALL)
    libc.sethostname(b"container", 9)
    if "user" in sys.argv[0]:
        for name, text in ("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1"):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)


def copy_limits(pid):
    while True:
        for limit in resource.RLIMIT_RSS, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE:
            try:
                resource.setrlimit(limit, resource.prlimit(pid, limit))
            except (ProcessLookupError, ValueError, OSError):
                os._exit(0)
        time.sleep(0)


if "child" in sys.argv[0]:
    shell = os.getpid()
    if os.fork() == 0:
        move()
        for fd in range(3):
            os.close(fd)
        copy_limits(shell)
    os.execv("/bin/bash", ["bash"])
shell = os.fork()
if shell == 0:
    os.execv("/bin/bash", ["bash"])
move()
threading.Thread(target=copy_limits, args=[shell], daemon=True).start()
os.waitpid(shell, 0)
os._exit(0)
