"""Packages for grading on hand-in: what Gradescope and Autolab take. docs/grading.md says how a teacher uses them.

A package holds the part of this tree that judges, without the solutions, and the course. On the platform's machine,
lib.grade.hand_in grades each submission. Deadlines are the platform's matter.
"""

import dataclasses
import io
import json
import os
import tarfile
import time
import zipfile
from pathlib import Path

from lib.files import give_away
from lib.grade.fields import number
from lib.tree import LABS, ROOT, source
from lib.words import _, language, printable

JUDGE = ("LICENSE", "Makefile", "common/*.[ch]", "common/lab.mk", "common/po/*.po", "docs/starter/ANSWERS*.md",
         "labs/*/Makefile", "labs/*/*.[ch]", "labs/*/exercise/checks.py", "scripts/check", "scripts/doctor",
         "scripts/grade", "scripts/image", "scripts/setup", "scripts/stage", "scripts/lib/*",
         "scripts/lib/grade/*.py", "scripts/lib/judge/*")
AT_TOP = ("setup.sh", "run_autograder")  # by the platforms' rules
COURSE = "course.json"

# Autolab takes the last line for the scores. If there were none, it would give 0 points for each problem: so each gets
# an empty score where the grader itself can't run.
AUTOLAB = """\
# Autolab runs this beside a submission and autograde.tar. The last line of what it prints are the scores.
all:
\t@tar -xf autograde.tar && nslabs/scripts/grade --hand-in autolab . || echo '%s'
"""


def course_for_package(course):
    """The course as JSON, since Python before 3.11 can't read TOML; with the teacher's language.

    It is without deadlines, and without points that only the teacher can give, for ANSWERS.md say.
    """
    table = dataclasses.asdict(dataclasses.replace(course, extras={}, late_days=0))
    del table["policies"], table["extensions"]
    return json.dumps({**table, "language": language() or "en"}, indent=1) + "\n"


def package_files(course):
    """What is in a package: {name: (bytes, is executable)}."""
    solutions = [source(lab) for lab in LABS]
    files = {}
    for path in sorted(path for pattern in JUDGE for path in ROOT.glob(pattern) if path.is_file()):
        if path not in solutions:
            files[str(path.relative_to(ROOT))] = path.read_bytes(), os.access(path, os.X_OK)
    for name in AT_TOP:
        files[name] = (ROOT / "scripts/lib/grade" / name).read_bytes(), True
    return {**files, COURSE: (course_for_package(course).encode(), False)}


def mode(is_executable):
    return 0o755 if is_executable else 0o644


def write_gradescope(path, course):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (content, is_executable) in package_files(course).items():
            member = zipfile.ZipInfo(name, time.localtime()[:6])
            member.external_attr = (0o100000 | mode(is_executable)) << 16
            archive.writestr(member, content, zipfile.ZIP_DEFLATED)
    give_away(path)
    total = sum(course.points[lab] for lab in course.labs)
    print(_("%(file)s: Gradescope's autograder; the assignment has %(points)s points") % {
        "file": printable(str(path)), "points": number(total)})


def write_autolab(path, course):
    with tarfile.open(path, "w") as archive:
        for name, (content, is_executable) in package_files(course).items():
            member = tarfile.TarInfo(f"nslabs/{name}")
            member.size, member.mode, member.mtime = len(content), mode(is_executable), int(time.time())
            archive.addfile(member, io.BytesIO(content))
    makefile = path.with_name("autograde-Makefile")
    makefile.write_text(AUTOLAB % json.dumps({"scores": dict.fromkeys(course.labs)}), encoding="utf-8")
    for file in (path, makefile):
        give_away(file)
    problems = ", ".join(f"{lab} {number(course.points[lab])}" for lab in course.labs)
    print(_("%(files)s: Autolab's autograder; the problems are: %(problems)s") % {
        "files": printable(f"{path}, {makefile}"), "problems": problems})


def write_packages(course, options):
    if options.gradescope:
        write_gradescope(Path(options.gradescope), course)
    if options.autolab:
        write_autolab(Path(options.autolab), course)
    return 0
