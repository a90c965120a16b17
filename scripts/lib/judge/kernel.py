"""Processes and namespaces, as the kernel tells of them: proc(5), namespaces(7), ioctl_ns(2)."""

import fcntl
import os
import re
import subprocess
import time

from lib.words import N_, _, printable

NS_GET_USERNS, NS_GET_PARENT = 0xB701, 0xB702  # ioctl_ns(2)
CAP_SYS_ADMIN = 21

# Each kind of namespace, as /proc/PID/ns calls it, and as people and nsenter(1) do.
KINDS = {
    "cgroup": "cgroup",
    "ipc": "IPC",
    "mnt": N_("mount"),
    "net": N_("network"),
    "pid": "PID",
    "user": N_("user"),
    "uts": "UTS",
}


def read_proc(path):
    """A file of /proc. Empty if the process is gone or nobody's business of ours."""
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "backslashreplace")
    except OSError:
        return ""


def all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def status(pid):
    """The fields of /proc/PID/status; none if the process is gone."""
    lines = (line.partition(":\t") for line in read_proc(f"/proc/{pid}/status").splitlines())
    return {name: value.strip() for name, _, value in lines}


def parent(pid):
    return int(status(pid).get("PPid", 0))


def pids_inside(pid):
    """The process's PID in each PID namespace, from ours down to its own."""
    return [int(number) for number in status(pid).get("NSpid", "").split()]


def start_time(pid):
    """When it started: the same PID at another time is another process."""
    return read_proc(f"/proc/{pid}/stat").rpartition(")")[2].split()[19:20]


def namespace(pid, kind):
    """The identity of a namespace: device and inode. None if that can't be read."""
    try:
        found = os.stat(f"/proc/{pid}/ns/{kind}")
    except OSError:
        return None
    return found.st_dev, found.st_ino


def namespaces(pid):
    return {kind: namespace(pid, kind) for kind in KINDS}


def depth(path, ancestor):
    """How many levels the PID or user namespace at the path lies below the ancestor; -1 if it doesn't."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        return -1
    for level in range(40):
        found = os.fstat(fd)
        if (found.st_dev, found.st_ino) == ancestor:
            os.close(fd)
            return level
        try:
            above = fcntl.ioctl(fd, NS_GET_PARENT)
        except OSError:  # the parent is none of ours any more
            break
        finally:
            os.close(fd)
        fd = above
    return -1


def describe(kind, identity):
    return f"{kind}:[{identity[1]}]" if identity else f"{kind}:[?]"


def system_call_name(number):
    """The name of a system call of this machine, from the C compiler's headers."""
    try:
        headers = subprocess.run(
            ["cc", "-E", "-dM", "-include", "sys/syscall.h", "-xc", "/dev/null"],
            capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        headers = ""
    found = re.search(rf"^#define __NR_(\w+) {number}$", headers, re.MULTILINE)
    return found[1] if found else number


def what_it_does(pid):
    """In which system call a process is, as far as that can be read."""
    name = printable(read_proc(f"/proc/{pid}/comm").strip())
    call = read_proc(f"/proc/{pid}/syscall").split()
    where = read_proc(f"/proc/{pid}/wchan")
    if status(pid).get("State", "").startswith("Z"):
        return _("%(name)s has ended, and nobody has waited for it") % {"name": name}
    if status(pid).get("State", "").startswith("T"):
        return _("%(name)s is stopped by a signal") % {"name": name}
    if call and call[0].isdigit():
        return _("%(name)s is in the system call %(call)s") % {"name": name, "call": system_call_name(call[0])}
    if call == ["running"] or status(pid).get("State", "").startswith("R"):
        return _("%(name)s is computing: in no system call") % {"name": name}
    if where not in ("", "0"):
        return _("%(name)s waits in the kernel, in %(call)s") % {"name": name, "call": where}
    return _("%(name)s waits") % {"name": name}


def wait_until(condition, seconds):
    """Ask again until the condition holds; its last answer."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(0.01)



def mounts(pid):
    """Of each mount that a process sees: device, root, point, optional fields, type and source."""
    return parse_mounts(read_proc(f"/proc/{pid}/mountinfo"))


def parse_mounts(text):
    for line in text.splitlines():
        words = line.split()
        dash = words.index("-")
        yield words[2], words[3], words[4], " ".join(words[6:dash]), words[dash + 1], words[dash + 2]
