"""How the judge gets a lab's program: from this tree, from a student's file in the sandbox, or as it is."""

import contextlib
import errno
import fcntl
import os
import resource
import stat
import subprocess

from lib.files import is_noexec
from lib.judge.outcome import Blocked, Broken, Fail, Trouble
from lib.judge.sandbox import MOST_MEMORY, MOST_SOURCE, Sandbox
from lib.tree import ROOT, directory
from lib.words import _

COMPILE_TIME = 10  # seconds of the processor; by the clock six times as many, as it may be busy


def make(*targets):
    """Make targets of this tree's Makefile. Several judges may do so at the same time."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    with lock_build() as is_writable:
        done = subprocess.run(["make", "--no-print-directory", "-C", ROOT, *targets], env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="backslashreplace", check=False)
        give_back_build()
    if done.returncode != 0 and not is_writable:
        raise Broken(f"{ROOT}: {os.strerror(errno.EROFS)}")
    return done


@contextlib.contextmanager
def lock_build():
    """Let no other judge build meanwhile. Yields whether build/ can be written to: what is in there may be all."""
    try:
        (ROOT / "build").mkdir(exist_ok=True)
        lock = open(ROOT / "build/check.lock", "a")
    except OSError as error:
        if error.errno != errno.EROFS:
            raise
        yield False
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield True


def give_back_build():
    """After `sudo make check`, make without sudo must work again: give build/ to its owner."""
    owner = ROOT.stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        return
    with contextlib.suppress(FileNotFoundError):  # Another judge may be replacing a log.
        for path in [ROOT / "build", *(ROOT / "build").rglob("*")]:
            if path.lstat().st_uid == 0:
                os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def build(lab):
    """Build the lab's program; returns its path. Fail has the compiler's message."""
    made = make(f"build/{lab}")
    if made.returncode != 0:
        raise Fail(_("`make build/%s` succeeds") % lab, made.stdout.strip())
    return ROOT / "build" / lab


def require_readable(program):
    """The kernel lets us look at a process only if we may read its program: see ptrace(2)."""
    expected = _("a program that can be read and executed: %s") % program
    if not program.is_file():
        raise Fail(expected, _("not a regular file") if program.exists() else _("no such file"))
    mode = program.stat().st_mode
    if not os.access(program, os.R_OK) or not mode & (stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH):
        raise Fail(expected, _("unreadable: its mode is %s; chmod +r it") % stat.filemode(mode))
    if not os.access(program, os.X_OK) and not is_noexec(program):
        raise Fail(expected, _("not executable: its mode is %s; chmod +x it") % stat.filemode(mode))


def require_exec(program, in_sandbox):
    """It isn't the program's fault if its file system runs none."""
    if not in_sandbox and is_noexec(program):
        raise Blocked(_("%s is on a file system that runs no programs: it is mounted with the option noexec") % program)


def read_source(path):
    """The bytes of a file that a student handed in: no link, no pipe, nothing large."""
    expected = _("a file of at most %d KiB") % (MOST_SOURCE >> 10)
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Fail(expected, _("a symbolic link")) from error
        raise Broken(f"{path}: {error.strerror}") from error
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise Fail(expected, _("not a regular file"))
        source = os.read(fd, MOST_SOURCE + 1)
    finally:
        os.close(fd)
    if len(source) > MOST_SOURCE:
        raise Fail(expected, _("a larger file"))
    return source


def build_in_sandbox(lab, path):
    """Compile a student's file; returns the program's bytes. Fail has the compiler's message."""
    expected = _("`make build/%s` succeeds") % lab
    ours = [directory(lab) / "Makefile", *directory(lab).glob("*.[ch]")]  # A lab may have further sources.
    files = {f"labs/{lab}/{file.name}": file.read_bytes() for file in ours} | {f"labs/{lab}/{lab}.c": read_source(path)}
    made = make("build/common.a", "build/filter")  # All programs are linked with this tree's own, and run behind it.
    if made.returncode != 0:
        raise Broken(made.stdout)
    limits = (resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CPU, COMPILE_TIME)
    with Sandbox(6 * COMPILE_TIME, True, files, limits=limits, to_compile=True) as stage:
        try:
            done = stage.run([*stage.as_ordinary_user(), "sh", "-c", """
                cp -r /nslabs /tmp && cd /tmp/nslabs || exit 125
                make --no-print-directory "build/$1" >&2 && cat "build/$1" """, "sh", lab])
        except Trouble as trouble:
            raise Fail(expected, _("the compiler was stopped: %s") % trouble) from trouble
    if done.process.returncode == 0:
        return bytes(done.out)
    if done.process.returncode != 2 and not done.died():  # Not make has failed, but the sandbox.
        raise Broken(_("can't make the sandbox: %s") % done.stderr())
    raise Fail(expected, done.stderr().strip())
