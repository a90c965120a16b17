"""What the students handed in: folders, archives, and single files, named by them, or by Moodle or Canvas.

Of each entry, only the files that count are read into memory, each up to a bound: LAB.c and labs/LAB/LAB.c for the labs
that are asked for, and ANSWERS.md. What can't be accepted becomes a Problem, one clear line in the student's row.
"""

import os
import re
import time
from dataclasses import dataclass, field

from lib.grade.fields import normal
from lib.grade.items import (MOST_FILES, OTHER_ARCHIVES, Problem, Trouble, is_archive, is_possible, too_many,
                             walk_archive, walk_file, walk_folder)
from lib.judge.sandbox import MOST_SOURCE
from lib.words import _

MOST_SECONDS = 5  # of the processor's time, for one entry; a whole tree takes 0.1
MOST_NAME = 4096  # the longest path that the kernel accepts
MOST_REASONS = 5  # that are told of one kind
OURS = ("roster.csv", "course.toml", "deadlines.csv")  # the teacher's own files
NOBODYS = ("__MACOSX", "build")  # directories that no student has written in

# What systems leave in a directory, and what a platform exports or a teacher notes: none is a submission.
LEFT_BY_SYSTEMS = re.compile(r"(eh)?thumbs.*\.db|desktop\.ini|icon\r|\$recycle\.bin|system volume information|"
                             r"lost\+found|~\$.*|.*~|.*\.(lnk|url|part|crdownload)", re.IGNORECASE | re.DOTALL)
NO_SUBMISSION = re.compile(r".*\.(csv|tsv|xlsx?|ods|numbers|json|xml|html?|toml|ya?ml|log|db|ini)",
                           re.IGNORECASE | re.DOTALL)

# In a bulk download, the first words of a name are the platform's: First Last_PARTICIPANT_assignsubmission_file_ is
# Moodle's; lastfirst_USER_ATTACHMENT_ Canvas's, with LATE_ before the numbers, and -1 after a later attempt's name.
MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)", re.DOTALL)
CANVAS = re.compile(r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_\d+_(?P<file>.+)", re.DOTALL)
CANVAS_ATTEMPT = re.compile(r"-\d{1,6}(?=\.[^.]+$)")

# What browsers, file managers and platforms add to the name of a second file: uts (2).c, uts-1.c, uts - Copy.c.
COPY = r"(?i: ?\(\d+\)|[-_]\d+|( -)?[ 的](copy|副本)( ?\(?\d+\)?)?)"


@dataclass
class Source:
    """A lab's file, as it was handed in."""
    name: str
    text: bytes
    time: float
    has_time: bool = True  # of its own, which can be true

    def origin(self):
        """Whose word the time is."""
        return _("the time of the file") if self.has_time else _("the time on this disk, as the file has none")


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
        files = [normal(self.name), *(normal(os.path.basename(path)) for path, _file, _attempt in self.paths)]
        return files + [stem(file) for file in files]


def stem(name):
    return re.sub(r"(\.tar)?\.(gz|tgz|tar|zip)$", "", name, flags=re.IGNORECASE)


# ---- One file ----


def read_text(name, item):
    if not item.is_file:
        raise Problem(_("%s is a link or a device, not a file") % name)
    text = item.read(MOST_SOURCE + 1)
    if len(text) > MOST_SOURCE:
        raise Problem(_("%(name)s is larger than %(size)d KiB") % {"name": name, "size": MOST_SOURCE >> 10})
    return text


def clean(name, text):
    """The text of a C file, with the line ends and the encoding that a compiler wants."""
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Problem(_("%s is UTF-16; save it as UTF-8") % name)
    text = text.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    if b"\0" in text:
        raise Problem(_("%s isn't a text file") % name)
    if not text.strip():
        raise Problem(_("%s is empty") % name)
    return text


def read_source(name, item):
    """The Source, or the Problem with it."""
    try:
        text = read_text(name, item)
        text = clean(name, text) if name.endswith(".c") else text
    except Problem as problem:
        return problem
    has_time = is_possible(item.time)
    return Source(name, text, item.time if has_time else item.time_here, has_time)


def decode_answers(text):
    encoding = "utf-16" if text[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return text.decode(encoding, "backslashreplace").replace("\r\n", "\n")


def looks_like(name, file):
    """Might the student have meant this file for that one?"""
    base, _dot, kind = file.rpartition(".")
    kinds = "c|cc|cpp|h|txt|docx?|pdf|o" if kind == "c" else "md|txt|docx?|odt|rtf|pdf|html?"
    return base.lower() in name.lower() and re.search(rf"\.({kinds})$", name, re.IGNORECASE) and re.search(
        rf"(?<![a-z]){base}(?![a-z])", name.rpartition(".")[0], re.IGNORECASE)


def is_copy(name, file):
    """Is this what a second file of that name would be called?"""
    base, dot, kind = file.rpartition(".")
    return name.startswith(base) and bool(re.fullmatch(base + COPY + re.escape(dot + kind), name))


# ---- What counts in an entry ----


@dataclass
class Found:
    """What was found of one file: it, copies of it by their names, and what may have been meant for it."""
    # by the number of the attempt, and whether it is only a copy
    things: dict[tuple[int, bool], list[Source | Problem]] = field(default_factory=dict)
    nearly: list[str] = field(default_factory=list)

    def add(self, attempt, is_copied, thing):
        """Add it, unless it is there already, or more than can be told: a hostile archive may have 20,000."""
        alike = self.things.setdefault((attempt, is_copied), [])
        if len(alike) <= MOST_REASONS and content(thing) not in map(content, alike):
            alike.append(thing)

    def last(self):
        """What the last attempt has: files of the right name, and copies."""
        attempt = max(self.things, default=(0,))[0]
        return [self.things.get((attempt, is_copied), []) for is_copied in (False, True)]

    def choose(self):
        """The Source or Problem that counts, if any, and in words, what was found beside it.

        It is rather one that can be taken than one that can't, and then rather one of the right name.
        """
        both = self.last()
        groups = [[thing for thing in things if isinstance(thing, kind)]
                  for kind in (Source, Problem) for things in both]
        best = next(filter(None, groups), [None])
        if len(best) > 1:
            return Problem(_("several different files for it: %s") % describe(best)), ""
        others = [thing for things in both for thing in things if content(thing) != content(best[0])]
        if isinstance(best[0], Source):
            others += [name for name in self.nearly if name.lower().endswith(".c")
                       and os.path.dirname(name) == os.path.dirname(best[0].name)]
        return best[0], describe(others)


def content(thing):
    return thing.text if isinstance(thing, Source) else str(thing)


def describe(things):
    """The names of the Sources, and what the Problems are."""
    words = [thing.name if isinstance(thing, Source) else str(thing) for thing in things]
    return ", ".join(words[:MOST_REASONS] + ["..."] * (len(words) > MOST_REASONS))


def add_reason(reasons, words):
    if len(reasons) <= MOST_REASONS:
        reasons.append(words if len(reasons) < MOST_REASONS else "...")


class Collector:
    """Collects what counts of one entry's items."""

    def __init__(self, entry, labs):
        self.entry = entry
        self.labs = labs
        self.attempt = 0
        self.found = {file: Found() for file in ("ANSWERS.md", *(f"{lab}.c" for lab in labs))}
        self.unreadable = []
        self.trouble = []
        self.left_out = []
        self.count = 0
        self.started = time.process_time()
        # A closer look costs time, and most names don't need it.
        self.wanted = re.compile("|".join(["answers", *labs]), re.IGNORECASE)

    def take_all(self, items, where=""):
        try:
            for item in items:
                self.count += 1
                if self.count > MOST_FILES:
                    raise too_many()
                if time.process_time() - self.started > MOST_SECONDS:
                    raise Problem(_("it takes more than %d s to read") % MOST_SECONDS)
                if item:  # no directory
                    self.take(item)
        except Trouble as trouble:
            add_reason(self.trouble, str(trouble))
        except Exception as error:  # A hostile archive can make the libraries raise anything; it must stop no others.
            reason = str(error) or type(error).__name__
            if not isinstance(error, Problem):
                reason = _("it can't be read: %s") % reason
            add_reason(self.unreadable, f"{where}: {reason}" if where else reason)

    def take(self, item):
        parts = [part for part in item.name.split("/") if part not in ("", ".")]
        if len(item.name) > MOST_NAME or item.name.startswith("/") or ".." in parts:
            self.left_out.append(item.name[:60] + "..." * (len(item.name) > 60))
            return
        # .starter in a student's tree has what the student was given, not what they wrote.
        if not parts or any(part.startswith(".") or part in NOBODYS for part in parts):
            return
        path = "/".join(parts)
        if is_archive(path) and item.open:
            self.take_all(walk_archive(item), path)
        elif is_archive(path):
            add_reason(self.unreadable, _("%s is an archive within an archive: hand in what is in it") % path)
        elif OTHER_ARCHIVES.search(path):
            add_reason(self.unreadable, _("%s can't be read: hand in a .zip or a .tar.gz") % path)
        elif self.wanted.search(parts[-1]):
            self.take_file(item, parts)

    def take_file(self, item, parts):
        for file, found in self.found.items():
            is_copied = is_copy(parts[-1], file)
            lab = file.removesuffix(".c")
            is_in_place = lab == file or "labs" not in parts or parts[-3:-1] == ["labs", lab]
            if is_in_place and (is_copied or parts[-1] == file):
                found.add(self.attempt, is_copied, read_source("/".join(parts), item))
            elif looks_like(parts[-1], file) and len(found.nearly) < MOST_REASONS:
                found.nearly.append("/".join(parts))

    def conclude(self):
        entry = self.entry
        for lab in self.labs:
            if source := self.conclude_lab(lab):
                entry.sources[lab] = source
        self.conclude_answers()
        if self.left_out:
            entry.notes.append(_("left out, because no file here can have such a name: %(count)d, for example "
                                 "%(names)s") % {"count": len(self.left_out), "names": ", ".join(self.left_out[:3])})
        if not entry.sources and not self.unreadable:
            self.unreadable.append(_("it contains no lab's file"))
        entry.notes += self.unreadable

    def conclude_answers(self):
        """Show the teacher all of them, if they differ: no points depend on which one counts."""
        found = self.found["ANSWERS.md"]
        named, copies = found.last()
        sources = [thing for thing in named + copies if isinstance(thing, Source)]
        self.entry.answers = "\n\n".join(decode_answers(source.text) for source in sources)
        self.entry.notes += [str(thing) for thing in named + copies if isinstance(thing, Problem)]
        if not sources and found.nearly:
            self.entry.notes.append(str(may_be(_("no %s") % "ANSWERS.md", found.nearly[0])))

    def conclude_lab(self, lab):
        """The lab's Source, or else why there is none; None if nothing is known of it."""
        found = self.found[f"{lab}.c"]
        if len({attempt for attempt, _is_copied in found.things}) > 1:
            self.entry.notes.append(_("%(lab)s: there are several attempts; the last one counts, number "
                                      "%(number)d") % {"lab": lab, "number": max(found.things)[0]})
        thing, others = found.choose()
        if isinstance(thing, Source):
            if others:
                self.entry.notes.append(_("%(name)s counts; left aside: %(others)s") % {
                    "name": thing.name, "others": others})
            return thing
        if self.trouble:
            return Trouble("; ".join(self.trouble))
        if self.unreadable and not thing:
            return Problem("; ".join(self.unreadable))
        if found.nearly:
            return may_be(thing or _("no %s") % f"{lab}.c", found.nearly[0])
        return thing


def may_be(why, name):
    return Problem(_("%(why)s; if it is %(name)s, its name or place is wrong") % {"why": why, "name": name})


def read_entry(entry, labs):
    """Read what counts of an entry that find_entries has found."""
    collector = Collector(entry, labs)
    for path, name, collector.attempt in entry.paths:
        if os.path.islink(path):
            add_reason(collector.unreadable, _("%s is a link, not a file") % name)
        elif os.path.isdir(path):
            collector.take_all(walk_folder(path))
        else:
            collector.take_all(walk_file(path, name))
    collector.conclude()


def find_names(directory):
    """The names in the directory that may be submissions, and those of files that can't, such as exports."""
    found, others = [], []
    for name in sorted(os.listdir(directory)):
        if name.startswith(".") or name in (*OURS, *NOBODYS) or LEFT_BY_SYSTEMS.fullmatch(name):
            continue
        is_other = NO_SUBMISSION.fullmatch(name) and not (MOODLE.fullmatch(name) or CANVAS.fullmatch(name))
        (others if is_other and not os.path.isdir(os.path.join(directory, name)) else found).append(name)
    return found, others


def find_entries(directory):
    """The entries of a directory. What a platform has named after the same student is one entry."""
    entries = {}
    for name in find_names(directory)[0]:
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
