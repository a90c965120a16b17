"""What the student's tools share: the labs, the marks of the exercises, questions, and what is remembered.

An exercise is marked in a lab's file by a pair of comments; between them go the student's lines:

	// exercise uts.hostname: give the container its own hostname {
	// }
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from checks import CHECKS
from judge import ROOT, _, language

STARTER = ROOT / ".starter"  # only in a student's tree: how it was made, and each file as it was given
BASELINE = STARTER / "baseline"
PROGRESS = ROOT / ".progress"

LABS = re.search(r"^LABS := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[1].split()
EXERCISES = [lab for lab in LABS if lab != "skeleton"]  # which comes complete

# A student's tree speaks the language that it was made in, whatever that of the system is.
if (STARTER / "choices").is_file():
    chosen = re.search(r"^language (.+)$", (STARTER / "choices").read_text(encoding="utf-8"), re.MULTILINE)
    if chosen and chosen[1] != "en":
        os.environ["NSLABS_LANG"] = os.environ.get("NSLABS_LANG") or chosen[1]

EXERCISE = re.compile(
    r"^(?P<begin>[ \t]*// exercise (?P<id>[\w.-]+): (?P<text>[^\n]*) \{\n)(?P<lines>.*?)(?P<end>^[ \t]*// \}\n)",
    re.MULTILINE | re.DOTALL)


class Parser(argparse.ArgumentParser):
    def error(self, message):
        """What is wrong, in one line: the usage is for --help."""
        self.exit(2, f"{self.prog}: {message}\n")


def parser(doc):
    """Arguments of a script, whose first lines say what it is for. A pipe that breaks and Ctrl-C end it quietly."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    return Parser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)


def add_lab(arguments, labs):
    """The operand LAB, one of these; None if it isn't given."""
    def check_name(name):
        if name not in labs:
            arguments.error(_("no lab that fits is called '%(name)s'; there are: %(labs)s") % {
                "name": name, "labs": " ".join(labs)})
        return name
    arguments.add_argument("lab", metavar="LAB", nargs="?", type=check_name)


def require_starter():
    if not BASELINE.is_dir():
        sys.exit(_("this is no student's tree: scripts/starter makes one"))


def source(lab):
    return ROOT / "labs" / lab / f"{lab}.c"


def give_away(path):
    """What root makes in somebody's tree, by `sudo make check`, is to be that somebody's."""
    around = Path(path).parent.stat()
    if os.geteuid() == 0 and around.st_uid != 0:
        os.chown(path, around.st_uid, around.st_gid)


def make_directory(path):
    if not path.is_dir():
        make_directory(path.parent)
        path.mkdir()
        give_away(path)


def write_text(path, text, mode=None):
    """Replace a file at once: whoever reads it has the old one or the new one, whole."""
    if mode is None:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    make_directory(path.parent)
    fd, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with open(fd, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        file.write(text)
    os.chmod(name, mode)
    give_away(name)
    os.replace(name, path)


def read_text(path):
    """A file's text, line ends as they are; what isn't UTF-8 survives being written again."""
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read()


# ---- Exercises ----


def regions(text):
    """The lines of each exercise in a lab's file, by id."""
    return {found["id"]: found["lines"] for found in EXERCISE.finditer(text)}


def fill(text, lines):
    """The lab's file with the lines of the exercises whose ids are given."""
    return EXERCISE.sub(lambda found: found["begin"] + lines.get(found["id"], found["lines"]) + found["end"], text)


def unjudged(lab, blocked=()):
    """The lab's own exercises that no check is about, or only blocked ones: {id: (what it asks for, its lines)}."""
    if not source(lab).exists():
        return {}
    judged = {check.exercise for check in CHECKS.get(lab, []) if check.id not in blocked}
    return {found["id"]: (found["text"], found["lines"]) for found in EXERCISE.finditer(read_text(source(lab)))
            if found["id"].startswith(f"{lab}.") and found["id"] not in judged}


def damaged(lab):
    """The exercises whose marks aren't as they were given: what is between them can't be told from the rest."""
    given = BASELINE / "labs" / lab / f"{lab}.c"
    if not given.exists() or not source(lab).exists():
        return []
    mine = regions(read_text(source(lab)))
    return [name for name in regions(read_text(given)) if "// exercise " in mine.get(name, "// exercise ")]


def say_damaged(lab, indent=""):
    """A line for each of them."""
    for name in damaged(lab):
        print(indent + _("the comments that mark exercise %(id)s in labs/%(lab)s/%(lab)s.c aren't as they were given: "
                         "compare with .starter/baseline/labs/%(lab)s/%(lab)s.c") % {"id": name, "lab": lab})


def empty(lab):
    """The lab's own exercises in which nothing is written."""
    return [name for name, lines in regions(read_text(source(lab))).items()
            if name.startswith(f"{lab}.") and not lines.strip()]


def say_empty(lab, indent="", blocked=()):
    """A line for each of them that is still empty."""
    for name, (_text, lines) in unjudged(lab, blocked).items():
        if not lines.strip():
            print(indent + _("still empty: exercise %(id)s in labs/%(lab)s/%(lab)s.c; no check judges it") % {
                "id": name, "lab": lab})


def check(lab):
    """The judge's verdict on the lab's program: the object that scripts/check prints as JSON."""
    done = subprocess.run([ROOT / "scripts/check", lab, "--json"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, check=False)
    return json.loads(done.stdout)


def is_done(status, score):
    """Whether the student can go on: nothing fails, and something has been seen to work."""
    return status == "pass" or status == "blocked" and score > 0


# ---- What is remembered: in .progress, a file for each kind, one "key value" a line ----


def recall(kind):
    try:
        lines = (PROGRESS / kind).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return dict(line.split(" ", 1) for line in lines if " " in line)


def remember(kind, key, value):
    """In a student's tree only: nobody else makes progress. The value None is forgotten."""
    if not STARTER.is_dir():
        return
    entries = {**recall(kind), key: value}
    try:
        write_text(PROGRESS / kind, "".join(f"{key} {value}\n" for key, value in entries.items() if value is not None))
    except OSError as error:
        print(_("not remembered: %s") % error, file=sys.stderr)


def recall_verdict(lab):
    """(status, score, most) of the lab's last check; status is "" if there was none."""
    words = recall("checks").get(lab, "").split()
    return (words[0], int(words[1]), int(words[2])) if len(words) == 3 else ("", 0, 0)


def current_lab():
    """The first lab that hasn't passed; when all have, the last."""
    return next((lab for lab in EXERCISES if not is_done(*recall_verdict(lab)[:2])), EXERCISES[-1])


def introduce(lab):
    """What a lab begins with."""
    lesson = in_language(ROOT / "labs" / lab / "README.md").relative_to(ROOT)
    print(_("Its lesson: %(lesson)s; questions about it: make predict LAB=%(lab)s") % {"lesson": lesson, "lab": lab})


def lab_or_current(lab):
    """LAB, or where none is given, the current lab, which is named."""
    if not lab:
        lab = current_lab()
        print(_("The current lab: %s") % lab)
    return lab


# ---- Texts in several languages ----


def is_chinese():
    return language() == "zh_CN"


def in_language(path):
    """The file, or where the reader's language has one of its own, that: README.md, README.zh-CN.md."""
    translated = path.with_name(f"{path.stem}.zh-CN{path.suffix}")
    return translated if is_chinese() and translated.exists() else path


def read_questions(lab):
    """The lab's questions, as labs/LAB/questions has them: a list, and the one to explain.

    Each line is "key: value", or "key[zh_CN]: value" after it, for readers of that language:

        question   what is asked
        run        the command that answers it, for the shell, on the stage
        answer     one of the answers to choose from ...
        when       ... which is right if this regular expression is found in what the command prints, and those
                   of the answers before it are not
        explain    what to explain in ANSWERS.md
    """
    questions = []
    explain = ""
    for line in (ROOT / "labs" / lab / "questions").read_text(encoding="utf-8").splitlines():
        found = re.fullmatch(r"(question|run|answer|when|explain)(\[zh_CN\])?: (.*)", line)
        if not found or found[2] and not is_chinese():
            continue
        key, replaces, value = found.groups()
        if key == "explain":
            explain = value
        elif key == "question" and not replaces:
            questions.append({"question": value, "run": "", "answer": [], "when": []})
        elif key in ("answer", "when") and not replaces:
            questions[-1][key].append(value)
        elif key == "answer":
            questions[-1][key][-1] = value
        else:
            questions[-1][key] = value
    return questions, explain
