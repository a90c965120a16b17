"""A command that runs on a stage, what it prints and how it ends."""

import contextlib
import os
import select
import signal
import time

from lib.judge.enter import MOST_WAITING
from lib.judge.kernel import descendants, open_file, wait_until
from lib.judge.outcome import Trouble
from lib.words import _, decode

MOST_OUTPUT = 8 << 20  # bytes; a program that prints more is stopped


class Program:
    """A command that runs on the stage, and what it prints; with `terminal`, on a pseudo-terminal in place of pipes."""

    def __init__(self, stage, command, terminal=False, fds=()):
        self.stage = stage
        self.deadline = time.monotonic() + stage.timeout
        self.out, self.err = bytearray(), bytearray()
        self.terminal = terminal
        self.master, slave = stage.open_terminal() if terminal else (None, None)
        self.process = stage.start(command, fds, slave)
        self.streams = {}  # what is still open, by its descriptor: where its text goes
        if terminal:
            self.source = open_file("self", slave)  # what the shell reads
            os.close(slave)
            self.stdin = open(os.dup(self.master), "wb", buffering=0)
            self.streams[self.master] = self.out
        else:
            self.stdin = self.process.stdin
            self.source = open_file("self", self.stdin.fileno())
            self.streams = {self.process.stdout.fileno(): self.out, self.process.stderr.fileno(): self.err}
        self.pidfd = os.pidfd_open(self.process.pid)
        for fd in self.streams:
            os.set_blocking(fd, False)

    def remaining(self):
        """The seconds that it may still run."""
        return max(0, self.deadline - time.monotonic())

    def pump(self, seconds, *pidfds):
        """Wait at most so long for the program to print something, or for it or one of `pidfds` to end; take the text.

        Returns whether anything has happened.
        """
        poll = select.poll()
        for fd in pidfds:
            poll.register(fd, select.POLLIN)
        for fd in self.streams:
            poll.register(fd, select.POLLIN)
        # Not has_ended(): the caller saw it alive, and if it has ended since, this must wake us.
        if self.process.returncode is None:
            poll.register(self.pidfd, select.POLLIN)
        reap_orphans()
        events = poll.poll(max(0, seconds) * 1000)
        for fd, _event in events:
            if fd in self.streams:
                data = b""
                with contextlib.suppress(OSError):  # EIO: nobody has the terminal open any more.
                    data = os.read(fd, 65536)
                self.streams[fd] += data
                if not data:
                    del self.streams[fd]
        if len(self.out) + len(self.err) > MOST_OUTPUT:
            raise Trouble(_("it prints endlessly: it was stopped after %d MiB") % (MOST_OUTPUT >> 20))
        return bool(events)

    def run_to_end(self, keep_open=False):
        """Wait until the program has ended and all that it printed is here. Without keep_open, its input ends now."""
        if not keep_open:
            self.stdin.close()
        while self.streams or not self.has_ended():
            if self.remaining() == 0:
                raise Trouble(_("it didn't end within %(time)g s: %(seen)s") % {
                    "time": self.stage.timeout, "seen": self.stage.describe_hang()})
            self.pump(self.remaining())
        self.close()

    def has_ended(self):
        return self.process.poll() is not None

    def has_ended_at_last(self):
        """Has it ended, when all that it has started was killed? It can have stopped the processes that started it."""
        if not self.has_ended():
            for pid in descendants(self.process.pid):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGCONT)
        return self.has_ended()

    def died(self):
        """Was it ended by a signal? A shell then says 128 plus its number; a higher status is the program's own."""
        return self.process.returncode < 0 or 128 < self.process.returncode < 128 + signal.NSIG

    def how_it_ended(self):
        code = self.process.returncode
        if self.died():
            number = -code if code < 0 else code - 128
            with contextlib.suppress(ValueError):
                return _("by signal %s") % signal.Signals(number).name
        return _("with exit status %d") % code

    def stdout(self):
        return decode(self.out)

    def stderr(self):
        return decode(self.err)

    def close(self):
        """Take what is left in the pipes, when all its processes have gone."""
        self.stdin.close()
        wait_until(self.has_ended_at_last, MOST_WAITING)
        self.process.wait(0)
        with contextlib.suppress(Trouble):
            end = time.monotonic() + 1
            while self.streams and time.monotonic() < end:
                self.pump(end - time.monotonic())
        for file in filter(None, (self.process.stdout, self.process.stderr)):
            file.close()
        os.close(self.pidfd)
        if self.master is not None:
            os.close(self.master)


started = {}  # what we have started and not yet waited for, by its PID


def reap_orphans():
    """Wait for the processes that have become our children.

    That happens if we are the PID 1 of a PID namespace, or a subreaper: without it, they would stay zombies, and keep
    their own PID namespace from ending (pid_namespaces(7)).
    """
    with contextlib.suppress(ChildProcessError):
        while found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            process = started.pop(found.si_pid, None)
            if process and process.returncode is None:
                process.poll()
            else:
                os.waitpid(found.si_pid, 0)
