"""From verdicts to grades: a row of the table for each student.

A row is a dictionary, as in grades.json: "id", "name", "directory", "entries", "submitted", "notes", "answers",
"total", "max", "open"; "labs", by lab: {"status", "reason", "points", "max", "part", "late", "time", "checks"}; and
"others", the same for labs that only an earlier run has graded. The status and the checks are those of the verdict, or
the status is error (no verdict), unreadable or missing. In grades.json, the checks have only "id", "status" and
"points", and "answers" is empty.
"""

import csv
import hashlib
import io
import re
import sys
from collections import Counter
from datetime import datetime
from fractions import Fraction

from lib.grade.entries import Source
from lib.grade.fields import number, one_line
from lib.grade.items import Problem, Trouble
from lib.grade.run import judges_version
from lib.grade.students import directory_name
from lib.words import N_, _

SETTLED = ("pass", "fail", "unreadable", "missing")  # The others never become a grade.
FORMULA = re.compile(r"(^|;\s*)(?=[=+@－＝＋＠﹣﹦﹢﹫−-])")  # A spreadsheet takes them in full width, too.
STATUSES = {"pass": N_("passed"), "fail": N_("failed"), "blocked": N_("blocked: this machine can't show it"),
            "error": N_("not judged"), "unreadable": N_("can't be read"), "missing": N_("not handed in")}


def judge_verdict(result, points, policy, handed_in, origin):
    """What a verdict changes in the lab's field; `origin` says whose word the time is."""
    failed, blocked = ([check for check in result["checks"] if check["status"] == status]
                       for status in ("fail", "blocked"))
    ids = ", ".join(check["id"] for check in blocked or failed)
    made = {"checks": result["checks"], "time": result["time"]}
    if blocked:
        return {**made, "status": "blocked", "reason": f"{ids}: {blocked[0]['actual']}"}
    days, part = policy.judge(handed_in)
    late = ""
    if days:
        late = _("late, day %(days)d: %(percent)d %% of the points (handed in %(time)s, %(source)s; deadline "
                 "%(deadline)s)") % {
            "days": days, "percent": round(part * 100), "time": handed_in.isoformat(" ", "minutes"),
            "source": origin,
            "deadline": policy.deadline.isoformat(" ", "minutes")}
    most = result["max_score"]
    earned = Fraction(str(points)) * result["score"] / most if most else Fraction(0)
    return {**made, "status": "fail" if failed else "pass", "reason": "; ".join(filter(None, [ids, late])),
            "late": late, "points": round(float(earned * part), 2), "part": float(part)}


def make_result(source, result, points, policy, submitted):
    """One lab's field of a row. The source's verdict, `result`, and the roster's time, `submitted`, may be None."""
    made = {"status": "", "reason": "", "points": None, "max": points, "part": 1.0, "late": "", "time": 0, "checks": []}
    if source is None:
        return {**made, "status": "missing", "reason": _("not handed in"), "points": 0}
    if isinstance(source, Trouble):
        return {**made, "status": "error", "reason": str(source)}
    if isinstance(source, Problem):
        return {**made, "status": "unreadable", "reason": str(source), "points": 0}
    if result is None or "error" in result:
        reason = (result or {}).get("error") or _("no machine has judged it")
        return {**made, "status": "error", "reason": reason}
    handed_in = submitted or datetime.fromtimestamp(source.time).astimezone()
    origin = _("as the roster says") if submitted else source.origin()
    return {**made, **judge_verdict(result, points, policy, handed_in, origin)}


def keep_earlier(result, earlier):
    """Keep the grade of an earlier run where this one gives none."""
    had_grade = earlier and earlier["points"] is not None and earlier["status"] not in ("missing", "unreadable")
    if result["points"] is None and had_grade:
        # The lab may count for another number of points now.
        share = result["max"] / earlier["max"] if earlier["max"] else 1
        result["points"] = round(earlier["points"] * share, 2)
        result["reason"] += "; " + _("the earlier grade is kept")


def collect_notes(student):
    notes = student.notes + [note for entry in student.entries for note in entry.notes]
    if not student.is_in_roster:
        notes.append(_("nobody in the roster has this entry"))
    if not student.entries and not notes:
        notes.append(_("no submission"))
    if any(entry.is_late for entry in student.entries):
        notes.append(_("Canvas says it was late"))
    return notes


def make_row(student, sources, run, course, used):
    """A student's row; `used` are the names of directories that other students have."""
    earlier = run.earlier_labs(student.id)
    labs = {}
    for lab in course.labs:
        source = sources.get(lab)
        result = run.result(key_of(lab, source)) if isinstance(source, Source) else None
        labs[lab] = make_result(source, result, course.points[lab], course.policies[lab], student.submitted)
        keep_earlier(labs[lab], earlier.get(lab))
    known = [result for result in labs.values() if result["points"] is not None]
    return {"id": student.id, "name": student.name, "directory": directory_name(student.id, used),
            "entries": [entry.name for entry in student.entries],
            "submitted": student.submitted.isoformat(" ", "minutes") if student.submitted else "",
            "notes": collect_notes(student),
            "answers": "\n\n".join(dict.fromkeys(entry.answers for entry in student.entries if entry.answers)),
            "total": round(sum(result["points"] for result in known), 2), "max": sum(result["max"] for result in known),
            "open": [lab for lab in course.labs if labs[lab]["status"] not in SETTLED], "labs": labs,
            "others": {lab: result for lab, result in earlier.items() if lab not in labs}}


def key_of(lab, source):
    """A job's name. The same file gets the same verdict, from the same version of the judge."""
    digest = hashlib.sha256(judges_version().encode() + source.text).hexdigest()
    return f"{lab}-{digest[:24]}"


def collect_sources(student, labs):
    """What the student's entries have for each lab: {lab: Source, Problem or Trouble}."""
    sources = {}
    for lab in labs:
        found = [(entry, entry.sources[lab]) for entry in student.entries if lab in entry.sources]
        good = [(entry, source) for entry, source in found if isinstance(source, Source)]
        if len({source.text for _entry, source in good}) > 1:
            sources[lab] = Problem(_("several different files for it: %s") % ", ".join(
                f"{entry.name}/{source.name}" for entry, source in good))
        elif good:
            sources[lab] = good[0][1]
            left = [f"{entry.name}: {source}" for entry, source in found
                    if not isinstance(source, Source) and str(source) not in entry.notes]
            student.notes += [note for note in left if note not in student.notes]
        elif found:  # Trouble goes first, since a Problem would give the student 0 points.
            sources[lab] = min((source for _entry, source in found), key=lambda source: isinstance(source, Problem))
    return sources


def without_words(row):
    """The row without what only its reports need, so that a large class fits into memory."""
    def shorten(check):
        return {"id": sys.intern(check["id"]), "status": sys.intern(check["status"]), "points": check["points"]}

    labs = {lab: {**result, "checks": list(map(shorten, result["checks"]))} for lab, result in row["labs"].items()}
    return {**row, "answers": "", "labs": labs}


# ---- The whole class ----


def cell(text):
    """A field in one line, which no spreadsheet takes for a formula, nor one that takes semicolons for the ends."""
    return FORMULA.sub(r"\1'", one_line(str(text)))


def grades_csv(rows, course):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    of_labs = [name for lab in course.labs for name in (lab, f"{lab} status", f"{lab} reason")]
    writer.writerow(["id", "name", "entry", "submitted", "total", "max", "open", "directory", *of_labs, "notes"])
    for row in rows:
        fields = [row["id"], row["name"], ", ".join(row["entries"]), row["submitted"], number(row["total"]),
                  number(row["max"]), " ".join(row["open"]), row["directory"]]
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
    failed = [check["id"] for result in results for check in result["checks"] if check["status"] == "fail"]
    errors = [result["reason"] for result in results if result["status"] == "error"]
    return [_("students: %d") % len(rows), "", *histogram(rows), "", *(statuses(rows, lab) for lab in course.labs),
            *most_frequent(_("failed most often:"), failed), *most_frequent(_("not judged, because:"), errors)]
