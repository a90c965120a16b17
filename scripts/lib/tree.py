"""The tree: its labs in the order of the course, and what each lab says of itself."""

import functools
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STARTER = ROOT / ".starter"  # how a student's tree was made; other trees don't have it

LABS = re.search(r"^LABS := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[1].split()


def directory(lab):
    return ROOT / "labs" / lab


def source(lab):
    """The lab's program."""
    return directory(lab) / f"{lab}.c"


def checks_file(lab):
    return directory(lab) / "exercise/checks.py"


# The labs in which there is something to write. The others, such as skeleton, come complete.
EXERCISES = [lab for lab in LABS if checks_file(lab).exists()]


@functools.cache
def facts(lab):
    """The facts about a lab that tools need, from the lines `name := words` of its Makefile; see common/lab.mk."""
    text = (directory(lab) / "Makefile").read_text(encoding="utf-8")
    return {name: words.split() for name, words in re.findall(r"^([\w-]+) := (.*)$", text, re.MULTILINE)}


def runs_as(lab):
    """What the program must run as on a host: "root", an ordinary "user", or "none" of them."""
    return facts(lab).get("runs-as", ["root"])[0]


def part(lab):
    """The part of the course that the lab belongs to: 1 or 2."""
    return int(facts(lab).get("part", ["1"])[0])
