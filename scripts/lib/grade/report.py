"""The reports: for each student one to give out, and one for the teacher.

Don't trust names, sources and outputs: they are other people's texts. Each writer escapes what its format, a terminal
or a spreadsheet would obey.
"""

import html
import re

from lib.files import read_text
from lib.grade.escape import number, one_line
from lib.grade.rows import STATUSES
from lib.tree import LABS, ROOT
from lib.words import _, is_chinese, labelled, printable

# The lines of ANSWERS.md that no student wrote.
GIVEN = {line for path in (ROOT / "docs/starter").glob("ANSWERS*.md") for line in read_text(path).splitlines()}


# ---- What a report says ----


def answers(row):
    """ANSWERS.md by lab: what is below a heading that begins with the lab's name.

    What the student wrote above the first of these is under "".
    """
    heading = re.compile(rf"^##? +({'|'.join(LABS)})\b.*\n", re.MULTILINE | re.IGNORECASE)
    parts = heading.split(row["answers"])
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
    """Why the lab has its status.

    The student isn't told which hidden check fails or is blocked, nor why a judge failed.
    """
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


def check_parts(check):
    yield check["status"], f"{check['id']}: {one_line(check['title'])}"
    if check["status"] != "pass":
        for name, text in ((_("expected"), check["expected"]), (_("seen"), check["actual"])):
            if text:
                yield "of check", labelled(name, printable(text).rstrip())


def lab_parts(row, lab, course, to_teacher, answer):
    result = row["labs"][lab]
    points = _("%(points)s of %(max)s points") % {
        "points": number(result["points"]) or "-", "max": number(result["max"])}
    yield "lab", f"{lab}: {_(STATUSES[result['status']])}, {points}"
    if words := reason(row, lab, course, to_teacher):
        yield "of lab", one_line(words)
    if answer:
        yield "answer", printable(answer)
    shown, hidden = shown_checks(row, lab, course, to_teacher)
    for check in shown:
        yield from check_parts(check)
    if hidden:
        yield "of lab", _("hidden checks: %d") % hidden


def report_parts(row, course, to_teacher):
    """What both forms of a report say: (kind, words) pairs. A check's kind is its status."""
    written = answers(row) if to_teacher else {}
    yield "name", one_line(f"{row['name']} ({row['id']})" if row["name"] else row["id"])
    yield "line", one_line(course.title)
    yield "line", score_line(row)
    if to_teacher:
        yield from (("line", one_line(note)) for note in row["notes"])
    for lab in course.labs:
        yield from lab_parts(row, lab, course, to_teacher, written.pop(lab, ""))
    # What is left was written for labs outside the course, or above the first heading.
    for lab, text in written.items():
        if text:
            yield "lab", f"ANSWERS.md: {lab}".rstrip(": ")
            yield "answer", printable(text)


# ---- Its two forms ----


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
body { font-family: sans-serif; max-width: 72em; margin: 2em auto; padding: 0 1em; \
line-height: 1.4; }
h2 { clear: both; border-top: 1px solid #999; padding-top: .5em; } p { margin: .5em 0; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f4f4f4; padding: .5em; \
margin: .3em 0; overflow: hidden; }
.answer { float: right; width: 48%; margin-left: 1em; } /* beside the verdicts */
.pass b { color: #060; } .fail b { color: #a00; } .blocked b { color: #850; }
@media (max-width: 50em) { .answer { float: none; width: auto; margin: .3em 0; } }
"""

# Anything that slips through the escapes is not executed, and fetches nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"

HTML_PARTS = {"name": "<h1>%s</h1>", "lab": "<h2>%s</h2>", "line": "<p>%s</p>", "of lab": "<p>%s</p>",
              "of check": "<pre>%s</pre>", "answer": '<pre class="answer">%s</pre>',}


def report_html(row, course, to_teacher):
    parts = []
    for kind, words in report_parts(row, course, to_teacher):
        words = html.escape(words)
        if kind == "name":
            name = words
        part = HTML_PARTS.get(kind, f'<p class="{kind}"><b>{kind}</b> %s</p>')
        parts.append(part % words)
    return "\n".join(["<!DOCTYPE html>", f'<html lang="{"zh-CN" if is_chinese() else "en"}">',
                      '<head><meta charset="utf-8">', f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
                      f"<title>{name}</title>", f"<style>{STYLE}</style></head>", "<body>", *parts, "</body>", "</html>", ""])
