"""What nobody trusts: a student's file is compiled and run in scripts/lib/sandbox, and judged from outside.

The judge takes the source as bytes, has it compiled in one sandbox, takes the program as bytes, and runs that in
another. It never executes anything that a student could have changed, except in there and as somebody who owns
nothing outside.
"""

import ctypes
import errno
import fcntl
import os
import resource
import stat
import subprocess
from pathlib import Path

from lib.judge.build import make
from lib.judge.kernel import NS_GET_USERNS, parent, read_proc
from lib.judge.outcome import Blocked, Fail, Trouble
from lib.judge.stage import Stage, are_mapped, become
from lib.tree import ROOT, directory
from lib.words import _

MOST_SOURCE = 256 << 10  # bytes of one file; the longest lab has 5,000
MOST_MEMORY = 512 << 20  # of all processes and files together, where a cgroup can be made
MOST_PROCESS_MEMORY = 128 << 20  # of each process anyway; a compiler may have all
MOST_PROCESSES = 64
MOST_FILES = 256  # that a process has open
COMPILE_TIME = 10  # seconds of the processor's time; six times as many by the clock, since others may use it, too


class Broken(Exception):
    """The sandbox can't be made: no verdict."""


def make_cgroups():
    """A cgroup for a student's processes (cgroups(7)), of version 2 or two of version 1; none where we may not."""
    made = []
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _number, controllers, path = line.split(":", 2)
        if controllers in ("memory", "pids"):
            limits = {"memory": {"memory.limit_in_bytes": MOST_MEMORY}, "pids": {"pids.max": MOST_PROCESSES}}[controllers]
            above = Path("/sys/fs/cgroup", controllers)
        elif controllers == "":  # With version 2 processes are in the leaves only, so that it is beside our own.
            limits = {"memory.max": MOST_MEMORY, "pids.max": MOST_PROCESSES}
            above, path = Path("/sys/fs/cgroup"), os.path.dirname(path)
            if not (above / path.lstrip("/") / "cgroup.subtree_control").is_file():
                continue
        else:
            continue
        directory = above / path.lstrip("/") / f"nslabs-{os.getpid()}-{os.urandom(4).hex()}"
        try:
            directory.mkdir()
        except OSError:
            continue
        try:
            for name, value in limits.items():
                (directory / name).write_text(str(value))
            made.append(directory)
        except OSError:
            directory.rmdir()
            continue
        if (directory / "memory.swap.max").exists():  # version 2, in a kernel that can swap
            (directory / "memory.swap.max").write_text("0")
    return made


class Sandbox(Stage):
    """A stage that holds what nobody trusts. The files, by their names below /nslabs, are bytes."""

    def __init__(self, timeout, ordinary, files, tools=False, limits=((resource.RLIMIT_AS, MOST_PROCESS_MEMORY),)):
        # A namespace lasts as long as somebody holds a descriptor of it.
        self.limits = [*limits, (resource.RLIMIT_NPROC, MOST_PROCESSES), (resource.RLIMIT_NOFILE, MOST_FILES),
                       (resource.RLIMIT_CORE, 0)]
        self.cgroups = make_cgroups()
        maker = [ROOT / "scripts/lib/sandbox"] + ["--ordinary"] * ordinary + ["--tools"] * tools
        if self.is_ordinary():
            # Nobody else is this user, so that nobody's processes or files are its own; PIDs end below 1 << 22.
            alone = 0x70000000 + os.getpid(), 0x70400000 + os.getpid()
            if are_mapped(*alone):
                self.ordinary = alone
            maker += ["--id", "%d:%d" % self.ordinary]
            if not ordinary:
                self.prefix = become(*self.ordinary)
        for cgroup in self.cgroups:
            maker += ["--cgroup", cgroup]
        fds = []
        for name, content in files.items():
            fds.append(os.memfd_create(name))
            with open(fds[-1], "wb", closefd=False) as file:
                file.write(content)
            os.lseek(fds[-1], 0, os.SEEK_SET)
            maker += ["--file", str(fds[-1]), name]
        try:
            super().__init__(False, timeout, maker, fds)
        except Blocked as reason:
            with Stage():  # Where not even that can be made, all is blocked.
                raise Broken(_("the sandbox can't be made: %s") % reason) from reason
        finally:
            for fd in fds:
                os.close(fd)
        # The files that our commands see. A program that is root on the stage could have mounted others there, but not
        # in the mount namespace around it; and here, nothing has to be hidden any more.
        keeper = self.init if ordinary else parent(parent(self.init))
        mounts = os.open(f"/proc/{keeper}/ns/mnt", os.O_RDONLY)
        owner = fcntl.ioctl(mounts, NS_GET_USERNS)
        tool = os.open("/usr/bin/unshare", os.O_RDONLY)
        self.held = [mounts, owner, tool]
        self.outside = [mounts] if ordinary and self.is_ordinary() else [owner, mounts]
        self.inside = [] if ordinary else [self.descriptors["user"]]
        if not ordinary:
            self.lay_open(words[4] for words in map(str.split, read_proc(f"/proc/{keeper}/mountinfo").splitlines())
                          if words[3] == "/null" and words[4].startswith("/usr/"))

    def __exit__(self, *exception):
        super().__exit__(*exception)
        for fd in self.held:
            os.close(fd)

    def lay_open(self, points):
        """Unmount in there. umount(8) can't: it looks for itself in /proc, where it isn't."""
        child = os.fork()
        if child == 0:
            try:
                self.join(self.outside)
                for point in points:
                    ctypes.CDLL(None).umount2(point.encode(), 0)
            finally:
                os._exit(0)
        os.waitpid(child, 0)

    def confine(self):
        """In the process that becomes the student's: its limits, which nobody can raise again."""
        for cgroup in self.cgroups:
            (cgroup / "cgroup.procs").write_text("0")
        for limit, most in self.limits:
            # Who has used up the processor's time is told so a second before the end.
            resource.setrlimit(limit, (most, most + (limit == resource.RLIMIT_CPU)))
        # Should the machine run short of memory nevertheless, it is the first to go.
        Path("/proc/self/oom_score_adj").write_text("1000")

    def readable_by(self, prefix, program):
        return program

    def enter(self, kinds, command, descriptors=None):
        """Always among the sandbox's own files: what runs is none of the student's, and sees nothing of the machine.

        It is enough to be in a PID namespace with one's children.
        """
        joined = self.outside + self.inside
        joined += [(descriptors or self.descriptors)[kind] for kind in kinds]
        try:
            return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
                                  errors="backslashreplace", check=False, timeout=60, preexec_fn=lambda: self.join(joined))
        except subprocess.TimeoutExpired as expired:  # The machine is too busy, or somebody in there keeps it from ending.
            raise Broken(_("a command of the judge hangs: %s") % " ".join(map(str, command))) from expired

    def unshare(self, *options):
        """unshare(1) isn't on the stage: it is passed by a descriptor, which is closed before the command runs."""
        fd = self.held[-1]
        return [f"/proc/self/fd/{fd}", *options, "--", "bash", "-c", f'exec {fd}<&-; exec "$@"', "bash"]

    def start(self, command):
        self.fds = [self.held[-1]] if command[0] == self.unshare()[0] else []
        return super().start(command)


def read_source(path):
    """A file that somebody handed in: no link, no pipe, nothing large."""
    expected = _("a file of at most %d KiB") % (MOST_SOURCE >> 10)
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Fail(expected, _("a symbolic link")) from error
        raise Broken(f"{path}: {error.strerror}") from error
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise Fail(expected, _("no regular file"))
        source = os.read(fd, MOST_SOURCE + 1)
    finally:
        os.close(fd)
    if len(source) > MOST_SOURCE:
        raise Fail(expected, _("a larger one"))
    return source


def build_in_sandbox(lab, path):
    """The program that the file is compiled to, as bytes. Fail has the compiler's message."""
    expected = _("`make build/%s` succeeds") % lab
    source = read_source(path)
    made = make("build/common.a")  # this tree's own, with which all are linked
    if made.returncode != 0:
        raise Broken(made.stdout)
    limits = (resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CPU, COMPILE_TIME)
    with Sandbox(6 * COMPILE_TIME, True, {
            f"labs/{lab}/{lab}.c": source,
            f"labs/{lab}/Makefile": (directory(lab) / "Makefile").read_bytes()}, limits=limits) as stage:
        try:
            done = stage.run([*stage.as_ordinary_user(), "sh", "-c", """
                cp -r /nslabs /tmp && cd /tmp/nslabs || exit 125
                make --no-print-directory "build/$1" >&2 && cat "build/$1" """, "sh", lab])
        except Trouble as trouble:
            raise Fail(expected, _("the compiler was stopped: %s") % trouble) from trouble
    if done.process.returncode == 0:
        return bytes(done.out)
    if done.process.returncode != 2 and not done.died():  # It was not make that failed.
        raise Broken(_("the sandbox can't be made: %s") % done.stderr())
    raise Fail(expected, done.stderr().strip())
