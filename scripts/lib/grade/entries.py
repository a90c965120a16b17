"""What the students handed in: folders, archives, and single files, named by them, or by Moodle or Canvas.

Of each entry, only the files that count are read into memory, each up to a bound: LAB.c and labs/LAB/LAB.c for the labs
that are asked for, and ANSWERS.md. What can't be accepted becomes a Problem, one clear line in the student's row.
"""

import os
import re
from dataclasses import dataclass, field

from lib.grade.items import Problem, Trouble, is_archive, walk_archive, walk_file, walk_folder
from lib.judge.sandbox import MOST_SOURCE
from lib.words import _

MOST_FILES = 20000  # of one entry
MOST_NAME = 4096  # the longest path that the kernel accepts
OURS = ("roster.csv", "course.toml", "deadlines.csv")  # the teacher's own files
NOBODYS = ("__MACOSX", "build")  # directories that no student has written in

# In a bulk download, the first words of a name are the platform's: First Last_PARTICIPANT_assignsubmission_file_ is
# Moodle's; lastfirst_USER_ATTACHMENT_ Canvas's, with LATE_ before the numbers, and -1 after a later attempt's name.
MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)", re.DOTALL)
CANVAS = re.compile(r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_\d+_(?P<file>.+)", re.DOTALL)
CANVAS_ATTEMPT = re.compile(r"-\d{1,6}(?=\.[^.]+$)")


@dataclass
class Source:
    """A lab's file, as it was handed in."""
    name: str
    text: bytes
    time: float | None


@dataclass
class Entry:
    """What one student handed in, by one name."""
    name: str  # as it is in the directory
    student: str = ""  # the name and the number that the platform gave
    number: str = ""
    is_late: bool = False  # by the platform's word
    # (path, what the student called it, the number of the attempt)
    paths: list[tuple[str, str, int]] = field(default_factory=list)
    # by lab
    sources: dict[str, Source | Problem | Trouble] = field(default_factory=dict)
    answers: str = ""
    notes: list[str] = field(default_factory=list)

    def names(self):
        """What a roster may call it, such as the names in the directory, if the platform has split it into several."""
        files = [self.name, *(os.path.basename(path) for path, _file, _attempt in self.paths)]
        return files + [stem(file) for file in files]


def stem(name):
    return re.sub(r"(\.tar)?\.(gz|tgz|tar|zip)$", "", name, flags=re.IGNORECASE)


# ---- What counts in an entry ----


def clean(name, item):
    """The text of a C file, with the line ends and the encoding that a compiler wants."""
    if not item.is_file:
        raise Problem(_("%s is a link or a device, not a file") % name)
    text = item.read(MOST_SOURCE + 1)
    if len(text) > MOST_SOURCE:
        raise Problem(_("%(name)s is larger than %(size)d KiB") % {"name": name, "size": MOST_SOURCE >> 10})
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Problem(_("%s is UTF-16; save it as UTF-8") % name)
    text = text.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    if b"\0" in text:
        raise Problem(_("%s isn't a text file") % name)
    if not text.strip():
        raise Problem(_("%s is empty") % name)
    return text


def looks_like(name, lab):
    """Might the student have meant this file for the lab's?"""
    return re.search(r"\.(c|cc|cpp|h|txt|docx?|pdf|o)$", name, re.IGNORECASE) and re.search(
        rf"(?<![a-z]){lab}(?![a-z])", name.rpartition(".")[0], re.IGNORECASE)


def choose(things):
    """What counts of the Sources and Problems that were found for one lab: copies of one file are as good as one."""
    sources = [thing for thing in things if isinstance(thing, Source)]
    is_same = len(sources) == len(things) and len({source.text for source in sources}) == 1
    if len(things) == 1 or is_same:
        return things[0]
    names = [thing.name if isinstance(thing, Source) else str(thing) for thing in things[:5]]
    return Problem(_("several different files for it: %s") % ", ".join(names))


class Collector:
    """Collects what counts of one entry's items."""

    def __init__(self, entry, labs):
        self.entry = entry
        self.labs = labs
        self.attempt = 0
        self.found = {lab: [] for lab in labs}  # (attempt, Source or Problem) pairs
        self.nearly = {lab: [] for lab in labs}  # names that may have been meant for the lab's
        self.unreadable = []
        self.trouble = []
        self.left_out = []
        self.count = 0

    def take_all(self, items, where=""):
        try:
            for item in items:
                self.count += 1
                if self.count > MOST_FILES:
                    raise Problem(_("it has more than %d files") % MOST_FILES)
                self.take(item)
        except Trouble as trouble:
            self.trouble.append(str(trouble))
        except Exception as error:  # A hostile archive can make the libraries raise anything; it must stop no others.
            reason = str(error) or type(error).__name__
            if not isinstance(error, Problem):
                reason = _("it can't be read: %s") % reason
            self.unreadable.append(f"{where}: {reason}" if where else reason)

    def take(self, item):
        if len(item.name) > MOST_NAME:
            self.left_out.append(item.name[:60] + "...")
            return
        parts = [part for part in item.name.split("/") if part not in ("", ".")]
        if item.name.startswith("/") or ".." in parts:
            self.left_out.append(item.name)
            return
        # .starter in a student's tree has what the student was given, not what they wrote.
        if not parts or any(part.startswith(".") or part in NOBODYS for part in parts):
            return
        name = parts[-1]
        if item.open and is_archive(name):  # An archive within an archive isn't read.
            self.take_all(walk_archive(item), item.name)
            return
        if name == "ANSWERS.md" and item.is_file and not self.entry.answers:
            text = item.read(MOST_SOURCE).decode("utf-8", "backslashreplace")
            self.entry.answers = text.replace("\r\n", "\n")
        for lab in self.labs:
            if name == f"{lab}.c" and ("labs" not in parts or parts[-3:-1] == ["labs", lab]):
                try:
                    thing = Source(item.name, clean(name, item), item.time)
                except Problem as problem:
                    thing = problem
                self.found[lab].append((self.attempt, thing))
            elif looks_like(name, lab):
                self.nearly[lab].append(item.name)

    def conclude(self):
        entry = self.entry
        for lab in self.labs:
            if source := self.conclude_lab(lab):
                entry.sources[lab] = source
        if self.left_out:
            entry.notes.append(_("left out, because no file here can have such a name: %(count)d, for example "
                                 "%(names)s") % {"count": len(self.left_out), "names": ", ".join(self.left_out[:3])})
        if not entry.sources and not self.unreadable:
            self.unreadable.append(_("it contains no lab's file"))
        entry.notes += self.unreadable

    def conclude_lab(self, lab):
        """The lab's Source, or else why there is none; None if nothing is known of it."""
        last = max((attempt for attempt, _thing in self.found[lab]), default=0)
        found = [thing for attempt, thing in self.found[lab] if attempt == last]
        if len(found) < len(self.found[lab]):
            self.entry.notes.append(_("%(lab)s: there are several attempts; the last one counts, number "
                                      "%(number)d") % {"lab": lab, "number": last})
        if found:
            return choose(found)
        if self.trouble:
            return Trouble("; ".join(self.trouble))
        if self.unreadable:
            return Problem("; ".join(self.unreadable))
        if self.nearly[lab]:
            return Problem(_("no %(lab)s.c; if it is %(name)s, its name or place is wrong") % {
                "lab": lab, "name": self.nearly[lab][0]})
        return None


def read_entry(entry, labs):
    """Read what counts of an entry that find_entries has found."""
    collector = Collector(entry, labs)
    for path, name, collector.attempt in entry.paths:
        if os.path.islink(path):
            collector.unreadable.append(_("%s is a link, not a file") % name)
        elif os.path.isdir(path):
            collector.take_all(walk_folder(path))
        else:
            collector.take_all(walk_file(path, name))
            if re.search(r"\.(rar|7z|xz|bz2|zst)$", name, re.IGNORECASE):
                collector.unreadable.append(_("%s can't be read: hand in a .zip or a .tar.gz") % name)
    collector.conclude()


def find_entries(directory):
    """The entries of a directory. What a platform has named after the same student is one entry."""
    entries = {}
    for name in sorted(os.listdir(directory)):
        if name.startswith(".") or name in (*OURS, *NOBODYS):
            continue
        path = os.path.join(directory, name)
        canvas = None if os.path.isdir(path) else CANVAS.fullmatch(name)
        found = MOODLE.fullmatch(name) or canvas
        if not found:
            entries[name] = Entry(name, paths=[(path, name, 0)])
            continue
        key = f"{found['name']}_{found['id']}"
        entry = entries.setdefault(key, Entry(key, found["name"], found["id"]))
        entry.is_late |= bool(canvas and canvas["late"])
        file, attempt = found["file"], 0
        if canvas and (number := CANVAS_ATTEMPT.search(file)):
            file, attempt = CANVAS_ATTEMPT.sub("", file), int(number[0][1:])
        entry.paths.append((path, file, attempt))
    return list(entries.values())
