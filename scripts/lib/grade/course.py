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
EXTRAS = ("answers", "remarks")  # A lab may have points for these beside its checks': "uts.answers".


@dataclass
class Policy:
    """What lateness costs. A deadline of None never passes."""
    deadline: datetime | None = None
    percent_per_day: float = 0
    grace: timedelta = timedelta()
    cutoff: datetime | None = None

    def judge(self, handed_in, free=0):
        """The days that count as late, how many of the `free` ones they take, and the share of the points left."""
        if self.deadline is None or handed_in is None or handed_in <= self.deadline + self.grace:
            return 0, 0, Fraction(1)
        days = math.ceil((handed_in - self.deadline) / timedelta(days=1))
        if self.cutoff is not None and handed_in > self.cutoff:
            return days, 0, Fraction(0)
        used = min(days, free) if self.percent_per_day else 0
        return days, used, max(Fraction(0), 1 - (days - used) * Fraction(str(self.percent_per_day)) / 100)


@dataclass
class Course:
    title: str
    labs: list[str]
    points: dict[str, float]  # by lab
    check_points: dict[str, float]  # by check, where the teacher has given some
    extras: dict[str, float]  # by the names of EXTRAS: {"uts.answers": 5}
    visibility: dict[str, str]  # by check, or by lab; what it doesn't name is visible
    policies: dict[str, Policy]  # by lab
    late_days: int = 0  # that cost a student nothing, unless the roster gives another number
    extensions: dict[str, dict[str, Policy]] = field(default_factory=dict)  # by student and lab

    def is_hidden(self, lab, check):
        return self.visibility.get(check, self.visibility.get(lab, "visible")) == "hidden"

    def extension(self, student, lab):
        """The policy that the student alone has for the lab, or None."""
        return self.extensions.get(student.id, {}).get(lab)

    def extras_of(self, labs):
        return {name: points for name, points in self.extras.items() if name.partition(".")[0] in labs}


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
    known_late = (*COLUMNS_OF_DEADLINES[1:], "late_days")
    for where, keys, known in ((path, table, SECTIONS), (f"{path}: late", late, known_late)):
        if unknown := sorted(set(keys) - set(known)):
            raise Mistake(_("%(where)s: unknown: %(names)s; choose from: %(known)s") % {
                "where": where, "names": printable(", ".join(unknown)), "known": ", ".join(known)})


def check_labs(names, where):
    for lab in names:
        if lab not in EXERCISES:
            raise Mistake(_("%(where)s: no lab with checks is called %(name)s; choose from: %(labs)s") % {
                "where": where, "name": printable(lab), "labs": " ".join(EXERCISES)})


def check_name(name, value, where, more=()):
    """Refuse a line that names no check or lab, and nothing of `more`: uts.answers for "answers"."""
    if isinstance(value, dict):  # mount.private = "hidden"
        raise Mistake(_('%(where)s: a check\'s name must be in quotes: "%(name)s"') % {
            "where": where, "name": printable(f"{name}.{next(iter(value), '')}")})
    lab = name.partition(".")[0]
    known = EXERCISES
    if lab in EXERCISES:
        known = [*(check.id for check in load(lab).checks), *(f"{lab}.{word}" for word in more)]
    if name not in (*known, *EXERCISES):
        raise Mistake(_("%(where)s: no check or lab is called %(name)s; choose from: %(known)s") % {
            "where": where, "name": printable(name), "known": ", ".join(known)})


def read_visibility(table, where):
    for name, value in table.items():
        check_name(name, value, where)
        if value not in VISIBILITIES:
            raise Mistake(_("%(where)s: %(name)s must be one of %(values)s, not '%(value)s'") % {
                "where": where, "name": printable(name), "value": printable(str(value)),
                "values": ", ".join(VISIBILITIES)})
    return table


def read_points(table, labs, where):
    """What the labs are worth, and what the teacher gives to checks and to EXTRAS: three dictionaries by name."""
    points = {}
    for name, value in table.items():
        if "." in name or isinstance(value, dict):
            check_name(name, value, where, EXTRAS)
        else:
            check_labs([name], where)
        points[name] = parse_number(value, where)
    extras = {name: value for name, value in points.items() if name.partition(".")[2] in EXTRAS}
    checks = {name: value for name, value in points.items() if "." in name and name not in extras}
    for name in checks:
        if (lab := name.partition(".")[0]) in points:
            raise Mistake(_("%(where)s: there are points for %(lab)s and for its check %(name)s: give them to the lab, "
                            "or to its checks") % {"where": where, "lab": lab, "name": name})
    usual = {lab: sum(checks.get(check.id, check.points) for check in load(lab).checks) for lab in labs}
    return {lab: points.get(lab, usual[lab]) for lab in labs}, checks, extras


def read_course(path, labs):
    """The course of the file, or with None a course of all labs; `labs` are those that the command line asks for."""
    table = read_toml(path) if path is not None else {}
    path = path or "course.toml"
    check_keys(table, path)
    of_course = table.get("labs", EXERCISES)
    if not isinstance(of_course, list) or not of_course or not all(isinstance(lab, str) for lab in of_course):
        raise Mistake(_("%s: labs must be a list of names") % path)
    check_labs(labs or [], "--labs")
    check_labs(of_course, f"{path}: labs")

    labs = list(dict.fromkeys(labs or of_course))
    points, check_points, extras = read_points(table.get("points", {}), labs, f"{path}: points")
    visibility = read_visibility(table.get("visibility", {}), f"{path}: visibility")
    late = table.get("late", {})
    policy = read_policy(late, Policy(), f"{path}: late")
    late_days = int(parse_number(late.get("late_days", 0), f"{path}: late"))
    title = str(table.get("title", "Linux namespaces"))
    return Course(title, labs, points, check_points, extras, visibility, {lab: policy for lab in labs}, late_days)


# ---- The deadlines ----


def read_extension(row, base, where):
    """A student's own policy. With the deadline, the cutoff is moved as well."""
    policy = read_policy(row, dataclasses.replace(base, cutoff=None), where)
    if base.cutoff and not policy.cutoff:
        policy.cutoff = base.cutoff + (policy.deadline - base.deadline)
    return policy


def read_deadlines(path, course, ids):
    """Give the course the policies of a CSV file, which may have rows for single students, whose ids these are.

    A row with * is for all labs that have no row of their own.
    """
    rows = list(read_rows(path, COLUMNS_OF_DEADLINES[:2], [*COLUMNS_OF_DEADLINES[2:], "id"]))
    named = [(row.get("id", ""), row["lab"]) for _where, row in rows]
    # What is for all comes first: what a student has is based on it.
    for where, row in sorted(rows, key=lambda pair: bool(pair[1].get("id"))):
        student, lab = row.get("id", ""), row["lab"]
        if lab not in (*EXERCISES, "*"):
            raise Mistake(_("%(where)s: no lab is called '%(name)s'") % {"where": where, "name": printable(lab)})
        if named.count((student, lab)) > 1:
            raise Mistake(_("%(where)s: there is more than one row for %(name)s") % {
                "where": where, "name": printable(" ".join([lab, student]).strip())})
        if student and student not in ids:
            raise Mistake(_("%(where)s: no student has the id %(id)s") % {"where": where, "id": printable(student)})
        policies = course.extensions.setdefault(student, {}) if student else course.policies
        others = [name for name in course.labs if (student, name) not in named]
        for name in others if lab == "*" else [lab]:
            if name in course.policies:
                read = read_extension if student else read_policy
                policies[name] = read(row, course.policies[name], where)


# ---- roster.csv ----


@dataclass
class Student:
    id: str
    name: str = ""
    pattern: str = ""  # what the roster calls the student's entries, if it does
    submitted: datetime | None = None  # as the roster says
    late_days: int | None = None  # as the roster says
    fields: dict[str, str] = field(default_factory=dict)  # the student's row in the roster
    entries: list[Entry] = field(default_factory=list)
    is_in_roster: bool = True
    notes: list[str] = field(default_factory=list)


def read_roster(path):
    students = {}
    for where, row in read_rows(path, ["id"], ["name", "entry", "submitted", "late_days"]):
        if row["id"] in students:
            raise Mistake(_("%(where)s: a second student with the id %(id)s") % {
                "where": where, "id": printable(row["id"])})
        submitted = parse_time(row["submitted"], where) if row.get("submitted") else None
        late_days = int(parse_number(row["late_days"], where)) if row.get("late_days") else None
        students[row["id"]] = Student(row["id"], row.get("name", ""), row.get("entry", "").rstrip("/"), submitted,
                                      late_days, row)
    if not students:
        raise Mistake(_("%s names no student") % path)
    return list(students.values())
