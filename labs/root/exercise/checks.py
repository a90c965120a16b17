"""What the judge checks in the root lab: the kernel is asked about mounts, and what leads to them."""

import contextlib
import ctypes
import os

from lib.judge.checks import check
from lib.judge.enter import libc
from lib.judge.image import put_image, read_secret
from lib.judge.kernel import MOST_MOUNTS, mounts, namespace, parse_mounts, pids_inside, read_proc
from lib.judge.outcome import Fail, shorten
from lib.judge.require import CLONE_NEWNS, MS_PRIVATE, MS_REC, find_fault_of_proc
from lib.words import N_, _

MNT_DETACH = 2  # umount2(2)
PROBE = ["unshare", "--uts", "--ipc", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c",
         "PATH=$PATH:/usr/sbin:/sbin; mount --rbind /usr /usr && cd /usr && pivot_root . ."]


@contextlib.contextmanager
def surroundings(stage):
    """An image with a file that no program knows before."""
    yield put_image(stage)


def operands(planted):
    return ["--image", planted.path]


# ---- What the kernel says of mounts and directories ----


def look_at_mounts(box):
    """Two texts of mountinfo: what the shell sees, and what whoever enters its mount namespace sees."""
    # To enter it is to get its root directory, wherever chroot(2) has taken the shell (setns(2)).
    return (read_proc(f"/proc/{box.shell}/mountinfo", MOST_MOUNTS),
            box.look(["mnt"], lambda: read_proc("self/mountinfo", MOST_MOUNTS)))


def read_parents(text):
    """{the number of each mount: that of the mount around it}."""
    return {words[0]: words[1] for words in (line.split(" ", 2) for line in text.split("\n") if line)}


def find_mount(path):
    """In a process of ours: the number of the mount of this directory; "" if it is none, or we may not look."""
    with contextlib.suppress(OSError):
        fd = os.open(path, os.O_PATH | os.O_DIRECTORY)
        try:
            fields = dict(line.split(":\t") for line in read_proc(f"self/fdinfo/{fd}").splitlines() if ":\t" in line)
            return fields["mnt_id"].strip()
        finally:
            os.close(fd)
    return ""


def find_root(box):
    """The number of the mount that the shell's root directory is on."""
    return box.stage.look([], lambda: find_mount(f"{box.shell}/root"))


def identify_root():
    found = os.stat("/")
    return f"{found.st_dev} {found.st_ino}"


def uncover_root():
    """In a process of ours, in the container's mount namespace: what is below its root directory, in a copy of it."""
    private = ctypes.c_ulong(MS_REC | MS_PRIVATE)
    if libc.unshare(CLONE_NEWNS) == -1 or libc.mount(None, b"/", None, private, None) == -1 or \
            libc.umount2(b"/", MNT_DETACH) == -1:
        return ""
    libc.setns(os.open("self/ns/mnt", os.O_RDONLY), CLONE_NEWNS)
    return identify_root()


# ---- The checks ----


@check("root.image", N_("the shell's root directory is the image, and a mount of its own"),
       N_("pivot_root(2) takes no directory, but a mount. One that is bound to itself is both"),
       see='echo "cat /etc/os-release; cat /proc/self/mountinfo" | sudo build/root', exercise="root.bind")
def root_image(box):
    expected = _("the shell's root directory is the one that --image names, and it is a mount point")
    if box.stage.look([], lambda: read_secret(box.shell)) != box.planted.secret:
        is_bound = any(mount.point == str(box.planted.path) for mount in mounts(box.shell))
        raise Fail(expected, _("a file of the image isn't in the shell's root directory"), "host",
                   exercise="root.pivot" if is_bound else "")
    if not any(mount.point == "/" for mount in mounts(box.shell)):
        raise Fail(expected, _("it is the image, but an ordinary directory of the mount around it, as after chroot(2)"),
                   "chroot")


@check("root.pivot", N_("the image is the root of the whole mount namespace"),
       N_("chroot(2) changes where a process begins to look for a path, and nothing else: root walks out of it, by a "
          "chroot of its own into a directory below"),
       see='sudo build/root sleep 60 & sleep 1; sudo nsenter --target "$(pgrep -n -x sleep)" --mount ls /',
       exercise="root.pivot", needs="root.image")
def root_pivot(box):
    expected = _("whoever enters the shell's mount namespace is in the image")
    inside, entered = map(read_parents, look_at_mounts(box))
    root = find_root(box)
    if root not in inside or inside[root] in {**inside, **entered}:
        raise Fail(expected, _("the mount around the shell's root directory is still there, and above it the host's "
                               "root directory"))


@check("root.detach", N_("the host's root directory isn't mounted in the container any more"),
       N_("after pivot_root(2), the old root is another mount, on the new root or below it: `ls /..` shows it, until "
          "it is detached"), see='echo "ls /..; cat /proc/self/mountinfo" | sudo build/root', exercise="root.detach",
       needs="root.pivot")
def root_detach(box):
    expected = _("no mount of the container is the host's root directory")
    host = next(mount for mount in reversed(list(mounts(box.stage.init))) if mount.point == "/")
    left = {mount.point for text in look_at_mounts(box) for mount in parse_mounts(text)
            if (mount.device, mount.root) == (host.device, host.root)}
    if left:
        raise Fail(expected, _("it is mounted on %s in there") % ", ".join(sorted(left)))
    if box.look(["mnt"], uncover_root) == box.stage.look(["mnt"], identify_root):
        raise Fail(expected, _("it is still there below the image, as after `mount --move`: umount(8) uncovers it"))


def list_outside(processes, known):
    """In a process of ours: the directories that processes hold and that aren't on the known mounts, a line for each.

    `processes` has the PIDs that they have in their own PID namespace, by those that they have here.
    """
    for pid, inside in processes.items():
        names = ["root", "cwd"]
        with contextlib.suppress(OSError):
            names += [f"fd/{name}" for name in os.listdir(f"{pid}/fd")]
        for name in names:
            if (mount := find_mount(f"{pid}/{name}")) and mount not in known:
                yield f"/proc/{inside}/{name}"


@check("root.descriptors", N_("no process in the container holds a directory of the host"),
       N_("an open directory leads out, however well the root is changed: fchdir(2) enters it, and so does the path "
          "/proc/self/fd/N"), see='echo "ls -l /proc/self/fd" | sudo build/root', exercise="root.detach",
       needs="root.detach")
def root_descriptors(box):
    expected = _("the working directory and each open directory in the container are on its own mounts")
    known = {number for text in look_at_mounts(box) for number in read_parents(text)}
    inside = {pid: pids_inside(pid)[-1] for pid in box.stage.processes()
              if all(namespace(pid, kind) == box.namespaces[kind] for kind in ("mnt", "pid"))}
    seen = box.stage.look([], lambda: "\n".join(list_outside(inside, known)))
    if seen:
        raise Fail(expected, _("these lead out:") + "\n" + "\n".join(shorten(seen.split("\n"))))


@check("root.proc", N_("/proc in the image shows the shell's PID namespace"),
       N_("the image has an empty directory there, and a proc that was mounted before belongs to the old root"),
       see='echo "ps" | sudo build/root', exercise="root.proc", needs="root.pivot")
def root_proc(box):
    if fault := find_fault_of_proc(box):
        raise Fail(_("on /proc, a proc of the container's own that shows the shell's PID namespace"), *fault)
