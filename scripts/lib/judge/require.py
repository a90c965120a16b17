"""What the checks of several labs require of a container, and what every program must leave alone on its host."""

import contextlib
import os
import signal
from collections import Counter

from lib.judge.kernel import (KINDS, is_running, namespaces, pids_inside, read_proc, start_time, status, wait_until,
                              what_it_does)
from lib.judge.outcome import Blocked, Fail
from lib.judge.stage import PATIENCE, random_duration
from lib.words import _

NAMES = ("hostname", "domainname")

# A line for each thing but mounts. Of a System V object: its key, id, permissions and owner. POSIX queues show only in
# a file system of their own. The settings are those that guides to container networks change: who forwards packets and
# answers for others, and what a user may do.
SNAPSHOT = """
sed 's/^/hostname /' /proc/sys/kernel/hostname
sed 's/^/domainname /' /proc/sys/kernel/domainname
for kind in msg sem shm; do
    awk -v kind=$kind 'NR == 1 {for (i = 1; i <= NF; i++) column[$i] = i; next}
        {print kind, $1, $2, "mode", $3, "owner", $column["uid"], $column["gid"]}' \\
        /proc/sysvipc/$kind
done
unshare --mount sh -c 'mount -t mqueue mqueue /dev/shm && cd /dev/shm &&
    stat --format="mqueue %n mode %a owner %u %g" -- *' 2>/dev/null
ip -oneline link | sed -E 's/^[0-9]+:/link/; s/ state [A-Z]+//'
ip -oneline address | sed -E 's/^[0-9]+:/address/; s/[\\\\ ]+valid_lft.*//; s/ tentative//'
ip route show table all | sed -E 's/^/route /; s/ expires [0-9]+sec//'
{ ip rule; ip -6 rule; } | sed 's/^/rule /'
cd /proc/sys/net && grep -s '' ipv4/ip_forward ipv4/ping_group_range \\
    ipv4/ip_unprivileged_port_start ipv4/conf/all/rp_filter ipv4/conf/all/proxy_arp \\
    ipv4/conf/all/route_localnet ipv6/conf/all/forwarding ipv6/conf/all/disable_ipv6 |
    sed 's/^/sysctl /'
"""


def require_own_namespace(box, kind, act=None):
    """The shell is in a namespace of its own, as a whole, and what it is told happens there.

    `act` has the shell do something with a random effect, and looks for the effect through the descriptors that we
    hold. A shell elsewhere, with a decoy in the namespace, can't pass that.
    """
    expected = _("the shell is in a new %s namespace, and so is everything it does") % _(KINDS[kind])
    require_harmless(box, kind, expected)
    if box.stage.real:  # Make sure first where the commands of `act` will run.
        require_child_inside(box, expected)
    if act:
        act(box, expected)
    require_new(box, kind, expected)
    require_child_inside(box, expected)
    require_steady(box, expected)


def require_harmless(box, kind, expected):
    """On the machine itself, a command must not reach the machine's own namespace."""
    if box.stage.real and not box.is_new(kind):
        raise Fail(expected, _("%s, the host's own: not tried on a real machine") % box.show_namespace(kind))


def require_new(box, kind, expected):
    """The shell isn't in the host's own namespace of this kind."""
    if not box.is_new(kind):
        raise Fail(expected, _("%s, which is the host's own") % box.show_namespace(kind))


def require_child_inside(box, expected):
    """An ordinary command runs where the shell is: a program may run only some of them in the namespaces."""
    duration = random_duration()
    box.ask(f"sleep {duration} </dev/null >/dev/null 2>&1 &")
    child = wait_until(lambda: box.stage.find_sleep(duration), PATIENCE)
    if not child:
        raise Fail(expected, _("a command that the shell was given (sleep) runs nowhere"))
    seen = namespaces(child)
    with contextlib.suppress(ProcessLookupError, PermissionError):  # It ends with the stage.
        os.kill(child, signal.SIGKILL)
    if seen != box.namespaces:
        raise Fail(expected, _("the shell is in the namespaces, but a command that it was given (sleep) isn't"))


def require_steady(box, expected):
    """The shell is still the process that was found, and where it was; no other one steers it."""
    if not box.shell_lives() or start_time(box.shell) != box.shell_started:
        raise Fail(expected, _("the shell ended before it was told to"))
    if status(box.shell).get("TracerPid") != "0":
        raise Fail(expected, _("another process traces the shell, and can act in its place"))
    for thread in os.listdir(f"/proc/{box.shell}/task"):
        if namespaces(f"{box.shell}/task/{thread}") != box.namespaces:
            raise Fail(expected, _("a thread of the shell is in other namespaces, or has moved to others"))


def not_in_shell(expected, command, want, got) -> Fail:
    """The shell ran a command, and its effect isn't in the namespace."""
    return Fail(expected, _("after %(command)s in the shell, its namespace should have %(want)s, but has %(got)s") % {
        "command": command, "want": want, "got": got or _("nothing")})


def not_from_outside(expected, command, want, got) -> Fail:
    """The shell doesn't see what we put into the namespace."""
    return Fail(expected, _("%(want)s was put into the namespace from outside; %(command)s in the shell prints: "
                            "%(got)s") % {"command": command, "want": want, "got": got.strip() or _("nothing")})


def act_on_process(box, expected):
    """Put a process into the PID namespace. The shell must be able to kill it by its PID there."""
    if not box.is_new("pid"):
        return
    duration = random_duration()
    # The subshell ends at once, so that the parent of sleep is the namespace's PID 1, not ours.
    box.enter(["pid"], ["sh", "-c", f"(exec sleep {duration} </dev/null >/dev/null 2>&1 &); :"])
    planted = wait_until(lambda: box.stage.find_sleep(duration), PATIENCE)
    if not planted:
        raise Blocked(_("no process can be put into the PID namespace"))
    inside = pids_inside(planted)[-1]
    box.ask(f"kill -KILL {inside}")
    if not wait_until(lambda: not is_running(planted), PATIENCE):
        os.kill(planted, signal.SIGKILL)
        raise Fail(expected, _("process %d of the namespace was put there from outside; the shell can't kill "
                               "it") % inside)


# ---- What every program must leave alone on its host ----


def take_snapshot(stage) -> list[str]:
    """What a program must leave alone, a line for each thing."""
    seen = stage.enter(["uts", "ipc", "net"], ["sh", "-c", SNAPSHOT]).stdout.splitlines()
    # The first two fields of a mount are numbers that mean nothing here.
    mounts = [line.split()[2:] for line in read_proc(f"/proc/{stage.init}/mountinfo").splitlines()]
    return seen + [" ".join(["mount", *words]) for words in mounts]


def read_names(where) -> list[str]:
    """The hostname and the domain name on a stage or in a container."""
    files = [f"/proc/sys/kernel/{name}" for name in NAMES]
    return where.enter(["uts"], ["cat", *files]).stdout.split("\n")[:2]


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
    changes = find_changes(box)
    # The kernel removes a network namespace, and so its links, some time after its last process.
    if changes and all(change.startswith(("+ link", "+ address", "+ route")) for change in changes):
        wait_until(lambda: not find_changes(box), PATIENCE)
        changes = find_changes(box)
    # A name that was changed and put back was changed nonetheless.
    changes += [f"+ {line}" for line in sorted(box.meanwhile - set(box.before)) if f"+ {line}" not in changes]
    # A process that still runs may change the host later.
    wait_until(lambda: not find_running(box.stage), PATIENCE)
    changes += [f"+ process {pid}: {what_it_does(pid)}" for pid in find_running(box.stage)]
    if changes:
        raise Fail(_("the host's names, queues, mounts and interfaces are as they were"),
                   _("changed on the host (- before, + after):") + "\n" + "\n".join(changes))
