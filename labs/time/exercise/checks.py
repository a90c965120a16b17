import contextlib
import random
import time

from lib.judge.checks import check
from lib.judge.kernel import namespace, read_proc
from lib.judge.outcome import Fail
from lib.judge.require import require_child_inside, require_steady
from lib.words import N_, _

PROBE = ["unshare", "--time", "--boottime", "1", "--uts", "--ipc", "--mount", "--pid", "--fork", "--mount-proc", "true"]
# CAP_SYS_TIME of the machine's own root isn't only for the offsets: it sets the machine's clock as well.
START_AS = ("as_user_with_rights",)
CLOCKS = {"boottime": time.CLOCK_BOOTTIME, "monotonic": time.CLOCK_MONOTONIC}
DAY, MOST = 86400, 3650 * 86400  # seconds
TOLERANCE = 2  # seconds: less than what any mistake amounts to


@contextlib.contextmanager
def surroundings(_stage):
    """The offsets to ask for, which differ: no program knows them before, and a mix-up of the clocks shows."""
    yield dict(zip(CLOCKS, random.sample(range(DAY, MOST), len(CLOCKS))))


def operands(planted):
    return [word for name, seconds in planted.items() for word in (f"--{name}", str(seconds))]


def read_offsets(pid):
    """The offsets of the time namespace of a process, {clock: seconds}; none if it has ended."""
    lines = (line.split() for line in read_proc(f"/proc/{pid}/timens_offsets").splitlines())
    return {name: int(seconds) for name, seconds, _nanoseconds in lines}


def show(seconds):
    return ", ".join(f"{name} {seconds.get(name)}" for name in CLOCKS)


@check("time.namespace", N_("the shell has a time namespace of its own"),
       N_("unshare(2) with CLONE_NEWTIME leaves the caller where it is: the processes that it makes later are in the "
          "new namespace"), see='readlink /proc/$$/ns/time; echo "readlink /proc/self/ns/time" | sudo build/time',
       exercise="time.unshare")
def time_namespace(box):
    expected = _("the shell is in a new %s namespace, and so is everything it does") % "time"
    own, later = (namespace(box.shell, kind) for kind in ("time", "time_for_children"))
    if own == namespace(box.stage.init, "time"):
        seen = _("%s, which is the host's own") % f"time:[{own[1]}]"
        if later != own:
            seen += "\n" + _("only the shell's children are in a new one: was it the process itself that called "
                             "unshare(2)?")
        raise Fail(expected, seen, "children" if later != own else "")
    if later != own:
        raise Fail(expected, _("the shell is in it, but its children are in another one"))
    require_child_inside(box, expected)
    require_steady(box, expected)


@check("time.offsets", N_("the offsets of its clocks are those that were asked for"),
       N_("a new time namespace has its maker's offsets; they can be set only until the first process is in it"),
       see='echo "cat /proc/self/timens_offsets" | sudo build/time --boottime 86400 --monotonic 3600',
       exercise="time.offsets", needs="time.namespace")
def time_offsets(box):
    seen = read_offsets(box.shell)
    if seen != box.planted:
        swapped = sorted(seen.values()) == sorted(box.planted.values())
        raise Fail(_("timens_offsets of the shell: %s") % show(box.planted),
                   _("timens_offsets of the shell: %s") % show(seen), "swapped" if swapped else "")


@check("time.clocks", N_("processes inside read clocks that are later by these offsets"),
       N_("what counts is what clock_gettime(2) and /proc/uptime say to a process in there"),
       see='cat /proc/uptime; echo "cat /proc/uptime" | sudo build/time --boottime 86400', exercise="time.offsets",
       needs="time.namespace")
def time_clocks(box):
    seen = read_differences(box)
    seen |= {"/proc/uptime": uptime} if (uptime := read_uptime(box)) is not None else {}
    want = box.planted | {"/proc/uptime": box.planted["boottime"]}
    for name, seconds in seen.items():
        if abs(seconds - want[name]) > TOLERANCE:
            raise Fail(_("%(name)s inside is later than outside by %(seconds)d s") % {
                "name": name, "seconds": want[name]},
                _("%(name)s inside is later than outside by %(seconds)d s") % {"name": name, "seconds": seconds})


def read_here():
    """What the clocks say to the caller, {clock: seconds}."""
    return {name: time.clock_gettime(clock) for name, clock in CLOCKS.items()}


def read_host():
    """What they say without any offset: we may be in a time namespace ourselves."""
    own = read_offsets("self")
    return {name: seconds - own[name] for name, seconds in read_here().items()}


def read_differences(box):
    """By how much the clocks differ for a process of ours that enters the shell's time namespace."""
    with open(f"/proc/{box.shell}/ns/time", "rb") as file:
        answer = box.stage.look(["time"], lambda: " ".join(map(str, read_here().values())), {"time": file.fileno()})
    inside = dict(zip(CLOCKS, map(float, answer.split())))
    return {name: inside.get(name, 0) - seconds for name, seconds in read_host().items()}


def read_uptime(box):
    """By how much /proc/uptime differs for the shell; None if it can't read it."""
    words = box.ask('read -r up rest </proc/uptime && echo "$up"').split()
    try:
        return float(words[-1]) - read_host()["boottime"]
    except (IndexError, ValueError):
        return None
