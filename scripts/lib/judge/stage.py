"""The stage, a throwaway host, and the programs that run on it."""

import contextlib
import ctypes
import json
import os
import random
import secrets
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from lib.judge.kernel import (all_pids, depth, namespace, namespaces, open_namespaces, parent, pids_inside, read_proc,
                              wait_until, what_it_does)
from lib.judge.outcome import Blocked, Trouble
from lib.tree import ROOT
from lib.words import _, decode, language

MOST_OUTPUT = 8 << 20  # bytes; a program that prints more is stopped
PATIENCE = 3  # seconds for what may come late, such as a hostname that the parent sets
PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
TIMEOUT = 10  # seconds for the program, unless --timeout says otherwise, and for our own commands


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
        self.process.wait()
        with contextlib.suppress(Trouble):
            while self.streams:
                self.pump(1)
        self.process.stdout.close()
        self.process.stderr.close()
        os.close(self.pidfd)


class Stage:
    """A host of scripts/stage. Its first process reads from a pipe of ours: so it ends even if we are killed."""

    real = False
    ordinary = 65534, 65533  # the user and the group that root becomes: they differ, so that a mix-up of them shows
    prefix = []  # the words before nsenter(1)
    confine = None  # what a process does before it becomes the program

    def __init__(self, timeout=TIMEOUT, maker=(ROOT / "scripts/stage",), fds=()):
        self.timeout = timeout
        self.directory = None
        self.started = []
        self.init = self.start_init(maker, fds)
        self.pidfd = os.pidfd_open(self.init)
        self.level = len(pids_inside(self.init)) - 1  # the index in NSpid of a PID on the stage
        self.namespaces = namespaces(self.init)
        self.descriptors = open_namespaces(self.init)
        self.has_user_namespace = self.namespaces["user"] != namespace("self", "user")
        self.setgroups_denied = read_proc(f"/proc/{self.init}/setgroups").strip() == "deny"

    def start_init(self, maker, fds):
        """Make the stage; returns the PID of its first process."""
        self.process = subprocess.Popen(
            # By "exec" it becomes PID 1, which nothing on the stage can kill.
            [*maker, "exec", "sh", "-c", 'hostname "$1"; echo ready; exec cat >/dev/null 2>&1', "stage",
             f"host-{secrets.token_hex(4)}"], pass_fds=fds, start_new_session=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if self.process.stdout.readline() != b"ready\n":
            _out, errors = self.process.communicate()
            raise Blocked(decode(errors).strip() + ask_doctor("stage"))
        # It is the last of a chain of children: setsid(1), unshare(1), the shell.
        children = {parent(pid): pid for pid in all_pids()}
        pid = self.process.pid
        while pid in children:
            pid = children[pid]
        return pid

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.end()
        for fd in (self.pidfd, *self.descriptors.values()):
            os.close(fd)

    def end(self):
        """Kill the first process, and so all others; then unshare(1) ends as well."""
        with contextlib.suppress(ProcessLookupError):  # The program has ended it.
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        # nsenter(1) stops itself when its child stops, and then doesn't see the child die.
        while self.process.poll() is None:
            for process in self.started:
                if process.poll() is None:
                    process.send_signal(signal.SIGCONT)
            time.sleep(0.001)
        self.process.communicate()

    # -- the processes on it --

    def has(self, pid) -> bool:
        """Is this process on the stage?"""
        return depth(f"/proc/{pid}/ns/pid", self.namespaces["pid"]) >= 0

    def processes(self) -> list[int]:
        """What the program has started: all on the stage but its first process."""
        return [pid for pid in all_pids() if pid != self.init and self.has(pid)]

    def find_sleep(self, duration):
        """The process on the stage that is sleep(1) with this duration, or None."""
        line = f"sleep\0{duration}\0"
        return next((pid for pid in all_pids() if read_proc(f"/proc/{pid}/cmdline") == line and self.has(pid)), None)

    def describe_hang(self):
        seen = [what_it_does(pid) for pid in self.processes()]
        return _("; ").join(seen[:6]) or _("none of its processes is left")

    def kill(self, pid):
        os.kill(pid, signal.SIGKILL)

    def kill_all(self):
        """End what the program has started, until none of it is left."""
        def kill_once():
            left = self.processes()
            for pid in left:
                with contextlib.suppress(ProcessLookupError, ChildProcessError, PermissionError):
                    self.kill(pid)
            return not left
        wait_until(kill_once, PATIENCE)

    # -- commands on it --

    def launcher(self):
        """The words before a command that runs on the stage, in a session of its own."""
        words = [*self.prefix, "nsenter", f"--target={self.init}", "--mount", "--uts", "--ipc", "--net", "--pid"]
        if self.namespaces["cgroup"] != namespace("self", "cgroup"):
            words.append("--cgroup")
        if self.has_user_namespace:
            words += ["--user", "--preserve-credentials"]
        return [*words, "--", "setsid"]

    def start(self, command, fds=()):
        """Start a command on the stage. It has three pipes, and nothing else of ours but `fds`."""
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/",
                       "TERM": "dumb", "LANG": "C.UTF-8", "NSLABS_LANG": language() or "en"}
        process = subprocess.Popen([*self.launcher(), *command], env=environment, cwd="/", start_new_session=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   preexec_fn=self.confine, pass_fds=fds)
        self.started.append(process)
        return process

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
            self.directory = Path("/dev/shm/nslabs-check")  # /dev/shm is the stage's own.
            self.enter(["mnt"], ["mkdir", "--mode=755", self.directory])
        return self.directory

    # -- looking into namespaces --

    def enter(self, kinds, command, descriptors=None):
        """Run a command of ours to its end in namespaces of these kinds: the stage's, or those of the descriptors."""
        descriptors = descriptors or self.descriptors
        entering = ["nsenter"]
        passed = [descriptors[kind] for kind in kinds]
        if self.has_user_namespace:  # In it, we have all rights over what is on the stage.
            passed.append(self.descriptors["user"])
            entering += [f"--user=/proc/self/fd/{passed[-1]}", "--preserve-credentials"]
        entering += [f"--{'mount' if kind == 'mnt' else kind}=/proc/self/fd/{descriptors[kind]}" for kind in kinds]
        return subprocess.run([*entering, "--", *command], pass_fds=passed, stdin=subprocess.DEVNULL,
                              capture_output=True, encoding="utf-8", errors="backslashreplace", check=False)

    def join(self, descriptors):
        """In a child process of ours: enter these namespaces, one after another."""
        if self.prefix:  # On the stage, no user may be the same as ours.
            user, group = self.ordinary
            os.setgroups([])
            os.setresgid(group, group, group)
            os.setresuid(user, user, user)
        libc = ctypes.CDLL(None, use_errno=True)
        for fd in descriptors:
            if libc.setns(fd, 0) == -1:
                raise OSError(ctypes.get_errno(), "setns")

    def call_inside(self, descriptors, function) -> bytes:
        """Call the function in a child process that has entered these namespaces; returns the bytes that it returns."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                self.join(descriptors)
                with open(writer, "wb") as file:
                    file.write(function())
            finally:
                os._exit(0)
        os.close(writer)
        with open(reader, "rb") as file:
            result = file.read()
        os.waitpid(child, 0)
        return result

    # -- the user that the program runs as --

    def is_ordinary(self):
        """Can as_ordinary_user() make a real ordinary user, outside any user namespace of ours?"""
        return os.geteuid() == 0 and are_mapped(*self.ordinary)

    def as_ordinary_user(self):
        """The words before a command that runs as an ordinary user, without rights on the stage."""
        if self.is_ordinary():
            return become(*self.ordinary)
        return self.unshare("--user", "--map-user=1000", "--map-group=1001")

    def as_user_with_rights(self):
        """The words before a command that isn't root, but may make namespaces of all kinds."""
        return self.unshare("--user", "--map-user=1000", "--map-group=1001", "--keep-caps")

    def who_runs(self, before):
        """The user and the group, as we see them, of a command with these words before it."""
        if self.prefix or before[:1] == ["setpriv"]:
            return self.ordinary
        return os.geteuid(), os.getegid()

    def readable_by(self, before, program):
        """The program, or a copy if the user that these words make can't read the program."""
        test = ["sh", "-c", '[ -r "$1" ] && [ -x "$1" ]', "test", str(program)]
        if os.geteuid() != 0 or self.run([*before, *test]).process.returncode == 0:
            return program
        copy = self.make_directory() / Path(program).name
        self.enter(["mnt"], ["install", "--mode=755", program, copy])
        return copy


class Machine(Stage):
    """This machine itself, in place of the stage: scripts/check --real."""

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


def random_duration():
    """A duration for sleep(1) by which Stage.find_sleep() finds the process."""
    return f"{random.randrange(1000, 9000)}.{random.randrange(10**6)}"


def are_mapped(user, group):
    """Are the user and the group in our user namespace?"""
    maps = ((number, read_proc(f"/proc/self/{name}").split()[-3:])
            for name, number in (("uid_map", user), ("gid_map", group)))
    return all(int(first) <= number < int(first) + int(count) for number, (first, _outside, count) in maps)


def become(user, group):
    """The words before a command that root runs as this user and group."""
    return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]


def ask_doctor(name):
    """What scripts/doctor says of a lab that can't run here, or the "stage": a line of its own, or "" if nothing."""
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
