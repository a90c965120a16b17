"""Similar submissions, with the lines, found by sim_c(1) of the similarity tester: a reason to ask, and no proof.

sim_c compares tokens, so that other names, comments or layout hide nothing. We first remove what is in many files for
a good reason: the lines of the starter and of our own solution, and those that many in the class have written, since
where one call is the answer, all answers are alike. An empty line takes the place of each, so that the numbers of the
lines stay. What is left must be long enough to say something: that, and not the lab, decides what is compared.
"""

import re
import shutil
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from lib.files import read_text
from lib.grade.entries import Source, find_entries, read_entry
from lib.grade.fields import one_line
from lib.marks import empty
from lib.tree import source
from lib.words import _, printable

LEAST_PERCENT = 80
LEAST_TOKENS = 20  # in a row; a line of C has about 10
LEAST_OWN = 80  # tokens of a file that are the student's own: with fewer, honest answers are often the same
MOST_SHOWN = 40  # lines of a passage
PATIENCE = 60  # seconds; some texts would keep sim_c busy for hours


@dataclass
class Text:
    """A student's file: its own lines, with an empty one in the place of each of the starter's."""
    student: str
    lines: list
    is_earlier: bool = False


def squeeze(line):
    return " ".join(line.split())


def remove_space(line):
    return "".join(line.split())


def own_lines(lab, text):
    solution = read_text(source(lab))
    given = {remove_space(line) for line in (empty(solution) + solution).splitlines()}
    return ["" if remove_space(line) in given or re.match(r"\s*// exercise ", line) else line.rstrip()
            for line in text.decode("utf-8", "replace").splitlines()]


def count_tokens(lines):
    return len(re.findall(r"\w+|[^\w\s]", "\n".join(lines)))


# ---- sim_c ----


def parse_percents(out):
    """The pairs of files that are alike, {(one, other): percent}, the smaller number first."""
    percents = {}
    for one, percent, other in re.findall(r"^(\d+)\.c consists for (\d+) % of (\d+)\.c material", out, re.MULTILINE):
        key = tuple(sorted((int(one), int(other))))
        percents[key] = max(int(percent), percents.get(key, 0))
    return percents


def parse_passages(out):
    """What pairs of files have in common: {(one, other): [((first, last), (first, last))...]}."""
    passages = {}
    for found in re.findall(r"^(\d+)\.c: line (\d+)-(\d+)\s*\|(\d+)\.c: line (\d+)-(\d+)", out, re.MULTILINE):
        one, first, last, other, other_first, other_last = map(int, found)
        sides = sorted([(one, (first, last)), (other, (other_first, other_last))])
        passages.setdefault((sides[0][0], sides[1][0]), []).append((sides[0][1], sides[1][1]))
    return passages


def run_sim(files, old):
    """Pairs of files by number: {(one, other): (percent, [((first, last), (first, last))...])}.

    The files that are `old` are compared with the others only.
    """
    with tempfile.TemporaryDirectory(prefix="nslabs-similar.") as directory:
        for number, lines in files.items():
            Path(directory, f"{number}.c").write_text("\n".join(lines) + "\n", encoding="utf-8")
        # A file, and no pipe: if sim_c ended without reading it, SIGPIPE would end us.
        names = Path(directory, "names")
        new = [f"{number}.c\n" for number in files if number not in old]
        names.write_text("".join([*new, "/\n", *(f"{number}.c\n" for number in files if number in old)]),
                         encoding="utf-8")

        def sim(*options):
            with open(names, "rb") as stdin:
                return subprocess.run(["sim_c", "-T", "-e", "-s", "-r", str(LEAST_TOKENS), *options, "-i"],
                                      cwd=directory, stdin=stdin, encoding="utf-8", capture_output=True, check=True,
                                      timeout=PATIENCE).stdout

        percents = parse_percents(sim("-p", "-t", str(LEAST_PERCENT)))
        passages = parse_passages(sim("-n"))
    return {pair: (percent, sorted(passages.get(pair, []))) for pair, percent in percents.items()}


# ---- What is alike ----


def show(lines):
    return [f"    {printable(line)}" for line in lines if line][:MOST_SHOWN]


def describe_same(lab, groups):
    for words, members in groups.items():
        if len(members) > 1 and count_tokens(words) >= LEAST_OWN and not all(text.is_earlier for text in members):
            names = ", ".join(one_line(member.student) for member in members)
            yield from [f"{lab}: " + _("the same lines: %s") % names, *show(words)]


def find_rest(groups):
    """What is left of one file of each group without the common lines: {number: lines}."""
    often = Counter(line for words in groups for line in set(words))
    common = {line for line, count in often.items() if count > max(2, len(groups) // 5)}
    rest = {number: ["" if squeeze(line) in common else line for line in members[0].lines]
            for number, members in enumerate(groups.values())}
    return {number: lines for number, lines in rest.items() if count_tokens(lines) >= LEAST_OWN}


def describe_alike(lab, alike, texts):
    """Say which of the texts, by number, sim_c found alike, and where."""
    for (one, other), (percent, passages) in sorted(alike.items(), key=lambda pair: -pair[1][0]):
        yield f"{lab}: " + _("%(percent)d %% alike: %(one)s, %(other)s") % {
            "percent": percent, "one": one_line(texts[one].student), "other": one_line(texts[other].student)}
        for (first, last), (other_first, other_last) in passages:
            yield "  " + _("lines %(first)s and %(second)s:") % {
                "first": f"{first}-{last}", "second": f"{other_first}-{other_last}"}
            yield from show(texts[one].lines[first - 1:last])


def find_similar(lab, texts, earlier):
    """What is alike in the texts, {student: bytes}, and between them and those of an earlier class: lines to print."""
    groups = {}  # files whose own lines are the same, but for their white space
    for is_earlier, some in enumerate((texts, earlier)):
        for student, text in some.items():
            lines = own_lines(lab, text)
            key = tuple(squeeze(line) for line in lines if line)
            groups.setdefault(key, []).append(Text(student, lines, bool(is_earlier)))
    found = list(describe_same(lab, groups))
    files = find_rest(groups)
    firsts = [members[0] for members in groups.values()]
    if len(files) < 2 or not shutil.which("sim_c"):
        return found
    try:
        alike = run_sim(files, {number for number in files if firsts[number].is_earlier})
    except (subprocess.SubprocessError, OSError) as error:  # The grades don't depend on it.
        stderr = error.stderr if isinstance(error, subprocess.CalledProcessError) else ""
        words = one_line(stderr or "") or one_line(str(error))
        return [*found, f"{lab}: " + _("only identical code was found: %s") % words]
    return [*found, *describe_alike(lab, alike, firsts)]


def find_all_similar(texts_by_lab, earlier_by_lab):
    """What is alike in the texts of each lab, {lab: {student: bytes}}, and in an earlier class', as lines to print."""
    found = [line for lab, texts in texts_by_lab.items() for line in find_similar(lab, texts, earlier_by_lab[lab])]
    if not shutil.which("sim_c"):
        found.append(_("only identical code was found: sim_c(1), of the package similarity-tester, is missing"))
    return found


def read_earlier(directories, labs):
    """The sources of the entries in these directories of submissions: {lab: {DIRECTORY/ENTRY: bytes}}."""
    texts = {lab: {} for lab in labs}
    for directory in directories:
        for entry in find_entries(directory):
            read_entry(entry, labs)
            for lab, found in entry.sources.items():
                if isinstance(found, Source):
                    texts[lab][f"{directory.resolve().name}/{entry.name}"] = found.text
    return texts
