"""A program that runs on the stage, and what it prints."""

import contextlib
import os
import select
import signal
import time

from lib.judge.outcome import Trouble
from lib.words import _, decode

MOST_OUTPUT = 8 << 20  # bytes; a program that prints more is stopped
PATIENCE = 3  # seconds for what may come late, such as a hostname that the parent sets


class Program:
    """A command that runs on the stage, and what it prints."""

    def __init__(self, stage, command):
        self.stage = stage
        self.deadline = time.monotonic() + stage.timeout
        self.out, self.err = bytearray(), bytearray()
        self.process = stage.start(command)
        self.stdin = self.process.stdin
        self.pidfd = os.pidfd_open(self.process.pid)
        self.streams = {}  # what is still open, by its descriptor: where its text goes
        for stream, text in ((self.process.stdout, self.out), (self.process.stderr, self.err)):
            os.set_blocking(stream.fileno(), False)
            self.streams[stream.fileno()] = text

    def remaining(self):
        """The seconds that it may still run."""
        return max(0, self.deadline - time.monotonic())

    def pump(self, seconds):
        """Wait at most so long for the program to print something or to end, and take the text."""
        poll = select.poll()
        for fd in self.streams:
            poll.register(fd, select.POLLIN)
        # Not has_ended(): the caller saw it alive, and if it has ended since, this must wake us.
        if self.process.returncode is None:
            poll.register(self.pidfd, select.POLLIN)
        for fd, _event in poll.poll(seconds * 1000):
            if fd in self.streams:
                data = os.read(fd, 65536)
                self.streams[fd] += data
                if not data:
                    del self.streams[fd]
        if len(self.out) + len(self.err) > MOST_OUTPUT:
            raise Trouble(_("it prints endlessly: it was stopped after %d MiB") % (MOST_OUTPUT >> 20))

    def run_to_end(self):
        """Wait until the program has ended and all that it printed is here."""
        self.stdin.close()
        while self.streams or not self.has_ended():
            if self.remaining() == 0:
                raise Trouble(_("it didn't end within %(time)g s: %(seen)s") % {
                    "time": self.stage.timeout, "seen": self.stage.describe_hang()})
            self.pump(self.remaining())
        self.close()

    def has_ended(self):
        return self.process.poll() is not None

    def died(self):
        """Was it ended by a signal? A shell then says 128 plus its number; a status above those is the program's own."""
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
        self.process.wait()
        with contextlib.suppress(Trouble):
            while self.streams:
                self.pump(1)
        self.process.stdout.close()
        self.process.stderr.close()
        os.close(self.pidfd)
