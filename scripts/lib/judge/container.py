"""A student's program, and in it the shell: the one process that obeys our commands.

The judge believes the kernel, and nothing that the program prints. It stays outside the stage, in a session of its
own, and holds descriptors of the namespaces that it looks into: namespaces(7), nsenter(1), pidfd_open(2), proc(5).
"""

import contextlib
import os
import random
import secrets
import select
import time

from lib.judge.kernel import (all_pids, depth, identity, mounts, open_namespaces, parent, read_proc, start_time,
                              wait_until)
from lib.judge.outcome import Fail, Trouble
from lib.judge.require import take_snapshot
from lib.judge.stage import PATIENCE, Program
from lib.words import _, decode

# The letter of each limit for ulimit, and its name in /proc/PID/limits. The resident set size comes first, since Linux
# ignores it. The others are for a program with a hard limit of 0 for it.
LIMITS = {"m": "resident set", "f": "file size", "c": "core file size"}


class Container(Program):
    """A student's program, started with the words before it that the lab wants.

    What a lab's checks use: `ask` and `send` give the shell commands, `enter` runs a command of ours in the shell's
    namespaces, `is_new` and `may_come` help to judge; `shell` is the shell's PID as we see it, `namespaces` are the
    identities of its namespaces, `descriptors` hold them.
    """

    def __init__(self, stage, before, program, planted=None):
        # The stage as it was before the program started, to compare it with later.
        self.before = take_snapshot(stage)
        self.mounts_before = set(mounts(stage.init))
        self.meanwhile = set()  # the names that the stage was seen to have since
        self.planted = planted  # what the lab's surroundings() put on the stage
        self.caller = stage.who_runs(before)  # the user and the group that started it
        super().__init__(stage, [*before, str(program)])
        self.commands = []  # what we sent: for the log
        self.shell = None
        self.descriptors = {}
        self.trouble = None
        # An ordinary user on the stage can be in a user namespace of ours, one level down.
        self.starts_below = "--map-user=1000" in before

    # -- talking to the shell --

    def shell_lives(self):
        return self.shell is not None and not select.select([self.shell_pidfd], [], [], 0)[0]

    def send(self, line):
        """Have the shell run a command, without an answer."""
        self.commands.append(line)
        with contextlib.suppress(BrokenPipeError):  # The missing answer will tell more.
            os.write(self.stdin.fileno(), f"{line}\n".encode())

    def ask(self, command) -> str:
        """Have the shell run a command; returns what it prints on its standard output."""
        if self.trouble:
            raise self.trouble
        # The mark is sent in two parts, so that no echo of the command looks like the answer.
        mark = secrets.token_hex(8)
        begin = searched = len(self.out)
        self.send(f'{command}\necho {mark[:8]}""{mark[8:]}')
        try:
            while (end := self.out.find(mark.encode(), searched)) == -1:
                searched = max(begin, len(self.out) - len(mark))
                self.require_life()
                self.pump(self.remaining())
        except Trouble as trouble:
            self.trouble = trouble
            raise
        return decode(self.out[begin:end])

    def require_life(self):
        if self.process.stdout.fileno() not in self.streams:
            self.pump(0)
            if wait_until(self.has_ended, self.remaining()):
                raise Trouble(_("the program ended (%s), and it left no shell that answers") % self.how_it_ended())
            raise Trouble(_("it closed its standard output, so its shell can't answer"))
        if self.remaining() == 0:
            raise Trouble(_("no answer to commands on its standard input within %(time)g s: %(seen)s") % {
                "time": self.stage.timeout, "seen": self.stage.describe_hang()})

    # -- looking at it --

    def hold_shell(self):
        """Find the shell, and hold its namespaces. Trouble if no process obeys, or several do."""
        limits = set_limits(self)
        pid = wait_until(lambda: find_obedient(self.stage, limits), 0.5)
        if not pid:
            raise Trouble(_("the commands on its standard input are answered, but not by one single shell: no process, "
                            "or more than one, does what the shell is told to do"))
        started = start_time(pid)
        self.shell_pidfd = os.pidfd_open(pid)
        self.descriptors = open_namespaces(pid)
        self.namespaces = {kind: identity(os.fstat(fd)) for kind, fd in self.descriptors.items()}
        # The same PID with another start time would be another process.
        if not started or start_time(pid) != started:
            raise Trouble(_("the shell ended before it was told to"))
        self.shell, self.shell_started = pid, started
        self.patience_ends = time.monotonic() + PATIENCE

    def may_come(self, condition):
        """Wait for what may come late, such as a hostname that the parent sets; returns the condition's last answer."""
        return wait_until(condition, min(self.patience_ends, self.deadline) - time.monotonic())

    def is_new(self, kind) -> bool:
        """Is the shell in another namespace of this kind than the stage?"""
        if kind in ("pid", "user"):
            ours = 1 if kind == "user" and self.starts_below else 0
            return depth(f"/proc/self/fd/{self.descriptors[kind]}", self.stage.namespaces[kind]) > ours
        return self.namespaces[kind] != self.stage.namespaces[kind]

    def show_namespace(self, kind) -> str:
        """The shell's namespace of this kind, as readlink(1) shows it."""
        return f"{kind}:[{self.namespaces[kind][1]}]"

    def enter(self, kinds, command):
        """Run a command of ours in the shell's namespaces of these kinds, to its end."""
        return self.stage.enter(kinds, command, self.descriptors)

    # -- its end --

    def finish(self):
        """Tell the shell to exit. The program must end then, and not before: the check LAB.runs."""
        expected = _("the program runs the commands on its standard input, and ends when its shell ends, not earlier "
                     "and not later")
        if self.trouble:
            raise Fail(expected, str(self.trouble) + self.quote())
        early = self.has_ended() and self.shell_lives()
        self.send("exit")
        self.stdin.close()
        while not self.has_ended():
            if self.remaining() == 0:
                raise Fail(expected, _("its shell was told to exit, but the program hasn't ended: "
                                       "%s") % self.stage.describe_hang())
            self.pump(self.remaining())
        if early or self.shell_lives():
            raise Fail(expected, _("the program ended while its shell was still running: who waits for it?"))
        if self.died():
            raise Fail(expected, _("the program ended %s") % self.how_it_ended() + self.quote())

    def quote(self):
        """The last lines that it printed: on its standard error, if there are any."""
        lines = (self.stderr() or self.stdout()).rstrip().splitlines()
        return "".join(f"\n{line}" for line in lines[-10:])

    def release(self):
        """Close the descriptors: while we hold one, the kernel keeps its namespace and links."""
        for fd in self.descriptors.values():
            os.close(fd)
        self.descriptors = {}

    def log(self):
        return "\n".join(["# The commands that were sent to it:", *self.commands,
                          "# What it printed on its standard output:", self.stdout(),
                          "# What it printed on its standard error:", self.stderr()])


def set_limits(box):
    """Have the shell set random limits of its own; returns them as {name: possible numbers}.

    So /proc/PID/limits tells which process is the shell. `ulimit` is a builtin of every shell: it needs no PATH and no
    environment, and it changes the shell itself.
    """
    numbers = {letter: random.randrange(1 << 30, 1 << 32) for letter in LIMITS}
    box.ask("; ".join(f"ulimit -S -{letter} {number}" for letter, number in numbers.items()))
    # Shells count in either unit.
    return {LIMITS[letter]: {str(number * unit) for unit in (512, 1024)} for letter, number in numbers.items()}


def find_obedient(stage, limits):
    """The topmost process with one of these limits, as children inherit them; None if several: some may be ending."""
    found = {pid: parent(pid) for pid in all_pids() if has_limit(pid, limits) and stage.has(pid)}
    top = [pid for pid, above in found.items() if above not in found]
    return top[0] if len(top) == 1 else None


def has_limit(pid, limits) -> bool:
    """Does the process have one of these soft limits?"""
    text = read_proc(f"/proc/{pid}/limits")
    return any(word in numbers for name, numbers in limits.items()
               for word in text.partition(f"Max {name} ")[2].split(maxsplit=1)[:1])
