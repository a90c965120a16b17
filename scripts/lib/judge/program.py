"""A program on the stage, and in it the one process that obeys our commands.

The judge believes the kernel and nothing that the program prints. It stays outside the stage, in a
session of its own, and holds descriptors of the namespaces that it looks into. See namespaces(7),
nsenter(1), pidfd_open(2) and proc(5).
"""

import os
import random
import secrets
import select
import signal
import time

from lib.judge.kernel import (KINDS, all_pids, depth, describe, namespaces, parent, read_proc,
                              start_time, status, wait_until, what_it_does)
from lib.judge.outcome import Fail, Trouble
from lib.words import _

MOST_OUTPUT = 8 << 20  # a program that prints more than this is stopped
PATIENCE = 3  # seconds that something may come late, such as a hostname set by the parent


def open_namespaces(pid):
    """A descriptor of each namespace of a process: it stays the same one, whatever the process does."""
    return {kind: os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY) for kind in KINDS}


def describe_hang(stage):
    seen = [what_it_does(pid) for pid in stage.processes()]
    return _("; ").join(seen[:6]) or _("no process of it is left")



class Program:
    """A command that runs on the stage, and what it prints."""

    def __init__(self, stage, command):
        self.stage = stage
        self.deadline = time.monotonic() + stage.timeout
        self.out, self.err = bytearray(), bytearray()
        self.process = stage.start(command)
        self.stdin = self.process.stdin
        self.pidfd = os.pidfd_open(self.process.pid)
        self.streams = {}
        for stream, text in ((self.process.stdout, self.out), (self.process.stderr, self.err)):
            os.set_blocking(stream.fileno(), False)
            self.streams[stream.fileno()] = text

    def remaining(self):
        return max(0, self.deadline - time.monotonic())

    def pump(self, seconds):
        """Take what the program prints, waiting so long at most for some of it, or for its end."""
        poll = select.poll()
        for fd in self.streams:
            poll.register(fd, select.POLLIN)
        if self.process.returncode is None:  # not asked anew: the caller, too, has seen it alive, and may have nothing else
            poll.register(self.pidfd, select.POLLIN)
        for fd, _event in poll.poll(seconds * 1000):
            if fd in self.streams:
                data = os.read(fd, 65536)
                self.streams[fd] += data
                if not data:
                    del self.streams[fd]
        if len(self.out) + len(self.err) > MOST_OUTPUT:
            raise Trouble(_("it prints without end: it was stopped after %d MiB") % (MOST_OUTPUT >> 20))

    def has_ended(self):
        return self.process.poll() is not None

    def died(self):
        """By a signal? A shell says so by 128 and its number; more, such as 255, is a program's own status."""
        return self.process.returncode < 0 or 128 < self.process.returncode < 128 + signal.NSIG

    def how_it_ended(self):
        code = self.process.returncode
        if self.died():
            number = -code if code < 0 else code - 128
            try:
                return _("by signal %s") % signal.Signals(number).name
            except ValueError:
                pass
        return _("with exit status %d") % code

    def stdout(self):
        return self.out.decode("utf-8", "backslashreplace")

    def stderr(self):
        return self.err.decode("utf-8", "backslashreplace")

    def close(self):
        """When all its processes have gone: take what is left in the pipes."""
        self.stdin.close()
        self.process.wait()
        try:
            while self.streams:
                self.pump(1)
        except Trouble:
            pass
        self.process.stdout.close()
        self.process.stderr.close()
        os.close(self.pidfd)


class Container(Program):
    """A student's program, and the shell in it that obeys our commands."""

    def __init__(self, stage, command):
        super().__init__(stage, command)
        self.commands = []  # what we sent: for the log
        self.shell = None  # its PID, as we see it
        self.descriptors = {}
        self.trouble = None
        # An ordinary user on the stage may be in a user namespace of ours, one level down.
        self.starts_below = "--map-user=1000" in command

    # -- talking to it --

    def shell_lives(self):
        return self.shell is not None and not select.select([self.shell_pidfd], [], [], 0)[0]

    def send(self, line):
        self.commands.append(line)
        try:
            os.write(self.stdin.fileno(), f"{line}\n".encode())
        except BrokenPipeError:
            pass  # The missing answer tells more.

    def ask(self, command):
        """Have the shell run a command; what it prints on its standard output."""
        if self.trouble:
            raise self.trouble
        # The mark is sent in two parts: no echo of the command can be taken for the answer.
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
        return self.out[begin:end].decode("utf-8", "backslashreplace")

    def require_life(self):
        if self.process.stdout.fileno() not in self.streams:
            self.pump(0)
            if wait_until(self.has_ended, self.remaining()):
                raise Trouble(_("the program ended (%s) and no shell of it answers") % self.how_it_ended())
            raise Trouble(_("it has closed its standard output, and its shell can't answer"))
        if self.remaining() == 0:
            raise Trouble(_("no answer to commands on its standard input within %(time)g s: %(seen)s") % {
                "time": self.stage.timeout, "seen": describe_hang(self.stage)})

    # -- finding the process that obeys --

    def find_shell(self):
        """Find the process that executes the commands, by something that only it can have.

        `ulimit` is a builtin of every shell: it needs no path and no environment, and changes a limit of
        the shell itself. The resident set size first, since Linux ignores that limit; the others are for
        a program that has set the hard limit to 0. Shells count in different units.
        """
        numbers = {}
        commands = []
        for letter, name in (("m", "resident set"), ("f", "file size"), ("c", "core file size")):
            number = random.randrange(1 << 30, 1 << 32)
            numbers[name] = {str(number * unit) for unit in (512, 1024)}
            commands.append(f"ulimit -S -{letter} {number}")
        self.ask("; ".join(commands))

        def find_top():
            """Children inherit the limit, so it is the topmost. Some of them may just be ending."""
            carriers = {pid: parent(pid) for pid in all_pids() if self.carries(pid, numbers) and self.stage.has(pid)}
            top = [pid for pid, above in carriers.items() if above not in carriers]
            return top if len(top) == 1 else None
        top = wait_until(find_top, 0.5)
        if not top:
            raise Trouble(_("its standard input is answered, but not by one shell that obeys: no process, or several, "
                            "do what the shell is told to do"))
        started = start_time(top[0])
        self.shell_pidfd = os.pidfd_open(top[0])
        self.descriptors = open_namespaces(top[0])
        self.namespaces = {kind: (found.st_dev, found.st_ino) for kind, found in
                           ((kind, os.fstat(fd)) for kind, fd in self.descriptors.items())}
        if not started or start_time(top[0]) != started:
            raise Trouble(_("the shell has ended before it was told to"))
        self.shell, self.shell_started = top[0], started
        self.patience_ends = time.monotonic() + PATIENCE

    def may_come(self, condition):
        """Wait for what may come late, such as a hostname that the parent sets; the condition's last answer."""
        return wait_until(condition, min(self.patience_ends, self.deadline) - time.monotonic())

    @staticmethod
    def carries(pid, numbers):
        limits = read_proc(f"/proc/{pid}/limits")
        return any(words[0] in numbers[name]
                   for name in numbers
                   for words in [limits.partition(f"Max {name} ")[2].split(maxsplit=1)] if words)

    def is_new(self, kind):
        """Is the shell in another namespace than the stage?"""
        if kind in ("pid", "user"):
            ours = 1 if kind == "user" and self.starts_below else 0
            return depth(f"/proc/self/fd/{self.descriptors[kind]}", self.stage.namespaces[kind]) > ours
        return self.namespaces[kind] != self.stage.namespaces[kind]

    def require_steady(self, expected):
        """The process is still the one that was found, all of it is where it was, and nobody steers it."""
        if not self.shell_lives() or start_time(self.shell) != self.shell_started:
            raise Fail(expected, _("the shell has ended before it was told to"))
        if status(self.shell).get("TracerPid") != "0":
            raise Fail(expected, _("another process traces the shell, and can act in its place"))
        for thread in os.listdir(f"/proc/{self.shell}/task"):
            if namespaces(f"{self.shell}/task/{thread}") != self.namespaces:
                raise Fail(expected, _("a thread of the shell is in other namespaces, or has moved to others"))

    def require_child_inside(self, expected):
        """An ordinary command lands where the shell is: whoever runs only some commands inside is found out."""
        number = f"{random.randrange(1000, 9000)}.{random.randrange(10**6)}"
        self.ask(f"sleep {number} </dev/null >/dev/null 2>&1 &")
        child = wait_until(lambda: self.stage.find_command("sleep", number), PATIENCE)
        if not child:
            raise Fail(expected, _("a command that the shell was given (sleep) runs nowhere"))
        seen = namespaces(child)
        try:
            os.kill(child, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # It ends with the stage.
        if seen != self.namespaces:
            raise Fail(expected, _("the shell is in the namespaces, but a command that it was given (sleep) is not"))

    def require_harmless(self, kind, expected):
        """On the machine itself, no command may have an effect on it."""
        if self.stage.real and not self.is_new(kind):
            raise Fail(expected, _("%s, the host's own: not tried on the real machine") % describe(
                kind, self.namespaces[kind]))

    # -- looking into it --

    def enter(self, kinds, command):
        """Run a command of ours in the shell's namespaces: what it prints."""
        return self.stage.enter(kinds, command, self.descriptors)

    # -- its end --

    def finish(self):
        """Let the shell end; the program must end with it. Raises Fail for LAB.runs."""
        expected = _("the program obeys its standard input, and ends when its shell ends, not before and not later")
        if self.trouble:
            raise Fail(expected, str(self.trouble) + self.quote())
        early = self.has_ended() and self.shell_lives()
        self.send("exit")
        self.stdin.close()
        while not self.has_ended():
            if self.remaining() == 0:
                raise Fail(expected, _("its shell was told to exit, and the program has not ended: %s") %
                           describe_hang(self.stage))
            self.pump(self.remaining())
        if early or self.shell_lives():
            raise Fail(expected, _("the program ended while its shell was still running: who waits for it?"))
        if self.died():
            raise Fail(expected, _("the program ended %s") % self.how_it_ended() + self.quote())

    def quote(self):
        """The end of what it printed: of its errors, if there are any."""
        lines = (self.stderr() or self.stdout()).rstrip().splitlines()
        return "".join(f"\n{line}" for line in lines[-10:])

    def release(self):
        """Let go of its namespaces: the kernel removes them, and their links, with the last who holds them."""
        for fd in self.descriptors.values():
            os.close(fd)
        self.descriptors = {}

    def log(self):
        return "\n".join(["# The commands that were sent to it:", *self.commands,
                          "# What it printed on its standard output:", self.stdout(),
                          "# What it printed on its standard error:", self.stderr()])
