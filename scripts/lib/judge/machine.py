"""This machine itself, in place of the stage: scripts/check --real."""

import ctypes
import os
import shutil
import tempfile
from pathlib import Path

from lib.judge.kernel import parent
from lib.judge.stage import Stage, become

PR_SET_CHILD_SUBREAPER = 36


class Machine(Stage):
    real = True

    def start_init(self, _maker, _fds):
        # What the program leaves behind becomes our child, so that we find it.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        return os.getpid()

    def end(self):
        self.kill_all()
        if self.directory:
            shutil.rmtree(self.directory)

    def has(self, pid):
        while pid > 1 and pid != self.init:
            pid = parent(pid)
        return pid == self.init

    def kill(self, pid):
        super().kill(pid)
        os.waitpid(pid, os.WNOHANG)  # It was our child, or is when its parent is gone.

    def launcher(self):
        return ["env"]

    def make_directory(self):
        if self.directory is None:
            self.directory = Path(tempfile.mkdtemp(prefix="nslabs-check."))
            self.directory.chmod(0o755)
        return self.directory

    def enter(self, kinds, command, descriptors=None):
        # We are in the machine's namespaces already, and an ordinary user may not enter even those.
        return super().enter(kinds if descriptors else [], command, descriptors)

    def as_ordinary_user(self):
        return become(*self.ordinary) if self.is_ordinary() else []
