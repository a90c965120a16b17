"""This machine itself, in place of a stage."""

import os
import resource
import shutil
import tempfile
from pathlib import Path

from lib.judge import guard
from lib.judge.kernel import identity, start_time
from lib.judge.program import started
from lib.judge.stage import Stage, become, descendants

MOST_PROCESSES = 64  # that a program may start


class Machine(Stage):
    """This machine itself, in place of the stage: scripts/check --real."""

    real = True

    def start_init(self, _maker, _fds):
        return os.getpid()

    def end(self):
        self.kill_all()
        if self.directory:
            shutil.rmtree(self.directory)

    def has(self, pid):
        return pid in self.new_processes()

    def new_processes(self):
        return [pid for pid in descendants(self.init) if pid != self.init and pid not in started and
                self.bystanders.get(pid) != start_time(pid)]

    def launcher(self):
        return ["env"]

    def make_directory(self):
        if self.directory is None:
            self.directory = Path(tempfile.mkdtemp(prefix="nslabs-check."))
            self.directory.chmod(0o755)
        return self.directory

    def path_to(self, kinds, descriptors=None):
        # We are in the machine's namespaces already, and an ordinary user may not enter even those.
        if not descriptors:
            return []
        fds = [descriptors[kind] for kind in kinds]
        # An ordinary user has rights over a container only in the user namespace that it has made.
        if os.geteuid() != 0 and identity(os.fstat(descriptors["user"])) != self.namespaces["user"]:
            fds.insert(0, descriptors["user"])
        return fds

    def as_ordinary_user(self):
        return become(*self.ordinary) if self.is_ordinary() else []


class Guarded(Machine):
    """This machine, for an ordinary user's program: it can't kill all that the user has, nor fork without end.

    For users who can't have a stage with several ids. What else such a program can reach is in docs/grading.md.
    """

    real = False

    def confine(self):
        """In the process that becomes the program."""
        guard.refuse_kill_all()
        most = guard.count_processes() + MOST_PROCESSES
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
