"""How the judge observes: the stage, the program on it, and the one process that obeys commands.

It believes the kernel and nothing that the program prints. The judge stays outside the stage, in a
session of its own, and holds descriptors of the namespaces that it looks into. See namespaces(7),
nsenter(1), pidfd_open(2), ioctl_ns(2) and proc(5).
"""

import contextlib
import ctypes
import fcntl
import gettext
import json
import os
import random
import re
import secrets
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

OPTIONS = {"cgroup": "--cgroup", "ipc": "--ipc", "mnt": "--mount", "net": "--net", "pid": "--pid", "uts": "--uts"}

NS_GET_USERNS, NS_GET_PARENT = 0xB701, 0xB702  # ioctl_ns(2)
PR_SET_CHILD_SUBREAPER = 36
CAP_SYS_ADMIN = 21
ORDINARY_ID, ORDINARY_GID = 65534, 65533  # whom root becomes to be an ordinary user; two, so that they aren't mixed up
MOST_WORDS = 16 << 10  # in a verdict; a program can give occasion for many
MOST_OUTPUT = 8 << 20  # a program that prints more than this is stopped
TIMEOUT = 10  # seconds that a program has, by default, and what we start ourselves
PATIENCE = 3  # seconds that something may come late, such as a hostname set by the parent


# ---- Words ----


def N_(message):
    """Mark a message for xgettext(1); it is translated when it is printed."""
    return message


# Each kind of namespace, as /proc/PID/ns calls it, and as people and nsenter(1) do.
KINDS = {
    "cgroup": "cgroup",
    "ipc": "IPC",
    "mnt": N_("mount"),
    "net": N_("network"),
    "pid": "PID",
    "user": N_("user"),
    "uts": "UTS",
}


def language():
    """The reader's language, chosen as common/message.c does; "" for English, which needs no catalogue."""
    names = ("NSLABS_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    name = next((os.environ[name] for name in names if os.environ.get(name)), "C")
    encoding = name.partition(".")[2].lower()
    if name.startswith(("en", "C")) or name == "POSIX" or encoding and not encoding.startswith(("utf-8", "utf8")):
        return ""
    return "zh_CN" if name.startswith("zh") else name


def _(message):
    """The message in the reader's language."""
    if not language():
        return message
    # translation() keeps the catalogues that it has read.
    catalogue = gettext.translation("nslabs", ROOT / "build/locale", language().split(":"), fallback=True)
    return catalogue.gettext(message)


def labelled(name, text):
    """A text and what it is, with the colon of the reader's language."""
    return _("%(name)s: %(text)s") % {"name": name, "text": text}


def printable(text):
    """The text without anything that a terminal or a parser would obey: escaped, not dropped."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


class Fail(Exception):
    """A check has failed: what was expected, and what was seen."""

    def __init__(self, expected, actual):
        super().__init__(actual)
        self.expected = expected
        self.actual = actual[:MOST_WORDS]


class Trouble(Exception):
    """The program can't be observed any more: it ended, hangs, or prints without end."""


class Blocked(Exception):
    """This machine can't show it."""


# ---- Processes, as the kernel tells of them ----


def read_text(path):
    """A file of /proc. Empty if the process is gone or nobody's business of ours."""
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "backslashreplace")
    except OSError:
        return ""


def all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def status(pid):
    """The fields of /proc/PID/status; none if the process is gone."""
    lines = (line.partition(":\t") for line in read_text(f"/proc/{pid}/status").splitlines())
    return {name: value.strip() for name, _, value in lines}


def parent(pid):
    return int(status(pid).get("PPid", 0))


def pids_inside(pid):
    """The process's PID in each PID namespace, from ours down to its own."""
    return [int(number) for number in status(pid).get("NSpid", "").split()]


def start_time(pid):
    """When it started: the same PID at another time is another process."""
    return read_text(f"/proc/{pid}/stat").rpartition(")")[2].split()[19:20]


def namespace(pid, kind):
    """The identity of a namespace: device and inode. None if that can't be read."""
    try:
        found = os.stat(f"/proc/{pid}/ns/{kind}")
    except OSError:
        return None
    return found.st_dev, found.st_ino


def namespaces(pid):
    return {kind: namespace(pid, kind) for kind in KINDS}


def depth(path, ancestor):
    """How many levels the PID or user namespace at the path lies below the ancestor; -1 if it doesn't."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        return -1
    for level in range(40):
        found = os.fstat(fd)
        if (found.st_dev, found.st_ino) == ancestor:
            os.close(fd)
            return level
        try:
            above = fcntl.ioctl(fd, NS_GET_PARENT)
        except OSError:  # the parent is none of ours any more
            break
        finally:
            os.close(fd)
        fd = above
    return -1


def describe(kind, identity):
    return f"{kind}:[{identity[1]}]" if identity else f"{kind}:[?]"


def system_call_name(number):
    """The name of a system call of this machine, from the C compiler's headers."""
    try:
        headers = subprocess.run(
            ["cc", "-E", "-dM", "-include", "sys/syscall.h", "-xc", "/dev/null"],
            capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        headers = ""
    found = re.search(rf"^#define __NR_(\w+) {number}$", headers, re.MULTILINE)
    return found[1] if found else number


def what_it_does(pid):
    """In which system call a process is, as far as that can be read."""
    name = printable(read_text(f"/proc/{pid}/comm").strip())
    call = read_text(f"/proc/{pid}/syscall").split()
    where = read_text(f"/proc/{pid}/wchan")
    if status(pid).get("State", "").startswith("Z"):
        return _("%(name)s has ended, and nobody has waited for it") % {"name": name}
    if status(pid).get("State", "").startswith("T"):
        return _("%(name)s is stopped by a signal") % {"name": name}
    if call and call[0].isdigit():
        return _("%(name)s is in the system call %(call)s") % {"name": name, "call": system_call_name(call[0])}
    if call == ["running"] or status(pid).get("State", "").startswith("R"):
        return _("%(name)s is computing: in no system call") % {"name": name}
    if where not in ("", "0"):
        return _("%(name)s waits in the kernel, in %(call)s") % {"name": name, "call": where}
    return _("%(name)s waits") % {"name": name}


def wait_until(condition, seconds):
    """Ask again until the condition holds; its last answer."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(0.01)


def ask_doctor(name):
    """Why a lab can't run here, or the "stage" can't be made, and what helps: a line of its own; "" if nobody knows."""
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


def make(target):
    """Make a target of this tree's Makefile. Several may ask for it at once."""
    (ROOT / "build").mkdir(exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    with open(ROOT / "build/check.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(["make", "--no-print-directory", "-C", ROOT, target], env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="backslashreplace", check=False)
        owner = ROOT.stat()
        if os.geteuid() == 0 and owner.st_uid != 0:  # After `sudo make check`, make without sudo shall work as before.
            with contextlib.suppress(FileNotFoundError):  # a log that somebody replaces just now
                for path in [ROOT / "build", *(ROOT / "build").rglob("*")]:
                    if path.lstat().st_uid == 0:
                        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
    return done


# ---- The stage ----

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
        self.setgroups_denied = read_text(f"/proc/{self.init}/setgroups").strip() == "deny"

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
            if read_text(f"/proc/{pid}/cmdline") == line and self.has(pid):
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
        mounts = [line.split()[2:] for line in read_text(f"/proc/{self.init}/mountinfo").splitlines()]
        return seen + [" ".join(["mount", *words]) for words in mounts]

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
    maps = ((number, read_text(f"/proc/self/{name}").split()[-3:])
            for name, number in (("uid_map", user), ("gid_map", group)))
    return all(int(first) <= number < int(first) + int(count) for number, (first, _outside, count) in maps)


def become(user, group):
    """The words before a command that root runs as somebody else."""
    return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]


def open_namespaces(pid):
    """A descriptor of each namespace of a process: it stays the same one, whatever the process does."""
    return {kind: os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY) for kind in KINDS}


def describe_hang(stage):
    seen = [what_it_does(pid) for pid in stage.processes()]
    return _("; ").join(seen[:6]) or _("no process of it is left")


# ---- The program, and the process that obeys ----


class Program:
    """A command that runs on the stage, and what it prints."""

    def __init__(self, stage, command):
        self.stage = stage
        self.deadline = time.monotonic() + stage.timeout
        self.out, self.err = bytearray(), bytearray()
        self.process = stage.start(command)
        self.stdin = self.process.stdin
        self.pidfd = os.pidfd_open(self.process.pid)
        self.streams = {}
        for stream, text in ((self.process.stdout, self.out), (self.process.stderr, self.err)):
            os.set_blocking(stream.fileno(), False)
            self.streams[stream.fileno()] = text

    def remaining(self):
        return max(0, self.deadline - time.monotonic())

    def pump(self, seconds):
        """Take what the program prints, waiting so long at most for some of it, or for its end."""
        poll = select.poll()
        for fd in self.streams:
            poll.register(fd, select.POLLIN)
        if self.process.returncode is None:  # not asked anew: the caller, too, has seen it alive, and may have nothing else
            poll.register(self.pidfd, select.POLLIN)
        for fd, _event in poll.poll(seconds * 1000):
            if fd in self.streams:
                data = os.read(fd, 65536)
                self.streams[fd] += data
                if not data:
                    del self.streams[fd]
        if len(self.out) + len(self.err) > MOST_OUTPUT:
            raise Trouble(_("it prints without end: it was stopped after %d MiB") % (MOST_OUTPUT >> 20))

    def has_ended(self):
        return self.process.poll() is not None

    def died(self):
        """By a signal? A shell says so by 128 and its number; more, such as 255, is a program's own status."""
        return self.process.returncode < 0 or 128 < self.process.returncode < 128 + signal.NSIG

    def how_it_ended(self):
        code = self.process.returncode
        if self.died():
            number = -code if code < 0 else code - 128
            try:
                return _("by signal %s") % signal.Signals(number).name
            except ValueError:
                pass
        return _("with exit status %d") % code

    def stdout(self):
        return self.out.decode("utf-8", "backslashreplace")

    def stderr(self):
        return self.err.decode("utf-8", "backslashreplace")

    def close(self):
        """When all its processes have gone: take what is left in the pipes."""
        self.stdin.close()
        self.process.wait()
        try:
            while self.streams:
                self.pump(1)
        except Trouble:
            pass
        self.process.stdout.close()
        self.process.stderr.close()
        os.close(self.pidfd)


class Container(Program):
    """A student's program, and the shell in it that obeys our commands."""

    def __init__(self, stage, command):
        super().__init__(stage, command)
        self.commands = []  # what we sent: for the log
        self.shell = None  # its PID, as we see it
        self.descriptors = {}
        self.trouble = None
        # An ordinary user on the stage may be in a user namespace of ours, one level down.
        self.starts_below = "--map-user=1000" in command

    # -- talking to it --

    def shell_lives(self):
        return self.shell is not None and not select.select([self.shell_pidfd], [], [], 0)[0]

    def send(self, line):
        self.commands.append(line)
        try:
            os.write(self.stdin.fileno(), f"{line}\n".encode())
        except BrokenPipeError:
            pass  # The missing answer tells more.

    def ask(self, command):
        """Have the shell run a command; what it prints on its standard output."""
        if self.trouble:
            raise self.trouble
        # The mark is sent in two parts: no echo of the command can be taken for the answer.
        mark = secrets.token_hex(8)
        begin = searched = len(self.out)
        self.send(f'{command}\necho {mark[:8]}""{mark[8:]}')
        try:
            while (end := self.out.find(mark.encode(), searched)) == -1:
                searched = max(begin, len(self.out) - len(mark))
                self.require_life()
                self.pump(self.remaining())
        except Trouble as trouble:
            self.trouble = trouble
            raise
        return self.out[begin:end].decode("utf-8", "backslashreplace")

    def require_life(self):
        if self.process.stdout.fileno() not in self.streams:
            self.pump(0)
            if wait_until(self.has_ended, self.remaining()):
                raise Trouble(_("the program ended (%s) and no shell of it answers") % self.how_it_ended())
            raise Trouble(_("it has closed its standard output, and its shell can't answer"))
        if self.remaining() == 0:
            raise Trouble(_("no answer to commands on its standard input within %(time)g s: %(seen)s") % {
                "time": self.stage.timeout, "seen": describe_hang(self.stage)})

    # -- finding the process that obeys --

    def find_shell(self):
        """Find the process that executes the commands, by something that only it can have.

        `ulimit` is a builtin of every shell: it needs no path and no environment, and changes a limit of
        the shell itself. The resident set size first, since Linux ignores that limit; the others are for
        a program that has set the hard limit to 0. Shells count in different units.
        """
        numbers = {}
        commands = []
        for letter, name in (("m", "resident set"), ("f", "file size"), ("c", "core file size")):
            number = random.randrange(1 << 30, 1 << 32)
            numbers[name] = {str(number * unit) for unit in (512, 1024)}
            commands.append(f"ulimit -S -{letter} {number}")
        self.ask("; ".join(commands))

        def find_top():
            """Children inherit the limit, so it is the topmost. Some of them may just be ending."""
            carriers = {pid: parent(pid) for pid in all_pids() if self.carries(pid, numbers) and self.stage.has(pid)}
            top = [pid for pid, above in carriers.items() if above not in carriers]
            return top if len(top) == 1 else None
        top = wait_until(find_top, 0.5)
        if not top:
            raise Trouble(_("its standard input is answered, but not by one shell that obeys: no process, or several, "
                            "do what the shell is told to do"))
        started = start_time(top[0])
        self.shell_pidfd = os.pidfd_open(top[0])
        self.descriptors = open_namespaces(top[0])
        self.namespaces = {kind: (found.st_dev, found.st_ino) for kind, found in
                           ((kind, os.fstat(fd)) for kind, fd in self.descriptors.items())}
        if not started or start_time(top[0]) != started:
            raise Trouble(_("the shell has ended before it was told to"))
        self.shell, self.shell_started = top[0], started
        self.patience_ends = time.monotonic() + PATIENCE

    def may_come(self, condition):
        """Wait for what may come late, such as a hostname that the parent sets; the condition's last answer."""
        return wait_until(condition, min(self.patience_ends, self.deadline) - time.monotonic())

    @staticmethod
    def carries(pid, numbers):
        limits = read_text(f"/proc/{pid}/limits")
        return any(words[0] in numbers[name]
                   for name in numbers
                   for words in [limits.partition(f"Max {name} ")[2].split(maxsplit=1)] if words)

    def is_new(self, kind):
        """Is the shell in another namespace than the stage?"""
        if kind in ("pid", "user"):
            ours = 1 if kind == "user" and self.starts_below else 0
            return depth(f"/proc/self/fd/{self.descriptors[kind]}", self.stage.namespaces[kind]) > ours
        return self.namespaces[kind] != self.stage.namespaces[kind]

    def require_steady(self, expected):
        """The process is still the one that was found, all of it is where it was, and nobody steers it."""
        if not self.shell_lives() or start_time(self.shell) != self.shell_started:
            raise Fail(expected, _("the shell has ended before it was told to"))
        if status(self.shell).get("TracerPid") != "0":
            raise Fail(expected, _("another process traces the shell, and can act in its place"))
        for thread in os.listdir(f"/proc/{self.shell}/task"):
            if namespaces(f"{self.shell}/task/{thread}") != self.namespaces:
                raise Fail(expected, _("a thread of the shell is in other namespaces, or has moved to others"))

    def require_child_inside(self, expected):
        """An ordinary command lands where the shell is: whoever runs only some commands inside is found out."""
        number = f"{random.randrange(1000, 9000)}.{random.randrange(10**6)}"
        self.ask(f"sleep {number} </dev/null >/dev/null 2>&1 &")
        child = wait_until(lambda: self.stage.find_command("sleep", number), PATIENCE)
        if not child:
            raise Fail(expected, _("a command that the shell was given (sleep) runs nowhere"))
        seen = namespaces(child)
        try:
            os.kill(child, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # It ends with the stage.
        if seen != self.namespaces:
            raise Fail(expected, _("the shell is in the namespaces, but a command that it was given (sleep) is not"))

    def require_harmless(self, kind, expected):
        """On the machine itself, no command may have an effect on it."""
        if self.stage.real and not self.is_new(kind):
            raise Fail(expected, _("%s, the host's own: not tried on the real machine") % describe(
                kind, self.namespaces[kind]))

    # -- looking into it --

    def enter(self, kinds, command):
        """Run a command of ours in the shell's namespaces: what it prints."""
        return self.stage.enter(kinds, command, self.descriptors)

    # -- its end --

    def finish(self):
        """Let the shell end; the program must end with it. Raises Fail for LAB.runs."""
        expected = _("the program obeys its standard input, and ends when its shell ends, not before and not later")
        if self.trouble:
            raise Fail(expected, str(self.trouble) + self.quote())
        early = self.has_ended() and self.shell_lives()
        self.send("exit")
        self.stdin.close()
        while not self.has_ended():
            if self.remaining() == 0:
                raise Fail(expected, _("its shell was told to exit, and the program has not ended: %s") %
                           describe_hang(self.stage))
            self.pump(self.remaining())
        if early or self.shell_lives():
            raise Fail(expected, _("the program ended while its shell was still running: who waits for it?"))
        if self.died():
            raise Fail(expected, _("the program ended %s") % self.how_it_ended() + self.quote())

    def quote(self):
        """The end of what it printed: of its errors, if there are any."""
        lines = (self.stderr() or self.stdout()).rstrip().splitlines()
        return "".join(f"\n{line}" for line in lines[-10:])

    def release(self):
        """Let go of its namespaces: the kernel removes them, and their links, with the last who holds them."""
        for fd in self.descriptors.values():
            os.close(fd)
        self.descriptors = {}

    def log(self):
        return "\n".join(["# The commands that were sent to it:", *self.commands,
                          "# What it printed on its standard output:", self.stdout(),
                          "# What it printed on its standard error:", self.stderr()])
