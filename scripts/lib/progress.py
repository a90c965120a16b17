"""What is remembered of a student's progress: .progress has a file for each kind, with lines "key value"."""

import hashlib
import os
import sys

from lib.files import write_text
from lib.tree import EXERCISES, ROOT, STARTER, directory, facts
from lib.words import _, in_language

PROGRESS = ROOT / ".progress"


def recall(kind):
    """What is remembered of this kind: {key: value}."""
    try:
        lines = (PROGRESS / kind).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return dict(line.split(" ", 1) for line in lines if " " in line)


def remember(kind, key, value):
    """Remember a value, or with None forget the key. Outside a student's tree, do nothing."""
    replace(kind, {**recall(kind), key: value})


def replace(kind, entries):
    """Remember these values and no others of this kind; those that are None are left out."""
    if not STARTER.is_dir():
        return
    lines = [f"{key} {value}\n" for key, value in entries.items() if value is not None]
    try:
        write_text(PROGRESS / kind, "".join(lines))
    except OSError as error:
        print(_("this can't be remembered: %s") % error, file=sys.stderr)


def digest(lab):
    """A short word for what the lab's program is built from."""
    paths = [directory(lab) / name for name in facts(lab).get("sources", [f"{lab}.c"])]
    paths += sorted((ROOT / "common").glob("[!.]*.[ch]"))
    readable = (path for path in paths if path.is_file() and os.access(path, os.R_OK))
    return hashlib.sha256(b"".join(path.read_bytes() for path in readable)).hexdigest()[:16]


def remember_verdict(lab, built_from, status, score, most, mistake):
    """Remember the verdict on a lab, the digest() of what was judged, and the first mistake that the verdict shows:
    "CHECK" or "CHECK:MISTAKE", and a word for the program's own message if it has said what failed; "" for none.

    With another mistake than before, the lab's hints begin anew. A file that was saved half written doesn't compile,
    and that leaves them as they are. What passed before and is blocked now, since it is tried in another place, stays a
    pass.
    """
    if status == "blocked" and recall_verdict(lab)[0] == "pass" and not has_changed(lab):
        return
    before = " ".join(recall("checks").get(lab, "").split()[3:])
    if mistake != before and f"{lab}.compiles" not in (mistake, before):
        forget_hints(lab)
    remember("checks", lab, f"{status} {score} {most} {mistake}".strip())
    remember("digests", lab, built_from)


def recall_verdict(lab):
    """(status, score, most) of the lab's last check; the status is "" if it wasn't checked yet."""
    words = recall("checks").get(lab, "").split()
    return (words[0], int(words[1]), int(words[2])) if len(words) >= 3 else ("", 0, 0)


def has_changed(lab):
    """Has the lab changed since its last check? Not that we know where an older version has remembered no digest."""
    return recall("digests").get(lab, now := digest(lab)) != now


def recall_mistake(lab):
    """The first mistake that the lab's last check has shown: "CHECK" or "CHECK:MISTAKE", or "" for none."""
    return "".join(recall("checks").get(lab, "").split()[3:4])


def forget_hints(lab, but=""):
    """Let the lab's hints begin anew, all but those for this mistake."""
    replace("hints", {key: value for key, value in recall("hints").items()
                      if key == but or not key.startswith(f"{lab}.")})


def is_done(status, score):
    """Can the student go on? Nothing fails, and the judge has seen some effect."""
    return status == "pass" or status == "blocked" and score > 0


def is_lab_done(lab):
    """Could the student go on after the lab's last check, and is the lab still as it was then?"""
    return is_done(*recall_verdict(lab)[:2]) and not has_changed(lab)


def current_lab():
    """The first lab that hasn't passed, or the last lab when all have passed."""
    return next((lab for lab in EXERCISES if not is_lab_done(lab)), EXERCISES[-1])


def lab_or_current(lab):
    """The lab that was given; without one, the current lab, whose name is printed."""
    if not lab:
        lab = current_lab()
        print(_("The current lab: %s") % lab)
    return lab


def introduce(lab):
    """Say where a lab's lesson is, and how to predict."""
    lesson = in_language(directory(lab) / "README.md").relative_to(ROOT)
    print(_("Its lesson: %(lesson)s; questions about it: make predict LAB=%(lab)s") % {"lesson": lesson, "lab": lab})
