"""A student's tree: what was given, what the student wrote, and what the judge says of it."""

import json
import re
import subprocess
import sys

from lib.files import read_text
from lib.judge.checks import load
from lib.marks import find_marks, lines_by_id
from lib.tree import LABS, ROOT, STARTER, source
from lib.words import _

BASELINE = STARTER / "baseline"  # the files as they were given

SET_FLAGS = re.compile(r"\bflags\s*(\|?=)([^=;][^;]*);")


def require_starter():
    if not BASELINE.is_dir():
        sys.exit(_("this isn't a student's tree: scripts/starter makes one"))


def given_source(lab):
    """The lab's program as it was given."""
    return BASELINE / source(lab).relative_to(ROOT)


def written_lines(lab):
    """The lines of each exercise in the lab's file: {id: lines}."""
    return lines_by_id(read_text(source(lab))) if source(lab).exists() else {}


def own_exercises(lab):
    """The marks of the exercises that the lab itself brings."""
    if not source(lab).exists():
        return []
    return [mark for mark in find_marks(read_text(source(lab))) if mark.id.startswith(f"{lab}.")]


def empty_exercises(lab):
    """The ids of the lab's own exercises in which nothing is written."""
    return [mark.id for mark in own_exercises(lab) if mark.is_empty()]


def empty_earlier(lab):
    """The ids of earlier labs' exercises that are empty in the lab's file."""
    return [name for name, lines in written_lines(lab).items() if not name.startswith(f"{lab}.") and not lines.strip()]


def empty_copies(lab):
    """Those of them that the student has written in an earlier lab: scripts/next can bring them."""
    earlier = (written_lines(other) for other in LABS[:LABS.index(lab)])
    written = {name for exercises in earlier for name, lines in exercises.items() if lines.strip()}
    return [name for name in empty_earlier(lab) if name in written]


def overwrites_flags(lab):
    """Does a line of the student's set the flags by =, and so throw away those that the lines before it have added?"""
    flags = set()
    for lines in written_lines(lab).values():
        for operator, value in SET_FLAGS.findall(re.sub("//.*", "", lines)):
            names = set(re.findall(r"\w+", value))
            if operator == "=" and not flags <= names and "flags" not in names:
                return True
            flags |= {name for name in names if name.startswith("CLONE_NEW")}
    return False


def unjudged_exercises(lab, blocked=()):
    """The marks of the lab's own exercises that no check is about, blocked checks aside."""
    judged = load(lab).judged_exercises(blocked)
    return [mark for mark in own_exercises(lab) if mark.id not in judged]


def damaged_exercises(lab):
    """The ids of the exercises whose marks have changed: what is written there can't be told from the rest."""
    given = given_source(lab)
    if not given.exists() or not source(lab).exists():
        return []
    mine = written_lines(lab)
    return [name for name in lines_by_id(read_text(given)) if "// exercise " in mine.get(name, "// exercise ")]


def say_damaged(lab, indent=""):
    """Print a line for each damaged exercise."""
    for name in damaged_exercises(lab):
        print(indent + _("the comments that mark exercise %(id)s in labs/%(lab)s/%(lab)s.c have changed: compare with "
                         ".starter/baseline/labs/%(lab)s/%(lab)s.c") % {"id": name, "lab": lab})


def say_empty(lab, indent="", blocked=()):
    """Print a line for each empty exercise that no check judges."""
    for mark in unjudged_exercises(lab, blocked):
        if mark.is_empty():
            print(indent + _("still empty: exercise %(id)s in labs/%(lab)s/%(lab)s.c; no check judges it") % {
                "id": mark.id, "lab": lab})


def say_empty_copies(lab, indent=""):
    """Print a line if scripts/next can bring what is still empty."""
    if names := empty_copies(lab):
        print(indent + _("still empty in labs/%(lab)s/%(lab)s.c: %(exercises)s; make next copies what you wrote for "
                         "them in the labs that pass") % {"lab": lab, "exercises": " ".join(names)})


def check(lab):
    """The judge's verdict on the lab's program: the JSON object that scripts/check prints. If there is none, the judge
    says why, and this ends."""
    try:
        done = subprocess.run([sys.executable, "-BEs", ROOT / "scripts/check", lab, "--json", "--no-remarks"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    except OSError as error:  # There is no /dev/null.
        sys.exit(f"{error.filename}: {error.strerror}")
    if done.returncode == 2:
        sys.exit(1)
    return json.loads(done.stdout)
