"""A lab's questions, as labs/LAB/exercise/questions has them.

Each line is "key: value"; "key[zh_CN]: value" after it replaces the value for readers of Chinese:

    question   what is asked
    run        the command that answers it, for the shell, on the stage
    answer     one of the answers to choose from ...
    when       ... which is right if the command's output matches this regular expression, and
               those of the answers before it don't match
    explain    what to explain in ANSWERS.md
"""

import re

from lib.tree import directory
from lib.words import is_chinese

LINE = re.compile(r"(question|run|answer|when|explain)(\[zh_CN\])?: (.*)")


def read_questions(lab):
    """The questions, a list of dictionaries, and the one to explain."""
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
            questions.append({"question": value, "run": "", "answer": [], "when": []})
        elif key in ("answer", "when") and not replaces:
            questions[-1][key].append(value)
        elif key == "answer":
            questions[-1][key][-1] = value
        else:
            questions[-1][key] = value
    return questions, explain
