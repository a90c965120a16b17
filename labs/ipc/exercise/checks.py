import contextlib

from lib.judge.checks import check
from lib.judge.outcome import Blocked, Fail
from lib.judge.require import (has_command, list_objects, require_effect, require_new, require_own_namespace,
                               require_seen)
from lib.words import N_, _

PROBE = ["unshare", "--ipc", "ipcmk", "-Q"]

# For each kind of System V object, by its file in /proc/sysvipc, what makes one.
COMMANDS = {"msg": "ipcmk -Q", "sem": "ipcmk -S 1", "shm": "ipcmk -M 4096"}


def read_objects(where):
    """The set of (kind, key, id) of all objects in the IPC namespace of a stage or a container."""
    def read():
        return "\n".join(f"{kind} {key} {number}" for kind, key, number, _row in list_objects())
    rows = (line.split() for line in where.look(["ipc"], read).splitlines())
    return {(kind, int(key), int(number)) for kind, key, number in rows}


def make_queue(where):
    """Make a message queue with a random key there; returns its (kind, key, id), or None if we can't."""
    before = read_objects(where)
    where.enter(["ipc"], ["ipcmk", "-Q"])
    made = {found for found in read_objects(where) - before if found[0] == "msg"}
    return made.pop() if made else None


@contextlib.contextmanager
def surroundings(stage):
    """Put a queue on the host, which the container must not see."""
    planted = make_queue(stage)
    if not planted:
        raise Blocked(_("ipcmk(1) can't make a queue"))
    _kind, _key, number = planted
    yield planted
    stage.enter(["ipc"], ["ipcrm", "--queue-id", str(number)])


def act_on_queues(box, expected):
    """Make a queue in the namespace from outside. The shell must see it."""
    made = make_queue(box)
    if not made:  # The namespace is full.
        return
    _kind, key, _id = made
    # The kernel lists keys as signed numbers.
    require_seen(box, expected, f"0x{key & 0xffffffff:08x}", "ipcs -q")


@check("ipc.namespace", N_("the shell has an IPC namespace of its own"),
       N_("without CLONE_NEWIPC, the child shares the host's message queues, semaphores and shared memory"),
       see='readlink /proc/$$/ns/ipc; echo "readlink /proc/self/ns/ipc" | sudo build/ipc', exercise="ipc.flag")
def ipc_namespace(box):
    require_own_namespace(box, "ipc", act_on_queues)


@check("ipc.host-queue-hidden", N_("a message queue of the host isn't visible inside"),
       N_("the kernel looks up an identifier in the caller's own IPC namespace, so a container with its own can't "
          "reach the host's objects"), see='ipcmk -Q; echo "ipcs -q" | sudo build/ipc', exercise="ipc.flag")
def ipc_host_queue_hidden(box):
    _kind, host_key, _id = box.planted
    if any(key == host_key for _kind, key, _id in read_objects(box)):
        raise Fail(_("the host's queue (key 0x%08x) isn't in the shell's namespace") %
                   (host_key & 0xffffffff), _("it is there"))


@check("ipc.queue-stays-inside", N_("objects made inside are visible inside, and not on the host"),
       N_("queues, semaphores and shared memory end with their namespace; on the host they would stay"),
       see='echo "ipcmk -Q" | sudo build/ipc; ipcs -q', exercise="ipc.flag")
def ipc_queue_stays_inside(box):
    expected = _("a queue, a semaphore and shared memory made in the shell are only in its namespace")
    require_new(box, "ipc", expected)
    if not has_command(box, "ipcmk"):
        return
    before, host_before = read_objects(box), read_objects(box.stage)
    commands = "; ".join(COMMANDS.values())
    box.ask(commands)
    kinds = {kind for kind, _key, _id in read_objects(box) - before}
    require_effect(box, expected, commands, " ".join(sorted(COMMANDS)), " ".join(sorted(kinds)))
    if leaked := read_objects(box.stage) - host_before:
        raise Fail(expected, _("now on the host: %s") % " ".join(f"{kind} {number}" for kind, _key, number in leaked))
