"""What each lab promises, one short function for each check.

A check gets the running container (judge.Container; for inspect, the Inspection below), looks at what
the kernel knows, and raises Fail(expected, actual), or returns. To add one: write a function below its
lab, in the order in which the checks shall be shown, and a wrong solution for it in tests/wrong.

A check scores one point if it is about what its lab adds. What every program must do anyway (compile,
run, leave the host as it was) scores none, so that an exercise that nobody has touched scores 0.
"""

import ipaddress
import json
import os
import random
import re
import secrets
import signal
import time
from collections import Counter
from dataclasses import dataclass
from typing import Callable

from judge import (CAP_SYS_ADMIN, KINDS, N_, PATIENCE, TIMEOUT, Blocked, Fail, _, depth, describe, namespace,
                   parent, pids_inside, read_text, status, wait_until, what_it_does)


@dataclass
class Check:
    id: str
    title: str
    why: str
    see: str  # the command to see it yourself
    exercise: str  # where in the lab's file to look: the id of its mark
    points: int
    when: str  # "built", "running", or "after" the program's end
    run: Callable


CHECKS = {"inspect": [], "uts": [], "ipc": [], "pid": [], "mount": [], "net": [], "user": [], "nest": []}

# Whether this machine can do at all what a lab is about: asked only after a failure, of the system's tools.
PROBES = {
    "inspect": ["unshare", "--uts", "true"],
    "uts": ["unshare", "--uts", "hostname", "container"],
    "ipc": ["unshare", "--ipc", "ipcmk", "-Q"],
    "pid": ["unshare", "--pid", "--fork", "true"],
    "mount": ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "true"],
    "net": ["unshare", "--net", "sh", "-c",
            "ip link set lo up && ping -c 1 127.0.0.1 && ip link add nslabs-a type veth peer name nslabs-b"],
    "user": ["unshare", "--user", "--map-root-user", "true"],
    "nest": ["unshare", "--user", "--map-root-user", "--pid", "--fork",
             "unshare", "--user", "--map-root-user", "--pid", "--fork", "true"],
}
# These don't run as root, whose ids are the same at every level: a program that confuses them would pass.
PREFIXES = {"user": "as_ordinary_user", "nest": "as_user_with_rights"}  # methods of the stage


def check(name, title, why, see="", exercise="", points=1, when="running"):
    """Add the function to its lab's checks."""
    def add(function):
        CHECKS[name.partition(".")[0]].append(Check(name, title, why, see, exercise, points, when, function))
        return function
    return add


# ---- What every program must do ----


def judged_by_caller(_box):
    """Building and ending are observed by scripts/check itself."""


for lab in CHECKS:
    check(f"{lab}.compiles", N_("the program compiles"),
          N_("only a program that compiles can be tried"),
          see=f"make build/{lab}", points=0, when="built")(judged_by_caller)
    if lab != "inspect":
        check(f"{lab}.runs", N_("the program runs a shell, and ends when the shell ends"),
              N_("a parent waits for its child (waitpid): the terminal is the shell's until then"),
              see=f"echo \"echo hello\" | {'' if lab in ('user', 'nest') else 'sudo '}build/{lab}",
              points=0, when="after")(judged_by_caller)


def running(stage):
    return [pid for pid in stage.processes() if not status(pid).get("State", "Z").startswith("Z")]


def host_unchanged(box):
    """Names, queues, mounts and network of the stage are as they were before the program, the names also meanwhile."""
    def find_changes():
        before, now = Counter(box.before), Counter(box.stage.snapshot())
        return ([f"- {line}" for line in (before - now).elements()] + [f"+ {line}" for line in (now - before).elements()])

    def are_links(changes):
        return all(change.startswith(("+ link", "+ address", "+ route")) for change in changes)
    changes = find_changes()
    if changes and are_links(changes):  # The kernel removes a network namespace, and so its links, a little later.
        wait_until(lambda: not find_changes(), PATIENCE)
        changes = find_changes()
    # Who puts a name back had it changed nonetheless.
    changes += [f"+ {line}" for line in sorted(box.meanwhile - set(box.before)) if f"+ {line}" not in changes]
    # What still runs may change the host yet, once nobody looks.
    wait_until(lambda: not running(box.stage), PATIENCE)
    changes += [f"+ process {pid}: {what_it_does(pid)}" for pid in running(box.stage)]
    if changes:
        raise Fail(_("the host's names, queues, mounts and links are as they were"),
                   _("changed on the host (- before, + after):") + "\n" + "\n".join(changes))


# ---- inspect ----


class Inspection:
    """Three processes in some namespaces of their own, and runs of the student's program on them."""

    # A program needn't show these; what it shows must be true.
    further = sorted(set(os.listdir("/proc/self/ns")) - set(KINDS))

    def __init__(self, stage, program):
        self.stage = stage
        self.program = str(program)
        self.log = ""
        # Chance decides which are new, but some are always different and some the same for both.
        # The first keeps the PID namespace: beside the childless one, what is left over from another row always shows.
        kinds = [*(kind for kind in KINDS if kind != "pid"), *(kind for kind in self.further if kind == "time")]
        shuffled = random.sample(kinds, len(kinds))
        self.first = self.make_process(shuffled[:2])
        self.second = self.make_process([shuffled[1], *random.sample(["pid", *shuffled[2:]], 2)])
        # Its PID namespace for children begins with the first child: there is none yet.
        self.childless = self.make_process(["pid"], fork=False)
        self.operands = (self.first, self.second), (self.first, self.childless), (self.first,), ()

    def make_process(self, kinds, fork=True):
        options = [f"--{name}" for name in ({"mnt": "mount"}.get(kind, kind) for kind in kinds)]
        options += ["--fork"] if fork and "pid" in kinds else []
        number = f"{random.randrange(1000, 9000)}.{random.randrange(10**6)}"
        process = self.stage.start([*self.stage.unshare(*options), "sleep", number])
        process.stdin.close()
        found = wait_until(lambda: self.stage.find_command("sleep", number) or process.poll(), TIMEOUT)
        if process.poll() is not None or not found:
            raise Blocked(process.stderr.read().decode("utf-8", "backslashreplace").strip() or "unshare(1)")
        process.stdout.close()
        process.stderr.close()
        return found

    def number(self, pid):
        """The PID that the program sees, on the stage."""
        return str(pids_inside(pid)[self.stage.level])

    def run(self, *pids, prefix=()):
        done = self.stage.run([*prefix, self.program, *pids])
        done.command = " ".join([self.program, *pids])
        self.log += f"$ {done.command}\n{done.stdout()}{done.stderr()}"
        return done

    def rows(self, *pids):
        """The rows that it shows for these processes (one alone is compared with the program itself).

        Each is the kind, the inodes that it must show, None for a namespace that is missing, and the row's words.
        """
        done = self.run(*map(self.number, pids))
        if len(pids) < 2:
            if done.process.returncode != 0 and not done.died():
                return done, []  # It takes two PIDs and nothing else.
            pids = self.stage.init, *pids  # in the same namespaces as the program
        lines = [line.split() for line in done.stdout().splitlines()]
        found = []
        for kind in (*KINDS, *self.further):
            inodes = [str(identity[1]) if identity else None for identity in (namespace(pid, kind) for pid in pids)]
            row = next((words for words in lines if words and words[0].strip(":") == kind), [])
            if row or kind in KINDS:
                found.append((kind, inodes, row))
        return done, found


def list_inodes(kind, inodes):
    return [kind, *(inode or "-" for inode in inodes)]


def quote_row(kind, row, done):
    seen = " ".join(row) or _("no row for %s; the program printed:") % kind + "\n" + done.stdout() + done.stderr()
    return f"{seen.rstrip()}\n$ {done.command}"


SEE_INSPECT = "unshare --user --uts sleep 100 & sleep 1; build/inspect $$ $!"


@check("inspect.inodes", N_("it shows the inode of each namespace, for both processes"),
       N_("the inode names the namespace: two processes share a namespace if and only if it is the same"),
       see=SEE_INSPECT, exercise="inspect.stat")
def inspect_inodes(inspection):
    for pids in inspection.operands:
        done, rows = inspection.rows(*pids)
        for kind, inodes, row in rows:
            shown = [number for word in row for number in re.findall(r"\d+", word)]
            expected = [inode for inode in inodes if inode]
            # Where a namespace is missing, any other number would look like one.
            if shown != expected if None in inodes else shown[:len(inodes)] != inodes:
                raise Fail(_("a row that begins: %s") % " ".join(list_inodes(kind, inodes)),
                           quote_row(kind, row, done))
        if rows and done.process.returncode != 0:
            raise Fail(_("exit status 0, since both processes exist"), _("exit status %d") % done.process.returncode)


@check("inspect.same-or-different", N_("it says of each namespace whether it is the same"),
       N_("stat(2) gives device and inode; compare both, since inode numbers are unique on one device only"),
       see=SEE_INSPECT, exercise="inspect.compare")
def inspect_same_or_different(inspection):
    words = {True: ("same", "相同"), False: ("different", "不同")}
    for pids in filter(None, inspection.operands):
        done, rows = inspection.rows(*pids)
        for kind, inodes, row in rows:
            said = [word for word in row if word in words[True] + words[False]]
            # What is missing is the same as nothing; "different" isn't wrong.
            right = words[inodes[0] == inodes[1]]
            if not all(word in right for word in said) or len(said) != 1 and None not in inodes:
                raise Fail(" ".join([*list_inodes(kind, inodes), right[0]]), quote_row(kind, row, done))


def require_refusal(done, expected):
    if done.died():
        raise Fail(expected, _("the program ended %s") % done.how_it_ended())
    if done.process.returncode == 0 or not done.stderr().strip():
        raise Fail(expected, _("exit status %d, and the program printed:") % done.process.returncode + "\n" +
                   (done.stdout() + done.stderr() or _("nothing")))


@check("inspect.no-such-process", N_("a PID that no process has is an error, and it says so"),
       N_("/proc/PID is missing then: stat(2) fails with ENOENT, and a row without an inode would look like an answer"),
       see="build/inspect $$ 4194304; echo $?", exercise="inspect.stat")
def inspect_no_such_process(inspection):
    gone = "4194304"  # one more than a PID can ever be: proc(5), pid_max
    there = inspection.number(inspection.first)
    expected = _("a message on the standard error and an exit status that isn't 0, for PID %s") % gone
    require_refusal(inspection.run(there, gone), expected)
    require_refusal(inspection.run(gone, there), expected)


@check("inspect.not-permitted", N_("a process that may not be read is an error, and it says so"),
       N_("stat(2) fails with EACCES for a process with more rights than yours; only ENOENT means: it has none"),
       see="build/inspect 1; echo $?", exercise="inspect.stat")
def inspect_not_permitted(inspection):
    # ptrace(2), "Ptrace access mode checking": nobody may look at a process that has a capability more.
    fewer = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"]
    first = str(pids_inside(inspection.stage.init)[inspection.stage.level])
    there = inspection.number(inspection.first)
    expected = _("a message on the standard error and an exit status that isn't 0, for PID %s") % first
    require_refusal(inspection.run(there, first, prefix=fewer), expected)
    require_refusal(inspection.run(first, there, prefix=fewer), expected)


# ---- What the labs with a container have in common ----


def require_own_namespace(box, kind, act=None):
    """The shell is in a namespace of its own, all of it, and what it is told happens there.

    `act` has the shell do something with a random effect, and looks for it through the descriptors that
    we hold: a shell elsewhere, with a decoy in the namespace, can't give that answer.
    """
    expected = _("the shell is in a new %s namespace, and so is all that it does") % _(KINDS[kind])
    box.require_harmless(kind, expected)
    if box.stage.real:  # What the shell is told happens where this lands.
        box.require_child_inside(expected)
    if act:
        act(box, expected)
    if not box.is_new(kind):
        raise Fail(expected, _("%s, which is the host's own") % describe(kind, box.namespaces[kind]))
    box.require_child_inside(expected)
    box.require_steady(expected)


def not_in_shell(expected, command, want, got):
    return Fail(expected, _("%(command)s in the shell: its namespace should have %(want)s then, and has %(got)s") % {
        "command": command, "want": want, "got": got or _("nothing")})


def not_from_outside(expected, command, want, got):
    return Fail(expected, _("%(want)s was put into the namespace from outside; "
                           "%(command)s in the shell prints: %(got)s") % {
        "command": command, "want": want, "got": got.strip() or _("nothing")})


# ---- uts ----


NAMES = ("hostname", "domainname")


def read_names(stage, descriptors=None):
    """The names of the stage, or of the UTS namespace of the descriptors."""
    files = [f"/proc/sys/kernel/{name}" for name in NAMES]
    return stage.enter(["uts"], ["cat", *files], descriptors).stdout.split("\n")[:2]


def list_names(stage):
    """The stage's names, as Stage.snapshot lists them."""
    return [" ".join(pair) for pair in zip(NAMES, read_names(stage))]


def act_on_names(box, expected):
    inside = [f"in-{secrets.token_hex(6)}", f"in-{secrets.token_hex(6)}.example"]
    box.ask("hostname {0}; domainname {1} || echo {1} >/proc/sys/kernel/domainname".format(*inside))
    if (seen := read_names(box.stage, box.descriptors)) != inside:
        raise not_in_shell(expected, f"hostname {inside[0]}; domainname {inside[1]}", " ".join(inside), " ".join(seen))
    if not box.is_new("uts"):
        return
    secret = f"out-{secrets.token_hex(6)}"
    box.enter(["uts"], ["hostname", secret])
    if secret not in (seen := box.ask("hostname")):
        raise not_from_outside(expected, "hostname", secret, seen)


@check("uts.namespace", N_("the shell has a UTS namespace of its own"),
       N_("without CLONE_NEWUTS the child has the host's names: a change of one is a change of the other"),
       see='readlink /proc/$$/ns/uts; echo "readlink /proc/self/ns/uts" | sudo build/uts', exercise="uts.flag")
def uts_namespace(box):
    require_own_namespace(box, "uts", act_on_names)


@check("uts.hostname-inside", N_("the hostname inside is \"container\""),
       N_("a new UTS namespace begins with a copy of the host's names: sethostname(2) gives it its own; "
          "its length is that of the name, strlen(name)"),
       see='echo hostname | sudo build/uts', exercise="uts.hostname", when="early")
def uts_hostname_inside(box):
    def hostname():
        return read_names(box.stage, box.descriptors)[0]
    if not box.may_come(lambda: hostname() == "container" or not box.is_new("uts")) or hostname() != "container":
        raise Fail(_("the hostname inside: %s") % "container", _("the hostname inside: %s") % hostname())


check("uts.host-unchanged", N_("names set inside, and by the program, are not the host's"),
      N_("the child has its own copy of the names; call sethostname(2) in the child, not in the parent"),
      see='hostname; echo "hostname changed" | sudo build/uts; hostname', exercise="uts.flag",
      when="after")(host_unchanged)


# ---- ipc ----

# A file of each kind of System V object; the reader sees those of its own IPC namespace.
SYSVIPC = {"msg": "ipcmk -Q", "sem": "ipcmk -S 1", "shm": "ipcmk -M 4096"}


def parse_objects(text):
    """(kind, key, id) of each object in the three files, one after another."""
    objects = set()
    kind = ""
    for words in map(str.split, text.splitlines()):
        if words[:1] == ["key"]:
            kind = {"msqid": "msg", "semid": "sem", "shmid": "shm"}[words[1]]
        elif words:
            objects.add((kind, int(words[0]), int(words[1])))
    return objects


def read_objects(box, descriptors=None):
    """The objects in the shell's IPC namespace, or in that of the descriptors."""
    files = [f"/proc/sysvipc/{kind}" for kind in SYSVIPC]
    return parse_objects(box.stage.enter(["ipc"], ["cat", *files], descriptors or box.descriptors).stdout)


def make_queue(stage, descriptors=None):
    """Make a queue in the stage's IPC namespace, or in that of the descriptors; its object."""
    def read():
        return parse_objects(stage.enter(["ipc"], ["cat", "/proc/sysvipc/msg"], descriptors).stdout)
    before = read()
    stage.enter(["ipc"], ["ipcmk", "-Q"], descriptors)  # with a random key
    made = read() - before
    if not made:
        raise Blocked(_("ipcmk(1) can't make a queue"))
    return made.pop()


def act_on_queues(box, expected):
    if not box.is_new("ipc"):
        return
    _kind, key, _id = make_queue(box.stage, box.descriptors)
    secret = f"0x{key & 0xffffffff:08x}"
    if secret not in (seen := box.ask("ipcs -q")):
        raise not_from_outside(expected, "ipcs -q", secret, seen)


@check("ipc.namespace", N_("the shell has an IPC namespace of its own"),
       N_("without CLONE_NEWIPC the child has the host's message queues, semaphores and shared memory"),
       see='readlink /proc/$$/ns/ipc; echo "readlink /proc/self/ns/ipc" | sudo build/ipc', exercise="ipc.flag")
def ipc_namespace(box):
    require_own_namespace(box, "ipc", act_on_queues)


@check("ipc.host-queue-hidden", N_("a message queue of the host isn't there inside"),
       N_("an identifier is looked up in one's own IPC namespace: with its own, a container can't reach the host's"),
       see='ipcmk -Q; echo "ipcs -q" | sudo build/ipc', exercise="ipc.flag")
def ipc_host_queue_hidden(box):
    if any(key == box.planted[1] for _kind, key, _id in read_objects(box)):
        raise Fail(_("the host's queue (key 0x%08x) isn't in the shell's namespace") % (box.planted[1] & 0xffffffff),
                   _("it is there"))


@check("ipc.queue-stays-inside", N_("what is made inside is there inside, and not on the host"),
       N_("queues, semaphores and shared memory end with their namespace; on the host they would stay"),
       see='echo "ipcmk -Q" | sudo build/ipc; ipcs -q', exercise="ipc.flag")
def ipc_queue_stays_inside(box):
    expected = _("a queue, a semaphore and shared memory made in the shell are in its namespace alone")
    box.require_harmless("ipc", expected)
    before, host_before = read_objects(box), read_objects(box, box.stage.descriptors)
    box.ask("; ".join(SYSVIPC.values()))
    made = read_objects(box) - before
    if (kinds := {kind for kind, _key, _id in made}) != set(SYSVIPC):
        raise not_in_shell(expected, "; ".join(SYSVIPC.values()), " ".join(SYSVIPC), " ".join(sorted(kinds)))
    if leaked := read_objects(box, box.stage.descriptors) - host_before:
        raise Fail(expected, _("now on the host: %s") % " ".join(f"{kind} {number}" for kind, _key, number in leaked))


# ---- pid ----


def act_on_process(box, expected):
    """Put a process into the PID namespace; the shell must be able to end it, by its number there."""
    if not box.is_new("pid"):
        return
    number = f"{random.randrange(1000, 9000)}.{random.randrange(10**6)}"
    # From a subshell, which is in there in any case: so it becomes the child of that namespace's PID 1, and not ours.
    box.stage.enter(["pid"], ["sh", "-c", f"(exec sleep {number} </dev/null >/dev/null 2>&1 &); :"], box.descriptors)
    planted = wait_until(lambda: box.stage.find_command("sleep", number), PATIENCE)
    if not planted:
        raise Blocked(_("no process can be put into the PID namespace"))
    inside = pids_inside(planted)[-1]
    box.ask(f"kill -KILL {inside}")
    if not wait_until(lambda: status(planted).get("State", "Z").startswith(("Z", "X")), PATIENCE):
        os.kill(planted, signal.SIGKILL)
        raise Fail(expected, _("process %d of the namespace was put there from outside; the shell can't kill it") %
                   inside)


@check("pid.namespace", N_("the shell is in a PID namespace of its own"),
       N_("CLONE_NEWPID is for the child that clone(2) makes; unshare(2) leaves the caller where it was, and only "
          "its next child is in the new one"),
       see='readlink /proc/$$/ns/pid; echo "readlink /proc/self/ns/pid" | sudo build/pid', exercise="pid.flag")
def pid_namespace(box):
    require_own_namespace(box, "pid", act_on_process)


@check("pid.shell-is-1", N_("the shell's PID inside is 1"),
       N_("the first process of a PID namespace is its PID 1, which the kernel treats as it treats init"),
       see='echo "echo \\$\\$" | sudo build/pid', exercise="pid.flag")
def pid_shell_is_1(box):
    inside = pids_inside(box.shell)[box.stage.level:]
    if inside[-1] != 1 or len(inside) < 2:
        raise Fail(_("the shell's PIDs, from the host's down to its own, end with 1"), " ".join(map(str, inside)))


# ---- mount ----


def mounts(pid):
    """Of each mount that a process sees: device, root, point, optional fields, type and source."""
    return parse_mounts(read_text(f"/proc/{pid}/mountinfo"))


def parse_mounts(text):
    for line in text.splitlines():
        words = line.split()
        dash = words.index("-")
        yield words[2], words[3], words[4], " ".join(words[6:dash]), words[dash + 1], words[dash + 2]


def peer_groups(found):
    return {field for mount in found for field in mount[3].split() if field.startswith("shared:")}


def groups_with_host(box):
    """The peer groups that the container's mounts share with the host's.

    A shell in a chroot doesn't see all of its namespace: its root does, read_mounts() does.
    """
    seen = box.stage.read_mounts(box.descriptors["mnt"])
    inside = peer_groups(mounts(box.shell)) | peer_groups(parse_mounts(seen))
    return " ".join(sorted(inside & peer_groups(mounts(box.stage.init))))


def mount_inside(box):
    """Have the shell mount something; returns its random name."""
    token = f"nslabs-{secrets.token_hex(6)}"
    directory = box.stage.make_directory()
    places = (directory, "/mnt", "/tmp", "/")  # a program may have changed its root
    box.ask(" || ".join(f"mount -t tmpfs {token} {place} 2>/dev/null" for place in places))
    return token


def has_mount(pid, token):
    return any(mount[5] == token for mount in mounts(pid))


def act_on_mounts(box, expected):
    token = mount_inside(box)
    if not has_mount(box.shell, token):
        raise not_in_shell(expected, f"mount -t tmpfs {token} /mnt", token, "")
    if box.stage.real and has_mount(box.stage.init, token):
        box.ask(f"umount {token}")


@check("mount.namespace", N_("the shell has a mount namespace of its own"),
       N_("without CLONE_NEWNS whatever is mounted inside is mounted on the host"),
       see='readlink /proc/$$/ns/mnt; echo "readlink /proc/self/ns/mnt" | sudo build/mount', exercise="mount.flag")
def mount_namespace(box):
    require_own_namespace(box, "mnt", act_on_mounts)


@check("mount.private", N_("mounts made inside don't reach the host"),
       N_("a new mount namespace has copies of the host's mounts, and a shared one passes on what is mounted below it: "
          "make / private (or slave), recursively, before you mount anything"),
       see='findmnt -o TARGET,PROPAGATION /; echo "findmnt -o TARGET,PROPAGATION /" | sudo build/mount',
       exercise="mount.private")
def mount_private(box):
    expected = _("no mount inside shares events with the host, and the host sees none that is made inside")
    box.require_harmless("mnt", expected)
    if box.stage.real:  # Ask before anything could reach the machine.
        if shared := groups_with_host(box):
            raise Fail(expected, _("mounts in a peer group with the host's: %s") % shared)
    token = mount_inside(box)
    if not has_mount(box.shell, token):
        raise not_in_shell(expected, f"mount -t tmpfs {token} /mnt", token, "")
    if leaked := [mount for mount in mounts(box.stage.init) if mount not in box.mounts_before]:
        raise Fail(expected, _("mounted inside, and now on the host as well: %s") % ", ".join(
            f"{source} ({kind}) on {point}" for _device, _root, point, _fields, kind, source in leaked))
    if shared := groups_with_host(box):
        raise Fail(expected, _("mounts in a peer group with the host's: %s") % shared)


@check("mount.proc", N_("/proc is mounted anew, and shows the shell's PID namespace"),
       N_("ps reads /proc, and a mounted proc shows the PID namespace of whoever mounted it: the host's, until "
          "the container mounts its own"),
       see='echo "ps -e; grep /proc /proc/self/mounts" | sudo build/mount', exercise="mount.proc")
def mount_proc(box):
    expected = _("the file system on /proc: a proc of its own, whose PID 1 is the shell's PID namespace's")

    def proc_of(pid):
        return [mount for mount in mounts(pid) if mount[2] == "/proc"][-1:]

    def look():
        if not box.is_new("pid"):
            return _("/proc shows the host's processes: the shell is in the host's PID namespace")
        for device, root, _point, _fields, kind, _source in proc_of(box.shell):
            if kind != "proc" or root != "/":
                return _("the file system on /proc is %s (its root: %s)") % (kind, root)
            found = os.stat(f"/proc/{box.shell}/root/proc")
            if f"{os.major(found.st_dev)}:{os.minor(found.st_dev)}" != device:
                return _("/proc is not where that proc is mounted")
            if any(device == mount[0] for mount in proc_of(box.stage.init)):
                return _("/proc is still the host's: it was not mounted anew, or not inside alone")
            if namespace(f"{box.shell}/root/proc/1", "pid") != box.namespaces["pid"]:
                return _("/proc shows another PID namespace than the shell's")
            return ""
        return _("nothing is mounted on /proc")

    box.may_come(lambda: not look() or not box.is_new("mnt"))
    if seen := look():
        raise Fail(expected, seen)


# ---- net ----


def links(stage, descriptors=None):
    """What `ip address` knows of the links in a network namespace."""
    text = stage.enter(["net"], ["ip", "-details", "-json", "address"], descriptors).stdout
    return [link for link in json.loads(text or "[]") if link]


def pairs(box):
    """Of each veth pair between the container and the host: the container's end and the host's."""
    hosts = links(box.stage)
    return [(inner, outer) for inner in links(box.stage, box.descriptors) for outer in hosts
            if all(end.get("linkinfo", {}).get("info_kind") == "veth" and "link_netnsid" in end
                   for end in (inner, outer))
            and inner.get("link_index") == outer["ifindex"] and outer.get("link_index") == inner["ifindex"]]


def addresses(link):
    """The addresses that somebody gave it: not those that IPv6 makes by itself, as a rule of the hardware's."""
    automatic = None
    if re.fullmatch("(..:){5}..", link.get("address", "")):  # RFC 4291, appendix A
        number = bytes.fromhex(link["address"].replace(":", ""))
        automatic = ipaddress.ip_address(
            b"\xfe\x80" + bytes(6) + bytes([number[0] ^ 2]) + number[1:3] + b"\xff\xfe" + number[3:])
    return [info["local"] for info in link.get("addr_info", []) if "local" in info and not info.get("stable-privacy")
            and ipaddress.ip_address(info["local"]) != automatic]


def answers(stage, descriptors, address):
    """Does the address answer a ping from that namespace?"""
    return stage.enter(["net"], ["ping", "-n", "-c", "1", "-W", "1", address], descriptors).returncode == 0


def act_on_network(box, expected):
    address = f"127.{random.randrange(1, 255)}.{random.randrange(256)}.{random.randrange(1, 255)}"
    box.ask(f"ip address add {address}/32 dev lo")
    if not any(info.get("local") == address for link in links(box.stage, box.descriptors)
               for info in link.get("addr_info", [])):
        raise not_in_shell(expected, f"ip address add {address}/32 dev lo", address, "")
    if not box.is_new("net"):
        return
    name = f"s{secrets.token_hex(5)}"
    box.enter(["net"], ["ip", "link", "add", name, "type", "bridge"])
    if any(link["ifname"] == name for link in links(box.stage, box.descriptors)) \
            and name not in (seen := box.ask("ip -oneline link")):
        raise not_from_outside(expected, "ip link", name, seen)


@check("net.namespace", N_("the shell has a network namespace of its own"),
       N_("without CLONE_NEWNET the child has the host's interfaces, addresses and ports"),
       see='readlink /proc/$$/ns/net; echo "ip link" | sudo build/net', exercise="net.flag")
def net_namespace(box):
    require_own_namespace(box, "net", act_on_network)


def require_new_network(box, expected):
    if not box.is_new("net"):
        raise Fail(expected, _("%s, which is the host's own") % describe("net", box.namespaces["net"]))


@check("net.loopback", N_("the loopback interface is up inside"),
       N_("a new network namespace has one interface, lo, and it is down: not even 127.0.0.1 answers"),
       see='echo "ip link show lo" | sudo build/net', exercise="net.loopback", when="early")
def net_loopback(box):
    expected = _("lo is up, and 127.0.0.1 answers")
    require_new_network(box, expected)

    def flags():
        return next((link["flags"] for link in links(box.stage, box.descriptors) if link["ifname"] == "lo"), [])
    if not box.may_come(lambda: "UP" in flags() and answers(box.stage, box.descriptors, "127.0.0.1")):
        raise Fail(expected, _("lo has the flags %s") % ",".join(flags()))


@check("net.pair", N_("a veth pair connects the container with the host"),
       N_("a veth pair is a cable with an end in each namespace (veth(4)): what goes in at one comes out at the other"),
       see='echo "ip link" | sudo build/net',
       exercise="net.veth", when="early")
def net_pair(box):
    expected = _("a veth link inside whose other end is a link of the host, and the other way round")
    require_new_network(box, expected)
    if not box.may_come(lambda: pairs(box)):
        raise Fail(expected, _("inside: %(inside)s; on the host: %(host)s") % {
            "inside": name_links(links(box.stage, box.descriptors)), "host": name_links(links(box.stage))})


def name_links(found):
    return ", ".join(f"{link['ifname']} ({','.join(link['flags'])})" for link in found)


def require_answer(box, expected, from_inside):
    """Ping the other side's addresses through the pair until one answers, as long as one may still come.

    They may be on the pair's end, on a bridge that it is plugged into, or on any other interface.
    """
    here, there = (box.descriptors, None) if from_inside else (None, box.descriptors)
    tried = []

    def goes_by(doors, address):
        """Is it by one of these interfaces that the kernel sends what is for the address?"""
        found = box.stage.enter(["net"], ["ip", "-json", "route", "get", address], here).stdout
        return any(route.get("dev") in doors for route in json.loads(found or "[]"))

    def answers_by(doors, address):
        # One of the link alone means nothing without the link.
        if ipaddress.ip_address(address) in ipaddress.ip_network("fe80::/10"):
            return any(answers(box.stage, here, f"{address}%{door}") for door in doors)
        return goes_by(doors, address) and answers(box.stage, here, address)

    def reached():
        ends = [inner if from_inside else outer for inner, outer in pairs(box)]
        doors = {end[key] for end in ends for key in ("ifname", "master") if key in end}
        # Whoever has the address himself needs no pair to reach it.
        own = {info.get("local") for link in links(box.stage, here) for info in link.get("addr_info", [])}
        tried[:] = [address for link in links(box.stage, there) for address in addresses(link)
                    if address not in own and not ipaddress.ip_address(address).is_loopback]
        return any(answers_by(doors, address) for address in tried)

    def settled():
        return not any(info.get("tentative") for side in (here, there) for link in links(box.stage, side)
                       for info in link.get("addr_info", []) if info.get("local") in addresses(link))
    # IPv6 makes sure for a second or two that nobody else has the address (ip-address(8), tentative).
    if not settled():
        wait_until(settled, box.remaining() / 2)
        box.patience_ends = max(box.patience_ends, time.monotonic() + 1)
    if not box.may_come(reached):
        raise Fail(expected, _("no answer from: %s") % " ".join(tried) if tried else
                   _("no address to try: the other side has none that this side doesn't have itself"))


@check("net.host-to-container", N_("the container's address answers the host"),
       N_("an address belongs to an interface, and answers once that is up"),
       see='echo "ip -4 address show eth0; sleep 5" | sudo build/net & sleep 2; ping -c 1 198.18.0.2',
       exercise="net.container-address",
       when="early")
def net_host_to_container(box):
    expected = _("a ping from the host to the container's end of the pair is answered")
    require_new_network(box, expected)
    require_answer(box, expected, from_inside=False)


@check("net.container-to-host", N_("the host's address answers the container"),
       N_("both ends need an address of one network: the kernel then knows the way"),
       see='echo "ip route; ping -c 1 198.18.0.1" | sudo build/net',
       exercise="net.host-address", when="early")
def net_container_to_host(box):
    expected = _("a ping from the container to the host's end of the pair is answered")
    require_new_network(box, expected)
    require_answer(box, expected, from_inside=True)


# ---- user ----


@check("user.namespace", N_("the shell has a user namespace of its own"),
       N_("as root you are root without it too: only the namespace itself proves that CLONE_NEWUSER was there"),
       see="readlink /proc/$$/ns/user; echo 'readlink /proc/self/ns/user' | build/user", exercise="user.flag")
def user_namespace(box):
    require_own_namespace(box, "user")


def read_map(box, name):
    """The map as (first id inside, first id outside as we see it, count)."""
    return [tuple(map(int, line.split())) for line in read_text(f"/proc/{box.shell}/{name}").splitlines()]


def require_own_user(box, expected):
    if not box.is_new("user"):
        raise Fail(expected, _("%s, which is the host's own") % describe("user", box.namespaces["user"]))


@check("user.setgroups", N_("setgroups is denied"),
       N_("who could leave a group could pass where that group is locked out: without deny the kernel refuses a "
          "gid_map to an ordinary user"),
       see="echo 'cat /proc/self/setgroups' | build/user", exercise="user.setgroups")
def user_setgroups(box):
    if box.stage.setgroups_denied:
        raise Blocked(_("an ordinary user's throwaway host is a user namespace, where setgroups is denied already, so "
                        "nobody can see whether your line does it. That costs you nothing. To have it judged: "
                        "`sudo make check LAB=user`, or `scripts/check user --real`"))
    expected = _("/proc/PID/setgroups of the shell: deny")
    require_own_user(box, expected)
    # A map of several ids was written by a privileged helper, newgidmap(1), which needs no deny.
    if box.may_come(lambda: sum(count for _in, _out, count in read_map(box, "gid_map")) > 1 or
                    read_text(f"/proc/{box.shell}/setgroups").strip() == "deny"):
        return
    raise Fail(expected, _("/proc/PID/setgroups of the shell: %s") % read_text(f"/proc/{box.shell}/setgroups").strip())


def require_root_mapped(box, name, own):
    expected = _("%(file)s maps 0 inside to %(own)d outside, the caller's own id") % {"file": name, "own": own}
    require_own_user(box, expected)
    lines = box.may_come(lambda: read_map(box, name))
    # With newuidmap(1), 0 may also be one of the ids that the caller was given.
    several = sum(count for _in, _out, count in lines) > 1
    for inside, outside, _count in lines:
        if inside == 0 and (outside == own or several and outside != 0):
            return
    raise Fail(expected, _("%s is: %s") % (name, "; ".join(" ".join(map(str, line)) for line in lines) or _("empty")))


@check("user.uid-map", N_("root inside is the caller outside (uid)"),
       N_("until uid_map is written, every process inside is the overflow user, 65534, without any rights"),
       see="echo 'id -u; cat /proc/self/uid_map' | build/user", exercise="user.uid_map")
def user_uid_map(box):
    require_root_mapped(box, "uid_map", box.caller[0])


@check("user.gid-map", N_("root's group inside is the caller's outside (gid)"),
       N_("groups have a map of their own; an ordinary user may write it once, after deny to setgroups"),
       see="echo 'id -g; cat /proc/self/gid_map' | build/user", exercise="user.gid_map")
def user_gid_map(box):
    require_root_mapped(box, "gid_map", box.caller[1])


@check("user.root-inside", N_("the shell has root's rights inside"),
       N_("execve(2) takes the capabilities from whoever isn't root then: write the maps before the command runs"),
       see="echo 'grep CapEff /proc/self/status' | build/user", exercise="user.uid_map")
def user_root_inside(box):
    expected = _("CapEff of the shell has CAP_SYS_ADMIN, in a user namespace of its own")
    require_own_user(box, expected)
    effective = status(box.shell).get("CapEff", "0")
    if not int(effective, 16) >> CAP_SYS_ADMIN & 1:
        raise Fail(expected, f"CapEff: {effective}")


# ---- nest ----


@check("nest.outer", N_("the shell is in a container"),
       N_("the first level: a PID namespace below the host's"),
       see="echo 'grep NSpid /proc/self/status' | build/nest", exercise="pid.flag")
def nest_outer(box):
    require_own_namespace(box, "pid", act_on_process)


@check("nest.inner", N_("the shell is in a container in a container"),
       N_("a container can make another one: its PID namespaces nest, and a process has a PID in each around it"),
       see=N_("build/nest, then in a second terminal: grep NSpid /proc/*/status"), exercise="nest.inner")
def nest_inner(box):
    levels = depth(f"/proc/self/fd/{box.descriptors['pid']}", box.stage.namespaces["pid"])
    if levels < 2:
        raise Fail(_("NSpid of the shell has a PID on the host and one in each of two levels below it"),
                   "NSpid: " + " ".join(map(str, pids_inside(box.shell)[box.stage.level:])))


@check("nest.pid-1-in-each", N_("each level has a PID 1 of its own, one the ancestor of the other"),
       N_("the inner container is made by the outer one: when the outer PID 1 ends, all below it ends too"),
       see=N_("build/nest, then in a second terminal: ps -e --forest | grep -A 2 nest"), exercise="nest.inner")
def nest_pid_1_in_each(box):
    firsts = []
    pid = box.shell
    while pid > 1 and box.stage.has(pid):
        inside = pids_inside(pid)[box.stage.level:]
        if len(inside) > 1 and inside[-1] == 1:
            firsts.append(" ".join(map(str, inside)))
        pid = parent(pid)
    if len(firsts) < 2:
        raise Fail(_("among the shell and its ancestors, the PID 1 of each of two levels"),
                   _("NSpid of each PID 1 there: %s") % ("; ".join(firsts) or _("none")))


for lab in ("ipc", "pid", "mount", "net", "user", "nest"):
    check(f"{lab}.host-unchanged", N_("the host is left as it was"),
          N_("what a container does to names, queues, mounts and links is its own; the program itself must leave "
             "the host's alone"),
          points=0, when="after")(host_unchanged)
