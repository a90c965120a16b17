"""programs: the right, the wrong and the hostile programs that the judge is tried on, and how each is made.

tests/labs/LAB/right/catalogue.tsv: program, how it is made, what is special about it. Each must pass every check.
tests/labs/LAB/wrong/catalogue.tsv: program, the check that must fail, how it is made, the mistake.
tests/hostile/catalogue.tsv: program, lab, the check that must fail, or "pass" if it does no harm and all else is right,
its file, what it tries.

After a program's or a lab's name there may be options of scripts/check. How a program is made: a file beside the
catalogue, or in tests/judge/programs if several labs have it (a C file is compiled with no flags of ours); "ours", the
lab itself; "without ID...", the lab without the lines of these exercises; "sed SCRIPT", the lab after this script of
sed(1); "sh COMMANDS", a script of Bash.
"""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LABS = re.search(r"^LABS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
MARKS = ROOT / "scripts/lib/marks.py"


def lab_source(lab):
    return ROOT / "labs" / lab / f"{lab}.c"


def marked_labs():
    """The labs with exercises: what the judge judges."""
    return [lab for lab in LABS if "// exercise " in lab_source(lab).read_text()]


def find_fact(lab, name):
    """What the lab's Makefile says of it in a line `name := ...`: the words."""
    found = re.search(rf"^{name} := (.*)$", (ROOT / "labs" / lab / "Makefile").read_text(), re.MULTILINE)
    return found[1].split() if found else []


class Program:
    """A row of a catalogue."""

    def __init__(self, side, lab, fields):
        self.side, self.lab = side, lab
        self.name, *self.options = fields[0].split()
        self.check = "pass" if side == "right" else fields[1]
        self.how = fields[-2]
        self.program = None  # once it is made

    @property
    def file(self):
        """The file that it is made of, if it is one of its own."""
        beside = ROOT / ("tests/hostile" if self.side == "hostile" else f"tests/labs/{self.lab}/{self.side}") / self.how
        return beside if beside.exists() else ROOT / "tests/judge/programs" / self.how

    @property
    def built(self):
        return ROOT / "build/tests" / self.side / f"{self.lab}-{self.name}"

    @property
    def is_c(self):
        return self.how.endswith(".c") or self.how.split()[0] in ("ours", "without", "sed")

    def text(self):
        """Its text in C, if it is in C."""
        kind, _, words = self.how.partition(" ")
        source = lab_source(self.lab)
        if kind == "ours":
            return source.read_text()
        if kind == "without":
            return run(MARKS, "remove", source, *words.split())
        if kind == "sed":
            changed = run("sed", "-E", words, source)
            if changed == source.read_text():
                raise ValueError(f"{self.name}: its script of sed changes nothing in {source}")
            return changed
        return self.file.read_text()

    @property
    def source(self):
        """Its C file, if it is in C."""
        if self.how == "ours":
            return lab_source(self.lab)
        return self.file if self.how.endswith(".c") else self.built.with_suffix(".c")

    def make(self):
        """Make it below build/tests, unless it is there and made of the same. A hostile one is compiled in the sandbox only."""
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
                self.compile(is_lab=True)
        elif self.is_c:
            if not self.built.exists() or self.built.stat().st_mtime < self.source.stat().st_mtime:
                self.compile(is_lab=False)
        else:
            self.program = self.file

    def compile(self, is_lab):
        flags = ["-pthread"]
        if is_lab:
            libraries = [f"-l{name}" for name in find_fact(self.lab, "libraries")] or ["-static"]
            flags = ["-std=c11", "-D_GNU_SOURCE", '-DNSLABS_VERSION=""', f"-I{ROOT}/common", ROOT / "build/common.a",
                     *libraries]
        subprocess.run(["cc", "-w", "-o", self.built, self.source, *flags], check=True)


def write(path, text):
    """Write a file; returns whether that changes it."""
    if path.exists() and path.read_text() == text:
        return False
    path.write_text(text)
    return True


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def read_catalogue(side):
    """The programs of one side: of all labs, in the course's order. A lab with exercises must have its catalogue."""
    files = {lab: ROOT / f"tests/labs/{lab}/{side}/catalogue.tsv" for lab in marked_labs()}
    if side == "hostile":
        files = {None: ROOT / "tests/hostile/catalogue.tsv"}
    for lab, file in files.items():
        for line in file.read_text().splitlines():
            fields = [field for field in line.split("\t") if field]
            if line.startswith("#") or not fields:
                continue
            if side == "hostile":
                words = fields.pop(1).split()
                yield Program(side, words[0], [" ".join([fields[0], *words[1:]]), *fields[1:]])
            else:
                yield Program(side, lab, fields)
