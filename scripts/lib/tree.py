"""The tree: its labs in the order of the course, and what each lab says of itself."""

import functools
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STARTER = ROOT / ".starter"  # only in a student's tree: how it was made, and its files as given

LABS = re.search(r"^LABS := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"),
                 re.MULTILINE)[1].split()


def directory(lab):
    return ROOT / "labs" / lab


def source(lab):
    """The lab's program."""
    return directory(lab) / f"{lab}.c"


def checks_file(lab):
    return directory(lab) / "exercise/checks.py"


# The labs that have something to write. The others come complete: skeleton.
EXERCISES = [lab for lab in LABS if checks_file(lab).exists()]


@functools.cache
def facts(lab):
    """What tools ask of a lab, from the lines `name := words` of its Makefile; see common/lab.mk."""
    text = (directory(lab) / "Makefile").read_text(encoding="utf-8")
    return {name: words.split()
            for name, words in re.findall(r"^([\w-]+) := (.*)$", text, re.MULTILINE)}


def runs_as(lab):
    """Who can run the lab's program on a host: "root", a "user", or anybody ("none")."""
    return facts(lab).get("runs-as", ["root"])[0]
