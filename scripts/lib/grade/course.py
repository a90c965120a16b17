"""What the teacher asks for: roster.csv, course.toml and deadlines.csv. docs/grading.md has their forms."""

import dataclasses
import math
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from fractions import Fraction

from lib.grade.entries import Entry
from lib.grade.fields import Mistake, parse_number, parse_time, read_rows
from lib.judge.checks import load
from lib.tree import EXERCISES
from lib.words import _, printable

VISIBILITIES = ("visible", "hidden")
SECTIONS = ("title", "labs", "points", "visibility", "late")  # of course.toml
COLUMNS_OF_DEADLINES = ("lab", "deadline", "percent_per_day", "grace_minutes", "cutoff")


@dataclass
class Policy:
    """What lateness costs. A deadline of None never passes."""
    deadline: datetime | None = None
    percent_per_day: float = 0
    grace: timedelta = timedelta()
    cutoff: datetime | None = None

    def judge(self, handed_in):
        """The days that count as late, and the share of the points that is left."""
        if self.deadline is None or handed_in is None or handed_in <= self.deadline + self.grace:
            return 0, Fraction(1)
        days = math.ceil((handed_in - self.deadline) / timedelta(days=1))
        if self.cutoff is not None and handed_in > self.cutoff:
            return days, Fraction(0)
        return days, max(Fraction(0), 1 - days * Fraction(str(self.percent_per_day)) / 100)


@dataclass
class Course:
    title: str
    labs: list[str]
    points: dict[str, float]  # by lab
    visibility: dict[str, str]  # by check, or by lab; what it doesn't name is visible
    policies: dict[str, Policy]  # by lab

    def is_hidden(self, lab, check):
        return self.visibility.get(check, self.visibility.get(lab, "visible")) == "hidden"


# ---- course.toml ----


def read_policy(table, base, where):
    """A policy from strings or numbers; what isn't given is the base's."""
    policy = dataclasses.replace(base)
    if table.get("deadline"):
        policy.deadline = parse_time(str(table["deadline"]), where, time.max)
    if table.get("percent_per_day", "") != "":
        policy.percent_per_day = parse_number(table["percent_per_day"], where)
    if table.get("grace_minutes", "") != "":
        policy.grace = timedelta(minutes=parse_number(table["grace_minutes"], where))
    if table.get("cutoff"):
        policy.cutoff = parse_time(str(table["cutoff"]), where, time.max)
    if policy.cutoff and not policy.deadline:
        raise Mistake(_("%s: there is a cutoff, but no deadline") % where)
    if policy.cutoff and policy.cutoff < policy.deadline:
        raise Mistake(_("%s: the cutoff is before the deadline") % where)
    return policy


def read_toml(path):
    import tomllib  # new in Python 3.11; an older one grades on hand-in, where nothing is left to be read from TOML
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise Mistake(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Mistake(f"{path}: {error}") from None


def check_keys(table, path):
    """Refuse a section that is no table, and keys that we don't know."""
    for name in ("points", "visibility", "late"):
        if not isinstance(table.get(name, {}), dict):
            raise Mistake(_("%(path)s: %(name)s must be a table, [%(name)s]") % {"path": path, "name": name})
    late = table.get("late", {})
    for where, keys, known in ((path, table, SECTIONS), (f"{path}: late", late, COLUMNS_OF_DEADLINES[1:])):
        if unknown := sorted(set(keys) - set(known)):
            raise Mistake(_("%(where)s: unknown: %(names)s; choose from: %(known)s") % {
                "where": where, "names": printable(", ".join(unknown)), "known": ", ".join(known)})


def check_labs(names, where):
    for lab in names:
        if lab not in EXERCISES:
            raise Mistake(_("%(where)s: no lab with checks is called %(name)s; choose from: %(labs)s") % {
                "where": where, "name": printable(lab), "labs": " ".join(EXERCISES)})


def check_visibility(name, value, where):
    """Refuse a line of [visibility] that names no check or lab, or gives another value."""
    if isinstance(value, dict):  # mount.private = "hidden"
        raise Mistake(_('%(where)s: a check\'s name must be in quotes: "%(name)s"') % {
            "where": where, "name": printable(f"{name}.{next(iter(value), '')}")})
    lab = name.partition(".")[0]
    known = [check.id for check in load(lab).checks] if lab in EXERCISES else EXERCISES
    if name not in (*known, *EXERCISES):
        raise Mistake(_("%(where)s: no check or lab is called %(name)s; choose from: %(known)s") % {
            "where": where, "name": printable(name), "known": ", ".join(known)})
    if value not in VISIBILITIES:
        raise Mistake(_("%(where)s: %(name)s must be one of %(values)s, not '%(value)s'") % {
            "where": where, "name": printable(name), "value": printable(str(value)), "values": ", ".join(VISIBILITIES)})


def read_course(path, labs):
    """The course of the file, or with None a course of all labs; `labs` are those that the command line asks for."""
    table = read_toml(path) if path is not None else {}
    path = path or "course.toml"
    check_keys(table, path)
    of_course = table.get("labs", EXERCISES)
    if not isinstance(of_course, list) or not of_course or not all(isinstance(lab, str) for lab in of_course):
        raise Mistake(_("%s: labs must be a list of names") % path)
    points = table.get("points", {})
    visibility = table.get("visibility", {})
    check_labs(labs or [], "--labs")
    check_labs(of_course, f"{path}: labs")
    check_labs(points, f"{path}: points")
    for name, value in visibility.items():
        check_visibility(name, value, f"{path}: visibility")

    labs = list(dict.fromkeys(labs or of_course))
    usual = {lab: sum(check.points for check in load(lab).checks) for lab in labs}
    points = {lab: parse_number(points.get(lab, usual[lab]), f"{path}: points") for lab in labs}
    late = read_policy(table.get("late", {}), Policy(), f"{path}: late")
    title = str(table.get("title", "Linux namespaces"))
    return Course(title, labs, points, visibility, {lab: late for lab in labs})


# ---- The deadlines ----


def read_deadlines(path, course):
    """Give the course the policies of a CSV file. A row with * is for all labs that have no row of their own."""
    rows = list(read_rows(path, COLUMNS_OF_DEADLINES[:2], COLUMNS_OF_DEADLINES[2:]))
    named = [row["lab"] for _where, row in rows]
    for where, row in rows:
        lab = row["lab"]
        if lab not in (*EXERCISES, "*"):
            raise Mistake(_("%(where)s: no lab is called '%(name)s'") % {"where": where, "name": printable(lab)})
        if named.count(lab) > 1:
            raise Mistake(_("%(where)s: there is more than one row for %(name)s") % {"where": where, "name": lab})
        others = [name for name in course.labs if name not in named]
        for name in others if lab == "*" else [lab]:
            if name in course.policies:
                course.policies[name] = read_policy(row, course.policies[name], where)


# ---- roster.csv ----


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
        submitted = parse_time(row["submitted"], where) if row.get("submitted") else None
        students[row["id"]] = Student(row["id"], row.get("name", ""), row.get("entry", "").rstrip("/"), submitted)
    if not students:
        raise Mistake(_("%s names no student") % path)
    return list(students.values())
