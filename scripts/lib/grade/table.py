"""The tables of the whole class: grades.csv, what has changed, and a summary."""

import csv
import io

from lib.grade.escape import number, one_line
from lib.grade.rows import STATUSES
from lib.words import _


def cell(text):
    """A field that no spreadsheet takes for a formula, and that stays in its line."""
    text = one_line(str(text))
    return "'" + text if text.startswith(("=", "+", "-", "@")) else text


def grades_csv(rows, course):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "name", "entry", "submitted", "total", "max", "open"] + [
        name for lab in course.labs for name in (lab, f"{lab} status", f"{lab} reason")] + ["notes"])
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


def summary(rows, course):
    """A histogram of the totals, the states of each lab, and what failed most."""
    lines = [_("students: %d") % len(rows), ""]
    known = [row for row in rows if row["max"] > 0]
    bins = [0] * 11
    for row in known:
        bins[int(10 * row["total"] / row["max"] + 1e-9)] += 1
    widest = max(bins + [1])
    for percent, count in zip(range(0, 110, 10), bins):
        name = "100 %" if percent == 100 else f"{percent}-{percent + 9} %"
        lines.append(f"  {name:>8} {'#' * (40 * count // widest):40} {count}".rstrip())
    lines.append("")
    for lab in course.labs:
        of_status = [row["labs"][lab]["status"] for row in rows]
        lines.append(f"  {lab:8} " + ", ".join(
            f"{of_status.count(status)} {_(words)}" for status, words in STATUSES.items() if status in of_status))
    failed, errors = {}, {}
    for row in rows:
        for result in row["labs"].values():
            if result["status"] == "error":
                errors[result["reason"]] = errors.get(result["reason"], 0) + 1
            for check in result["checks"]:
                if check["status"] == "fail":
                    failed[check["id"]] = failed.get(check["id"], 0) + 1
    for title, counts in ((_("failed most often:"), failed), (_("not judged, since:"), errors)):
        if counts:
            lines += ["", title]
            lines += [f"  {count:5} {one_line(name)}"
                      for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:10]]
    return lines
