#!/usr/bin/python3 -BEs
"""marks: the marks of the exercises in a lab's program.

usage: scripts/lib/marks.py list|texts|empty FILE, or remove FILE ID...

  list    print the id of each mark, one a line
  texts   print what each mark says, one a line
  empty   print the file as a student gets it: each mark is a pair of comments around nothing
  remove  print the file without these exercises and their marks

A mark names a step that a student writes. It is a pair of comments around the step's lines,

    // exercise ID: TEXT {
    statement;
    statement;
    // }

or, where one statement is the whole step, a comment at its end:

    statement; // exercise ID: TEXT

Exit status: 0; 1 if a mark is malformed or an id isn't there; 2 a usage error.
"""

import re
import sys
from dataclasses import dataclass

# An editor may have ended the lines as Windows does.
MARK = re.compile(
    r"^(?P<begin>[ \t]*// exercise (?P<id>[\w.-]+): (?P<text>[^\n]*) \{\r?\n)(?P<lines>.*?)(?P<end>^[ \t]*// \}\r?\n)"
    r"|^(?P<indent>[ \t]*)(?P<statement>[^\s/][^\n]*?;) +// exercise (?P<line_id>[\w.-]+): "
    r"(?P<line_text>[^\r\n{]*)\r?\n",
    re.MULTILINE | re.DOTALL)


@dataclass
class Mark:
    id: str
    text: str  # what the step is, in a few words
    lines: str  # the step
    begin: str  # the two comments around the step; a mark at the end of a line
    end: str  # is turned into such a pair

    def is_empty(self):
        return not self.lines.strip()


def make_mark(found: re.Match) -> Mark:
    """The Mark of a match of MARK, in either form."""
    if found["id"]:
        return Mark(found["id"], found["text"], found["lines"], found["begin"], found["end"])
    indent = found["indent"]
    return Mark(found["line_id"], found["line_text"], f"{indent}{found['statement']}\n",
                f"{indent}// exercise {found['line_id']}: {found['line_text']} {{\n", f"{indent}// }}\n")


def find_marks(text) -> list[Mark]:
    """The marks in the text of a program, in order."""
    return [make_mark(found) for found in MARK.finditer(text)]


def replace_marks(text, replacement):
    """The text, with replacement(mark) in place of each mark."""
    return MARK.sub(lambda found: replacement(make_mark(found)), text)


def lines_by_id(text) -> dict[str, str]:
    """The lines of each step: {id: lines}."""
    return {mark.id: mark.lines for mark in find_marks(text)}


def fill(text, lines):
    """The text with these lines, {id: lines}, as the steps; other steps stay as they are."""
    return replace_marks(text, lambda mark: mark.begin + lines.get(mark.id, mark.lines) + mark.end)


def empty(text, translate=lambda words: words):
    """The text as a student gets it: no steps, and the words of the marks translated."""
    return replace_marks(text, lambda mark: mark.begin.replace(mark.text, translate(mark.text)) + mark.end)


def translate_words(text, translate):
    """The text with the words of the marks translated."""
    def translated(found):
        words = make_mark(found).text
        return found[0].replace(words, translate(words), 1)
    return MARK.sub(translated, text)


def remove(text, ids):
    """The text without these steps and their marks."""
    def without(found):
        return "" if make_mark(found).id in ids else found[0]
    return MARK.sub(without, text)


def are_well_formed(text):
    """Is each comment that begins like a mark really a mark?"""
    return len(find_marks(text)) == text.count("// exercise ")


def main(arguments):
    if arguments in (["-h"], ["--help"]):
        print(__doc__.strip())
        return 0
    verb, path, *ids = arguments if len(arguments) >= 2 else ("", "")
    if verb not in ("list", "texts", "empty", "remove") or bool(ids) != (verb == "remove"):
        print("usage: scripts/lib/marks.py list|texts|empty FILE, or remove FILE ID...", file=sys.stderr)
        return 2
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        text = file.read()
    if not are_well_formed(text):
        print(f"marks: {path}: the mark of an exercise is malformed", file=sys.stderr)
        return 1
    if missing := set(ids) - set(lines_by_id(text)):
        print(f"marks: {path}: no exercise {' '.join(sorted(missing))}", file=sys.stderr)
        return 1
    sys.stdout.reconfigure(errors="surrogateescape")
    if verb in ("list", "texts"):
        for mark in find_marks(text):
            print(mark.id if verb == "list" else mark.text)
    else:
        print(empty(text) if verb == "empty" else remove(text, ids), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
