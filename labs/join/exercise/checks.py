"""What the judge checks in the join lab: in which namespaces of two containers of its own the shell is."""

import contextlib
import os
import random

from lib.judge.checks import check
from lib.judge.kernel import (KINDS, all_pids, is_running, namespaces, open_namespaces, parent, pids_inside, read_proc,
                              start_time, wait_until)
from lib.judge.outcome import Blocked, Fail, shorten
from lib.judge.require import act_on_process, read_names_here, require_steady
from lib.judge.shell import make_process
from lib.judge.stage import PATIENCE
from lib.words import N_, _

PROBE = ["nsenter", "--target=1", "--uts", "--pid", "true"]
PLANTED = True
SEE = "unshare --user --map-root-user --uts --pid --fork --mount-proc sleep 100 & sleep 1; "

# A kernel may lack the last one.
ALL = (*KINDS, *({"time"} & set(os.listdir("/proc/self/ns"))))
# The machine's root, and a container of the machine's own user namespace.
OF_ROOT = [f"--{kind}" for kind in ALL if kind not in ("user", "mnt")] + ["--fork", "--mount-proc"]
# What anybody may make; the other kinds are the host's.
OF_OWNER = ["--user", "--map-root-user", "--uts", "--ipc", "--pid", "--fork", "--mount-proc"]
# To the kernel, who lacks all capabilities is an ordinary user, also as root.
WITHOUT_RIGHTS = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]


class Target:
    """A container to enter, with one process."""

    def __init__(self, stage, options):
        self.stage = stage
        self.pid = make_process(stage, stage.unshare(*options), ["hostname target"])
        self.number = str(pids_inside(self.pid)[stage.level])  # on the stage
        self.descriptors = open_namespaces(self.pid)
        self.namespaces = namespaces(self.pid, ALL)
        self.before = self.describe()

    def describe(self):
        """What a program that enters it must leave alone, a line for each thing."""
        names = self.stage.look(["uts"], lambda: " ".join(read_names_here()), self.descriptors)
        mounts = [line.split(" ", 2)[2] for line in read_proc(f"/proc/{self.pid}/mountinfo").splitlines()]
        inside = [pid for pid in all_pids() if is_running(pid)
                  and namespaces(pid, ("pid",))["pid"] == self.namespaces["pid"]]
        return [f"names {names}", *(f"mount {line}" for line in mounts),
                *(f"process {pids_inside(pid)[-1]} {start_time(pid)[0]}" for pid in inside),
                *(f"{kind} {found}" for kind, found in namespaces(self.pid, ALL).items())]

    def close(self):
        for fd in self.descriptors.values():
            os.close(fd)


class Targets:
    """What is on the stage before the program starts."""

    def __init__(self, stage):
        self.stage = stage
        self.roots = Target(stage, OF_ROOT)
        self.owned = Target(stage, OF_OWNER)
        # A process that has ended, and whose parent doesn't wait for it.
        self.maker = make_process(stage, commands=["sleep 0 & :"])
        ended = wait_until(self.find_ended, PATIENCE)
        self.ended = str(pids_inside(ended[0])[stage.level]) if ended else None

    def find_ended(self):
        return [pid for pid in all_pids() if parent(pid) == self.maker and not is_running(pid)]

    def close(self):
        self.roots.close()
        self.owned.close()
        if self.stage.real:  # A stage takes them with it.
            for pid in (self.roots.pid, self.owned.pid, self.maker):
                self.stage.kill(pid)


@contextlib.contextmanager
def surroundings(stage):
    targets = Targets(stage)
    try:
        yield targets
    finally:
        targets.close()


def operands(targets):
    return [targets.roots.number]


def find_wrong(box, target, kinds=ALL):
    """The kinds of which the shell isn't where it should be: of these kinds the container's, of others the host's."""
    host, seen = namespaces(box.stage.init, ALL), namespaces(box.shell, ALL)
    return [kind for kind in ALL if seen[kind] != (target.namespaces if kind in kinds else host)[kind]]


def require_shell(shell, expected):
    """A further run of the program has a shell."""
    if shell.trouble:
        raise Fail(expected, str(shell.trouble) + shell.quote())


@check("join.namespaces", N_("the shell is in the container's namespaces"),
       N_("setns(2) moves its caller into the namespaces of the process that the descriptor stands for, and the "
          "children go along"), see=SEE + "echo hostname | build/join $(pgrep -n -x sleep)", exercise="join.setns")
def join_namespaces(box):
    expected = _("the shell is in each namespace of the container")
    box.ask(":")  # Is it there?
    wrong = [kind for kind in find_wrong(box, box.planted.roots) if kind != "pid"]
    if wrong:
        kinds = [kind for kind in ALL if kind not in ("pid", "user")]
        raise Fail(expected, _("it isn't in the container's namespaces of these kinds: %s") % " ".join(wrong),
                   "some" if len(wrong) < len(kinds) else "")
    # Where its children's PIDs are is the next check's matter.
    own, child = ({**found, "pid": None} for found in (box.namespaces, box.namespaces_of_child() or {}))
    if own != child:
        raise Fail(expected, _("the shell is in the namespaces, but a command that it was given isn't"))
    require_steady(box, expected)


@check("join.pid", N_("the shell has a PID in the container"),
       N_("no process changes its own PID namespace: after setns(2), only the children that are made from then on are "
          "in the container's"), see=SEE + "echo 'ps -e' | build/join $(pgrep -n -x sleep)", exercise="join.setns",
       needs="join.namespaces")
def join_pid(box):
    expected = _("the shell is in the container's PID namespace, and has a PID there")
    if "pid" in find_wrong(box, box.planted.roots):
        inside = namespaces(box.shell, ("pid_for_children",))["pid_for_children"]
        is_caller = inside == box.planted.roots.namespaces["pid"]
        seen = _("the shell itself has called setns(2), so that only its children are there") if is_caller else \
            _("its PID is one of the host's")
        raise Fail(expected, seen, "caller" if is_caller else "")
    act_on_process(box, expected)


@check("join.owner", N_("a user without rights enters a container of their own, by its user namespace"),
       N_("who has made a user namespace has all rights in it: so that comes first. What the container shares with the "
          "host must be left out, since it isn't the container's"),
       see=SEE + "echo id | build/join $(pgrep -n -x sleep)", exercise="join.compare", needs="join.namespaces")
def join_owner(box):
    expected = _("started without any capability, it enters a container in a user namespace of the same user's")
    with box.running_again(box.planted.owned.number, before=WITHOUT_RIGHTS) as shell:
        require_shell(shell, expected)
        if wrong := find_wrong(shell, box.planted.owned):
            raise Fail(expected, _("it isn't in the container's namespaces of these kinds: %s") % " ".join(wrong))


@check("join.only", N_("with --only it enters no others, but for the user namespace"),
       N_("some rights come with the user namespace alone: so it belongs to the set even where it wasn't asked for"),
       see=SEE + "build/join --only uts $(pgrep -n -x sleep) ls -l /proc/self/ns", exercise="join.compare",
       needs="join.namespaces")
def join_only(box):
    kinds = sorted(random.sample(["uts", "ipc", "net", "mnt", "pid"], 2))
    for target, chosen, before in ((box.planted.roots, kinds, None), (box.planted.owned, ["uts"], WITHOUT_RIGHTS)):
        names = ",".join(chosen)
        expected = _("with --only %s, the shell is in these namespaces of the container, in its user namespace, and in "
                     "no others of it") % names
        with box.running_again("--only", names, target.number, before=before) as shell:
            require_shell(shell, expected)
            if wrong := find_wrong(shell, target, [*chosen, "user"]):
                raise Fail(expected, _("it is somewhere else in these kinds: %s") % " ".join(wrong))


@check("join.ended", N_("it reports an error for a process that has ended"),
       N_("a command that was meant for a container must never run outside of it"),
       see="build/join 4194304 id; echo $?", exercise="join.pidfd", needs="join.namespaces")
def join_ended(box):
    if not box.planted.ended:
        raise Blocked(_("the judge can't make a process that has ended, and is still in the list of processes"))
    for number in ("4194304", box.planted.ended):  # A PID is always smaller than the first: proc(5), pid_max.
        expected = _("for PID %s, a message and an exit status other than 0") % number
        done = box.stage.run([*box.words[0], str(box.words[1]), number])
        if done.died():
            raise Fail(expected, _("the program ended %s") % done.how_it_ended())
        if done.process.returncode == 0 or not (done.stdout() + done.stderr()).strip():
            raise Fail(expected, _("exit status %d, and the program printed:") % done.process.returncode + "\n" +
                       (done.stdout() + done.stderr() or _("nothing")))


@check("join.container-unchanged", N_("the container is left as it was"),
       N_("who enters a container is a guest there: its own processes go on, with the names and mounts that they had"),
       points=0, when="after")
def join_container_unchanged(box):
    for target in (box.planted.roots, box.planted.owned):
        def changes(target=target):
            now = target.describe()
            return [f"- {line}" for line in target.before if line not in now] + \
                [f"+ {line}" for line in now if line not in target.before]
        if wait_until(lambda: not changes(), PATIENCE):
            continue
        raise Fail(_("the container's names, mounts and processes are as they were"),
                   _("changed in the container (- before, + after):") + "\n" + "\n".join(shorten(changes())))
