"""The reports: for each student one to give out, and one for the teacher.

Names, sources and outputs are strangers' texts. Each writer escapes what its format, a terminal or a
spreadsheet would obey.
"""

import html
import re

from lib.files import read_text
from lib.grade.escape import number, one_line
from lib.grade.rows import STATUSES
from lib.tree import LABS, ROOT
from lib.words import _, is_chinese, labelled, printable

GIVEN = {line for path in (ROOT / "docs/starter").glob("ANSWERS*.md") for line in read_text(path).splitlines()}


# ---- For one student ----


def answers(row):
    """ANSWERS.md by lab: what is below a heading that begins with a lab's name. What else the student wrote is that of ""."""
    parts = re.split(rf"^##? +({'|'.join(LABS)})\b.*\n", row["answers"], flags=re.MULTILINE | re.IGNORECASE)
    found = {"": "\n".join(line for line in parts[0].splitlines() if line not in GIVEN)}
    for lab, text in zip(parts[1::2], parts[2::2]):
        found[lab.lower()] = found.get(lab.lower(), "") + text
    return {lab: re.sub(r"\n---\s*$", "", text).strip() for lab, text in found.items()}


def shown_checks(row, lab, course, to_teacher):
    """The lab's checks, and how many are hidden from this reader."""
    checks = row["labs"][lab]["checks"]
    shown = [check for check in checks if to_teacher or not course.is_hidden(lab, check["id"])]
    return shown, len(checks) - len(shown)


def reason(row, lab, course, to_teacher):
    """Why the lab has its status. Which hidden check fails or is blocked, and why a judge failed, the student isn't told."""
    shown, hidden = shown_checks(row, lab, course, to_teacher)
    result = row["labs"][lab]
    if result["status"] == "error" and not to_teacher:
        return ""
    if not hidden or result["status"] not in ("fail", "blocked"):
        return result["reason"]
    named = ", ".join(check["id"] for check in shown if check["status"] == result["status"])
    return "; ".join(filter(None, [named, result["late"]]))


def score_line(row):
    line = _("Total: %(total)s of %(max)s points") % {"total": number(row["total"]), "max": number(row["max"])}
    if row["open"]:
        line += "; " + _("still open: %s") % ", ".join(row["open"])
    return line


def report_parts(row, course, to_teacher):
    """What both kinds of report say, in order: (kind, words) pairs. A check's kind is its status."""
    written = answers(row) if to_teacher else {}
    yield "name", one_line(f"{row['name']} ({row['id']})" if row["name"] else row["id"])
    yield "line", one_line(course.title)
    yield "line", score_line(row)
    if to_teacher:
        yield from (("line", one_line(note)) for note in row["notes"])
    for lab in course.labs:
        result = row["labs"][lab]
        points = _("%(points)s of %(max)s points") % {"points": number(result["points"]) or "-",
                                                      "max": number(result["max"])}
        yield "lab", f"{lab}: {_(STATUSES[result['status']])}, {points}"
        if words := reason(row, lab, course, to_teacher):
            yield "of lab", one_line(words)
        if text := written.pop(lab, ""):
            yield "answer", printable(text)
        shown, hidden = shown_checks(row, lab, course, to_teacher)
        for check in shown:
            yield check["status"], f"{check['id']}: {one_line(check['title'])}"
            if check["status"] != "pass":
                for name, text in ((_("expected"), check["expected"]), (_("seen"), check["actual"])):
                    if text:
                        yield "of check", labelled(name, printable(text).rstrip())
        if hidden:
            yield "of lab", _("hidden checks: %d") % hidden
    for lab, text in written.items():  # of no lab of the course, or under no heading that we know
        if text:
            yield "lab", f"ANSWERS.md: {lab}".rstrip(": ")
            yield "answer", printable(text)


def report_text(row, course, to_teacher):
    lines = []
    for kind, words in report_parts(row, course, to_teacher):
        if kind == "lab":
            lines += ["", words]
        elif kind == "of lab":
            lines.append("  " + words)
        elif kind == "of check":
            lines.append("          " + words.replace("\n", "\n            "))
        elif kind == "answer":
            lines += ["  ANSWERS.md:", *("  | " + line for line in words.splitlines())]
        elif kind in ("name", "line"):
            lines.append(words)
        else:
            lines.append(f"  {kind:7} {words}")
    return "\n".join(lines) + "\n"


STYLE = """
body { font-family: sans-serif; max-width: 72em; margin: 2em auto; padding: 0 1em; line-height: 1.4; }
h2 { clear: both; border-top: 1px solid #999; padding-top: .5em; } p { margin: .5em 0; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f4f4f4; padding: .5em; margin: .3em 0; overflow: hidden; }
.answer { float: right; width: 48%; margin-left: 1em; } /* beside the verdicts */
.pass b { color: #060; } .fail b { color: #a00; } .blocked b { color: #850; }
@media (max-width: 50em) { .answer { float: none; width: auto; margin: .3em 0; } }
"""


def report_html(row, course, to_teacher):
    parts = []
    for kind, words in report_parts(row, course, to_teacher):
        words = html.escape(words)
        if kind == "name":
            name = words
            parts.append(f"<h1>{words}</h1>")
        elif kind == "lab":
            parts.append(f"<h2>{words}</h2>")
        elif kind == "of check":
            parts.append(f"<pre>{words}</pre>")
        elif kind == "answer":
            parts.append(f'<pre class="answer">{words}</pre>')
        elif kind in ("line", "of lab"):
            parts.append(f"<p>{words}</p>")
        else:
            parts.append(f'<p class="{kind}"><b>{kind}</b> {words}</p>')
    return (
        '<!DOCTYPE html>\n<html lang="' + ("zh-CN" if is_chinese() else "en") + '">\n<head><meta charset="utf-8">\n'
        # Whatever slips through is not executed, and fetches nothing.
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">\n'
        f"<title>{name}</title>\n<style>{STYLE}</style></head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n")
