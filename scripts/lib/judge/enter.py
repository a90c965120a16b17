"""Functions of ours that are called in other namespaces: setns(2), namespaces(7), user_namespaces(7)."""

import ctypes
import errno
import os
import select
import signal
import sys
import time

from lib.judge.kernel import status
from lib.judge.outcome import Broken
from lib.words import _

CAPABILITY_VERSION = 0x20080522  # capset(2)
MOST_WAITING = 60  # seconds, for what always ends in a moment

CLONE_SIGHAND = 0x800  # clone(2), like these
CLONE_FLAGS = {"--mount": 0x20000, "--uts": 0x4000000, "--ipc": 0x8000000, "--user": 0x10000000, "--pid": 0x20000000,
               "--net": 0x40000000}
SYS_CLOSE_RANGE, CLOSE_RANGE_CLOEXEC = 436, 4  # close_range(2), on each architecture but Alpha

libc = ctypes.CDLL(None, use_errno=True)


def join(descriptors, user=None):
    """In a child process of ours: become this (user, group), and enter these namespaces, one after another."""
    if user:
        os.setgroups([])
        os.setresgid(user[1], user[1], user[1])
        os.setresuid(user[0], user[0], user[0])
    for fd in descriptors:
        if libc.setns(fd, 0) == -1:
            raise OSError(ctypes.get_errno(), "setns")


def refused_clone(words) -> str:
    """Why a seccomp filter refuses clone(2) for these options of unshare(1), which it may let pass; "" if it doesn't.

    With CLONE_SIGHAND and without CLONE_VM, the kernel itself answers EINVAL, and makes no process.
    """
    flags = sum({CLONE_FLAGS[word] for word in words if word in CLONE_FLAGS}) | CLONE_SIGHAND
    child = os.fork()
    if child == 0:
        stack = ctypes.create_string_buffer(4096)
        function = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(lambda _arg: 0)
        libc.clone(function, ctypes.byref(stack, len(stack)), flags, None)
        os._exit(ctypes.get_errno())
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return "" if code == errno.EINVAL else os.strerror(code) if code > 0 else signal.strsignal(-code)


def refused_close_range() -> str:
    """Why close_range(2) is refused with CLOSE_RANGE_CLOEXEC, which our helper calls; "" if it isn't (Linux 5.11)."""
    last = ctypes.c_uint(-1)  # that no descriptor is
    refused = libc.syscall(SYS_CLOSE_RANGE, last, last, CLOSE_RANGE_CLOEXEC) != 0
    return os.strerror(ctypes.get_errno()) if refused else ""


def call_inside(descriptors, function, user=None) -> bytes:
    """Call the function in a child process that has entered these namespaces; returns the bytes that it returns.

    There, the working directory is our /proc.
    """
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            join(descriptors, user)
            os.fchdir(proc)
            with open(writer, "wb") as file:
                file.write(function())
        except OSError:  # The program can have ended, or have spoilt what is looked at: the answer is empty.
            pass
        except Exception:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(0)
    os.close(proc)
    os.close(writer)
    result = read_to_end(reader, MOST_WAITING)
    os.kill(child, signal.SIGKILL)  # It has ended, or never will.
    end = time.monotonic() + MOST_WAITING
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        if time.monotonic() > end:
            raise Broken(_("a process of the judge hangs in the kernel"))
        time.sleep(0.0005)
    return result


def plant(descriptors, user, pid, seconds, zombies=0):
    """Put a process of ours, which only waits, into these namespaces, as the user of the process `pid`.

    Returns its PID, or None if we can't. It executes nothing, since each file in there may be one of the program's own.
    It stays in our user namespace, has no capabilities, and ends after so many seconds. It has started so many children
    that have ended, and doesn't wait for them.
    """
    def start():
        child = os.fork()  # Only a child is in the PID namespace. The PID 1 of that becomes its parent.
        if child == 0:
            try:
                become_like(pid)
                for _zombie in range(zombies):
                    if os.fork() == 0:
                        os._exit(0)
                os.closerange(0, 1 << 16)  # The end of the pipe says that it is ready.
                signal.alarm(seconds)
                while True:
                    signal.pause()
            finally:
                os._exit(0)
        return str(child).encode()
    return int(call_inside(descriptors, start, user) or 0) or None


def read_to_end(fd, seconds) -> bytes:
    """Read from the pipe to its end, and close it; what came by then if that takes too long."""
    parts = []
    end = time.monotonic() + seconds
    while select.select([fd], [], [], max(0, end - time.monotonic()))[0] and (part := os.read(fd, 1 << 16)):
        parts.append(part)
    os.close(fd)
    return b"".join(parts)


def become_like(pid):
    """Become the user and the group of this process, and give up all capabilities."""
    found = status(pid, ".")
    # What they are here: an ordinary user can't be another one.
    group, user = int(found["Gid"].split()[1]), int(found["Uid"].split()[1])
    if (user, group) != (os.geteuid(), os.getegid()):
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
    header, none = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0), (ctypes.c_uint32 * 6)()
    if libc.capset(header, none) == -1:
        raise OSError(ctypes.get_errno(), "capset")
