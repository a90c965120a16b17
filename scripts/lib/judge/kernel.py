"""What the kernel says of processes, namespaces and mounts: proc(5), namespaces(7), ioctl_ns(2)."""

import contextlib
import fcntl
import os
import re
import subprocess
import time
from typing import Iterator, NamedTuple

from lib.words import N_, _, decode, printable

NS_GET_USERNS, NS_GET_PARENT = 0xB701, 0xB702  # ioctl_ns(2)
CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_SYS_TIME = 12, 21, 25  # capabilities(7)

# Each kind of namespace by its name in /proc/PID/ns, and what people call it.
KINDS = {"cgroup": "cgroup", "ipc": "IPC", "mnt": N_("mount"), "net": N_("network"), "pid": "PID", "user": N_("user"),
         "uts": "UTS"}


def read_proc(path, most=1 << 20) -> str:
    """The text of a file in /proc; "" if the process is gone or we may not read it.

    A process can make most of its files as large as it likes, so no more than `most` bytes are read.
    """
    with contextlib.suppress(OSError), open(path, "rb", buffering=0) as file:
        parts = []
        while most > 0 and (part := file.read(min(most, 1 << 16))):
            parts.append(part)
            most -= len(part)
        return decode(b"".join(parts))
    return ""


# ---- Processes ----


def all_pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def status(pid, proc="/proc") -> dict[str, str]:
    """The fields of /proc/PID/status; none if the process is gone."""
    # A name may have any other character that Python takes for the end of a line.
    lines = (line.partition(":\t") for line in read_proc(f"{proc}/{pid}/status").split("\n"))
    return {name: value.strip() for name, _, value in lines}


def threads(pid) -> list[str]:
    """The process's threads, each by its directory in /proc; none if it is gone."""
    with contextlib.suppress(OSError):
        return [f"{pid}/task/{name}" for name in os.listdir(f"/proc/{pid}/task")]
    return []


def is_running(pid) -> bool:
    """Does the process still run? A zombie doesn't; but the first thread can end before the others."""
    return any(not status(thread).get("State", "Z").startswith(("Z", "X")) for thread in threads(pid))


def is_stopped(pid) -> bool:
    """Has a signal stopped the process?"""
    return status(pid).get("State", "").startswith("T")


def is_busy(pid) -> bool:
    """Does it compute, or wait for a disk, and not for a signal, an input or another process?"""
    return status(pid).get("State", "").startswith(("R", "D"))


def parent(pid) -> int:
    """The PID of its parent; 0 if the process is gone."""
    return int((stat_fields(pid) or "?0")[1])


def pids_inside(pid) -> list[int]:
    """The process's PID in each PID namespace, from ours down to its own."""
    return [int(number) for number in status(pid).get("NSpid", "").split()]


def start_time(pid):
    """When the process started: the same PID with another start time is another process."""
    return stat_fields(pid)[19:20]


def stat_fields(pid):
    """The fields of /proc/PID/stat after the name, which may have blanks and parentheses; none if it is gone."""
    return read_proc(f"/proc/{pid}/stat").rpartition(")")[2].split()


def system_call_name(number):
    """The name of a system call of this machine, from the C compiler's headers."""
    headers = ""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        headers = subprocess.run(["cc", "-E", "-dM", "-include", "sys/syscall.h", "-xc", "/dev/null"],
                                 capture_output=True, text=True, timeout=5, check=False).stdout
    found = re.search(rf"^#define __NR_(\w+) {number}$", headers, re.MULTILINE)
    return found[1] if found else number


READ = {"x86_64": ("0", "3"), "i686": ("3",), "aarch64": ("63", "3"), "riscv64": ("63",)}  # the number of read(2)


def open_file(pid, fd):
    """What identifies an open file of a process, without a look at the file itself, which could take for ever."""
    fields = dict(line.split(":\t") for line in read_proc(f"/proc/{pid}/fdinfo/{fd}").splitlines() if ":\t" in line)
    return fields.get("mnt_id"), fields.get("ino")  # The second one is there since Linux 5.14.


def reads_from(pid):
    """What the process's threads wait for in read(2), each as open_file() has it."""
    for thread in threads(pid):
        call = read_proc(f"/proc/{thread}/syscall").split()
        if len(call) > 1 and call[0] in READ.get(os.uname().machine, ()):
            yield open_file(pid, int(call[1], 16))


def what_it_does(pid) -> str:
    """What a process is doing, such as the system call that it waits in, as far as we may see."""
    name = printable(read_proc(f"/proc/{pid}/comm").strip())
    call = read_proc(f"/proc/{pid}/syscall").split()
    where = read_proc(f"/proc/{pid}/wchan")
    state = status(pid).get("State", "")
    if state.startswith("Z"):
        return _("%(name)s has ended, and no process has waited for it") % {"name": name}
    if state.startswith("T"):
        return _("%(name)s is stopped by a signal") % {"name": name}
    if call and call[0].isdigit():
        return _("%(name)s is in the system call %(call)s") % {"name": name, "call": system_call_name(call[0])}
    if call == ["running"] or state.startswith("R"):
        return _("%(name)s is computing, and not in a system call") % {"name": name}
    if where not in ("", "0"):
        return _("%(name)s waits in the kernel, in %(call)s") % {"name": name, "call": where}
    return _("%(name)s waits") % {"name": name}


def wait_until(condition, seconds):
    """Ask again until the condition holds or the time is over; returns its last answer."""
    end = time.monotonic() + seconds
    while not (answer := condition()) and time.monotonic() <= end:
        time.sleep(0.01)
    return answer


# ---- Namespaces ----


def identity(found: os.stat_result):
    """The identity of the namespace that stat(2) found: its device and its inode."""
    return found.st_dev, found.st_ino


def namespace(pid, kind):
    """The identity of a process's namespace; None if we may not read it."""
    with contextlib.suppress(OSError):
        return identity(os.stat(f"/proc/{pid}/ns/{kind}"))
    return None


def namespaces(pid, kinds=tuple(KINDS)) -> dict:
    return {kind: namespace(pid, kind) for kind in kinds}


def open_namespaces(pid) -> dict[str, int]:
    """A descriptor of each namespace of a process: it stays, even if the process moves or ends."""
    return {kind: os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY) for kind in KINDS}


def depth(path, ancestor) -> int:
    """How many levels a PID or user namespace, given by a path, is below the ancestor, or -1."""
    with contextlib.ExitStack() as opened, contextlib.suppress(OSError):
        fd = os.open(path, os.O_RDONLY)
        for level in range(40):
            opened.callback(os.close, fd)
            if identity(os.fstat(fd)) == ancestor:
                return level
            fd = fcntl.ioctl(fd, NS_GET_PARENT)  # It fails if the next one is above our own, or not related to it.
    return -1


# ---- Mounts ----


class Mount(NamedTuple):
    device: str
    root: str
    point: str
    fields: str  # the optional fields, such as shared:1
    type: str
    source: str


MOST_MOUNTS = 16 << 20  # bytes of mountinfo: 100,000 mounts, which is what a namespace may have (fs.mount-max)


def parse_mounts(text) -> Iterator[Mount]:
    # The kernel escapes blanks and newlines in names, but not what else Python takes for one.
    for line in filter(None, text.split("\n")):
        words = line.split(" ")
        if "-" not in words:  # the last line, cut off
            return
        dash = words.index("-")
        yield Mount(*words[2:5], " ".join(words[6:dash]), *words[dash + 1:dash + 3])


def mounts(pid) -> Iterator[Mount]:
    """The mounts that a process sees: only those below its root directory."""
    return parse_mounts(read_proc(f"/proc/{pid}/mountinfo", MOST_MOUNTS))


def all_mounts(stage, descriptors) -> Iterator[Mount]:
    """All mounts of the mount namespace among these descriptors, those outside a chroot included."""
    # A child of ours reads them. A command can't do it: in there, it would be one of the program's own files.
    text = stage.look(["mnt"], lambda: read_proc("self/mountinfo", MOST_MOUNTS), descriptors)
    return parse_mounts(text)
