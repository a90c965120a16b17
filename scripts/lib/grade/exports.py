"""The grades as Moodle, Canvas and a student information system import them: columns of the roster, and grades.

A lab, its answers and its remarks have a column each, which is empty where there is no grade yet. Nor is there a total
as long as one of them is open: these systems know nothing of a `max` that grows.
"""

import csv
import io
import re

from lib.files import write_text
from lib.grade.fields import number, one_line
from lib.grade.table import cell

# The columns, and what the roster may call each: what comes first counts.
MOODLE = {"Identifier": ["Identifier"], "Full name": ["Full name", "name"], "ID number": ["ID number", "id"],
          "Email address": ["Email address", "email"], "Username": ["Username", "username"]}
CANVAS = {"Student": ["Student", "name"], "ID": ["ID"], "SIS User ID": ["SIS User ID", "id"],
          "SIS Login ID": ["SIS Login ID", "username"], "Section": ["Section", "section"]}


def identifier(text):
    """A field that no spreadsheet takes for a formula, and by which the other system still knows the student.

    What has but letters and digits after its sign, such as +4912345 or -17, calls nothing. It stays as it is.
    """
    text = one_line(text)
    return text if re.fullmatch(r"[+@-][\w.@]*", text) else cell(text)


def choose_fields(student, columns):
    fields = {**student.fields, "id": student.id, "name": student.name or student.id}
    return [identifier(next((fields[name] for name in names if fields.get(name)), "")) for names in columns.values()]


def grades_of(row, course):
    """A row's grades, by column."""
    return {**{lab: row["labs"][lab]["points"] for lab in course.labs},
            **{name: row["extras"][name]["points"] for name in course.extras_of(course.labs)}}


def total_of(row):
    return "" if row["open"] else number(row["total"])


def write_table(path, rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    write_text(path, out.getvalue())


def moodle(pairs, course):
    names = list(grades_of(pairs[0][1], course))
    people = [choose_fields(student, MOODLE) for student, _row in pairs]
    used = [position for position, name in enumerate(MOODLE) if any(fields[position] for fields in people)]
    yield [*(list(MOODLE)[position] for position in used), *names, "Total"]
    for fields, (_student, row) in zip(people, pairs):
        yield [*(fields[position] for position in used), *map(number, grades_of(row, course).values()), total_of(row)]


def canvas(pairs, course):
    """Canvas has a row with the points that are possible, and makes the total itself."""
    names = list(grades_of(pairs[0][1], course))
    yield [*CANVAS, *names]
    yield ["    Points Possible", *[""] * (len(CANVAS) - 1), *(number({**course.points, **course.extras}[name])
                                                               for name in names)]
    for student, row in pairs:
        yield [*choose_fields(student, CANVAS), *map(number, grades_of(row, course).values())]


def sis(pairs, course):
    """The roster as it came, and the total."""
    names = list(dict.fromkeys(name for student, _row in pairs for name in student.fields or ["id"]))
    yield [*map(identifier, names), "total", "max", "percent"]
    for student, row in pairs:
        percent = number(100 * row["total"] / row["max"]) if row["max"] and not row["open"] else ""
        yield [*(identifier(student.fields.get(name, student.id if name == "id" else "")) for name in names),
               total_of(row), number(row["max"]), percent]


def write_exports(out, students, rows, course):
    """Write moodle.csv, canvas.csv and sis.csv. An entry that is nobody's isn't in them."""
    pairs = [(student, row) for student, row in zip(students, rows) if student.is_in_roster]
    for name, table in (("moodle", moodle), ("canvas", canvas), ("sis", sis)):
        write_table(out / f"{name}.csv", table(pairs, course) if pairs else [])
