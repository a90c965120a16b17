"""A stage for what a student could have changed, whose user owns nothing outside: scripts/lib/sandbox, and limits."""

import contextlib
import fcntl
import os
import resource
import time
from pathlib import Path

from lib.judge.kernel import NS_GET_USERNS, mounts, parent
from lib.judge.outcome import Blocked, Broken
from lib.judge.enter import call_inside, libc
from lib.judge.stage import Stage, are_mapped, choose_user
from lib.tree import ROOT
from lib.words import _

MOST_MEMORY = 512 << 20  # bytes, of all processes and files together
MOST_PROCESSES = 64
CGROUPS = Path("/sys/fs/cgroup")
# By the controllers of a line in /proc/self/cgroup: of version 1, or "" for version 2. In a cgroup of their own, 64
# processes get no more of the processors' time than one outside.
CGROUP_LIMITS = {"memory": {"memory.limit_in_bytes": MOST_MEMORY}, "pids": {"pids.max": MOST_PROCESSES},
                 "cpu": {}, "cpu,cpuacct": {}, "": {"memory.max": MOST_MEMORY, "pids.max": MOST_PROCESSES}}

MOST_SOURCE = 256 << 10  # bytes of a student's file; the longest lab has 5,000
LIMITS = ((resource.RLIMIT_AS, 128 << 20),)  # of each process; a compiler gets more
# The kernel counts the buffers of netlink and raw sockets for no process: 64 files for each of 64 are 1 GiB of them. An
# ordinary user's programs share the room for queues and pending signals, so that none may take it all.
LIMITS_OF_ALL = ((resource.RLIMIT_NPROC, MOST_PROCESSES), (resource.RLIMIT_NOFILE, 64), (resource.RLIMIT_CORE, 0),
                 (resource.RLIMIT_MSGQUEUE, 256 << 10), (resource.RLIMIT_SIGPENDING, 1024))


class Sandbox(Stage):
    """A stage with files, {name below /nslabs: bytes}, for `ordinary` users or its root; `tools` are unshare(1) etc."""

    for_class = True

    def __init__(self, timeout, ordinary, files, tools=False, limits=LIMITS, to_compile=False):
        self.to_compile = to_compile
        self.limits = [*limits, *LIMITS_OF_ALL]
        self.cgroups, self.locks = make_cgroups()
        maker = [ROOT / "scripts/lib/sandbox", *(["--ordinary"] if ordinary else []), *(["--tools"] if tools else [])]
        user = choose_user()
        if user:
            # No other process or file is of this user. A PID is below 1 << 22.
            alone = 0x70000000 + os.getpid(), 0x70400000 + os.getpid()
            user = alone if are_mapped(*alone) else user
            maker += ["--id", "%d:%d" % user]
            if not ordinary:
                self.user = user
        for cgroup in self.cgroups:
            maker += ["--cgroup", cgroup]
        fds = []
        for name, content in files.items():
            fds.append(open_bytes(name, content))
            maker += ["--file", str(fds[-1]), name]
        try:
            super().__init__(timeout, None, maker, fds, user)
        except Blocked as reason:
            with Stage():  # If not even this can be made, its Blocked is the verdict.
                raise Broken(_("can't make the sandbox: %s") % reason) from reason
        finally:
            for fd in fds:
                os.close(fd)
        self.hold_files(ordinary)

    def furniture(self):
        # A compiler needs no host. To root of a stage, which is a user namespace, no other user is mapped.
        words = [*super().furniture()]
        return [] if self.to_compile else words[:1] if self.user else words

    def hold_files(self, ordinary):
        """Hold the mount namespace around the stage for our commands: root of the stage can replace the files on it."""
        keeper = self.init if ordinary else parent(parent(self.init))
        around = os.open(f"/proc/{keeper}/ns/mnt", os.O_RDONLY)
        owner = fcntl.ioctl(around, NS_GET_USERNS)
        self.tool = os.open("/usr/bin/unshare", os.O_RDONLY)
        self.held = [around, owner, self.tool, *self.locks]
        self.outside = [around] if ordinary and self.is_ordinary() else [owner, around]
        self.inside = [] if ordinary else [self.descriptors["user"]]
        if not ordinary:  # Out here, our commands need the tools that are hidden from the program.
            hidden = [mount.point for mount in mounts(keeper)
                      if mount.root == "/null" and mount.point.startswith("/usr/")]
            call_inside(self.outside, lambda: unmount(hidden), self.user)

    def __exit__(self, *exception):
        super().__exit__(*exception)
        for fd in self.held:
            os.close(fd)

    def confine(self):
        """In the process that becomes the student's: set limits that it can't raise again."""
        for cgroup in self.cgroups:
            (cgroup / "cgroup.procs").write_text("0")
        for limit, most in self.limits:
            # Of the processor's time, a process is told a second before the hard limit kills it.
            resource.setrlimit(limit, (most, most + (limit == resource.RLIMIT_CPU)))
        # If the machine runs short of memory, the kernel ends this process first.
        Path("/proc/self/oom_score_adj").write_text("1000")

    def readable_by(self, before, program):
        return program

    def path_to(self, kinds, descriptors=None):
        """Our commands have the files that we hold: none of them is the student's, nor sees the machine's."""
        return self.outside + self.inside + [(descriptors or self.descriptors)[kind] for kind in kinds]

    def unshare(self, *options):
        """As on any stage. But unshare(1) isn't there: its descriptor is passed, and closed before the command runs."""
        return [f"/proc/self/fd/{self.tool}", *options, "--", "bash", "-c", f'exec {self.tool}<&-; exec "$@"', "bash"]

    def launcher(self):
        """As on any stage. But what is started on this one isn't trusted, the compiler included: it gets the filter."""
        return [ROOT / "build/filter", *super().launcher()]

    def start(self, command, fds=(), terminal=None):
        if command[0] == self.unshare()[0]:
            fds = [*fds, self.tool]
        return super().start(command, fds, terminal)

    def here(self):
        return "/tmp"

    def home(self):
        return "/tmp"


def open_bytes(name, content):
    """A descriptor of a file in memory, to read these bytes from."""
    fd = os.memfd_create(name)
    with open(fd, "wb", closefd=False) as file:
        file.write(content)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def unmount(points):
    """umount(8) can't do it in there: it looks for itself in /proc, and isn't in that one."""
    for point in points:
        libc.umount2(point.encode(), 0)
    return b""


def find_places():
    """Where cgroups of ours could be: the directory above each, and the limits to set in it."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _number, controllers, path = line.split(":", 2)
        if controllers and controllers in CGROUP_LIMITS:
            yield CGROUPS / controllers / path.lstrip("/"), CGROUP_LIMITS[controllers]
        elif controllers == "":
            # With version 2 only the leaves have processes, so that ours must be beside our own.
            above = CGROUPS / os.path.dirname(path).lstrip("/")
            if (above / "cgroup.subtree_control").is_file():
                yield above, CGROUP_LIMITS[""]


def lock(directory, how):
    """A descriptor that holds the directory's lock, flock(2), until it is closed or its process ends."""
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(fd, how)
    except OSError:
        os.close(fd)
        raise
    return fd


def remove_left(above):
    """Remove the cgroups that are left where both a judge and its scripts/lib/sandbox were killed.

    A PID in a name may be another process's on another stage. But a judge that lives holds the lock, once it has begun.
    """
    for cgroup in above.glob("nslabs-*-*"):
        with contextlib.suppress(OSError):  # it is in use or another user's, or has gone
            fd = lock(cgroup, fcntl.LOCK_EX | fcntl.LOCK_NB)
            try:
                if time.time() - os.stat(fd).st_mtime > 60:
                    cgroup.rmdir()
            finally:
                os.close(fd)


def make_cgroups() -> tuple[list[Path], list[int]]:
    """Make one cgroup of version 2, or several of version 1; none where we may not. Returns them and their locks."""
    made, locks = [], []
    for above, limits in find_places():
        remove_left(above)
        cgroup = above / f"nslabs-{os.getpid()}-{os.urandom(4).hex()}"
        try:
            cgroup.mkdir()
        except OSError:
            continue
        fd = lock(cgroup, fcntl.LOCK_EX)
        try:
            for name, value in limits.items():
                (cgroup / name).write_text(str(value))
        except OSError:
            os.close(fd)
            cgroup.rmdir()
            continue
        if (cgroup / "memory.swap.max").exists():  # version 2, in a kernel that can swap
            (cgroup / "memory.swap.max").write_text("0")
        made.append(cgroup)
        locks.append(fd)
    return made, locks
