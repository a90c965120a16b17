"""The right, wrong and hostile programs that the judge is tried on, and how each is made.

Each line of a catalogue is about one program, with tabs between the fields:

    tests/labs/LAB/right/catalogue.tsv   program, how it is made, what is special about it; it must pass every check
    tests/labs/LAB/wrong/catalogue.tsv   program, the check that must fail, how it is made, the mistake
    tests/remarks/catalogue.tsv          program, lab, the remarks that must be made, how it is made, their subject
    tests/hostile/catalogue.tsv          program, lab, the check that must fail ("pass" if it does no harm and is right
                                         otherwise), its file, what it tries

Options of scripts/check may follow the name of a program, or of the lab of a hostile one. After them, the word `needs`
begins the commands without which the program can't be tried. `needs root` is for one that takes ids which only root
has, and so is tried neither by an ordinary user nor in the sandbox; `needs own-id` for a mistake that shows only where
the caller's id isn't what an unmapped id reads as. A program is made in one of these ways:

    FILE            this file beside the catalogue, or in tests/judge/programs if several labs have it; one in Go needs
                    go(1)
    ours            the lab's own program
    without ID...   the lab's program without these exercises
    sed SCRIPT      the lab's program as this script of sed(1) changes it
    tutorial SCRIPT the tutorial's listing for the lab (tests/labs/LAB/right/tutorial.c), changed likewise
    sh COMMANDS     a Bash script
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
from lib.marks import lines_by_id, remove
from lib.tree import EXERCISES, facts, source


class Program:
    """A row of a catalogue."""

    def __init__(self, side, lab, fields):
        self.side, self.lab = side, lab
        words, _, needs = fields[0].partition(" needs ")
        self.name, *self.options = words.split()
        self.check = "pass" if side == "right" else fields[1]
        self.how = fields[-2]
        self.needs = needs.split() + ["go"] * self.how.endswith(".go")
        self.program = None  # make() sets it

    @property
    def file(self):
        """The file that the program is made of, if it has one of its own."""
        of_lab = f"tests/labs/{self.lab}/{self.side}"
        places = {"hostile": "tests/hostile", "remarks": "tests/remarks/programs"}
        beside = ROOT / places.get(self.side, of_lab) / self.how
        return beside if beside.exists() else ROOT / "tests/judge/programs" / self.how

    @property
    def built(self):
        return ROOT / "build/tests" / self.side / f"{self.lab}-{self.name}"

    @property
    def missing(self):
        """What it needs, and is missing here."""
        return [need for need in self.needs if not (WHO[need]() if need in WHO else shutil.which(need))]

    @property
    def is_c(self):
        return self.how.endswith(".c") or self.how.split()[0] in ("ours", "without", "sed", "tutorial")

    @property
    def fits_sandbox(self):
        """Can it be judged as a student's file?"""
        return self.is_c and "root" not in self.needs

    @property
    def source(self):
        """The program's C file, if it is in C."""
        if self.how == "ours":
            return source(self.lab)
        return self.file if self.how.endswith(".c") else self.built.with_suffix(".c")

    def text(self):
        """The text of a program in C."""
        kind, _, words = self.how.partition(" ")
        if kind not in ("ours", "without", "sed", "tutorial"):
            return self.file.read_text()
        original = ROOT / f"tests/labs/{self.lab}/right/tutorial.c" if kind == "tutorial" else source(self.lab)
        text = original.read_text()
        if kind == "without":
            if missing := set(words.split()) - set(lines_by_id(text)):
                raise ValueError(f"{self.name}: {self.lab} has no exercise {' '.join(missing)}")
            return remove(text, words.split())
        if kind in ("sed", "tutorial"):
            changed = subprocess.run(["sed", "-E", words], input=text, check=True, stdout=subprocess.PIPE,
                                     text=True).stdout
            if changed == text:
                raise ValueError(f"{self.name}: its sed script changes nothing in {original.name}")
            return changed
        return text

    def make(self):
        """Make the program below build/tests, if it isn't there and new; a hostile one only in the sandbox."""
        kind, _, words = self.how.partition(" ")
        self.built.parent.mkdir(parents=True, exist_ok=True)
        self.program = self.built
        if self.side == "hostile" or kind == "ours":
            self.program = ROOT / "build" / self.lab
        elif kind == "sh":
            write(self.built, f"#!/bin/bash\n{words}\n")
            self.built.chmod(0o755)
        elif kind in ("without", "sed"):
            if write(self.source, self.text()) or not self.built.exists():
                libraries = [f"-l{name}" for name in facts(self.lab).get("libraries", [])]
                own = f"{self.lab}.c"
                names = [name for name in facts(self.lab).get("sources", []) if name != own]
                others = [source(self.lab).with_name(name) for name in names]
                self.compile(*others, "-std=c11", "-D_GNU_SOURCE", '-DNSLABS_VERSION=""', f"-I{ROOT}/common",
                             ROOT / "build/common.a", *(libraries or ["-static"]))
        elif kind == "tutorial":
            if write(self.source, self.text()) or not self.built.exists():
                self.compile()
        elif self.how.endswith((".c", ".go")):
            if not self.built.exists() or self.built.stat().st_mtime < self.file.stat().st_mtime:
                self.compile("-pthread") if self.is_c else self.compile_go()
        else:
            self.program = self.file

    def compile(self, *flags):
        subprocess.run(["cc", "-w", "-o", self.built, self.source, *flags], check=True)

    def compile_go(self):
        environment = os.environ | {"GOCACHE": str(ROOT / "build/tests/go"), "CGO_ENABLED": "0"}
        subprocess.run(["go", "build", "-o", self.built, self.file], env=environment, check=True)


def is_root():
    """Is this root, with all ids? Root of a user namespace may have no other."""
    return os.geteuid() == 0 and Path("/proc/self/uid_map").read_text().split()[-1] != "1"


def has_own_id():
    return os.geteuid() != int(Path("/proc/sys/kernel/overflowuid").read_text())


WHO = {"root": is_root, "own-id": has_own_id}


def write(path, text):
    """Write a file, and tell whether that changes it."""
    if path.exists() and path.read_text() == text:
        return False
    path.write_text(text)
    return True


def read_catalogue(side):
    """The programs of one side, in the course's order. Each lab with exercises has a catalogue."""
    files = {lab: ROOT / f"tests/labs/{lab}/{side}/catalogue.tsv" for lab in EXERCISES}
    if side in ("hostile", "remarks"):
        files = {None: ROOT / f"tests/{side}/catalogue.tsv"}
    for lab, file in files.items():
        for line in file.read_text().splitlines():
            fields = [field for field in line.split("\t") if field]
            if line.startswith("#") or not fields:
                continue
            if side in ("hostile", "remarks"):
                lab, *options = fields.pop(1).split()
                fields[0] = " ".join([fields[0], *options])
            yield Program(side, lab, fields)
