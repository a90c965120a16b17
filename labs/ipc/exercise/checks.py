"""What the ipc lab promises."""

import contextlib

from lib.judge.checks import check, not_from_outside, not_in_shell, require_own_namespace
from lib.judge.outcome import Blocked, Fail
from lib.words import N_, _

PROBE = ["unshare", "--ipc", "ipcmk", "-Q"]

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


@contextlib.contextmanager
def surroundings(stage):
    """The host has a queue, which the container must not see."""
    planted = make_queue(stage)
    yield planted
    _kind, _key, number = planted
    stage.enter(["ipc"], ["ipcrm", "--queue-id", str(number)])


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
