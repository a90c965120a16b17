"""What the mount lab promises."""

import os
import secrets

from lib.judge.checks import check, not_in_shell, require_own_namespace
from lib.judge.kernel import mounts, namespace, parse_mounts
from lib.judge.outcome import Fail
from lib.words import N_, _

PROBE = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "true"]


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
