"""From verdicts to grades: a row of the table for each student.

A row is a dictionary, as in grades.json: "id", "name", "directory", "entries", "submitted", "notes", "answers",
"total", "max", "open"; "late_days", of which so many are "used"; "labs", by lab: {"status", "reason", "points", "max",
"part", "late", "late_days", "extension", "time", "checks", "remarks", "untraced", "source"}; "extras", by names such as
uts.answers: {"points", "max", "comment"}; and "others", which is like "labs", for labs that only an earlier run has
graded. The status, the checks and the remarks are those of the verdict, or the status is error (no verdict), unreadable
or missing. Remarks of None: nobody has looked for any; "untraced" is why there are none on the system calls. In
grades.json, the checks have only "id", "status" and "points", "answers" is empty, and there is no "source".
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


def judge_time(source, student, policy, free):
    """What lateness changes in the lab's field, and the share of the points that is left."""
    handed_in = student.submitted or datetime.fromtimestamp(source.time).astimezone()
    days, used, part = policy.judge(handed_in, free)
    late = ""
    if days:
        late = _("late, day %(days)d: %(percent)d %% of the points (handed in %(time)s, %(source)s; deadline "
                 "%(deadline)s)") % {
            "days": days, "percent": round(part * 100), "time": handed_in.isoformat(" ", "minutes"),
            "source": _("as the roster says") if student.submitted else source.origin(),
            "deadline": policy.deadline.isoformat(" ", "minutes")}
    if used:
        late += "; " + _("late days used: %d") % used
    return {"late": late, "late_days": used, "part": float(part)}, part


def weigh(verdict, course):
    """The verdict's checks with the points of the course, and the share of all points that they earn."""
    checks = [{**check, "points": course.check_points.get(check["id"], check["points"])} for check in verdict["checks"]]
    points = [(Fraction(str(check["points"])), check["status"]) for check in checks]
    most = sum(value for value, _status in points)
    return checks, sum(value for value, status in points if status == "pass") / most if most else Fraction(0)


def judge_verdict(verdict, points, course, part):
    """What a verdict changes in the lab's field, if this part of the points is left."""
    checks, share = weigh(verdict, course)
    failed, blocked = ([check for check in checks if check["status"] == status] for status in ("fail", "blocked"))
    ids = ", ".join(check["id"] for check in blocked or failed)
    made = {"checks": checks, "time": verdict["time"], "remarks": verdict.get("remarks"),
            "untraced": verdict.get("untraced", "")}
    if blocked:
        return {**made, "status": "blocked", "reason": f"{ids}: {blocked[0]['actual']}"}
    return {**made, "status": "fail" if failed else "pass", "reason": ids,
            "points": round(float(Fraction(str(points)) * share * part), 2)}


def make_result(lab, source, verdict, student, course, free):
    """One lab's field of a row; the source's verdict may be None. `free` is how many late days the student has left."""
    points = course.points[lab]
    extension = course.extension(student, lab)
    made = {"status": "", "reason": "", "points": None, "max": points, "part": 1.0, "late": "", "late_days": 0,
            "extension": extension.deadline.isoformat(" ", "minutes") if extension and extension.deadline else "",
            "time": 0, "checks": [], "remarks": None, "untraced": "",
            "source": source if isinstance(source, Source) else None}
    if source is None:
        return {**made, "status": "missing", "reason": _("not handed in"), "points": 0}
    if isinstance(source, Trouble):
        return {**made, "status": "error", "reason": str(source)}
    if isinstance(source, Problem):
        return {**made, "status": "unreadable", "reason": str(source), "points": 0}
    if verdict is None or "error" in verdict:
        reason = (verdict or {}).get("error") or _("no machine has judged it")
        return {**made, "status": "error", "reason": reason}
    time, part = judge_time(source, student, extension or course.policies[lab], free)
    made |= judge_verdict(verdict, points, course, part)
    if made["status"] == "blocked":
        return made
    return {**made, **time, "reason": "; ".join(filter(None, [made["reason"], time["late"]]))}


def keep_earlier(result, earlier):
    """Keep the grade of an earlier run where this one gives none."""
    had_grade = earlier and earlier["points"] is not None and earlier["status"] not in ("missing", "unreadable")
    if result["points"] is None and had_grade:
        # The lab may count for another number of points now.
        share = result["max"] / earlier["max"] if earlier["max"] else 1
        result["points"] = round(earlier["points"] * share, 2)
        result["late_days"] = earlier.get("late_days", 0)
        result["reason"] += "; " + _("the earlier grade is kept")


def make_labs(student, sources, run, course, allowed):
    """The labs' fields of a row. The late days, of which `allowed` cost nothing, go to the earliest deadlines first."""
    def deadline(lab):
        policy = course.extension(student, lab) or course.policies[lab]
        return (policy.deadline is None, policy.deadline.timestamp() if policy.deadline else 0)

    earlier = run.earlier_labs(student.id)
    labs, left = {}, allowed
    for lab in sorted(course.labs, key=deadline):
        source = sources.get(lab)
        verdict = run.result(key_of(lab, source)) if isinstance(source, Source) else None
        labs[lab] = make_result(lab, source, verdict, student, course, left)
        keep_earlier(labs[lab], earlier.get(lab))
        left -= labs[lab]["late_days"]
    return {lab: labs[lab] for lab in course.labs}


def collect_notes(student):
    notes = student.notes + [note for entry in student.entries for note in entry.notes]
    if not student.is_in_roster:
        notes.append(_("nobody in the roster has this entry"))
    if not student.entries and not notes:
        notes.append(_("no submission"))
    if any(entry.is_late for entry in student.entries):
        notes.append(_("Canvas says it was late"))
    return notes


def grade_remarks(result, most):
    """The points for a lab without a remark; None if nobody has looked for any, or not for all."""
    is_right = result["status"] == "pass"
    if result["status"] not in SETTLED or is_right and (result["remarks"] is None or result["untraced"]):
        return None
    return round(most * result["part"], 2) if is_right and not result["remarks"] else 0


def make_extras(student, labs, answers, marks, run, course):
    """The extras of a row; `marks` are what the teacher says of answers: {(id, lab): (points, comment)}."""
    earlier = run.earlier.get(student.id, {}).get("extras", {})
    commented = [f"{lab}.answers" for lab in labs if marks.get((student.id, lab), (None, ""))[1]]
    extras = {}
    for name in {**course.extras_of(labs), **dict.fromkeys(commented)}:
        lab, _dot, kind = name.partition(".")
        most, comment = course.extras.get(name, 0), ""
        if kind == "remarks":
            points = grade_remarks(labs[lab], most)
            if points is None:
                points = earlier.get(name, {}).get("points")
        else:
            points, comment = marks.get((student.id, lab), (None, ""))
            if points is None and not answers and labs[lab]["status"] != "error":
                points, comment = 0, comment or _("not handed in")
            points = points if most else 0  # a comment alone
        extras[name] = {"points": points, "max": most, "comment": comment}
    return extras


def make_row(student, sources, run, course, used, marks):
    """A student's row; `used` are the names of directories that other students have; for marks see make_extras()."""
    allowed = course.late_days if student.late_days is None else student.late_days
    labs = make_labs(student, sources, run, course, allowed)
    answers = "\n\n".join(dict.fromkeys(entry.answers for entry in student.entries if entry.answers))
    extras = make_extras(student, labs, answers, marks, run, course)
    known = [result for result in [*labs.values(), *extras.values()] if result["points"] is not None]
    return {"id": student.id, "name": student.name, "directory": directory_name(student.id, used),
            "entries": [entry.name for entry in student.entries],
            "submitted": student.submitted.isoformat(" ", "minutes") if student.submitted else "",
            "notes": collect_notes(student), "answers": answers,
            "total": round(sum(result["points"] for result in known), 2), "max": sum(result["max"] for result in known),
            "open": [*(lab for lab in labs if labs[lab]["status"] not in SETTLED),
                     *(name for name in extras if extras[name]["points"] is None)],
            "late_days": allowed, "used": sum(result["late_days"] for result in labs.values()),
            "labs": labs, "extras": extras,
            "others": {lab: result for lab, result in run.earlier_labs(student.id).items() if lab not in labs}}


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
    for result in labs.values():
        del result["source"]
    return {**row, "answers": "", "labs": labs}


# ---- The whole class ----


def cell(text):
    """A field in one line, which no spreadsheet takes for a formula, nor one that takes semicolons for the ends."""
    return FORMULA.sub(r"\1'", one_line(str(text)))


def grades_csv(rows, course):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    of_labs = [name for lab in course.labs for name in (lab, f"{lab} status", f"{lab} reason")]
    extras = list(course.extras_of(course.labs))
    writer.writerow(["id", "name", "entry", "submitted", "total", "max", "open", "directory", *of_labs, *extras,
                     "notes"])
    for row in rows:
        fields = [row["id"], row["name"], ", ".join(row["entries"]), row["submitted"], number(row["total"]),
                  number(row["max"]), " ".join(row["open"]), row["directory"]]
        for lab in course.labs:
            result = row["labs"][lab]
            fields += [number(result["points"]), result["status"], result["reason"]]
        fields += [number(row["extras"][name]["points"]) for name in extras]
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
        before = run.earlier.get(row["id"], {}).get("extras", {})
        lines += [one_line(f"{row['id']} {name}: {number(before[name]['points'])} → {number(new['points'])}")
                  for name, new in row["extras"].items() if name in before and before[name]["points"] != new["points"]]
    return lines


def distribution(rows):
    """How many students have so many percent of the points: {"0-9 %": 2, ...}."""
    names = [*(f"{percent}-{percent + 9} %" for percent in range(0, 100, 10)), "100 %"]
    counts = Counter(names[int(10 * row["total"] / row["max"] + 1e-9)] for row in rows if row["max"] > 0)
    return {name: counts[name] for name in names}


def histogram(rows):
    bins = distribution(rows)
    widest = max(*bins.values(), 1)
    for name, count in bins.items():
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
