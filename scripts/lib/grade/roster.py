"""The students, and which entries are theirs. docs/grading.md has the roster's form."""

import fnmatch
from dataclasses import dataclass, field
from datetime import datetime

from lib.grade.entries import Entry
from lib.grade.fields import Mistake, parse_time, read_rows
from lib.words import _, printable


@dataclass
class Student:
    id: str
    name: str = ""
    pattern: str = ""  # what the roster calls the student's entries, if it does
    submitted: datetime | None = None  # as the roster says
    entries: list[Entry] = field(default_factory=list)
    is_in_roster: bool = True
    notes: list[str] = field(default_factory=list)


def read_roster(path):
    students = {}
    for where, row in read_rows(path, ["id"], ["name", "entry", "submitted"]):
        if row["id"] in students:
            raise Mistake(_("%(where)s: a second student with the id %(id)s") % {
                "where": where, "id": printable(row["id"])})
        student = Student(row["id"], row.get("name", ""), row.get("entry", "").rstrip("/"))
        if row.get("submitted"):
            student.submitted = parse_time(row["submitted"], where)
        students[student.id] = student
    if not students:
        raise Mistake(_("%s names no student") % path)
    return list(students.values())


def squeeze(name):
    """A name as Canvas writes it: the letters alone."""
    return "".join(c for c in name.casefold() if c.isalnum())


def is_theirs(entry, student, all_names):
    """Is this entry the student's?

    The roster's name or pattern for it decides. Without one, the entry must carry the student's id, or the name.
    """
    names = entry.names()
    if student.pattern in all_names:
        return student.pattern in names
    if student.pattern:
        return any(fnmatch.fnmatchcase(name, student.pattern) for name in names)
    if student.id in (*names, entry.number):
        return True
    words = student.name.replace(",", " ").split()
    # First Last, and lastfirst
    written = {squeeze("".join(words)), squeeze("".join(words[-1:] + words[:-1]))}
    return bool(words) and squeeze(entry.student or entry.stem) in written


def find_owners(entry, students, all_names):
    """The students whose entry this is: several only if the roster says so."""
    owners = [student for student in students if is_theirs(entry, student, all_names)]
    owners = [owner for owner in owners if owner.pattern] or owners
    if len(owners) > 1 and not owners[0].pattern:
        # Their ids or names alone don't tell them apart, and a guess must not become a grade.
        for owner in owners:
            owner.notes.append(_("%s could be this student's: say whose it is in the column entry of the "
                                 "roster") % entry.name)
        return []
    return owners


def match(entries, students):
    """Give each entry to its student.

    Returns all students: those of the roster, and one for each entry that is none of theirs.
    """
    has_roster = bool(students)
    all_names = {name for entry in entries for name in entry.names()}
    strangers = {}
    for entry in entries:
        owners = find_owners(entry, students, all_names)
        if not owners:
            key = entry.number or entry.stem or entry.name
            if has_roster:
                key += " (" + _("not in the roster") + ")"
            owners = [strangers.setdefault(key, Student(key, entry.student, is_in_roster=not has_roster))]
        for owner in owners:
            owner.entries.append(entry)
    for student in students:
        if student.pattern and not student.entries:
            student.notes.append(_("the roster names the entry %s, which doesn't exist") % student.pattern)
    return students + list(strangers.values())
