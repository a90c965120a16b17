"""What every program must leave alone on its host: names, queues, mounts and the network."""

from collections import Counter

from lib.judge.kernel import is_running, read_proc, wait_until, what_it_does
from lib.judge.outcome import Fail
from lib.judge.program import PATIENCE
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
    return ([f"- {line}" for line in (before - now).elements()] + [f"+ {line}" for line in (now - before).elements()])


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
