"""What the teacher says: course.toml, the roster, and the deadlines. See docs/grading.md for each file's form."""

import csv
import difflib
import fnmatch
import io
import math
import tomllib
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from fractions import Fraction
from pathlib import Path

from lib.judge.checks import load
from lib.tree import EXERCISES
from lib.words import _, printable

VISIBILITIES = ("visible", "hidden")
COLUMNS_OF_DEADLINES = ("lab", "deadline", "percent_per_day", "grace_minutes", "cutoff")


class Mistake(Exception):
    """One of these files says what can't be meant: one line for the teacher, and nothing is graded."""


@dataclass
class Policy:
    """What lateness costs. A deadline of None never passes."""
    deadline: datetime | None = None
    percent_per_day: float = 0
    grace: timedelta = timedelta()
    cutoff: datetime | None = None

    def judge(self, time):
        """(The days that count as late, the part of the points that is left) for a time of submission."""
        if self.deadline is None or time is None or time <= self.deadline + self.grace:
            return 0, Fraction(1)
        days = math.ceil((time - self.deadline) / timedelta(days=1))
        if self.cutoff is not None and time > self.cutoff:
            return days, Fraction(0)
        return days, max(Fraction(0), 1 - days * Fraction(str(self.percent_per_day)) / 100)


@dataclass
class Course:
    title: str
    labs: list
    points: dict  # by lab
    visibility: dict  # by check, or by lab; visible if it isn't named
    policies: dict  # by lab

    def is_hidden(self, lab, check):
        return self.visibility.get(check, self.visibility.get(lab, "visible")) == "hidden"


@dataclass
class Student:
    id: str
    name: str = ""
    pattern: str = ""  # which entries are theirs, where the roster says it
    submitted: datetime | None = None  # as the roster says
    entries: list = field(default_factory=list)
    is_in_roster: bool = True
    notes: list = field(default_factory=list)


def parse_time(text, where, of_day=time.min):
    """An ISO 8601 time; without an offset it is that of this machine's time zone. A mere day means this time of it."""
    try:
        given = datetime.fromisoformat(text)
        return (datetime.combine(given, of_day) if len(text) <= len("2026-03-01") else given).astimezone()
    except (ValueError, OverflowError):
        raise Mistake(_("%(where)s: '%(text)s' is no time like 2026-03-01T23:59 or 2026-03-01 23:59+08:00") % {
            "where": where, "text": printable(text)}) from None


def parse_number(text, where):
    try:
        number = float(text)
    except (TypeError, ValueError):
        number = -1
    if not 0 <= number < math.inf:
        raise Mistake(_("%(where)s: '%(text)s' is no number from 0 up") % {"where": where, "text": printable(str(text))})
    return number


def read_rows(path, required, optional):
    """The rows of a CSV file as dictionaries, each with the place that messages name. Other columns may be there, too."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Mistake(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Mistake(_("%s is not UTF-8; export it as CSV UTF-8") % path) from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [(name or "").strip() for name in rows.fieldnames or []]
        if missing := [name for name in required if name not in names]:
            raise Mistake(_("%(path)s: its first line must name these columns: %(names)s") % {
                "path": path, "names": ", ".join(missing)})
        for name in names:
            meant = difflib.get_close_matches(name, [*required, *optional], 1, 0.8)
            if meant and name not in (*required, *optional):
                raise Mistake(_("%(path)s: no column is called %(name)s; is it %(meant)s?") % {
                    "path": path, "name": printable(name), "meant": meant[0]})
        for row in rows:
            where = f"{path}:{rows.line_num}"
            if None in row:
                raise Mistake(_("%s: more fields than the first line has") % where)
            fields = {name.strip(): (value or "").strip() for name, value in row.items() if name}
            if not any(fields.values()):
                continue
            if not fields[required[0]]:
                raise Mistake(_("%(where)s: nothing in the column %(name)s") % {"where": where, "name": required[0]})
            yield where, fields
    except csv.Error as error:
        raise Mistake(f"{path}:{rows.line_num}: {error}") from None


# ---- course.toml ----


def read_policy(table, base, where):
    """A policy from strings or numbers; what isn't given is the base's."""
    policy = Policy(base.deadline, base.percent_per_day, base.grace, base.cutoff)
    if table.get("deadline"):
        policy.deadline = parse_time(str(table["deadline"]), where, time.max)
    if table.get("percent_per_day", "") != "":
        policy.percent_per_day = parse_number(table["percent_per_day"], where)
    if table.get("grace_minutes", "") != "":
        policy.grace = timedelta(minutes=parse_number(table["grace_minutes"], where))
    if table.get("cutoff"):
        policy.cutoff = parse_time(str(table["cutoff"]), where, time.max)
    if policy.cutoff and not policy.deadline:
        raise Mistake(_("%s: a cutoff, but no deadline") % where)
    if policy.cutoff and policy.cutoff < policy.deadline:
        raise Mistake(_("%s: the cutoff is before the deadline") % where)
    return policy


def read_course(path, labs):
    """The course of the file, or with None a course of all labs; `labs` are those of the command line, if any."""
    table = {}
    if path is not None:
        try:
            with open(path, "rb") as file:
                table = tomllib.load(file)
        except OSError as error:
            raise Mistake(f"{path}: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Mistake(f"{path}: {error}") from None
    path = path or "course.toml"
    for name in ("points", "visibility", "late"):
        if not isinstance(table.get(name, {}), dict):
            raise Mistake(_("%(path)s: %(name)s must be a table, [%(name)s]") % {"path": path, "name": name})
    for where, keys, known in ((path, table, ("title", "labs", "points", "visibility", "late")),
                               (f"{path}: late", table.get("late", {}), COLUMNS_OF_DEADLINES[1:])):
        if unknown := sorted(set(keys) - set(known)):
            raise Mistake(_("%(where)s: unknown: %(names)s; there are: %(known)s") % {
                "where": where, "names": printable(", ".join(unknown)), "known": ", ".join(known)})

    of_course = table.get("labs", EXERCISES)
    if not isinstance(of_course, list) or not of_course or not all(isinstance(lab, str) for lab in of_course):
        raise Mistake(_("%s: labs must be a list of names") % path)
    for where, names in (("--labs", labs or []), (f"{path}: labs", of_course), (f"{path}: points", table.get("points", {}))):
        for lab in names:
            if lab not in EXERCISES:
                raise Mistake(_("%(where)s: no lab with checks is called %(name)s; there are: %(labs)s") % {
                    "where": where, "name": printable(lab), "labs": " ".join(EXERCISES)})
    labs = list(dict.fromkeys(labs or of_course))
    known = {check.id for lab in EXERCISES for check in load(lab).checks} | set(EXERCISES)
    for name, value in table.get("visibility", {}).items():
        where = f"{path}: visibility"
        if isinstance(value, dict):  # mount.private = "hidden"
            raise Mistake(_("%(where)s: a check's name must be in quotes: \"%(name)s\"") % {
                "where": where, "name": printable(f"{name}.{next(iter(value), '')}")})
        if name not in known:
            lab = name.partition(".")[0]
            raise Mistake(_("%(where)s: no check or lab is called %(name)s; there are: %(known)s") % {
                "where": where, "name": printable(name),
                "known": ", ".join(check.id for check in load(lab).checks) if lab in EXERCISES
                else ", ".join(EXERCISES)})
        if value not in VISIBILITIES:
            raise Mistake(_("%(where)s: %(name)s is one of %(values)s, and not '%(value)s'") % {
                "where": where, "name": printable(name), "value": printable(str(value)), "values": ", ".join(VISIBILITIES)})
    points = {lab: parse_number(table.get("points", {}).get(lab, sum(check.points for check in load(lab).checks)),
                                f"{path}: points") for lab in labs}
    late = read_policy(table.get("late", {}), Policy(), f"{path}: late")
    return Course(str(table.get("title", "Linux namespaces")), labs, points, table.get("visibility", {}),
                  {lab: late for lab in labs})


def read_deadlines(path, course):
    """Give the course the policies of a CSV file: a row for a lab, or for each lab that has none of its own (*)."""
    rows = list(read_rows(path, COLUMNS_OF_DEADLINES[:2], COLUMNS_OF_DEADLINES[2:]))
    own = [row["lab"] for _where, row in rows]
    for where, row in rows:
        lab = row["lab"]
        if lab not in (*EXERCISES, "*"):
            raise Mistake(_("%(where)s: no lab is called '%(name)s'") % {"where": where, "name": printable(lab)})
        if own.count(lab) > 1:
            raise Mistake(_("%(where)s: there is more than one row for %(name)s") % {"where": where, "name": lab})
        for name in [name for name in course.labs if name not in own] if lab == "*" else [lab]:
            if name in course.policies:
                course.policies[name] = read_policy(row, course.policies[name], where)


# ---- The roster ----


def read_roster(path):
    students = {}
    for where, row in read_rows(path, ["id"], ["name", "entry", "submitted"]):
        if row["id"] in students:
            raise Mistake(_("%(where)s: a second student with the id %(id)s") % {
                "where": where, "id": printable(row["id"])})
        students[row["id"]] = Student(row["id"], row.get("name", ""), row.get("entry", "").rstrip("/"))
        if row.get("submitted"):
            students[row["id"]].submitted = parse_time(row["submitted"], where)
    if not students:
        raise Mistake(_("%s names no student") % path)
    return list(students.values())


def squeeze(name):
    """A name as Canvas writes it: the letters alone."""
    return "".join(c for c in name.casefold() if c.isalnum())


def is_theirs(entry, student, all_names):
    """Is this entry the student's? By the roster's name or pattern; without one by id, or by the name on a platform."""
    names = entry.names()
    if student.pattern in all_names:
        return student.pattern in names
    if student.pattern:
        return any(fnmatch.fnmatchcase(name, student.pattern) for name in names)
    if student.id in (*names, entry.number):
        return True
    words = student.name.replace(",", " ").split()
    written = {squeeze("".join(words)), squeeze("".join(words[-1:] + words[:-1]))}  # First Last, and lastfirst
    return bool(words) and squeeze(entry.student or entry.stem) in written


def match(entries, students):
    """Give each entry to its student. Returns all: those of the roster, and one for each entry that is nobody's."""
    has_roster = bool(students)
    all_names = {name for entry in entries for name in entry.names()}
    strangers = {}
    for entry in entries:
        owners = [student for student in students if is_theirs(entry, student, all_names)]
        owners = [owner for owner in owners if owner.pattern] or owners
        # Two may hand in one entry, if the roster says so. By name alone it is a guess, and a guess is no grade.
        if len(owners) > 1 and not owners[0].pattern:
            for owner in owners:
                owner.notes.append(_("%s could be this student's: say whose it is in the roster's column entry") % entry.name)
            owners = []
        for owner in owners:
            owner.entries.append(entry)
        if not owners:
            key = entry.number or entry.stem or entry.name
            if has_roster:
                key += " (" + _("not in the roster") + ")"
            strangers.setdefault(key, Student(key, entry.student, is_in_roster=not has_roster)).entries.append(entry)
    for student in students:
        if student.pattern and not student.entries:
            student.notes.append(_("no entry is called %s, as the roster has it") % student.pattern)
    return students + list(strangers.values())
