"""Finding the shell in a program: the one process that does what its standard input says.

We tell it to set random limits of its own, and look in /proc/PID/limits for the process that did. `ulimit` is a
builtin of every shell: it needs no PATH and no environment, and it changes the shell itself.
"""

import random

from lib.judge.kernel import all_pids, parent, read_proc, wait_until
from lib.judge.outcome import Trouble
from lib.words import _

# The letter of each limit for ulimit, and its name in /proc/PID/limits. The resident set size comes first, since Linux
# ignores it. The others are for a program with a hard limit of 0 for it.
LIMITS = {"m": "resident set", "f": "file size", "c": "core file size"}


def find_shell(box) -> int:
    """The PID of the shell. Trouble if no process obeys, or several do."""
    limits = set_limits(box)
    pid = wait_until(lambda: find_obedient(box.stage, limits), 0.5)
    if not pid:
        raise Trouble(_("the commands on its standard input are answered, but not by one single shell: no process, or "
                        "more than one, does what the shell is told to do"))
    return pid


def set_limits(box):
    """Have the shell set random limits; returns them as {name: possible numbers}."""
    limits = {}
    commands = []
    for letter, name in LIMITS.items():
        number = random.randrange(1 << 30, 1 << 32)
        limits[name] = {str(number * unit) for unit in (512, 1024)}  # Shells count in either.
        commands.append(f"ulimit -S -{letter} {number}")
    box.ask("; ".join(commands))
    return limits


def find_obedient(stage, limits):
    """The topmost process with one of these limits, since children inherit them.

    None if there are several: some of them may just be ending.
    """
    found = {pid: parent(pid) for pid in all_pids() if has_limit(pid, limits) and stage.has(pid)}
    top = [pid for pid, above in found.items() if above not in found]
    return top[0] if len(top) == 1 else None


def has_limit(pid, limits) -> bool:
    """Does the process have one of these soft limits?"""
    text = read_proc(f"/proc/{pid}/limits")
    return any(word in numbers for name, numbers in limits.items()
               for word in text.partition(f"Max {name} ")[2].split(maxsplit=1)[:1])
