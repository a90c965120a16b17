"""answers.csv, where the teacher gives points and comments for ANSWERS.md: a row for each student and lab.

The grader makes it, and later only adds the rows that are missing. What is in it stays as it is.
"""

import csv
import io

from lib.files import write_text
from lib.grade.fields import Mistake, delimiter_of, number, parse_number, read_rows
from lib.grade.table import cell
from lib.tree import EXERCISES
from lib.words import _, printable

COLUMNS = ("id", "lab", "points", "comment")


def read_mark(where, row, course):
    """The points, or None, and the comment of a row."""
    lab = row["lab"]
    if lab not in EXERCISES:
        raise Mistake(_("%(where)s: no lab is called '%(name)s'") % {"where": where, "name": printable(lab)})
    if not row["points"]:
        return None, row["comment"]
    points, most = parse_number(row["points"], where), course.extras.get(f"{lab}.answers", 0)
    if points > most:
        raise Mistake(_('%(where)s: %(points)s points of %(max)s; course.toml says how many there are: '
                        '"%(lab)s.answers" under [points]') % {
            "where": where, "points": number(points), "max": number(most), "lab": lab})
    return points, row["comment"]


def read_answers(path, ids, course):
    """The rows of the file that have points or a comment: {(id, lab): (points or None, comment)}."""
    marks = {}
    known = {cell(name): name for name in ids} | {name: name for name in ids}
    for where, row in read_rows(path, COLUMNS, ["name"]) if path.exists() else ():
        if not row["points"] and not row["comment"]:
            continue
        if row["id"] not in known:
            raise Mistake(_("%(where)s: no student has the id %(id)s") % {"where": where, "id": printable(row["id"])})
        key = known[row["id"]], row["lab"]
        if key in marks:
            raise Mistake(_("%(where)s: there is more than one row for %(name)s") % {
                "where": where, "name": printable(" ".join(key))})
        marks[key] = read_mark(where, row, course)
    return marks


def add_rows(path, rows, course):
    """Add a row to the file for each student and lab whose answers have points and which has none yet."""
    labs = [lab for lab in course.labs if f"{lab}.answers" in course.extras]
    if not labs:
        return
    if not path.exists():
        write_text(path, "id,name,lab,points,comment\n")
    text = path.read_bytes().decode("utf-8")
    there = {(row["id"], row["lab"]) for _where, row in read_rows(path, COLUMNS, ["name"])}
    header = text.removeprefix("\ufeff").partition("\n")[0]
    names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter_of(header)))]
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", extrasaction="ignore", delimiter=delimiter_of(header),
                            lineterminator="\n")
    for row in rows:
        fields = {"id": cell(row["id"]), "name": cell(row["name"])}
        writer.writerows({**fields, "lab": lab} for lab in labs
                         if not there & {(row["id"], lab), (fields["id"], lab)})
    if out.tell():
        write_text(path, text + ("" if text.endswith("\n") else "\n") + out.getvalue())
