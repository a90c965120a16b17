"""The program that is judged: built by this tree's Makefile, or another one that must be readable."""

import contextlib
import fcntl
import os
import stat
import subprocess

from lib.judge.outcome import Fail
from lib.tree import ROOT
from lib.words import _


def make(target):
    """Make a target of this tree's Makefile. Several judges may ask for it at once."""
    (ROOT / "build").mkdir(exist_ok=True)
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("MAKE", "MFLAGS"))}
    with open(ROOT / "build/check.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(["make", "--no-print-directory", "-C", ROOT, target], env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="backslashreplace",
                              check=False)
        give_back_build()
    return done


def give_back_build():
    """After `sudo make check`, make without sudo must work as before."""
    owner = ROOT.stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        return
    with contextlib.suppress(FileNotFoundError):  # a log that another judge replaces just now
        for path in [ROOT / "build", *(ROOT / "build").rglob("*")]:
            if path.lstat().st_uid == 0:
                os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def build(lab):
    """Build the lab's program: its path. Fail has the compiler's message."""
    made = make(f"build/{lab}")
    if made.returncode != 0:
        raise Fail(_("`make build/%s` succeeds") % lab, made.stdout.strip())
    return ROOT / "build" / lab


def require_readable(program):
    """Who can't read a program can't look at its processes either (ptrace(2), PR_SET_DUMPABLE)."""
    expected = _("a program that can be read and executed: %s") % program
    if not program.is_file():
        raise Fail(expected, _("no such file"))
    mode = program.stat().st_mode
    if not os.access(program, os.R_OK) or not mode & (stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH):
        raise Fail(expected, _("unreadable: its mode is %s; chmod +r it") % stat.filemode(mode))
    if not os.access(program, os.X_OK):
        raise Fail(expected, _("not executable: its mode is %s; chmod +x it") % stat.filemode(mode))
