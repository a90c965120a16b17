"""What the checks of several labs require of a container, and what every program must leave alone on its host."""

import ctypes
import os
import re
import subprocess
from collections import Counter

from lib.judge.enter import libc
from lib.judge.kernel import (KINDS, is_running, is_stopped, mounts, namespaces, pids_inside, read_proc, start_time,
                              status, threads, wait_until, what_it_does)
from lib.judge.outcome import Fail, shorten
from lib.judge.program import reap_orphans
from lib.judge.stage import PATIENCE
from lib.words import _, decode, printable

NAMES = ("hostname", "domainname")
SYSVIPC = {"msg": "msqid", "sem": "semid", "shm": "shmid"}  # the files of /proc/sysvipc, and the columns of their ids
CLONE_NEWNS = 0x20000  # unshare(2)
MS_REC, MS_PRIVATE = 1 << 14, 1 << 18  # mount(2)

# Which word a changed line of the host stands for, as Fail has it.
MISTAKES = {**dict.fromkeys(NAMES, "names"), **dict.fromkeys([*SYSVIPC, "mqueue"], "queues"), "mount": "mounts",
            "process": "processes"}

# The settings that guides to container networks change: who forwards packets and answers for others, and what a user
# may do.
SYSCTLS = ("ipv4/ip_forward", "ipv4/ping_group_range", "ipv4/ip_unprivileged_port_start",
           *(name % link for link in ("all", "default", "eth0")
             for name in ("ipv4/conf/%s/rp_filter", "ipv4/conf/%s/proxy_arp", "ipv4/conf/%s/route_localnet",
                          "ipv4/conf/%s/forwarding", "ipv6/conf/%s/forwarding", "ipv6/conf/%s/disable_ipv6")))


def require_own_namespace(box, kind, act=None):
    """The shell is in a namespace of its own, as a whole, and what it is told happens there.

    What the kernel says of the shell is the proof. `act` has the shell do something with a random effect, and looks for
    the effect through the descriptors that we hold, as far as the shell has the right and the means.
    """
    expected = _("the shell is in a new %s namespace, and so is everything it does") % _(KINDS[kind])
    require_new(box, kind, expected)
    require_child_inside(box, expected)
    if act:
        act(box, expected)
    require_steady(box, expected)


def require_new(box, kind, expected):
    """The shell isn't in the host's own namespace of this kind."""
    if not box.is_new(kind):
        raise Fail(expected, _("%s, which is the host's own") % box.show_namespace(kind))


def require_child_inside(box, expected):
    """An ordinary command runs where the shell is: a program may run only some of them in the namespaces."""
    seen = box.namespaces_of_child()
    if not seen:
        raise Fail(expected, _("a command that the shell was given runs nowhere"))
    if seen != box.namespaces:
        raise Fail(expected, _("the shell is in the namespaces, but a command that it was given isn't"))


def require_steady(box, expected):
    """The shell is still the process that was found, and where it was; no other one steers it."""
    if not box.shell_lives() or start_time(box.shell) != box.shell_started:
        raise Fail(expected, _("the shell ended before it was told to"))
    if status(box.shell).get("TracerPid") != "0":
        raise Fail(expected, _("another process traces the shell, and can act in its place"))
    for thread in threads(box.shell):
        if namespaces(thread) != box.namespaces:
            raise Fail(expected, _("a thread of the shell is in other namespaces, or has moved to others"))


def has_command(box, name) -> bool:
    """Does the shell find this command, or has a part of that name? A small root directory may lack it."""
    return "yes" in box.ask(f'command -v {name} >/dev/null && echo y""es')


def require_effect(box, expected, command, want, got):
    """The shell ran a command, whose effect `want` must be in the namespace, and not `got`.

    Capabilities may not be all: a filter or a security module can refuse it to the shell, which then says so.
    """
    refusals = "not permitted", "permission denied", "superuser", "must be root"
    if got == want or any(words in box.complaint.lower() for words in refusals):
        return
    seen = _("after %(command)s in the shell, its namespace should have %(want)s, but has %(got)s") % {
        "command": command, "want": want, "got": got or _("nothing")}
    raise Fail(expected, "\n".join(filter(None, [seen, box.complaint])))


def require_seen(box, expected, want, *commands):
    """The shell sees what we have put into its namespace: by the first of these commands that it has."""
    # The mark says that it has none of them.
    none = 'echo no""ne'
    seen = box.ask(" 2>/dev/null || ".join([*commands, none]))
    if want not in seen and "none" not in seen.split():
        raise Fail(expected, _("%(want)s was put into the namespace from outside; %(command)s in the shell prints: "
                               "%(got)s") % {"command": commands[0], "want": want, "got": seen.strip() or _("nothing")})


def act_on_process(box, expected):
    """Put a process into the PID namespace. The shell must be able to kill it by its PID there."""
    planted = box.plant()
    if not planted:
        return
    inside = pids_inside(planted)[-1]
    box.ask(f"kill -KILL {inside}")
    if wait_until(lambda: not is_running(planted), PATIENCE):
        reap_orphans()  # Its parent is the judge, in another PID namespace.
    else:
        box.stage.kill(planted)
        raise Fail(expected, _("process %d of the namespace was put there from outside; the shell can't kill "
                               "it") % inside)


def find_fault_of_proc(box):
    """What is wrong with the shell's /proc, and the word for the mistake; None if nothing is."""
    if not box.is_new("pid"):
        # The flags of all earlier labs are lost if the last one was stored by "=".
        mistake = "pid" if box.is_new("uts") or box.is_new("ipc") else "overwritten"
        return _("/proc shows the host's processes: the shell is in the host's PID namespace"), mistake
    if not (proc := proc_of(box.shell)):
        return _("nothing is mounted on /proc"), ""
    if proc.type != "proc" or proc.root != "/":
        return _("the file system on /proc is %s (its root: %s)") % (proc.type, proc.root), "type"
    *devices, process_1 = box.stage.look([], lambda: show_proc(box.shell)).split() or [""]
    if any(device != proc.device for device in devices):
        return _("another directory hides the proc that is mounted on /proc"), ""
    if (hosts := proc_of(box.stage.init)) and hosts.device == proc.device:
        elsewhere = {mount.device for mount in mounts(box.shell) if mount.type == "proc"} - \
            {mount.device for mount in box.mounts_before}
        return (_("/proc is still the host's: no new one was mounted, or it was mounted on the host as well"),
                "target" if elsewhere else "")
    if process_1 != box.show_namespace("pid"):
        return _("/proc shows a PID namespace other than the shell's"), "parent"
    return None


def show_proc(pid):
    """The devices of /proc and /proc/1 as the process sees them, since another proc can be bound over a part of this
    one; then the PID namespace of /proc/1. Any of it can be the program's own file system, which never answers."""
    numbers = (os.stat(f"{pid}/root/proc{entry}").st_dev for entry in ("", "/1"))
    devices = [f"{os.major(number)}:{os.minor(number)}" for number in numbers]
    return " ".join([*devices, os.readlink(f"{pid}/root/proc/1/ns/pid")])


def proc_of(pid):
    """The mount on /proc that a process sees: the last one, since it hides the others."""
    return next((mount for mount in reversed(list(mounts(pid))) if mount.point == "/proc"), None)


# ---- What every program must leave alone on its host ----


def take_snapshot(stage) -> list[str]:
    """What a program must leave alone, a line for each thing."""
    seen = stage.look(["uts", "ipc", "net"], read_host).split("\n")
    # The first two fields of a mount are numbers that mean nothing here.
    mounts = [line.split(" ", 2)[2] for line in read_proc(f"/proc/{stage.init}/mountinfo").split("\n") if line]
    lives = [f"process {pids_inside(pid)[-1]}, which was there before" + ", stopped" * is_stopped(pid)
             for pid, started in stage.bystanders.items() if is_running(pid) and start_time(pid) == started]
    return [*filter(None, seen), *(f"mount {line}" for line in mounts), *lives]


def read_host() -> str:
    """In the host's namespaces: its names, objects, queues, network and settings."""
    lines = [f"{name} {text}" for name, text in zip(NAMES, read_names_here())]
    lines += [f"{kind} {key} {number} mode {row['perms']} owner {row['uid']} {row['gid']}" +
              (f" messages {row['qnum']}" if kind == "msg" else "") for kind, key, number, row in list_objects()]
    lines += list_queues()
    shown = "link\naddress\nneighbor show nud permanent\nroute show table all\nrule\n"
    rarer = "nexthop\nxfrm policy\nxfrm state\naddrlabel\n"
    # By force, since a kernel may lack one of the rarer ones.
    lines += filter(None, map(name_line, run_ip("-force", "-batch", "-", given=shown + rarer)))
    lines += [f"rule {line}" for line in run_ip("-6", "rule")]
    lines += [f"sysctl {name}:{text.strip()}" for name in SYSCTLS if (text := read_proc(f"sys/net/{name}"))]
    return "\n".join(lines)


def list_objects():
    """The System V objects: (kind, key, id, the columns of its row)."""
    for kind, column in SYSVIPC.items():
        head, *rows = (line.split() for line in read_proc(f"sysvipc/{kind}").splitlines() or [""])
        for row in (dict(zip(head, row)) for row in rows):
            yield kind, row["key"], row[column], row


def list_queues():
    """The POSIX message queues. They show only in a file system of their own."""
    # In a mount namespace that ends with this process, any directory will do.
    private = ctypes.c_ulong(MS_REC | MS_PRIVATE)
    if libc.unshare(CLONE_NEWNS) == -1 or libc.mount(None, b"/", None, private, None) == -1 or \
            libc.mount(b"mqueue", b"/dev/shm", b"mqueue", 0, None) == -1:
        return []
    found = ((show_name(entry.name), entry.stat()) for entry in os.scandir("/dev/shm"))
    return [f"mqueue {name} mode {at.st_mode & 0o7777:o} owner {at.st_uid} {at.st_gid}" for name, at in found]


def show_name(name):
    """A file's name in one line: it may be any bytes."""
    return printable(decode(os.fsencode(name))).replace("\n", "\\n")


def run_ip(*words, given=""):
    return subprocess.run(["ip", "-oneline", *words], input=given, capture_output=True, encoding="utf-8",
                          errors="backslashreplace", check=False).stdout.split("\n")


def name_line(line):
    """What a line of ip(8) is about, and what of it doesn't change by itself."""
    if re.match(r"\d+:\s+\S+\s+inet", line):
        return "address" + re.sub(r"^\d+:|[\\ ]+valid_lft.*| tentative", "", line)
    if re.match(r"\d+: .*<", line):
        # The kernel may take a second to see that the other end of a cable is up.
        return "link" + re.sub(r"^\d+:| state [A-Z]+|NO-CARRIER,|,LOWER_UP", "", line)
    if re.match(r"\d+:\t", line):
        return f"rule {line}"
    if line.rstrip().endswith(" PERMANENT"):
        return f"neighbour {line}"
    if re.match("(id|src|prefix) ", line):
        return f"network {line.strip()}"
    if not line or line.startswith("multicast ff00::/8 "):  # It comes by itself with the other end.
        return ""
    return "route " + re.sub(r" expires [0-9]+sec| linkdown", "", line)


def read_names_here():
    """The hostname and the domain name, whole: a name may end in a newline of its own."""
    return [read_proc(f"sys/kernel/{name}").removesuffix("\n").replace("\n", "\\n") for name in NAMES]


def read_names(where) -> list[str]:
    """The hostname and the domain name on a stage or in a container."""
    return where.look(["uts"], lambda: "\n".join(read_names_here())).split("\n")


def list_names(stage) -> list[str]:
    """The names of the stage, in the form of take_snapshot()."""
    return [" ".join(pair) for pair in zip(NAMES, read_names(stage))]


def find_changes(box) -> list[str]:
    """What has changed since the program was started: lines gone (-) and new ones (+)."""
    before, now = Counter(box.before), Counter(take_snapshot(box.stage))
    return [f"- {line}" for line in (before - now).elements()] + [f"+ {line}" for line in (now - before).elements()]


def find_running(stage) -> list[int]:
    return [pid for pid in stage.processes() if is_running(pid)]


def host_unchanged(box):
    """The check: the stage is as it was, and its names were so all the time."""
    # A process that still runs may change the host later.
    wait_until(lambda: not find_running(box.stage), PATIENCE)
    changes = []

    def links_are_gone():
        changes[:] = find_changes(box)
        return not any(change.startswith("+ link") for change in changes)
    # The kernel removes a network namespace, and so its links, some time after its last process.
    wait_until(links_are_gone, PATIENCE)
    # A name that was changed and put back was changed nonetheless.
    changes += [f"+ {line}" for line in sorted(box.meanwhile - set(box.before)) if f"+ {line}" not in changes]
    changes += [f"+ process {pid}: {what_it_does(pid)}" for pid in find_running(box.stage)]
    if not changes:
        return
    # One of each kind first, so that a list that is cut off has each.
    kinds = [change.split()[1] for change in changes]
    changes = [changes[i] for i in sorted(range(len(changes)), key=lambda i: kinds[:i].count(kinds[i]))]
    expected = _("the host's names, queues, mounts, interfaces and processes are as they were")
    if places := find_other_propagation(changes):
        raise Fail(expected, _("these mounts of the host propagate in another way than before:") + "\n" +
                   "\n".join(shorten(places)), "mounts",
                   why=_("mount(2) works in the caller's mount namespace. To make the container's mounts private, call "
                         "it in the child, once that is in a mount namespace of its own"))
    raise Fail(expected, _("changed on the host (- before, + after):") + "\n" + "\n".join(shorten(changes)),
               MISTAKES.get(changes[0].split()[1], "network"))


def find_other_propagation(changes):
    """Where the host's mounts differ in nothing but their propagation type; none if more has changed."""
    plain = Counter()
    for sign, line in (change.split(" ", 1) for change in changes):
        if not line.startswith("mount "):
            return []
        plain[re.sub(r" (shared|master|propagate_from):\d+| unbindable", "", line)] += 1 if sign == "+" else -1
    return [] if any(plain.values()) else sorted({line.split(" ")[3] for line in plain})
