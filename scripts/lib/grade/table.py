"""The tables of the whole class: grades.csv, what has changed, and a summary."""

import csv
import io
from collections import Counter

from lib.grade.escape import number, one_line
from lib.grade.rows import STATUSES
from lib.words import _


def cell(text):
    """A field in one line, which no spreadsheet takes for a formula."""
    text = one_line(str(text))
    return "'" + text if text.startswith(("=", "+", "-", "@")) else text


def grades_csv(rows, course):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    of_labs = [name for lab in course.labs for name in (lab, f"{lab} status", f"{lab} reason")]
    writer.writerow(["id", "name", "entry", "submitted", "total", "max", "open", *of_labs, "notes"])
    for row in rows:
        fields = [row["id"], row["name"], ", ".join(row["entries"]), row["submitted"], number(row["total"]),
                  number(row["max"]), " ".join(row["open"])]
        for lab in course.labs:
            result = row["labs"][lab]
            fields += [number(result["points"]), result["status"], result["reason"]]
        writer.writerow([cell(field) for field in [*fields, "; ".join(row["notes"])]])
    return out.getvalue()


def changes(rows, run, course):
    """What a regrade has changed, one line each."""
    lines = []
    for row in rows:
        before = run.earlier_labs(row["id"])
        for lab in course.labs:
            old, new = before.get(lab), row["labs"][lab]
            if old and (old["status"], old["points"]) != (new["status"], new["points"]):
                lines.append(one_line(f"{row['id']} {lab}: {old['status']} {number(old['points'])} → "
                                      f"{new['status']} {number(new['points'])} {new['reason']}"))
    return lines


def histogram(rows):
    """A bar for each ten percent of the points: the students who have so many."""
    bins = [0] * 11
    for row in rows:
        if row["max"] > 0:
            bins[int(10 * row["total"] / row["max"] + 1e-9)] += 1
    widest = max(bins + [1])
    for percent, count in zip(range(0, 110, 10), bins):
        name = "100 %" if percent == 100 else f"{percent}-{percent + 9} %"
        yield f"  {name:>8} {'#' * (40 * count // widest):40} {count}".rstrip()


def statuses(rows, lab):
    """How many students have which status in the lab."""
    of_status = [row["labs"][lab]["status"] for row in rows]
    return f"  {lab:8} " + ", ".join(f"{of_status.count(status)} {_(words)}"
                                     for status, words in STATUSES.items() if status in of_status)


def most_frequent(title, names):
    """The ten most frequent of the names, below the title; nothing if there are none."""
    counts = sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0]))
    lines = [f"  {count:5} {one_line(name)}" for name, count in counts[:10]]
    return ["", title, *lines] if lines else []


def summary(rows, course):
    """A histogram of the totals, the statuses in each lab, and what failed most."""
    results = [result for row in rows for result in row["labs"].values()]
    return [_("students: %d") % len(rows), "", *histogram(rows), "", *(statuses(rows, lab) for lab in course.labs),
            *most_frequent(_("failed most often:"), (check["id"] for result in results for check in result["checks"]
                                                     if check["status"] == "fail")), *most_frequent(_("not judged, because:"), (
            result["reason"] for result in results if result["status"] == "error"))]
