"""A student's program, and in it the shell: the one process that obeys our commands.

The judge believes the kernel, and nothing that the program prints. It stays outside the stage, in a session of its
own, and holds descriptors of the namespaces that it looks into. See namespaces(7), nsenter(1), pidfd_open(2) and
proc(5).
"""

import os
import secrets
import select
import time

from lib.judge.host import take_snapshot
from lib.judge.kernel import depth, identity, open_namespaces, start_time, wait_until
from lib.judge.mounts import mounts
from lib.judge.outcome import Fail, Trouble
from lib.judge.program import PATIENCE, Program
from lib.judge.shell import find_shell
from lib.words import _, decode


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
        try:
            os.write(self.stdin.fileno(), f"{line}\n".encode())
        except BrokenPipeError:
            pass  # The missing answer will tell more.

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
        """Find the shell, and hold its namespaces."""
        pid = find_shell(self)
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
        """Wait for what may come late, such as a hostname that the parent sets.

        Returns the last answer of the condition.
        """
        return wait_until(condition, min(self.patience_ends, self.deadline) - time.monotonic())

    def is_new(self, kind) -> bool:
        """Is the shell in another namespace of this kind than the stage?"""
        if kind in ("pid", "user"):
            ours = 1 if kind == "user" and self.starts_below else 0
            return depth(f"/proc/self/fd/{self.descriptors[kind]}", self.stage.namespaces[kind]) > ours
        return self.namespaces[kind] != self.stage.namespaces[kind]

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
