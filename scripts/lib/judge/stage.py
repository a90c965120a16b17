"""The stage, a throwaway host, and the programs that run on it."""

import collections
import contextlib
import fcntl
import json
import os
import pwd
import random
import secrets
import select
import shutil
import signal
import struct
import subprocess
import time
from pathlib import Path

from lib.judge import enter
from lib.judge.enter import MOST_WAITING
from lib.judge.kernel import (CAP_SYS_TIME, KINDS, all_pids, depth, identity, namespace, namespaces, open_namespaces,
                              parent, pids_inside, read_proc, start_time, wait_until, what_it_does)
from lib.judge.outcome import Blocked, Broken
from lib.judge.program import Program, reap_orphans, started
from lib.tree import ROOT
from lib.words import _, decode, language

HOST = Path(__file__).with_name("host.bash")  # what the first process runs
USER = "student"  # the ordinary user's name
PATIENCE = 3  # seconds for what may come late, such as a hostname that the parent sets
PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER = 24, 36  # prctl(2)
TIOCSPTLCK, TIOCGPTPEER = 0x40045431, 0x5441  # ioctl_tty(2)
TIMEOUT = 10  # seconds for the program, unless --timeout says otherwise, and for our own commands


class Stage:
    """A host of scripts/stage. Its first process reads from a pipe of ours: so it ends even if we are killed."""

    real = False
    for_class = False  # Does a teacher grade with it?
    user = None  # the (user, group) that we become before we enter the stage
    confine = None  # what a process does before it becomes the program
    bystanders = {}  # the processes that were there before the program, and when each started

    def __init__(self, timeout=TIMEOUT, keep=None, maker=(ROOT / "scripts/stage",), fds=(), ordinary=None):
        """`keep` is a directory that the stage has in common with the machine, such as the program's.

        `ordinary` are the user and the group that the program runs as where it must not be root: by default, we choose;
        () if it runs as root.
        """
        self.timeout = timeout
        self.directory = None
        self.ordinary = choose_user() if ordinary is None else ordinary or None
        # What the program leaves behind becomes our child, so that it is found, and waited for at once.
        enter.libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        # The clock is in no namespace: on the stage, root would set the machine's. So nothing that we start may.
        enter.libc.prctl(PR_CAPBSET_DROP, CAP_SYS_TIME, 0, 0, 0)
        self.init = self.start_init([*maker, *(["--keep", keep] if keep else [])], fds)
        self.pidfd = os.pidfd_open(self.init)
        self.level = len(pids_inside(self.init)) - 1  # the index in NSpid of a PID on the stage
        self.namespaces = namespaces(self.init)
        self.descriptors = open_namespaces(self.init)
        # Later, the program can have put anything in its place, such as a link to a file of the machine.
        self.ptmx = None  # The stage has no devpts.
        with contextlib.suppress(OSError):
            self.ptmx = os.open(f"/proc/{self.init}/root/dev/pts/ptmx", os.O_PATH | os.O_NOFOLLOW)
        self.has_user_namespace = self.namespaces["user"] != namespace("self", "user")
        self.setgroups_denied = read_proc(f"/proc/{self.init}/setgroups").strip() == "deny"
        # What is there before the program, and must be there after it.
        self.bystanders = {pid: start_time(pid) for pid in self.processes()}

    def start_init(self, maker, fds):
        """Make the stage; returns the PID of its first process."""
        words = [f"host-{secrets.token_hex(4)}", *self.furniture()]
        self.process = subprocess.Popen(
            # By "exec" it becomes PID 1, which nothing on the stage can kill.
            [*maker, "exec", "bash", "-c", HOST.read_text(), "stage", *words], pass_fds=fds, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        started[self.process.pid] = self.process
        ready = select.select([self.process.stdout], [], [], MOST_WAITING)[0]
        if not ready or self.process.stdout.readline() != b"ready\n":
            self.process.kill()
            _out, errors = self.process.communicate()
            raise Blocked(decode(errors).strip() + ask_doctor("stage"))
        return find_init(self.process.pid)

    def furniture(self):
        """What host.bash is told besides the host's name."""
        yield f"100.{random.randrange(64, 128)}.{random.randrange(256)}"
        if self.ordinary:
            yield from [USER, *map(str, self.ordinary), further_ids()]

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.end()
        for fd in (self.pidfd, *self.descriptors.values(), *([] if self.ptmx is None else [self.ptmx])):
            os.close(fd)

    def end(self):
        """Kill the first process, and so all others; then unshare(1) ends as well."""
        with contextlib.suppress(ProcessLookupError):  # The program has ended it.
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        ends = time.monotonic() + MOST_WAITING
        # nsenter(1) stops itself when its child stops, and then doesn't see the child die.
        while self.process.poll() is None:
            for process in list(started.values()):
                if process.poll() is None:
                    process.send_signal(signal.SIGCONT)
            reap_orphans()
            if time.monotonic() > ends:
                raise Broken(_("the throwaway host can't be ended: %s") % what_it_does(self.init))
            time.sleep(0.001)
        self.process.communicate()
        # /dev/shm is the stage's own, unless it is the caller's directory or TMPDIR.
        if self.directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    # -- the processes on it --

    def has(self, pid) -> bool:
        """Is this process on the stage?"""
        return depth(f"/proc/{pid}/ns/pid", self.namespaces["pid"]) >= 0

    def processes(self) -> list[int]:
        """What the program has started: all on the stage but what was there before, and the shell before it."""
        return [pid for pid in self.new_processes() if parent(pid) not in started]

    def new_processes(self) -> list[int]:
        """All on the stage but what was there before."""
        return [pid for pid in all_pids() if pid != self.init and self.has(pid) and
                self.bystanders.get(pid) != start_time(pid)]

    def describe_hang(self):
        seen = [what_it_does(pid) for pid in self.processes()]
        return _("; ").join(seen[:6]) or _("none of its processes is left")

    def kill(self, pid, number=signal.SIGKILL):
        """Send a signal to a process on the stage, which can be another user's."""
        try:
            os.kill(pid, number)
        except PermissionError:
            enter.call_inside(self.path_to([]), lambda: os.kill(pid, number) or b"")

    def kill_all(self):
        """End the program and what it has started, until none of it is left."""
        def kill_once():
            left = self.new_processes()
            for pid in left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    self.kill(pid)
            reap_orphans()
            return not left
        wait_until(kill_once, PATIENCE)

    # -- commands on it --

    def launcher(self):
        """The words before a command that runs on the stage."""
        words = become(*self.user) if self.user else []
        words += ["nsenter", f"--target={self.init}", "--mount", "--uts", "--ipc", "--net", "--pid"]
        if self.namespaces["cgroup"] != namespace("self", "cgroup"):
            words.append("--cgroup")
        if self.has_user_namespace:
            words += ["--user", "--preserve-credentials"]
        return [*words, "--"]

    def start(self, command, fds=(), terminal=None):
        """Start a command on the stage, as sudo(8) does at a login: it leads neither its session nor a process group.

        It has three pipes, or the descriptor `terminal` in their place, and nothing else of ours but `fds`.
        """
        streams = (subprocess.PIPE,) * 3 if terminal is None else (terminal,) * 3
        session = ["setsid", "--wait", *(["--ctty"] if terminal is not None else [])]
        login = ["sh", "-c", 'cd "$1" 2>/dev/null || cd; shift; "$@"; exit $?', "sh", self.here()]
        with may_be_missing():
            process = subprocess.Popen([*self.launcher(), *session, *login, *command], env=self.environment(), cwd="/",
                                       start_new_session=True, stdin=streams[0], stdout=streams[1], stderr=streams[2],
                                       preexec_fn=self.confine, pass_fds=fds)
        started[process.pid] = process
        return process

    def here(self):
        """The directory that a program starts in: the caller's, as with sudo(8)."""
        here = os.getcwd()
        return here if here != "/" else self.home()

    def home(self):
        return os.path.realpath(os.environ.get("HOME") or "/root")

    def environment(self):
        user = USER
        if not self.ordinary:
            with contextlib.suppress(KeyError):
                user = pwd.getpwuid(os.geteuid()).pw_name
        return {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": self.home(),
                "SHELL": "/bin/bash", "USER": user, "LOGNAME": user, "TERM": "dumb", "LANG": "C.UTF-8",
                "NSLABS_LANG": language() or "en"}

    def open_terminal(self):
        """Open a pseudo-terminal of the stage's own: the descriptors of both of its sides."""
        try:
            master = os.open(f"/proc/self/fd/{self.ptmx}", os.O_RDWR | os.O_NOCTTY)
        except OSError:  # There is none, or it is the machine's, whose mode lets nobody open it.
            return os.openpty()
        fcntl.ioctl(master, TIOCSPTLCK, struct.pack("i", 0))
        return master, fcntl.ioctl(master, TIOCGPTPEER, os.O_RDWR | os.O_NOCTTY)

    def run(self, command) -> Program:
        """Run a command on the stage to its end."""
        program = Program(self, command)
        program.run_to_end()
        return program

    def unshare(self, *options):
        """The words before a command on the stage that gets namespaces of its own."""
        return ["unshare", *options, "--"]

    def make_directory(self):
        """A directory that every program on the stage may read. It goes away with the stage."""
        if self.directory is None:
            self.directory = Path(f"/dev/shm/nslabs-check.{secrets.token_hex(4)}")
            self.enter(["mnt"], ["mkdir", "--mode=755", self.directory])
        return self.directory

    # -- looking into namespaces --

    def path_to(self, kinds, descriptors=None):
        """The descriptors of the namespaces to enter one after another: of these kinds, the stage's by default."""
        # In the stage's user namespace, we have all rights over what is on the stage.
        user = [self.descriptors["user"]] if self.has_user_namespace else []
        return user + [(descriptors or self.descriptors)[kind] for kind in kinds]

    def enter(self, kinds, command, descriptors=None, stdin=subprocess.DEVNULL):
        """Run a command of ours to its end in namespaces of these kinds: the stage's, or those of the descriptors.

        It isn't itself in a PID namespace that it enters: only its children are.
        """
        joined = self.path_to(kinds, descriptors)
        try:
            with may_be_missing():
                return subprocess.run(command, stdin=stdin, capture_output=True, encoding="utf-8",
                                      errors="replace", check=False, timeout=MOST_WAITING,
                                      preexec_fn=lambda: enter.join(joined, self.user))
        except subprocess.TimeoutExpired as expired:
            # The machine is too busy, or a process in there keeps the command from ending.
            raise Broken(_("a command of the judge hangs: %s") % " ".join(map(str, command))) from expired

    def look(self, kinds, function, descriptors=None) -> str:
        """Call a function of ours in namespaces of these kinds; returns the text that it returns.

        Its working directory is our /proc: that of the namespaces can be anything.
        """
        return decode(enter.call_inside(self.path_to(kinds, descriptors), lambda: function().encode(), self.user))

    def plant(self, shell, descriptors, zombies=0):
        """Put a process of ours beside the shell, into all of its namespaces but the user's; its PID, or None.

        It has so many children that have ended, and doesn't wait for them.
        """
        # Only where they aren't ours already: an ordinary user may not enter even those.
        kinds = [kind for kind in KINDS if kind not in ("user", "mnt")
                 and identity(os.fstat(descriptors[kind])) != namespace("self", kind)]
        path = self.path_to([*kinds, "mnt"], descriptors)
        return enter.plant(path, self.user, shell, TIMEOUT, zombies)

    # -- the user that the program runs as --

    def is_ordinary(self):
        """Can as_ordinary_user() make an ordinary user who is in no user namespace of ours?"""
        return self.ordinary is not None

    def as_ordinary_user(self):
        """The words before a command that runs as an ordinary user, without rights on the stage."""
        if self.is_ordinary():
            return become(*self.ordinary)
        return self.unshare("--user", "--map-user=1000", "--map-group=1001")

    def as_user_with_rights(self):
        """The words before a command that isn't root, but may make namespaces of all kinds."""
        return self.unshare("--user", "--map-user=1000", "--map-group=1001", "--keep-caps")

    def as_root_of_user_namespace(self):
        """The words before a command that is root in a user namespace of its own, as in the user lab."""
        return self.unshare("--user", "--map-root-user")

    def who_runs(self, before):
        """The user and the group, as we see them, of a command with these words before it."""
        if self.user or before[:1] == ["setpriv"]:
            return self.ordinary
        return os.geteuid(), os.getegid()

    def readable_by(self, before, program):
        """The program, or a copy if the user that these words make can't read the program."""
        test = ["sh", "-c", '[ -r "$1" ] && [ -x "$1" ]', "test", str(program)]
        if self.run([*before, *test]).process.returncode == 0:
            return program
        copy = self.make_directory() / program.name
        self.enter(["mnt"], ["install", "--mode=755", program, copy])
        return copy


def choose_user():
    """Choose a user and a group for an ordinary program; None if we aren't root.

    They are others each time: so no program can guess them, nor be right by chance with 0 or the overflow ids. They
    differ, so that a mix-up of them shows.
    """
    if os.geteuid() != 0:
        return None
    for _attempt in range(20):
        user, group = random.sample(range(20000, 40000), 2)
        if are_mapped(user, group):
            return user, group
    return None


def descendants(pid) -> list[int]:
    """The process and all that it has started, as far as their parents live."""
    children = collections.defaultdict(list)
    for each in all_pids():
        children[parent(each)].append(each)
    found = [pid]
    for each in found:
        found += children[each]
    return found


def find_init(pid) -> int:
    """The first process of the stage: among a process's descendants, the PID 1 of the innermost PID namespace."""
    return max((each for each in descendants(pid) if pids_inside(each)[-1:] == [1]),
               key=lambda each: len(pids_inside(each)))


def further_ids():
    """A range of ids for the ordinary user, as in subuid(5): FIRST:COUNT. In a user namespace, a part of its own."""
    first, _outside, count = map(int, read_proc("/proc/self/uid_map").split()[-3:])
    return "1000000:65536" if count > 1 << 24 else f"{first + count * 3 // 4}:{count // 4}"


def are_mapped(user, group):
    """Are the user and the group in our user namespace?"""
    maps = ((number, read_proc(f"/proc/self/{name}").split()[-3:])
            for name, number in (("uid_map", user), ("gid_map", group)))
    return all(int(first) <= number < int(first) + int(count) for number, (first, _outside, count) in maps)


def become(user, group):
    """The words before a command that root runs as this user and group."""
    return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]


@contextlib.contextmanager
def may_be_missing():
    """Around the start of a command of ours that this machine may not have."""
    try:
        yield
    except (FileNotFoundError, PermissionError) as error:
        raise Blocked(f"{error.filename}: {error.strerror}" + ask_doctor(error.filename)) from error


def ask_doctor(name):
    """What scripts/doctor says of a lab, a tool or the "stage" that fails: a line of its own, or "" if nothing."""
    done = subprocess.run([ROOT / "scripts/doctor", "--json"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        return ""
    entries = [*found["labs"], *found["probes"]]
    cause = next((entry["cause"] for entry in entries if name in (entry.get("lab"), entry.get("id"))), None)
    advice = next((probe["advice"] for probe in found["probes"] if cause and probe["cause"] == cause), None)
    return f"\n{cause}: {advice}" if advice else ""
