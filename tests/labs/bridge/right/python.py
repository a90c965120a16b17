#!/usr/bin/python3
# Python: fork and unshare(2) by ctypes, and one batch of ip(8) for each side. The neighbour sleeps in signal.pause().
import ctypes
import os
import signal
import subprocess
import sys

CLONE_NEWUTS, CLONE_NEWNET = 0x4000000, 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def ip(text):
    subprocess.run(["ip", "-batch", "-"], input=text, text=True, check=True)


def unshare(flags):
    if libc.unshare(flags) == -1:
        sys.exit(os.strerror(ctypes.get_errno()))


def make(number, then):
    """Make a container, which ends with this process; its PID."""
    ready, go = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        libc.prctl(1, signal.SIGKILL, 0, 0, 0)
        unshare(CLONE_NEWUTS | CLONE_NEWNET)
        os.write(ready[1], b"!")
        os.read(go[0], 1)
        ip(f"link set lo up\nlink set in0 up\naddress add 10.9.8.{number}/24 dev in0\nroute add default via 10.9.8.1\n")
        then()
    os.read(ready[0], 1)
    ip(f"link add out{number} type veth peer name in0 netns {child}\nlink set out{number} master bridge up\n")
    os.write(go[1], b"!")
    return child


unshare(CLONE_NEWNET)
ip("link add bridge type bridge\naddress add 10.9.8.1/24 dev bridge\nlink set bridge up\n")
make(2, signal.pause)
shell = make(3, lambda: os.execv("/bin/bash", ["bash"]))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(shell, 0)[1]))
