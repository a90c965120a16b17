import contextlib
import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from pathlib import Path
from typing import NamedTuple

from lib.judge.checks import check
from lib.judge.image import NAME, Image, put_image, read_secret
from lib.judge.kernel import mounts
from lib.judge.outcome import Blocked, Fail, shorten
from lib.judge.stage import Stage
from lib.tree import ROOT
from lib.words import N_, _

PROBE = ["unshare", "--user", "--map-root-user", "--uts", "--ipc", "--mount", "--pid", "--fork", "--mount-proc", "sh",
         "-c", "PATH=$PATH:/usr/sbin:/sbin; cd /dev/shm && mount -t tmpfs none . && cd /dev/shm && mkdir one two && "
         "mount -t overlay -o lowerdir=one:two,userxattr overlay . && cd /dev/shm && pivot_root . ."]
# Root of a user namespace is what an ordinary user is in the user lab. There the kernel wants more of a program.
START_AS = ("as_root_of_user_namespace",)
WRITTEN, REMOVED, EMPTIED = "written", "etc/motd", "var"  # names in the image's root directory
INODE = (1 << 32) - 1  # Overlayfs may put a layer's number into the bits above.


# ---- What the judge puts on the stage ----


class Planted(NamedTuple):
    stage: Stage
    image: Image
    directory: Path  # of the layers
    has_attributes: bool  # Can files in there have user.* attributes?
    before: str  # the image

    def layer(self, name="layer"):
        """The path of a layer, whose directory is there: of the judge, and of each process of its that runs it anew."""
        path = self.directory / f"{name}-{os.getpid()}"
        self.stage.enter(["mnt"], ["mkdir", "-p", path])
        return path


@contextlib.contextmanager
def surroundings(stage):
    """An image with a file that no program knows before, and a place for layers."""
    image = put_image(stage)
    before = stage.look(["mnt"], lambda: describe(image.path))
    place, on_disk = stage.make_directory(), ""
    has_attributes = keeps_attributes(stage, place)
    if not has_attributes and not stage.for_class:  # Memory keeps none before Linux 6.6.
        on_disk = stage.look(["mnt"], lambda: tempfile.mkdtemp(prefix="layers.", dir=ROOT / "build"))
        has_attributes = on_disk and keeps_attributes(stage, on_disk)
    try:
        yield Planted(stage, image, Path(on_disk) if has_attributes and on_disk else place, has_attributes, before)
    finally:
        if on_disk:
            stage.look(["mnt"], lambda: shutil.rmtree(on_disk) or "")


def keeps_attributes(stage, directory):
    return stage.look(["mnt"], lambda: os.setxattr(directory, "user.nslabs", b"") or "yes") == "yes"


def operands(planted):
    return ["--image", planted.image.path, "--layer", planted.layer()]


# ---- In a process of ours, on the stage or in the shell's root directory ----


def describe(directory):
    """What is in a directory: a line for each file."""
    lines = []
    for path, directories, files in os.walk(directory):
        for name in sorted([*directories, *files]):
            file = os.path.join(path, name)
            seen = os.lstat(file)
            content = ""
            if stat.S_ISLNK(seen.st_mode):
                content = os.readlink(file)
            elif stat.S_ISREG(seen.st_mode):
                content = hashlib.sha256(Path(file).read_bytes()).hexdigest()
            lines.append(f"{os.path.relpath(file, directory)} {stat.filemode(seen.st_mode)} {seen.st_uid} "
                         f"{seen.st_size} {seen.st_mtime_ns} {content}")
    return "\n".join(sorted(lines))


def find_written(directory, text):
    """Where in a directory there is a file with this text; "" if there is none."""
    for path, _directories, files in os.walk(directory):
        if WRITTEN in files:
            fd = os.open(os.path.join(path, WRITTEN), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            if text.encode() in os.read(fd, 100):
                return os.path.join(path, WRITTEN)
    return ""


def act_inside(box, function):
    """Call a function of ours with the shell's root directory for its own; returns what it returns, or the error."""
    def act():
        os.chroot(f"{box.shell}/root")
        os.chdir("/")
        try:
            return function()
        except OSError as error:
            return f"{error.filename}: {error.strerror}"
    return box.stage.look([], act)


# ---- The checks ----


@check("overlay.root", N_("the shell's root directory is an overlay, and its lower layer is the image"),
       N_("overlayfs copies nothing: as long as a file isn't changed, the image's own one is seen through the overlay"),
       see='echo "cat /etc/os-release; grep overlay /proc/self/mountinfo" | sudo build/overlay',
       exercise="overlay.mount")
def overlay_root(box):
    expected = _("the shell's root directory is an overlay, in which the files of the image are seen")
    image = box.planted.image
    if box.stage.look([], lambda: read_secret(box.shell)) != image.secret:
        raise Fail(expected, _("a file of the image isn't in the shell's root directory"), "host")
    root = next((mount for mount in reversed(list(mounts(box.shell))) if mount.point == "/"), None)
    if not root or root.type != "overlay":
        raise Fail(expected, _("the file system of its root directory is %s") % (root.type if root else _("unknown")),
                   "type")
    numbers = box.stage.look(["mnt"], lambda: " ".join(
        str(os.lstat(path).st_ino & INODE) for path in (f"{box.shell}/root/{NAME}", image.path / NAME)))
    if len(set(numbers.split())) != 1:
        raise Fail(expected, _("the files in there are copies, and not those of the image"), "copy")


@check("overlay.upper", N_("what is written inside is in the layer, and not in the image"),
       N_("the lower layer is never written to; a file that is changed or new goes into the upper layer"),
       see='echo "echo hello >/file" | sudo build/overlay; sudo find build/layer -name file', exercise="overlay.mount",
       needs="overlay.root")
def overlay_upper(box):
    expected = _("a file that the shell writes is found in the directory that --layer names")
    text = secrets.token_hex(8)
    box.ask(f"echo {text} >/{WRITTEN}")
    layer = box.planted.layer()
    if box.stage.look(["mnt"], lambda: find_written(box.planted.image.path, text)):
        raise Fail(expected, _("it is in the image"), "image")
    if not box.stage.look(["mnt"], lambda: find_written(layer, text)):
        seen = _("it isn't there: in the shell, `%(command)s` says: %(answer)s") % {
            "command": f"echo ... >/{WRITTEN}", "answer": box.complaint or _("nothing")}
        raise Fail(expected, seen, "refused" if box.complaint else "elsewhere")


@check("overlay.whiteout", N_("what is deleted inside is gone there, and is still in the image"),
       N_("a whiteout in the upper layer, a device with the numbers 0 and 0, hides the file of the lower one"),
       see='echo "rm /etc/motd; ls /etc" | sudo build/overlay; sudo ls -l build/layer/upper/etc',
       exercise="overlay.mount", needs="overlay.upper")
def overlay_whiteout(box):
    expected = _("/%s is gone for the shell, and is still in the image") % REMOVED
    answer = act_inside(box, lambda: os.unlink(REMOVED) or "")
    if "gone" not in box.ask(f'[ -e /{REMOVED} ] || echo go""ne').split():
        raise Fail(expected, _("it can't be removed: %s") % answer)
    if not box.stage.look(["mnt"], lambda: os.lstat(box.planted.image.path / REMOVED) and "there"):
        raise Fail(expected, _("it is gone from the image as well"), "image")


@check("overlay.opaque", N_("a directory that is deleted and made anew is empty, in a user namespace too"),
       N_("overlayfs notes in an attribute of the new directory that nothing of the lower layers belongs to it; in a "
          "user namespace, only with the option userxattr may it do so"),
       see='echo "rm -r /var; mkdir /var; ls -A /var" | build/user build/overlay', exercise="overlay.mount",
       needs="overlay.upper")
def overlay_opaque(box):
    if not box.planted.has_attributes:
        raise Blocked(_("no file system here keeps attributes named user.*, as ext4 does, and memory since Linux 6.6"))
    expected = _("after `rm -r /%(name)s; mkdir /%(name)s`, the directory is there, and nothing is in it") % {
        "name": EMPTIED}
    answer = act_inside(box, lambda: shutil.rmtree(EMPTIED) or os.mkdir(EMPTIED) or " ".join(os.listdir(EMPTIED)))
    if answer:
        raise Fail(expected, answer, "attributes" if os.strerror(5) in answer else "")


def require_shell(again, expected):
    if again.trouble:
        raise Fail(expected, _("started a second time beside the first, with another layer, the program has no shell: "
                               "%s") % again.trouble)


@check("overlay.shared", N_("two containers share the image, and neither sees what the other one changes"),
       N_("an overlay has one upper layer; there can be any number of overlays over the same lower one"),
       see="sudo build/overlay; at the same time, in another terminal: sudo build/overlay --layer /tmp/layer",
       exercise="overlay.mount", needs="overlay.upper")
def overlay_shared(box):
    expected = _("a second container sees the image's files, and not what the first one has written")
    planted = box.planted
    text = secrets.token_hex(8)
    box.ask(f"echo {text} >/{WRITTEN}")
    with box.running_again("--image", planted.image.path, "--layer", planted.layer("other")) as again:
        require_shell(again, expected)
        if box.stage.look([], lambda: read_secret(again.shell)) != planted.image.secret:
            raise Fail(expected, _("a file of the image isn't in the second shell's root directory"))
        if "clean" not in again.ask(f'[ -e /{WRITTEN} ] || echo cle""an').split():
            raise Fail(expected, _("what the first one has written is in the second one's root directory"), "layer")
        again.ask(f"echo second >/{WRITTEN}")
        if text not in box.ask(f'read -r line </{WRITTEN}; echo "$line"'):
            raise Fail(expected, _("what the second one has written is in the first one's root directory"), "layer")


@check("overlay.lock", N_("a layer belongs to one container at a time"),
       N_("the kernel lets two overlays write into one upper layer, though that spoils both; it only warns in its "
          "log"),
       see="sudo build/overlay; at the same time, in another terminal: sudo build/overlay",
       exercise="overlay.lock", needs="overlay.shared")
def overlay_lock(box):
    expected = _("while a container has the layer, the program refuses to start another one with it, and its status "
                 "isn't 0")
    with box.running_again(*operands(box.planted)) as again:
        if again.shell:
            raise Fail(expected, _("a second container runs in the same layer"))
        if again.has_ended() and again.process.returncode == 0:
            raise Fail(expected, _("it doesn't start one, but its status is 0, as after a success"), "status")


@check("overlay.again", N_("a later container with the same layer finds what was written"),
       N_("the upper layer is a directory of the host, and stays; so a second start finds directories that are there "
          "already, and a lock that is free again"),
       see='for i in 1 2; do echo "echo $i >>/file; cat /file" | sudo build/overlay; done',
       exercise="overlay.directories", needs="overlay.upper", when="after")
def overlay_again(box):
    expected = _("started once more with the same layer, the program has a shell, which finds the first one's file")
    if not box.shell:
        raise Fail(expected, _("the program's shell was not found: see %s") % "overlay.runs")
    with box.running_again(*operands(box.planted)) as again:
        if again.trouble:
            raise Fail(expected, str(again.trouble) + again.quote())
        if "there" not in again.ask(f'[ -s /{WRITTEN} ] && echo the""re').split():
            raise Fail(expected, _("the file isn't there any more"), "gone")


@check("overlay.image", N_("the image is the same as before, byte for byte"),
       N_("so other containers can start from it, and an image can be checked by a sum"),
       see="tar -c build/image | sha256sum, before and after", exercise="overlay.mount", needs="overlay.upper",
       when="after")
def overlay_image(box):
    image = box.planted.image
    before, now = (set(text.split("\n")) for text in (
        box.planted.before, box.stage.look(["mnt"], lambda: describe(image.path))))
    if changed := sorted({line.split(" ")[0] for line in before ^ now}):
        raise Fail(_("each file of the image has the same content, mode, owner and time as before"),
                   _("these differ, are new or are gone:") + "\n" + "\n".join(shorten(changed)))
