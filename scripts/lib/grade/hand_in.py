"""Grade one submission as it is handed in, on a machine of Gradescope's or Autolab's (see lib.grade.packages).

A lab without a verdict gets no points there either, and never 0: Gradescope has one score for all, so that it gets no
results at all; Autolab has one for each problem, and an empty one is none.
"""

import json
import os
import sys
from argparse import Namespace
from pathlib import Path

from lib.files import write_text
from lib.grade.course import Course, Policy, Student
from lib.grade.entries import Entry, Source, read_entry
from lib.grade.fields import one_line
from lib.grade.packages import COURSE
from lib.grade.report import describe, gradescope, reason, report_text, shown_checks
from lib.grade.run import Run, run_jobs
from lib.grade.table import collect_sources, key_of, make_row
from lib.tree import ROOT

NOT_THEIRS = ("Makefile", "autograde.tar", "nslabs")  # beside the submission, where Autolab grades it


def read_packed_course():
    table = json.loads((ROOT / COURSE).read_text(encoding="utf-8"))
    os.environ["NSLABS_LANG"] = table.pop("language")
    return Course(**table, policies={lab: Policy() for lab in table["labs"]})


def grade(course, paths):
    """Grade what is in these files and folders. Returns the row of the table."""
    entry = Entry("submission", paths=[(str(path), path.name, 0) for path in paths])
    read_entry(entry, course.labs)
    student = Student("submission", entries=[entry])
    sources = collect_sources(student, course.labs)
    jobs = {key_of(lab, source): (lab, source) for lab, source in sources.items() if isinstance(source, Source)}
    run = Run(ROOT / "build/hand-in", False)  # GNU parallel's messages stay there.
    run_jobs(jobs, run, Namespace(jobs=1, hosts=None, remarks=False))
    return make_row(student, sources, run, course, set(), {})


def print_trouble(row, course):
    """Say why labs have no verdict. Students may read it: it names no hidden check."""
    for lab in row["open"]:
        result = row["labs"][lab]
        why = reason(row, lab, course, result["status"] == "error")
        print(f"grade: {lab}: {result['status']}: {one_line(why)}", file=sys.stderr)


def for_gradescope(directory):
    course = read_packed_course()
    file = directory / "results/results.json"
    file.unlink(missing_ok=True)
    row = grade(course, [directory / "submission"])
    if row["open"]:
        print_trouble(row, course)
        return 1
    results = gradescope(row, course)
    results["output"] = "\n".join(filter(None, [results["output"], *map(one_line, row["notes"])]))
    write_text(file, json.dumps(results, indent=1) + "\n")
    return 0


def autolab_tests(row, lab, course):
    """What Autolab shows of a lab: {the test's name: whether it passed, and why not}."""
    shown, _hidden = shown_checks(row, lab, course, False)
    if not shown:
        result = row["labs"][lab]
        return {lab: {"passed": result["status"] == "pass", "hint": one_line(reason(row, lab, course, False))}}
    return {f"{check['id']}: {one_line(check['title'])}": {"passed": True} if check["status"] == "pass" else
            {"passed": False, "hint": describe(check)} for check in shown}


def for_autolab(directory):
    course = read_packed_course()
    row = grade(course, [path for path in sorted(directory.iterdir()) if path.name not in NOT_THEIRS])
    print(report_text(row, course, False))
    for note in row["notes"]:
        print(one_line(note))
    sys.stdout.flush()
    print_trouble(row, course)
    settled = [lab for lab in course.labs if lab not in row["open"]]
    print(json.dumps({"_presentation": "semantic", "stages": settled,
                      **{lab: autolab_tests(row, lab, course) for lab in settled}}))
    print(json.dumps({"scores": {lab: None if lab in row["open"] else row["labs"][lab]["points"]
                                 for lab in course.labs}}))
    return 0


def hand_in(platform, directory):
    """Grade the submission that this platform has put into the directory. Returns the exit status."""
    return {"gradescope": for_gradescope, "autolab": for_autolab}[platform](Path(directory))
