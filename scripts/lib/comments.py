#!/usr/bin/python3 -BEs
"""comments: the comments of a C program or a Makefile, for a reader of another language.

usage: scripts/lib/comments.py texts | translated FILE

  texts       print what each comment says, one a line, as scripts/dev/messages wants it
  translated  print the file with its comments, and the words of its marks, in the reader's language

The lines of a comment are joined: they are one text. An empty line ends it, and so does a line that begins like
"Run: "; a line that is indented more, as in a table, is a text of its own. The marks of exercises are no comments: they
are those of marks.py. In a Makefile, a comment has its lines for itself.

Exit status: 0; 2 a usage error.
"""

import os
import re
import sys
import unicodedata

WIDTH = 100  # where lines are broken
# A string may have // in it. What is found as `text` is a comment; `code` is what stands before it.
C = re.compile(r"""^(?P<code>(?:[^"'/\n]|/(?!/)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')*)"""
               r"""(?P<sign>//)(?P<text>[^\r\n]*)""")
MAKEFILE = re.compile(r"^(?P<code>)(?P<sign>#)(?P<text>[^\r\n]*)")
LABEL = re.compile(r"(?:Run|See|Read|usage): +|(?:运行|观察|阅读|用法)：")  # as they are, and as they are translated
# What isn't broken: a word, or one wide character, with the punctuation that belongs to it and the spaces after it.
PIECE = re.compile(r"[（“《]*(?:[!-~]+|[^\s])[，。；：、）”》！？]*\s*")


def columns(text, wide="WFA"):
    """How wide the text is at a terminal. Two columns take the characters of these widths, as unicodedata has them."""
    return sum(2 if unicodedata.east_asian_width(c) in wide else 1 for c in text.expandtabs(8))


def wrap(text, first, others):
    """The text in lines, the first after `first`, the others after `others`."""
    lines = [first]
    for piece in PIECE.findall(text):
        if columns(lines[-1] + piece.rstrip()) > WIDTH and lines[-1] not in (first, others):
            lines.append(others)
        lines[-1] += piece
    return "".join(line.rstrip() + "\n" for line in lines)


class Comment:
    """A comment and the lines that it continues on."""

    def __init__(self, code, sign, text):
        self.code, self.sign, self.indent = code, sign, re.match(r"\s*", text)[0]
        self.text = text.strip()
        label = LABEL.match(self.text)
        # The next lines begin below the text after "Run: ", or below the comment's beginning.
        self.hanging = self.indent + " " * columns(label[0] if label else "")

    def is_continued_by(self, code, text):
        """Does the next line, a comment too, belong to this one?"""
        if not text.strip() or code.strip() or columns(code) != columns(self.code) or LABEL.match(text.strip()):
            return False
        return re.match(r"\s*", text)[0] in (" ", self.hanging) and self.indent == " "

    def translated(self, translate):
        """The comment's lines in the other language."""
        text = translate(self.text)
        label = LABEL.match(text)
        hanging = " " * columns(label[0] if label else "")
        margin = "\t" * (columns(self.code) // 8) + " " * (columns(self.code) % 8)
        return wrap(text, self.code + self.sign + self.indent, margin + self.sign + self.indent + hanging)


def find_comments(text, pattern=C):
    """The parts of the text: strings, and the Comments with the lines that each is written in."""
    comment = None
    lines = ""
    for line in text.splitlines(keepends=True):
        found = pattern.match(line)
        if found and re.match(r" (exercise |\}$)", found["text"]):
            found = None
        if found and comment and comment.is_continued_by(found["code"], found["text"]):
            comment.text += " " + found["text"].strip()
            lines += line
            continue
        yield comment, lines
        comment = Comment(**found.groupdict()) if found and found["text"].strip() else None
        lines = line
    yield comment, lines


def replace_comments(text, translate, pattern=C):
    """The text with its comments translated; one whose translation is the same stays as it is."""
    return "".join(lines if not comment or translate(comment.text) == comment.text else comment.translated(translate)
                   for comment, lines in find_comments(text, pattern))


def main(arguments):
    if arguments in (["-h"], ["--help"]):
        print(__doc__.strip())
        return 0
    if len(arguments) != 2 or arguments[0] not in ("texts", "translated"):
        print("usage: scripts/lib/comments.py texts | translated FILE", file=sys.stderr)
        return 2
    verb, path = arguments
    pattern = C if path.endswith((".c", ".h")) else MAKEFILE
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    if verb == "translated":
        sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        from lib.marks import translate_words
        from lib.words import _
        print(translate_words(replace_comments(text, _, pattern), _), end="")
    else:
        print("".join(comment.text + "\n" for comment, _lines in find_comments(text, pattern) if comment), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
