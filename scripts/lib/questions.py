"""A lab's questions, from labs/LAB/exercise/questions.

Each line there is "key: value". A line "key[zh_CN]: value" after it has the Chinese value:

    question   what is asked
    run        the command that answers it, for the shell, on the stage
    answer     one of the answers to choose from
    when       a regular expression for the answer before it: the first that matches the output is of the right one
    see        the heading in the lesson below which the answer is explained
    explain    what to explain in ANSWERS.md
"""

import re

from lib.tree import directory
from lib.words import is_chinese

LINE = re.compile(r"(question|run|see|answer|when|explain)(\[zh_CN\])?: (.*)")


def read_questions(lab):
    """The questions, each a dictionary with its keys, and what to explain."""
    questions = []
    explain = ""
    for line in (directory(lab) / "exercise/questions").read_text(encoding="utf-8").splitlines():
        found = LINE.fullmatch(line)
        if not found or found[2] and not is_chinese():
            continue
        key, replaces, value = found.groups()
        if key == "explain":
            explain = value
        elif key == "question" and not replaces:
            questions.append({"question": value, "run": "", "see": "", "answer": [], "when": []})
        elif key in ("answer", "when") and not replaces:
            questions[-1][key].append(value)
        elif key == "answer":
            questions[-1][key][-1] = value
        else:
            questions[-1][key] = value
    return questions, explain
