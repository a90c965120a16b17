"""What the students handed in: folders, archives, and single files, as they are or as Moodle and Canvas name them.

Nothing is unpacked: of each entry, the files that count are read into memory, with a bound on everything. They are
LAB.c and labs/LAB/LAB.c for the labs that are asked for, and ANSWERS.md. What can't be taken becomes a Problem, one
clear line for the student's row; it never stops the others.
"""

import contextlib
import gzip
import os
import re
import stat
import tarfile
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from typing import Callable

from lib.judge.sandbox import MOST_SOURCE
from lib.words import _

MOST_UNPACKED = 100 << 20  # bytes of one archive; a whole tree with all that is built has 10 MiB
MOST_RATIO = 200  # how many times smaller an archive may be than what is in it; for C it is 5
MOST_FILES = 20000  # of one entry
OURS = ("roster.csv", "course.toml", "deadlines.csv")  # the teacher's own files, beside the entries
NOBODYS = ("__MACOSX", "build")  # directories that no student has written in

# In a bulk download, the first words of a name are the platform's: First Last_PARTICIPANT_assignsubmission_file_, and
# lastfirst_USER_ATTACHMENT_, with LATE_ before the numbers if it was late and -1 after the name if it is a later attempt.
MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)", re.DOTALL)
CANVAS = re.compile(r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_\d+_(?P<file>.+)", re.DOTALL)
CANVAS_ATTEMPT = re.compile(r"-\d{1,6}(?=\.[^.]+$)")


class Problem(Exception):
    """Why something can't be taken, in words for the student."""


class Trouble(Exception):
    """Why something can't be read here, through no fault of the student's: words for the teacher."""


@dataclass
class Source:
    """A lab's file, as it was handed in."""
    name: str
    text: bytes
    time: float | None


@dataclass
class Item:
    """One thing in a folder or an archive. `read` gives at most so many bytes of it, and only before the next is asked for."""
    name: str
    is_file: bool
    time: float | None
    read: Callable
    open: Callable | None = None  # gives a descriptor of it, if it is on the disk itself


@dataclass
class Entry:
    """What one student handed in, by one name."""
    name: str  # as it is in the directory
    student: str = ""  # the name and the number that the platform gave
    number: str = ""
    is_late: bool = False  # by the platform's word
    paths: list = field(default_factory=list)  # (path, what it was called by the student, the number of the attempt)
    sources: dict = field(default_factory=dict)  # by lab: a Source or a Problem
    answers: str = ""
    notes: list = field(default_factory=list)

    @property
    def stem(self):
        return stem(self.name)

    def names(self):
        """What a roster may call it: also as it is in the directory, where a platform has put several names for one."""
        files = [os.path.basename(path) for path, _file, _attempt in self.paths]
        return [self.name, self.stem, *files, *map(stem, files)]


def stem(name):
    return re.sub(r"(\.tar)?\.(gz|tgz|tar|zip)$", "", name, flags=re.IGNORECASE)


# ---- Folders and archives, item by item ----


def too_much():
    return Problem(_("it unpacks to more than %(size)d MiB, or to more than %(ratio)d times its size") % {
        "size": MOST_UNPACKED >> 20, "ratio": MOST_RATIO})


class BoundedReader:
    """A stream of which only so much can be read: what a small archive unpacks to may be without end."""

    def __init__(self, stream, most):
        self.stream = stream
        self.left = most

    def read(self, size=-1):
        data = self.stream.read(min(size, self.left + 1) if size >= 0 else self.left + 1)
        self.left -= len(data)
        if self.left < 0:
            raise too_much()
        return data


@contextlib.contextmanager
def disk(path):
    """Around what reads the disk: its troubles are none of the student's."""
    try:
        yield
    except OSError as error:
        raise Trouble(f"{path}: {error.strerror}") from error


def item_of_file(path, name, directory=None):
    """A file on the disk, by its name in the open directory. No link is followed."""
    def open_file():
        with disk(name):
            return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=directory)

    def read(most):
        with open(open_file(), "rb") as file, disk(name):
            return file.read(most)

    with disk(name):
        about = os.stat(path, dir_fd=directory, follow_symlinks=False)
    return Item(name, stat.S_ISREG(about.st_mode), about.st_mtime, read, open_file)


def walk_file(path, name):
    yield item_of_file(path, name)


def walk_folder(top):
    """The files below a directory. Whoever can write there can't lead us elsewhere meanwhile: nothing is opened by a path."""
    def stop(error):
        raise error

    with disk(top):
        for directory, _directories, names, fd in os.fwalk(top, onerror=stop):
            for name in sorted(names):
                yield item_of_file(name, os.path.relpath(os.path.join(directory, name), top), fd)


def walk_tar(file, size):
    most = min(MOST_UNPACKED, max(MOST_RATIO * size, 10 << 20))
    packed = file.peek(2)[:2] == b"\x1f\x8b"
    with tarfile.open(fileobj=BoundedReader(gzip.open(file) if packed else file, most), mode="r|") as archive:
        for member in archive:
            archive.members.clear()  # It would keep all of them.
            if not member.isdir():
                yield Item(member.name, member.isreg(), member.mtime,
                           lambda most, member=member: archive.extractfile(member).read(most))


def walk_zip(file, size):
    def time_of(member):
        try:
            return datetime(*member.date_time).timestamp()
        except ValueError:
            return None

    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        unpacked = sum(member.file_size for member in members)
        if unpacked > min(MOST_UNPACKED, max(MOST_RATIO * size, 10 << 20)):
            raise too_much()
        if any(member.flag_bits & 1 for member in members):
            raise Problem(_("it is encrypted"))
        for member in members:
            if not member.is_dir():
                kind = stat.S_IFMT(member.external_attr >> 16)
                yield Item(member.filename.replace("\\", "/"), kind in (0, stat.S_IFREG), time_of(member),
                           lambda most, member=member: archive.open(member).read(most))


def is_archive(name):
    return re.search(r"\.(tar\.gz|tgz|tar|zip)$", name, re.IGNORECASE) is not None


def walk_archive(item):
    if not item.is_file:
        raise Problem(_("it is no ordinary file"))
    fd = item.open()
    with open(fd, "rb") as file:
        about = os.fstat(fd)
        if not stat.S_ISREG(about.st_mode):
            raise Problem(_("it is no ordinary file"))
        if about.st_size == 0:
            raise Problem(_("it is empty"))
        walk = walk_zip if file.peek(4)[:2] == b"PK" else walk_tar
        yield from walk(file, about.st_size)


# ---- What counts of them ----


def clean(name, item):
    """The text of a C file, with the line ends and the encoding that a compiler wants."""
    if not item.is_file:
        raise Problem(_("%s is a link or a device, no file") % name)
    text = item.read(MOST_SOURCE + 1)
    if len(text) > MOST_SOURCE:
        raise Problem(_("%(name)s is larger than %(size)d KiB") % {"name": name, "size": MOST_SOURCE >> 10})
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Problem(_("%s is UTF-16; save it as UTF-8") % name)
    text = text.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    if b"\0" in text:
        raise Problem(_("%s is no text") % name)
    if not text.strip():
        raise Problem(_("%s is empty") % name)
    return text


class Collector:
    """Takes of an entry's items what counts."""

    def __init__(self, entry, labs):
        self.entry = entry
        self.labs = labs
        self.found = {lab: [] for lab in labs}  # by lab: the Sources and Problems, each with the number of the attempt
        self.attempt = 0
        self.nearly = {lab: [] for lab in labs}  # by lab: names that were perhaps meant
        self.unreadable = []
        self.trouble = []
        self.left_out = []
        self.count = 0

    def take_all(self, items, where=""):
        """Take what counts. Whatever a hostile archive does to the libraries is this student's affair."""
        try:
            for item in items:
                self.count += 1
                if self.count > MOST_FILES:
                    raise Problem(_("it has more than %d files") % MOST_FILES)
                self.take(item)
        except Trouble as trouble:
            self.trouble.append(str(trouble))
        except Exception as error:
            reason = str(error) or type(error).__name__
            if not isinstance(error, Problem):
                reason = _("it can't be read: %s") % reason
            self.unreadable.append(f"{where}: {reason}" if where else reason)

    def take(self, item):
        if len(item.name) > 4096:  # more than the kernel takes for a path
            self.left_out.append(item.name[:60] + "...")
            return
        parts = [part for part in item.name.split("/") if part not in ("", ".")]
        if item.name.startswith("/") or ".." in parts:
            self.left_out.append(item.name)
            return
        # A student's tree keeps in .starter what it was given.
        if not parts or any(part.startswith(".") or part in NOBODYS for part in parts):
            return
        name = parts[-1]
        if item.open and is_archive(name):  # No archive within another is read.
            self.take_all(walk_archive(item), item.name)
            return
        if name == "ANSWERS.md" and item.is_file and not self.entry.answers:
            self.entry.answers = item.read(MOST_SOURCE).decode("utf-8", "backslashreplace").replace("\r\n", "\n")
        for lab in self.labs:
            if name == f"{lab}.c" and ("labs" not in parts or parts[-3:-1] == ["labs", lab]):
                try:
                    self.found[lab].append((self.attempt, Source(item.name, clean(item.name, item), item.time)))
                except Problem as problem:
                    self.found[lab].append((self.attempt, problem))
            elif re.search(r"\.(c|cc|cpp|h|txt|docx?|pdf|o)$", name, re.IGNORECASE) and re.search(
                    rf"(?<![a-z]){lab}(?![a-z])", name.rpartition(".")[0], re.IGNORECASE):
                self.nearly[lab].append(item.name)

    def conclude(self):
        """Fill in the entry's sources: for each lab one Source, or one Problem."""
        for lab in self.labs:
            last = max((attempt for attempt, _thing in self.found[lab]), default=0)
            found = [thing for attempt, thing in self.found[lab] if attempt == last]
            if len(found) < len(self.found[lab]):
                self.entry.notes.append(_("%(lab)s: of several attempts, the last counts, which is number %(number)d") % {
                    "lab": lab, "number": last})
            texts = {thing.text for thing in found if isinstance(thing, Source)}
            if len(found) == 1 or len(texts) == 1 and all(isinstance(thing, Source) for thing in found):
                self.entry.sources[lab] = found[0]
            elif found:
                names = [thing.name if isinstance(thing, Source) else str(thing) for thing in found[:5]]
                self.entry.sources[lab] = Problem(_("several files for it, which differ: %s") % ", ".join(names))
            elif self.trouble:
                self.entry.sources[lab] = Trouble("; ".join(self.trouble))
            elif self.unreadable:
                self.entry.sources[lab] = Problem("; ".join(self.unreadable))
            elif self.nearly[lab]:
                self.entry.sources[lab] = Problem(_("no %(lab)s.c; is it %(name)s? Then its name or place is wrong") % {
                    "lab": lab, "name": self.nearly[lab][0]})
        if self.left_out:
            self.entry.notes.append(_("left out, since no file can have their names here: %(count)d, such as %(names)s") % {
                "count": len(self.left_out), "names": ", ".join(self.left_out[:3])})
        if not self.entry.sources and not self.unreadable:
            self.unreadable.append(_("nothing in it is a lab's file"))
        self.entry.notes += self.unreadable


def read_entry(entry, labs):
    """Read what counts of an entry that find_entries has found."""
    collector = Collector(entry, labs)
    for path, name, collector.attempt in entry.paths:
        if os.path.islink(path):
            collector.unreadable.append(_("%s is a link, no file") % name)
        elif os.path.isdir(path):
            collector.take_all(walk_folder(path))
        else:
            collector.take_all(walk_file(path, name))
            if re.search(r"\.(rar|7z|xz|bz2|zst)$", name, re.IGNORECASE):
                collector.unreadable.append(_("%s can't be read: hand in a .zip or a .tar.gz") % name)
    collector.conclude()


def find_entries(directory):
    """The entries of a directory, by name; what one student handed in by several names of a platform is one."""
    entries = {}
    for name in sorted(os.listdir(directory)):
        if name.startswith(".") or name in (*OURS, *NOBODYS):
            continue
        path = os.path.join(directory, name)
        moodle, canvas = MOODLE.fullmatch(name), None if os.path.isdir(path) else CANVAS.fullmatch(name)
        found = moodle or canvas
        if found:
            key = f"{found['name']}_{found['id']}"
            entry = entries.setdefault(key, Entry(key, found["name"], found["id"]))
            entry.is_late |= bool(canvas and canvas["late"])
            file, attempt = found["file"], 0
            if canvas and (number := CANVAS_ATTEMPT.search(file)):
                file, attempt = CANVAS_ATTEMPT.sub("", file), int(number[0][1:])
            entry.paths.append((path, file, attempt))
        else:
            entries[name] = Entry(name, paths=[(path, name, 0)])
    return list(entries.values())
