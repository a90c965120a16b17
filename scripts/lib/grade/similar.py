"""Similar submissions, with the lines: a reason to ask, and no proof.

What is compared are tokens, and one identifier, number or string is as good as another, so that other names, comments
or layout hide nothing; nor does another order of the functions. As in MOSS (Schleimer et al., Winnowing, 2003), files
are alike that share many runs of a certain length; as in JPlag (Prechelt et al., 2002), each run is then made as long
as it can be. We first remove what is in many files for a good reason: the lines of the starter and of our own
solution, and those that many in the class have written, since where one call is the answer, all answers are alike. An
empty line takes the place of each, so that the numbers of the lines stay. What is left must be long enough to say
something: that, and not the lab, decides what is compared.
"""

import re
import time
from collections import Counter
from dataclasses import dataclass
from itertools import combinations

from lib.files import read_text
from lib.grade.entries import Source, find_entries, read_entry
from lib.grade.fields import one_line
from lib.marks import empty
from lib.tree import source
from lib.words import _, printable

LEAST_PERCENT = 80
LEAST_TOKENS = 20  # in a row; a line of C has about 10
LEAST_OWN = 80  # words and signs in a file that are the student's own: with fewer, honest answers are often the same
MOST_PLACES = 32  # of the same run in a file: more are no help, and would take time
MOST_SHOWN = 40  # lines of a passage
PATIENCE = 60  # seconds for a lab

TOKEN = re.compile(r'''//[^\n]*|/\*.*?(?:\*/|\Z)|\s+   # what says nothing
                   |(?P<string>"(?:\\.|[^"\\\n])*"?)|(?P<character>'(?:\\.|[^'\\\n])*'?)
                   |(?P<name>[^\W\d]\w*)|(?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)
                   |(?P<sign><<=|>>=|->|\+\+|--|&&|\|\||[-+*/%&|^=!<>]=|<<|>>|.)''', re.DOTALL | re.VERBOSE)
KEYWORDS = set("""auto break case char const continue default do double else enum extern float for goto if inline int
    long register return short signed sizeof static struct switch typedef union unsigned void volatile while""".split())


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


def count_words(lines):
    return len(re.findall(r"\w+|[^\w\s]", "\n".join(lines)))


def find_tokens(lines):
    """The tokens of the lines: [(what kind it is, the number of its line)...], the first line being 1."""
    tokens, number = [], 1
    for match in TOKEN.finditer("\n".join(lines)):
        kind, words = match.lastgroup, match[0]
        if kind == "sign" or kind == "name" and words in KEYWORDS:
            kind = words
        if kind:
            tokens.append((kind, number))
        number += words.count("\n")
    return tokens


# ---- Comparing two files ----


class Prints:
    """A file's tokens as a text with a character for each kind, and where in it each run of LEAST_TOKENS begins."""

    def __init__(self, lines, characters):
        tokens = find_tokens(lines)
        self.lines = [number for _kind, number in tokens]
        self.text = "".join(characters.setdefault(kind, chr(0x100 + len(characters))) for kind, _line in tokens)
        self.places = {}
        for place in range(len(self.text) - LEAST_TOKENS + 1):
            places = self.places.setdefault(self.text[place:place + LEAST_TOKENS], [])
            if len(places) < MOST_PLACES:
                places.append(place)


def could_be_alike(one, other):
    """Quickly: do they share runs enough? A token is in LEAST_TOKENS runs at most, and those of an end in fewer."""
    shared = len(one.places.keys() & other.places.keys())
    least = min(len(one.places), len(other.places))
    return shared * LEAST_TOKENS >= least * LEAST_PERCENT / 100 - LEAST_TOKENS


def measure_run(one, place, other, there):
    """How many tokens are the same in both from these places on."""
    most = min(len(one) - place, len(other) - there)
    length, step = 0, LEAST_TOKENS
    while step:  # by steps that double while they fit, and then halve
        if length + step <= most and one.startswith(other[there + length:there + length + step], place + length):
            length, step = length + step, step * 2
        else:
            step //= 2
    return length


def find_runs(one, other):
    """What both have, as [(place in one, place in the other, length)...]; no token is in two runs."""
    runs, used, place = [], bytearray(len(other.text)), 0
    while place <= len(one.text) - LEAST_TOKENS:
        best = (0, 0)
        for there in other.places.get(one.text[place:place + LEAST_TOKENS], ()):
            length = measure_run(one.text, place, other.text, there)
            taken = used.find(1, there, there + length)
            best = max(best, (length if taken == -1 else taken - there, -there))
        length, there = best[0], -best[1]
        if length < LEAST_TOKENS:
            place += 1
            continue
        runs.append((place, there, length))
        used[there:there + length] = b"\1" * length
        place += length
    return runs


def compare(one, other):
    """(how many percent of the shorter one is in the other, [((first, last), (first, last))...]: the lines of both)."""
    if not could_be_alike(one, other):
        return 0, []
    runs = find_runs(one, other)
    shared = sum(length for *_places, length in runs)
    return 100 * shared // min(len(one.text), len(other.text)), [
        ((one.lines[place], one.lines[place + length - 1]), (other.lines[there], other.lines[there + length - 1]))
        for place, there, length in runs]


def find_pairs(files, old):
    """Pairs of files by number: {(one, other): (percent, [((first, last), (first, last))...])}.

    The files that are `old` are compared with the others only. TimeoutError: some texts would take hours.
    """
    characters, pairs = {}, {}
    deadline = time.monotonic() + PATIENCE
    prints = {number: Prints(lines, characters) for number, lines in files.items()}
    for one, other in combinations(sorted(files), 2):
        if one in old and other in old:
            continue
        if time.monotonic() > deadline:
            raise TimeoutError(_("it takes more than %d s") % PATIENCE)
        percent, passages = compare(prints[one], prints[other])
        if percent >= LEAST_PERCENT:
            pairs[one, other] = (percent, passages)
    return pairs


# ---- What is alike ----


def show(lines):
    return [f"    {printable(line)}" for line in lines if line][:MOST_SHOWN]


def describe_same(lab, groups):
    for words, members in groups.items():
        if len(members) > 1 and count_words(words) >= LEAST_OWN and not all(text.is_earlier for text in members):
            names = ", ".join(one_line(member.student) for member in members)
            yield from [f"{lab}: " + _("the same lines: %s") % names, *show(words)]


def find_rest(groups):
    """What is left of one file of each group without the common lines: {number: lines}."""
    often = Counter(line for words in groups for line in set(words))
    common = {line for line, count in often.items() if count > max(2, len(groups) // 5)}
    rest = {number: ["" if squeeze(line) in common else line for line in members[0].lines]
            for number, members in enumerate(groups.values())}
    return {number: lines for number, lines in rest.items() if count_words(lines) >= LEAST_OWN}


def describe_alike(lab, alike, texts):
    """Say which of the texts, by number, are alike, and where."""
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
    try:
        alike = find_pairs(files, {number for number in files if firsts[number].is_earlier})
    except TimeoutError as error:  # The grades don't depend on it.
        return [*found, f"{lab}: " + _("only identical code was found: %s") % error]
    return [*found, *describe_alike(lab, alike, firsts)]


def find_all_similar(texts_by_lab, earlier_by_lab):
    """What is alike in the texts of each lab, {lab: {student: bytes}}, and in an earlier class', as lines to print."""
    return [line for lab, texts in texts_by_lab.items() for line in find_similar(lab, texts, earlier_by_lab[lab])]


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
