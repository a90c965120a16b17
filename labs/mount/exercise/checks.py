import secrets

from lib.judge.checks import check
from lib.judge.kernel import CAP_SYS_ADMIN, all_mounts, mounts
from lib.judge.outcome import Fail, shorten
from lib.judge.require import find_fault_of_proc, has_command, require_effect, require_new, require_own_namespace
from lib.words import N_, _

PROBE = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "true"]


def peer_groups(found):
    return {field for mount in found for field in mount.fields.split() if field.startswith("shared:")}


def require_no_group_with_host(box, expected):
    """No mount in the container is in a peer group with one of the host's."""
    # A shell in a chroot sees only some of the mounts.
    inside = {*mounts(box.shell), *all_mounts(box.stage, box.descriptors)}
    if shared := list_shared(box, inside):
        text = _("still shared with the host, so that what is mounted there appears on both sides:")
        raise Fail(expected, "\n".join([text, *shorten(shared)]), mistake="" if "/" in shared else "part")


def list_shared(box, inside):
    """Where these mounts of the container are in a peer group with one of the host's."""
    hosts = peer_groups(mounts(box.stage.init))
    return sorted({mount.point for mount in inside if peer_groups([mount]) & hosts})


def mount_in_shell(box, expected):
    """Have the shell mount something that then is in its namespace; returns its random name, or None if it can't."""
    if not box.may(CAP_SYS_ADMIN, "mnt") or not has_command(box, "mount"):
        return None
    token = f"nslabs-{secrets.token_hex(6)}"
    # A program that has changed its root may not have all of these directories.
    places = (box.stage.make_directory(), "/mnt", "/tmp", "/")
    box.ask(" || ".join(f"mount -t tmpfs {token} {place}" for place in places))
    seen = token if has_mount(box.shell, token) else None
    require_effect(box, expected, f"mount -t tmpfs {token} /mnt", token, seen)
    return seen


def has_mount(pid, token):
    return any(mount.source == token for mount in mounts(pid))


def act_on_mounts(box, expected):
    token = mount_in_shell(box, expected)
    if token and box.stage.real and has_mount(box.stage.init, token):
        box.ask(f"umount {token}")


@check("mount.namespace", N_("the shell has a mount namespace of its own"),
       N_("without CLONE_NEWNS, whatever is mounted inside is mounted on the host too"),
       see='readlink /proc/$$/ns/mnt; echo "readlink /proc/self/ns/mnt" | sudo build/mount', exercise="mount.flag")
def mount_namespace(box):
    require_own_namespace(box, "mnt", act_on_mounts)


@check("mount.private", N_("mounts made inside don't reach the host"),
       N_("a new mount namespace starts with copies of the host's mounts, and a shared mount passes on whatever is "
          "mounted below it: make / private (or slave), recursively, before you mount anything"),
       see='findmnt -o TARGET,PROPAGATION /; echo "findmnt -o TARGET,PROPAGATION /" | sudo build/mount',
       exercise="mount.private")
def mount_private(box):
    expected = _("no mount inside is shared with the host, and no mount made inside appears on the host")
    require_new(box, "mnt", expected)
    if box.stage.real:  # Ask before anything can reach the machine.
        require_no_group_with_host(box, expected)
    mount_in_shell(box, expected)
    changed = [mount for mount in mounts(box.stage.init) if mount not in box.mounts_before]
    known = {mount._replace(fields="") for mount in box.mounts_before}
    if leaked := [mount for mount in changed if mount._replace(fields="") not in known]:
        raise Fail(expected, _("mounted inside, and now on the host too:") + "\n" + "\n".join(shorten(
            [f"{mount.source} ({mount.type}) on {mount.point}" for mount in leaked])),
            mistake="" if "/" in (shared := list_shared(box, mounts(box.shell))) else "part" if shared else "order")
    if changed:
        raise Fail(expected, _("these mounts of the host propagate in another way than before:") + "\n" +
                   "\n".join(shorten(sorted({mount.point for mount in changed}))))
    require_no_group_with_host(box, expected)


@check("mount.proc", N_("a new /proc is mounted, and shows the shell's PID namespace"),
       N_("ps reads /proc, and a mounted proc shows the PID namespace of whoever mounted it: the host's, until the "
          "container mounts its own"), see='echo "ps -e; grep /proc /proc/self/mounts" | sudo build/mount',
       exercise="mount.proc")
def mount_proc(box):
    expected = _("on /proc, a proc of the container's own that shows the shell's PID namespace")
    fault = None

    def is_right():
        nonlocal fault
        fault = find_fault_of_proc(box)
        return not fault or not box.is_new("mnt")
    box.may_come(is_right)
    if fault:
        raise Fail(expected, *fault, exercise="" if box.is_new("pid") else "pid.flag")
