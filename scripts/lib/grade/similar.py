"""Similar submissions, by sim_c(1) of the similarity tester, with the lines.

It compares tokens, so that other names, comments or layout hide nothing. Taken away first, so that they aren't found
in everybody's file, are the starter's lines, and those that many in the class have written: where one call is the
answer, all answers are alike. The numbers of the lines stay. What is found is a reason to ask, and no proof.
"""

import re
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from lib.files import read_text
from lib.grade.escape import one_line
from lib.marks import empty, lines_by_id
from lib.tree import source
from lib.words import _, printable

LEAST_ANSWER = 100  # tokens of a lab's solution; a shorter answer is everybody's
LEAST_PERCENT = 80
LEAST_TOKENS = 20  # in a row; a line of C has about 10
MOST_SHOWN = 40  # lines of a passage
PATIENCE = 60  # seconds; there are texts with which it would be busy for hours


def own_lines(lab, text):
    """The student's own lines, and an empty one in the place of each of the starter's."""
    given = {line.strip() for line in empty(read_text(source(lab))).splitlines()}
    return ["" if line.strip() in given or re.match(r"\s*// exercise ", line) else line.rstrip()
            for line in text.decode("utf-8", "replace").splitlines()]


def count_tokens(lines):
    return len(re.findall(r"\w+|[^\w\s]", "\n".join(lines)))


def is_long_enough(lab):
    """Is the lab's answer long enough for two that are alike to say something?"""
    solution = lines_by_id(read_text(source(lab)))
    own = [lines for name, lines in solution.items() if name.startswith(f"{lab}.")]
    return count_tokens(own) >= LEAST_ANSWER


def run_sim(files):
    """Pairs of files by number: {(one, other): (percent, [((first, last), (first, last))...])}."""
    with tempfile.TemporaryDirectory(prefix="nslabs-similar.") as directory:
        for number, lines in files.items():
            Path(directory, f"{number}.c").write_text("\n".join(lines) + "\n", encoding="utf-8")

        def sim(*options):
            return subprocess.run(["sim_c", "-T", "-e", "-s", "-r", str(LEAST_TOKENS), *options, "-i"], cwd=directory,
                                  input="".join(f"{number}.c\n" for number in files), encoding="utf-8",
                                  capture_output=True, check=True, timeout=PATIENCE).stdout

        percents, passages = {}, {}
        for one, percent, other in re.findall(r"^(\d+)\.c consists for (\d+) % of (\d+)\.c material",
                                              sim("-p", "-t", str(LEAST_PERCENT)), re.MULTILINE):
            key = tuple(sorted((int(one), int(other))))
            percents[key] = max(int(percent), percents.get(key, 0))
        for found in re.findall(r"^(\d+)\.c: line (\d+)-(\d+)\s*\|(\d+)\.c: line (\d+)-(\d+)", sim("-n"), re.MULTILINE):
            one, first, last, other, other_first, other_last = map(int, found)
            sides = sorted([(one, (first, last)), (other, (other_first, other_last))])
            passages.setdefault((sides[0][0], sides[1][0]), []).append((sides[0][1], sides[1][1]))
    return {pair: (percent, sorted(passages.get(pair, []))) for pair, percent in percents.items()}


def find_similar(lab, texts):
    """What is alike in the texts, a dictionary by the students' names: lines to print."""
    groups = {}  # those whose own lines are the same, white space aside
    for name, text in texts.items():
        lines = own_lines(lab, text)
        groups.setdefault(tuple(" ".join(line.split()) for line in lines if line), []).append((name, lines))
    found = []
    for own, members in groups.items():
        if len(members) > 1 and count_tokens(own) >= LEAST_TOKENS:
            found.append(f"{lab}: " + _("the same lines: %s") % ", ".join(one_line(name) for name, _lines in members))
            found += [f"    {printable(line)}" for line in own[:MOST_SHOWN]]

    often = Counter(line for own in groups for line in set(own))
    common = {line for line, count in often.items() if count > max(2, len(groups) // 5)}
    files, names, whole = {}, {}, {}
    for number, members in enumerate(groups.values()):
        name, lines = members[0]
        rest = ["" if " ".join(line.split()) in common else line for line in lines]
        if count_tokens(rest) >= LEAST_TOKENS:
            files[number], names[number], whole[number] = rest, one_line(name), lines
    if len(files) < 2 or not shutil.which("sim_c"):
        return found
    try:
        alike = run_sim(files)
    except subprocess.SubprocessError as error:  # The grades don't depend on it.
        words = one_line(error.stderr or "") if isinstance(error, subprocess.CalledProcessError) else ""
        return [*found, f"{lab}: " + _("only what is the same was found: %s") % (words or one_line(str(error)))]
    for (one, other), (percent, passages) in sorted(alike.items(), key=lambda pair: -pair[1][0]):
        found.append(f"{lab}: " + _("%(percent)d %% alike: %(one)s, %(other)s") % {
            "percent": percent, "one": names[one], "other": names[other]})
        for (first, last), (other_first, other_last) in passages:
            found.append("  " + _("lines %(first)s and %(second)s:") % {
                "first": f"{first}-{last}", "second": f"{other_first}-{other_last}"})
            found += [f"    {printable(line)}" for line in whole[one][first - 1:last] if line][:MOST_SHOWN]
    return found
