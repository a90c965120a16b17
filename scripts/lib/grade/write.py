"""Writes the files in OUT, and removes the reports that an earlier run has left there."""

import json

from lib.files import write_text
from lib.grade.export import gradescope, junit
from lib.grade.report import report_html, report_text


def write_lines(path, lines):
    write_text(path, "".join(f"{line}\n" for line in lines))


def write_reports(out, row, course):
    """Write a student's report, to give out, and what only the teacher gets."""
    for side, to_teacher in (("students", False), ("teacher", True)):
        directory = out / side / row["directory"]
        write_text(directory / "report.txt", report_text(row, course, to_teacher))
        write_text(directory / "report.html", report_html(row, course, to_teacher))
    write_text(directory / "results.json", json.dumps(gradescope(row, course), indent=1) + "\n")
    write_text(directory / "junit.xml", junit(row, course))


def remove_others(out, directories):
    """Remove the reports of students who are no longer in the table, lest they are given out.

    Other files in these directories stay.
    """
    for old in [*out.glob("students/*"), *out.glob("teacher/*")]:
        if old.name not in directories and old.is_dir() and not old.is_symlink():
            for name in ("report.txt", "report.html", "results.json", "junit.xml"):
                (old / name).unlink(missing_ok=True)
            if not any(old.iterdir()):
                old.rmdir()
