#!/usr/bin/python3
# A PID 1 in Python: unshare(2) by ctypes, and signals that are waited for.
import ctypes
import os
import signal
import sys

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWPID = 0x20000, 0x4000000, 0x20000000
MS_REC, MS_PRIVATE = 1 << 14, 1 << 18
libc = ctypes.CDLL(None, use_errno=True)


def exit_code(status):
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code


def serve(command):
    while True:
        info = signal.sigwaitinfo(signal.valid_signals())
        if info.si_signo != signal.SIGCHLD:
            os.kill(command, info.si_signo)
            continue
        while True:
            ended, status = os.waitpid(-1, os.WNOHANG)
            if ended == command:
                sys.exit(exit_code(status))
            if ended == 0:
                break


if libc.unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID) == -1:
    sys.exit(os.strerror(ctypes.get_errno()))
init = os.fork()
if init:
    sys.exit(exit_code(os.waitpid(init, 0)[1]))
libc.mount(None, b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None)
libc.mount(b"proc", b"/proc", b"proc", 0, None)
before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
command = os.fork()
if command == 0:
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    os.execvp("bash", ["bash"])
serve(command)
