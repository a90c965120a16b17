"""The stage: a throwaway host for the program that is judged, or this machine itself."""

import ctypes
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from lib.judge.kernel import (all_pids, depth, namespace, namespaces, parent, pids_inside,
                              read_proc, wait_until)
from lib.judge.doctor import ask_doctor
from lib.judge.outcome import Blocked, Trouble
from lib.judge.program import PATIENCE, Program, describe_hang, open_namespaces
from lib.tree import ROOT
from lib.words import _, language

OPTIONS = {"cgroup": "--cgroup", "ipc": "--ipc", "mnt": "--mount", "net": "--net", "pid": "--pid",
           "uts": "--uts"}  # of nsenter(1)
PR_SET_CHILD_SUBREAPER = 36
# Whom root becomes to be an ordinary user. The two differ, so that a mix-up shows.
ORDINARY_ID, ORDINARY_GID = 65534, 65533
NAMES = ("hostname", "domainname")
TIMEOUT = 10  # seconds that a program has, by default, and what we start ourselves

# What else a container must leave alone besides mounts: a line for each thing. Of the System V objects the key, the
# identifier, permissions and owner. Only a file system of their own shows POSIX queues. The settings are those that
# guides to container networks change: who forwards and answers for others, and what a user may do.
SNAPSHOT = """
sed 's/^/hostname /' /proc/sys/kernel/hostname
sed 's/^/domainname /' /proc/sys/kernel/domainname
for kind in msg sem shm; do
    awk -v kind=$kind 'NR == 1 {for (i = 1; i <= NF; i++) column[$i] = i; next}
        {print kind, $1, $2, "mode", $3, "owner", $column["uid"], $column["gid"]}' /proc/sysvipc/$kind
done
unshare --mount sh -c 'mount -t mqueue mqueue /dev/shm && cd /dev/shm &&
    stat --format="mqueue %n mode %a owner %u %g" -- *' 2>/dev/null
ip -oneline link | sed -E 's/^[0-9]+:/link/; s/ state [A-Z]+//'
ip -oneline address | sed -E 's/^[0-9]+:/address/; s/[\\\\ ]+valid_lft.*//; s/ tentative//'
ip route show table all | sed -E 's/^/route /; s/ expires [0-9]+sec//'
{ ip rule; ip -6 rule; } | sed 's/^/rule /'
cd /proc/sys/net && grep -s '' ipv4/ip_forward ipv4/ping_group_range ipv4/ip_unprivileged_port_start \\
    ipv4/conf/all/rp_filter ipv4/conf/all/proxy_arp ipv4/conf/all/route_localnet \\
    ipv6/conf/all/forwarding ipv6/conf/all/disable_ipv6 | sed 's/^/sysctl /'
"""


class Stage:
    """A throwaway host (scripts/stage), or with real=True the machine itself.

    Its first process reads from a pipe of ours, so that the stage ends should we be killed.
    """

    ordinary = ORDINARY_ID, ORDINARY_GID
    prefix = []  # what comes before nsenter(1)
    confine = None  # what a process does that is to start the program

    def __init__(self, real=False, timeout=TIMEOUT, maker=(ROOT / "scripts/stage",), fds=()):
        self.real = real
        self.timeout = timeout
        self.directory = None
        self.started = []
        if real:
            self.init = os.getpid()
            # What the program leaves behind becomes our child, and can be found.
            ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        else:
            self.process = subprocess.Popen(
                # "exec": it becomes PID 1, which nobody on the stage can kill.
                [*maker, "exec", "sh", "-c", 'hostname "$1"; echo ready; exec cat >/dev/null 2>&1',
                 "stage", f"host-{secrets.token_hex(4)}"], pass_fds=fds,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
            if self.process.stdout.readline() != b"ready\n":
                _out, errors = self.process.communicate()
                raise Blocked(errors.decode("utf-8", "backslashreplace").strip() + ask_doctor("stage"))
            self.init = self.find_init()
        self.pidfd = os.pidfd_open(self.init)
        self.level = len(pids_inside(self.init)) - 1  # where its own PIDs are in NSpid
        self.namespaces = namespaces(self.init)
        self.descriptors = open_namespaces(self.init)
        self.has_user_namespace = self.namespaces["user"] != namespace("self", "user")
        self.setgroups_denied = read_proc(f"/proc/{self.init}/setgroups").strip() == "deny"

    def find_init(self):
        """The last of the chain that scripts/stage has become: setsid, unshare, the shell."""
        children = {}
        for pid in all_pids():
            children.setdefault(parent(pid), pid)
        pid = self.process.pid
        while pid in children:
            pid = children[pid]
        return pid

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        if self.real:
            self.kill_all()
        else:
            # The kernel kills the others, and unshare(1) returns when none is left. nsenter(1) stops itself when its
            # child stops, and wouldn't see it die.
            try:
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            except ProcessLookupError:  # A program may have ended it.
                pass
            while self.process.poll() is None:
                for process in self.started:
                    if process.poll() is None:
                        process.send_signal(signal.SIGCONT)
                time.sleep(0.001)
            self.process.communicate()
        if self.real and self.directory:
            shutil.rmtree(self.directory)
        for fd in (self.pidfd, *self.descriptors.values()):
            os.close(fd)

    def has(self, pid):
        """Is this process on the stage?"""
        if self.real:
            while pid > 1 and pid != self.init:
                pid = parent(pid)
            return pid == self.init
        return depth(f"/proc/{pid}/ns/pid", self.namespaces["pid"]) >= 0

    def processes(self):
        """What the program has started: all on the stage but its first process."""
        return [pid for pid in all_pids() if pid != self.init and self.has(pid)]

    def kill_all(self):
        """End what the program has started, until nothing of it is left."""
        def kill_once():
            left = self.processes()
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                    if self.real:  # Children of the killed ones come to us.
                        os.waitpid(pid, os.WNOHANG)
                except (ProcessLookupError, ChildProcessError, PermissionError):
                    pass
            return not left
        wait_until(kill_once, PATIENCE)

    def find_command(self, *words):
        """The process on the stage that runs this very command line, or None."""
        line = "\0".join(words) + "\0"
        for pid in all_pids():
            if read_proc(f"/proc/{pid}/cmdline") == line and self.has(pid):
                return pid
        return None

    def enter(self, kinds, command, descriptors=None):
        """Run a command of ours in namespaces of these kinds: the stage's, or those of the descriptors."""
        if self.real and not descriptors:  # where we are already; an ordinary user may not even enter that
            kinds = []
        descriptors = descriptors or self.descriptors
        entering = ["nsenter"]
        passed = [descriptors[kind] for kind in kinds]
        if self.has_user_namespace:  # In it, we have every right over all that is on the stage.
            passed.append(self.descriptors["user"])
            entering += [f"--user=/proc/self/fd/{passed[-1]}", "--preserve-credentials"]
        for kind in kinds:
            entering.append(f"{OPTIONS[kind]}=/proc/self/fd/{descriptors[kind]}")
        return subprocess.run([*entering, "--", *command], pass_fds=passed, stdin=subprocess.DEVNULL,
                              capture_output=True, encoding="utf-8", errors="backslashreplace", check=False)

    def join(self, descriptors):
        """In a child process of ours: enter these namespaces, one after another."""
        if self.prefix:  # Nobody else in there may be we.
            user, group = self.ordinary
            os.setgroups([])
            os.setresgid(group, group, group)
            os.setresuid(user, user, user)
        libc = ctypes.CDLL(None, use_errno=True)
        for fd in descriptors:
            if libc.setns(fd, 0) == -1:
                raise OSError(ctypes.get_errno(), "setns")

    def read_mounts(self, mount_namespace):
        """All that is in a mount namespace, also what a shell in a chroot there doesn't see: as of proc(5), mountinfo.

        No command does it: it would be one of the program's files.
        """
        proc = os.open("/proc", os.O_RDONLY)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                self.join([self.descriptors["user"]] * self.has_user_namespace + [mount_namespace])
                with open(os.open("self/mountinfo", os.O_RDONLY, dir_fd=proc), "rb") as source, \
                        open(writer, "wb") as target:
                    target.write(source.read())
            finally:
                os._exit(0)
        os.close(writer)
        with open(reader, "rb") as file:
            text = file.read().decode("utf-8", "backslashreplace")
        os.waitpid(child, 0)
        os.close(proc)
        return text

    def launcher(self):
        """The beginning of each command line that shall run on the stage, in a session of its own."""
        if self.real:
            return ["env"]
        words = [*self.prefix, "nsenter", f"--target={self.init}", "--mount", "--uts", "--ipc", "--net", "--pid"]
        if self.namespaces["cgroup"] != namespace("self", "cgroup"):
            words.append("--cgroup")
        if self.has_user_namespace:
            words += ["--user", "--preserve-credentials"]
        return [*words, "--", "setsid"]

    fds = ()  # what a command on the stage is given besides its pipes

    def start(self, command):
        """Start a command on the stage, with nothing of ours but three pipes."""
        environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/", "TERM": "dumb", "LANG": "C.UTF-8", "NSLABS_LANG": language() or "en",
        }
        process = subprocess.Popen([*self.launcher(), *command], env=environment, cwd="/", stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
                                   preexec_fn=self.confine, pass_fds=self.fds)
        self.started.append(process)
        return process

    def unshare(self, *options):
        """The words before a command on the stage that is to have namespaces of its own."""
        return ["unshare", *options, "--"]

    def run(self, command):
        """Run a command on the stage to its end; the Program that it was."""
        program = Program(self, command)
        program.stdin.close()
        while program.streams or not program.has_ended():
            if program.remaining() == 0:
                raise Trouble(_("it did not end within %(time)g s: %(seen)s") % {
                    "time": self.timeout, "seen": describe_hang(self)})
            program.pump(program.remaining())
        program.close()
        return program

    def snapshot(self):
        """What a container must leave alone: names, queues, mounts and the network of the stage."""
        seen = self.enter(["uts", "ipc", "net"], ["sh", "-c", SNAPSHOT]).stdout.splitlines()
        # The first two fields are numbers that say nothing.
        mounts = [line.split()[2:] for line in read_proc(f"/proc/{self.init}/mountinfo").splitlines()]
        return seen + [" ".join(["mount", *words]) for words in mounts]

    def names(self, descriptors=None):
        """The hostname and the domain name of the stage, or of the descriptors' UTS namespace."""
        files = [f"/proc/sys/kernel/{name}" for name in NAMES]
        return self.enter(["uts"], ["cat", *files], descriptors).stdout.split("\n")[:2]

    def list_names(self):
        """The stage's names, as snapshot() lists them."""
        return [" ".join(pair) for pair in zip(NAMES, self.names())]

    def make_directory(self):
        """A directory of ours that every program on the stage may read; it goes with the stage."""
        if self.directory is None and self.real:
            self.directory = Path(tempfile.mkdtemp(prefix="nslabs-check."))
            self.directory.chmod(0o755)
        elif self.directory is None:
            self.directory = Path("/dev/shm/nslabs-check")  # the stage's own
            self.enter(["mnt"], ["mkdir", "--mode=755", self.directory])
        return self.directory

    # -- an ordinary user --

    def is_ordinary(self):
        """Does as_ordinary_user() make a real ordinary user, in no user namespace but the machine's?"""
        return os.geteuid() == 0 and are_mapped(*self.ordinary)

    def as_ordinary_user(self):
        """The words before a command that is to run as an ordinary user, without any right over the stage."""
        if self.is_ordinary():
            return become(*self.ordinary)
        if self.real:
            return []
        return self.unshare("--user", "--map-user=1000", "--map-group=1001")

    def as_user_with_rights(self):
        """The words before a command that isn't to be root, and yet may make namespaces without one of users."""
        return self.unshare("--user", "--map-user=1000", "--map-group=1001", "--keep-caps")

    def readable_by(self, prefix, program):
        """The program, or where the user whom the prefix makes can't reach it, a copy."""
        test = ["sh", "-c", '[ -r "$1" ] && [ -x "$1" ]', "test", str(program)]
        if os.geteuid() != 0 or self.run([*prefix, *test]).process.returncode == 0:
            return program
        copy = self.make_directory() / Path(program).name
        self.enter(["mnt"], ["install", "--mode=755", program, copy])
        return copy


def are_mapped(user, group):
    """Are they in our user namespace?"""
    maps = ((number, read_proc(f"/proc/self/{name}").split()[-3:])
            for name, number in (("uid_map", user), ("gid_map", group)))
    return all(int(first) <= number < int(first) + int(count) for number, (first, _outside, count) in maps)


def become(user, group):
    """The words before a command that root runs as somebody else."""
    return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]

