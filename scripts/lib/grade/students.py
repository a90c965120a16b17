"""Which entry is whose, and what the directory of each student's reports is called."""

import fnmatch
import hashlib
import re
import unicodedata

from lib.grade.course import Student
from lib.grade.entries import stem
from lib.grade.fields import normal
from lib.words import _

LONGEST_NAME = 180  # bytes; with a digest it stays below the 255 of any file system
OF_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # names of its devices


# ---- Whose an entry is ----


def is_letter(character):
    """Is it a letter or a digit, of any script, or a mark on one?"""
    return unicodedata.category(character)[0] in "LMN"


def squeeze(name):
    """A name as Canvas writes it: the letters alone."""
    return normal("".join(filter(is_letter, normal(name).casefold())))


class Owners:
    """Finds the students to whom an entry may belong."""

    def __init__(self, students, entries):
        self.all_names = {name for entry in entries for name in entry.names()}
        self.of_pattern = [student for student in students if student.pattern]
        self.by_id, self.by_name = {}, {}
        for student in students:
            words = student.name.replace(",", " ").split()
            if not student.pattern:
                self.by_id[student.id] = student
                for name in {squeeze("".join(words)), squeeze("".join(words[-1:] + words[:-1]))} - {""}:
                    self.by_name.setdefault(name, []).append(student)  # First Last, and lastfirst

    def by_roster(self, names):
        """Those who have it by the roster's column entry: by its name, or else by a pattern."""
        exact = [student for student in self.of_pattern if student.pattern in names]
        return exact, [student for student in self.of_pattern if student.pattern not in self.all_names
                       and any(fnmatch.fnmatchcase(name, student.pattern) for name in names)]

    def find(self, entry):
        """The students, and whether that is certain. The roster may give an entry to several; nothing else may."""
        names = entry.names()
        exact, by_pattern = self.by_roster(names)
        by_id = list({student.id: student for name in (*names, entry.number)
                      if (student := self.by_id.get(name))}.values())
        if exact or by_pattern and not by_id:
            return exact + by_pattern, True
        if by_id:
            return by_pattern + by_id, len(by_pattern + by_id) == 1
        return self.by_name.get(squeeze(entry.student or stem(entry.name)), []), False


def ask(entry, students):
    """Say that a person must decide: a guess must not become a grade."""
    for student in students:
        student.notes.append(
            _("%s could be this student's: say whose it is in the column entry of the roster") % entry.name)


def give_entries(entries, students):
    """Give each entry to its student, where that is clear. Returns those that are nobody's."""
    owners = Owners(students, entries)
    guesses = {}  # by the student's id: the entries that have nothing but the name
    nobodys = []
    for entry in entries:
        found, is_certain = owners.find(entry)
        if is_certain:
            for student in found:
                student.entries.append(entry)
        elif len(found) == 1:
            guesses.setdefault(found[0].id, []).append(entry)
        else:
            ask(entry, found)
            nobodys.append(entry)
    for student in students:
        of_name = guesses.get(student.id, [])
        if len(of_name) == 1 and not student.entries:
            student.entries += of_name
        else:
            for entry in of_name:
                ask(entry, [student])
            nobodys += of_name
    return nobodys


def match_entries(entries, students):
    """Give each entry to its student. Returns those of the roster, and one for each entry that is none of theirs."""
    strangers = {}
    nobodys = set(map(id, give_entries(entries, students)))
    for entry in entries:
        if id(entry) not in nobodys:
            continue
        key = entry.number or stem(normal(entry.name)) or entry.name
        if students:
            key += " (" + _("not in the roster") + ")"
        stranger = strangers.setdefault(key, Student(key, entry.student, is_in_roster=not students))
        stranger.entries.append(entry)
    for student in students:
        if student.pattern and not student.entries:
            student.notes.append(_("the roster names the entry %s, which doesn't exist") % student.pattern)
    return students + list(strangers.values())


# ---- The directories of the reports ----


def fold(name):
    """The same for all names that some file system takes for one."""
    return normal(normal(name).casefold())


def safe_name(name):
    """The name, as far as every file system and shell can have it, and no spreadsheet takes it for a formula."""
    safe = "".join(c if is_letter(c) or c in "._-@" else "_" for c in name)
    safe = re.sub(r"^[.@-]|\.$", "_", safe).encode()[:LONGEST_NAME].decode(errors="ignore")
    if OF_WINDOWS.fullmatch(safe):
        safe = f"_{safe}"
    return safe if safe == name else re.sub("__+", "_", safe).rstrip("_") or "student"


def directory_name(student, used):
    """A name for the directory of the student with this id, which no other has: the id itself where it can be, or else
    what can be of it, and some digits of a digest. `used` are the folded names of the others."""
    whole = normal(student)
    safe = safe_name(whole)
    digest = hashlib.sha256(student.encode("utf-8", "surrogateescape")).hexdigest()
    choices = [safe] * (safe == whole) + [f"{safe}-{digest[:length]}" for length in (6, 12, 64)]
    name = next(name for name in choices if fold(name) not in used)
    used.add(fold(name))
    return name
