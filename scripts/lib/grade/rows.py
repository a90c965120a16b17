"""From verdicts to grades: a row of the table for each student.

A row is a dictionary, as in grades.json: "id", "name", "directory", "entries", "submitted", "notes",
"answers", "total", "max", "open", and "labs", by lab: {"status", "reason", "points", "max", "part",
"late", "time", "checks"}; and "others", the same of labs that only an earlier run has graded. The status
is that of the verdict (pass, fail, blocked), or error: no verdict; unreadable; missing. The checks are
those of the verdict; in grades.json, only "id", "status" and "points" of them, and "answers" is empty.
"""

import hashlib
import re
import sys
from datetime import datetime
from fractions import Fraction

from lib.grade.entries import Problem, Source, Trouble
from lib.grade.job import judges_version
from lib.words import N_, _

SETTLED = ("pass", "fail", "unreadable", "missing")  # the others never become a grade
STATUSES = {
    "pass": N_("passed"), "fail": N_("failed"), "blocked": N_("blocked: this machine can't show it"),
    "error": N_("not judged"), "unreadable": N_("can't be read"), "missing": N_("not handed in"),
}


def time_of(source):
    """When the file was written; None if its archive names no possible time."""
    try:
        return datetime.fromtimestamp(source.time).astimezone() if source.time else None
    except (ValueError, OverflowError, OSError):
        return None


def make_result(source, result, points, policy, time_of_student):
    """One lab's field of a student's row."""
    made = {"status": "", "reason": "", "points": None, "max": points, "part": 1.0, "late": "", "time": 0, "checks": []}
    if source is None:
        return {**made, "status": "missing", "reason": _("not handed in"), "points": 0}
    if isinstance(source, Trouble):
        return {**made, "status": "error", "reason": str(source)}
    if isinstance(source, Problem):
        return {**made, "status": "unreadable", "reason": str(source), "points": 0}
    if result is None or "error" in result:
        return {**made, "status": "error", "reason": (result or {}).get("error") or _("no machine has judged it")}
    made.update(checks=result["checks"], time=result["time"])
    of_status = {status: [check["id"] for check in result["checks"] if check["status"] == status]
                 for status in ("pass", "fail", "blocked")}
    if of_status["blocked"]:
        blocked = next(check for check in result["checks"] if check["status"] == "blocked")
        return {**made, "status": "blocked", "reason": ", ".join(of_status["blocked"]) + ": " + blocked["actual"]}
    handed_in = time_of_student or time_of(source)
    days, part = policy.judge(handed_in)
    most = result["max_score"]
    earned = Fraction(str(points)) * result["score"] / most if most else Fraction(0)
    made.update(status="fail" if of_status["fail"] else "pass", reason=", ".join(of_status["fail"]),
                points=round(float(earned * part), 2), part=float(part))
    if days:
        made["late"] = _("late, day %(days)d: %(percent)d %% of the points (handed in %(time)s, %(source)s; deadline %(deadline)s)") % {
            "days": days, "percent": round(part * 100), "time": handed_in.isoformat(" ", "minutes"),
            "source": _("as the roster says") if time_of_student else _("the time of the file"),
            "deadline": policy.deadline.isoformat(" ", "minutes")}
    made["reason"] = "; ".join(filter(None, [made["reason"], made["late"]]))
    return made


def keep_earlier(result, earlier):
    """A verdict that is none leaves an earlier grade alone."""
    if result["points"] is None and earlier and earlier["points"] is not None and \
            earlier["status"] not in ("missing", "unreadable"):
        share = result["max"] / earlier["max"] if earlier["max"] else 1  # The lab's points may be others now.
        result["points"] = round(earlier["points"] * share, 2)
        result["reason"] += "; " + _("the earlier grade is kept")


def directory_name(student, used):
    """A name for the student's reports that any system takes, and nobody else has."""
    name = student.id if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}", student.id) else ""
    if not name or name.casefold() in used:
        name = "student-" + hashlib.sha256(student.id.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    used.add(name.casefold())
    return name


def make_row(student, sources, run, course, used):
    earlier = run.earlier_labs(student.id)
    labs = {}
    for lab in course.labs:
        source = sources.get(lab)
        result = run.result(key_of(lab, source)) if isinstance(source, Source) else None
        labs[lab] = make_result(source, result, course.points[lab], course.policies[lab], student.submitted)
        keep_earlier(labs[lab], earlier.get(lab))
    notes = student.notes + [note for entry in student.entries for note in entry.notes]
    if not student.is_in_roster:
        notes.append(_("nobody in the roster has this entry"))
    if not student.entries and not notes:
        notes.append(_("no submission"))
    if any(entry.is_late for entry in student.entries):
        notes.append(_("Canvas says that it was late"))
    known = [result for result in labs.values() if result["points"] is not None]
    return {
        "id": student.id, "name": student.name, "directory": directory_name(student, used),
        "entries": [entry.name for entry in student.entries],
        "submitted": student.submitted.isoformat(" ", "minutes") if student.submitted else "",
        "notes": notes, "answers": next((entry.answers for entry in student.entries if entry.answers), ""),
        "total": round(sum(result["points"] for result in known), 2), "max": sum(result["max"] for result in known),
        "open": [lab for lab in course.labs if labs[lab]["status"] not in SETTLED], "labs": labs,
        "others": {lab: result for lab, result in earlier.items() if lab not in labs}}


def key_of(lab, source):
    """A job's name. Who has handed in the same file gets the same verdict, from the same version of the judge."""
    return f"{lab}-{hashlib.sha256(judges_version().encode() + source.text).hexdigest()[:24]}"


def collect_sources(student, labs):
    """By lab: the file of the student's entries; a Problem if there are several that differ; else the Trouble or Problem."""
    sources = {}
    for lab in labs:
        found = [(entry, entry.sources[lab]) for entry in student.entries if lab in entry.sources]
        good = [(entry, source) for entry, source in found if isinstance(source, Source)]
        if len({source.text for _entry, source in good}) > 1:
            sources[lab] = Problem(_("several files for it, which differ: %s") % ", ".join(
                f"{entry.name}/{source.name}" for entry, source in good))
        elif good:
            sources[lab] = good[0][1]
        elif found:
            sources[lab] = min((source for _entry, source in found), key=lambda source: isinstance(source, Problem))
    return sources


def without_words(row):
    """The row without what only its reports need: a class of any size fits into memory."""
    labs = {lab: {**result, "checks": [
        {"id": sys.intern(check["id"]), "status": sys.intern(check["status"]), "points": check["points"]}
        for check in result["checks"]]} for lab, result in row["labs"].items()}
    return {**row, "answers": "", "labs": labs}
