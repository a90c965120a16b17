"""The reports: for each student one to give out, and one for the teacher.

Don't trust names, sources and outputs: they are other people's texts. Each writer escapes what its format, a terminal
or a spreadsheet would obey.
"""

import base64
import hashlib
import html
import json
import re
import xml.etree.ElementTree as xml

from lib.files import read_text, write_text
from lib.grade.fields import number, one_line
from lib.grade.students import fold
from lib.grade.table import SETTLED, STATUSES
from lib.tree import LABS, ROOT
from lib.words import _, decode, is_chinese, labelled, printable

MOST_SHOWN = 64 << 10  # characters of a source; a lab's file has 4 Ki

# The lines of ANSWERS.md that no student wrote.
GIVEN = {line for path in (ROOT / "docs/starter").glob("ANSWERS*.md") for line in read_text(path).splitlines()}


# ---- What a report says ----


def answers(row):
    """ANSWERS.md by lab, with what the student wrote above the first heading with a lab's name under ""."""
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
    """Why the lab has its status. No student is told which hidden check fails or is blocked, nor why a judge failed."""
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


def numbered(text):
    """A source with the numbers of its lines."""
    text = printable(decode(text))
    lines = text[:MOST_SHOWN].rstrip("\n").split("\n")
    more = [_("... and more: it is longer than %d KiB") % (MOST_SHOWN >> 10)] if len(text) > MOST_SHOWN else []
    return "\n".join([*(f"{position:4}  {line}" for position, line in enumerate(lines, 1)), *more])


def extra_parts(row, lab):
    """The points besides those of the checks, and the teacher's comment."""
    for kind, words in (("answers", _("answers: %(points)s of %(max)s points")),
                        ("remarks", _("no remark: %(points)s of %(max)s points"))):
        if extra := row["extras"].get(f"{lab}.{kind}"):
            if extra["max"]:
                yield "of lab", words % {"points": number(extra["points"]) or "-", "max": number(extra["max"])}
            if extra["comment"]:
                yield "of check", labelled(_("comment"), printable(extra["comment"]))


def lab_parts(row, lab, course, to_teacher, answer):
    result = row["labs"][lab]
    points = _("%(points)s of %(max)s points") % {
        "points": number(result["points"]) or "-", "max": number(result["max"])}
    yield "lab", f"{lab}: {_(STATUSES[result['status']])}, {points}"
    if words := reason(row, lab, course, to_teacher):
        yield "of lab", one_line(words)
    if result["extension"]:
        yield "of lab", _("extended until %s") % result["extension"]
    if answer:
        yield "answer", printable(answer)
    shown, hidden = shown_checks(row, lab, course, to_teacher)
    for check in shown:
        yield check["status"], f"{check['id']}: {one_line(check['title'])}"
        for name, text in ((_("expected"), check["expected"]), (_("seen"), check["actual"])):
            if text and check["status"] != "pass":
                yield "of check", labelled(name, printable(text).rstrip())
    if hidden:
        yield "of lab", _("hidden checks: %d") % hidden
    for remark in result["remarks"] or ():
        yield "remark", labelled(_("remark"), one_line(remark["text"]))
    if result["untraced"]:
        yield "of lab", one_line(result["untraced"])
    yield from extra_parts(row, lab)
    if result["source"]:
        yield "source", _("%(lab)s, as it was handed in: %(file)s") % {
            "lab": lab, "file": one_line(result["source"].name)}
        yield "lines", numbered(result["source"].text)


def report_parts(row, course, to_teacher):
    """What both forms of a report say: (kind, words) pairs. A check's kind is its status."""
    written = answers(row) if to_teacher else {}
    yield "name", one_line(f"{row['name']} ({row['id']})" if row["name"] else row["id"])
    yield "line", one_line(course.title)
    yield "line", score_line(row)
    if row["late_days"]:
        yield "line", _("late days: %(used)d of %(all)d used") % {"used": row["used"], "all": row["late_days"]}
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

TEXT_PARTS = {"name": "%s\n", "lab": "\n%s\n", "line": "%s\n", "of lab": "  %s\n", "of check": " " * 10 + "%s\n",
              "answer": "  ANSWERS.md:\n  | %s\n", "remark": "  %s\n", "source": "\n%s\n", "lines": "%s\n"}
NEXT_LINE = {"of check": "\n" + " " * 12, "answer": "\n  | "}  # what a line break in such a part becomes


def report_text(row, course, to_teacher):
    # The sources follow at the end, so that the verdicts can be read together.
    parts = sorted(report_parts(row, course, to_teacher), key=lambda part: part[0] in ("source", "lines"))
    return "".join(TEXT_PARTS.get(kind, f"  {kind:7} %s\n") % words.replace("\n", NEXT_LINE.get(kind, "\n"))
                   for kind, words in parts)


STYLE = """
body { font-family: sans-serif; max-width: 72em; margin: 2em auto; padding: 0 1em; line-height: 1.4; }
h2 { clear: both; border-top: 1px solid #999; padding-top: .5em; } p { margin: .5em 0; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f4f4f4; padding: .5em; margin: .3em 0; \
overflow: hidden; }
.answer { float: right; width: 48%; margin-left: 1em; } /* beside the verdicts */
.pass b { color: #060; } .fail b { color: #a00; } .blocked b, .remark { color: #850; }
@media (max-width: 50em) { .answer { float: none; width: auto; margin: .3em 0; } }
"""


def html_page(title, body, style, script=""):
    """A page in one file. Its policy allows this style and this script alone: what slips through the escapes is not
    executed, and fetches nothing."""
    def source(text):
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    policy = f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src {source(style)}"
    if script:
        policy += f"; script-src {source(script)}"
        body += f"\n<script>{script}</script>"
    return f"""<!DOCTYPE html>
<html lang="{"zh-CN" if is_chinese() else "en"}">
<head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{style}</style></head>
<body>
{body}
</body>
</html>
"""


HTML_PARTS = {"name": "<h1>%s</h1>", "lab": "<h2>%s</h2>", "line": "<p>%s</p>", "of lab": "<p>%s</p>",
              "of check": "<pre>%s</pre>", "answer": '<pre class="answer">%s</pre>',
              "remark": '<p class="remark">%s</p>', "source": "<details><summary>%s</summary>",
              "lines": "<pre>%s</pre></details>"}


def report_html(row, course, to_teacher):
    parts = [(kind, html.escape(words)) for kind, words in report_parts(row, course, to_teacher)]
    body = "\n".join(HTML_PARTS.get(kind, f'<p class="{kind}"><b>{kind}</b> %s</p>') % words for kind, words in parts)
    return html_page(dict(parts)["name"], f"<main>\n{body}\n</main>", STYLE)


# ---- Gradescope ----


def describe(check, *more):
    """What a check expected and saw, and what `more` says."""
    expected, seen = labelled(_("expected"), check["expected"]), labelled(_("seen"), check["actual"])
    return printable("\n".join([expected, seen, *more]))


def gradescope_checks(lab, position, result, course):
    """A test for each check of a lab."""
    most = sum(check["points"] for check in result["checks"])
    for position_of_check, check in enumerate(result["checks"], 1):
        value = result["max"] * check["points"] / most if most else 0
        passed = check["status"] == "pass"
        output = "" if passed else describe(check, labelled(_("why it matters"), check["why"]))
        yield {"name": f"{check['id']}: {one_line(check['title'])}", "number": f"{position}.{position_of_check}",
               "score": round(value * result["part"], 4) if passed else 0, "max_score": round(value, 4),
               "status": "passed" if passed else "failed", "output": output, "output_format": "text", "tags": [lab],
               "visibility": "hidden" if course.is_hidden(lab, check["id"]) else "visible"}


def gradescope_extras(row, course):
    """A test for the answers and the remarks of each lab that has points for them."""
    for position, (name, extra) in enumerate(row["extras"].items(), 1):
        lab, _dot, kind = name.partition(".")
        remarks = [one_line(remark["text"]) for remark in row["labs"][lab]["remarks"] or () if kind == "remarks"]
        if extra["points"] is not None:
            yield {"name": name, "number": f"{len(course.labs) + 1}.{position}", "score": extra["points"],
                   "max_score": extra["max"], "output": "\n".join(remarks) or printable(extra["comment"]),
                   "output_format": "text", "visibility": "visible", "tags": [lab]}


def gradescope(row, course):
    """Gradescope's results.json. A lab without a verdict has no test, so that it can't become a grade there."""
    tests = []
    # Gradescope hides the total itself while a test is hidden; the words must not give it away.
    words = [] if "hidden" in course.visibility.values() else [score_line(row)]
    for position, lab in enumerate(course.labs, 1):
        result = row["labs"][lab]
        why = reason(row, lab, course, False) or _(STATUSES[result["status"]])
        if result["checks"] and result["status"] in SETTLED:
            tests += gradescope_checks(lab, position, result, course)
            if result["late"]:
                words.append(f"{lab}: {result['late']}")
        elif result["points"] is None:
            words.append(f"{lab}: {one_line(why)}")
        else:  # missing or unreadable
            tests.append({"name": lab, "number": str(position), "score": result["points"], "max_score": result["max"],
                          "output": printable(why), "output_format": "text",
                          "visibility": course.visibility.get(lab, "visible"), "tags": [lab]})
    tests += gradescope_extras(row, course)
    seconds = sum(row["labs"][lab]["time"] for lab in course.labs)
    return {"score": round(row["total"], 2), "output": "\n".join(words), "output_format": "text",
            "test_output_format": "text", "test_name_format": "text", "visibility": "visible",
            "stdout_visibility": "hidden", "execution_time": round(seconds, 3), "tests": tests,
            "extra_data": {"open": row["open"]}}


# ---- JUnit XML ----


def add_case(suite, lab, name, status, message, text=None):
    """Add a check, or a lab without a verdict, to the suite; `message` and `text` say why it didn't pass."""
    case = xml.SubElement(suite, "testcase", classname=f"nslabs.{lab}", name=name, time="0")
    if status != "pass":
        tag = {"error": "error", "blocked": "skipped"}.get(status, "failure")
        xml.SubElement(case, tag, message=one_line(message)).text = text


def junit(row, course):
    written = answers(row)
    suites = xml.Element("testsuites", name=one_line(row["id"]))
    for lab in course.labs:
        result = row["labs"][lab]
        checks = result["checks"] if result["status"] != "error" else []
        suite = xml.SubElement(suites, "testsuite", name=lab)
        for check in checks:
            name = f"{check['id']}: {one_line(check['title'])}"
            text = describe(check) if check["status"] == "fail" else None
            add_case(suite, lab, name, check["status"], check["actual"], text)
        if not checks:
            add_case(suite, lab, lab, result["status"], result["reason"] or result["status"])
        for name, tag in (("tests", "testcase"), ("errors", "testcase/error"), ("failures", "testcase/failure"),
                          ("skipped", "testcase/skipped")):
            suite.set(name, str(len(suite.findall(tag))))
        suite.set("time", f"{result['time']:.3f}")
        if text := written.get(lab):
            xml.SubElement(suite, "system-out").text = printable(text)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(suites, encoding="unicode") + "\n"


# ---- The files ----


def write_lines(path, lines):
    write_text(path, "".join(f"{line}\n" for line in lines))


def write_reports(out, row, course):
    """Write a student's report, to give out, and what only the teacher gets."""
    for side, to_teacher in (("students", False), ("teacher", True)):
        directory = out / side / row["directory"]
        write_text(directory / "report.txt", report_text(row, course, to_teacher))
        write_text(directory / "report.html", report_html(row, course, to_teacher))
    write_text(directory / "results.json", json.dumps(gradescope(row, course), indent=1) + "\n")
    write_text(directory / "junit.xml", junit(row, course))


def remove_others(out, directories):
    """Remove the reports, but no other files, of those no longer in the table, lest they are given out."""
    written = {fold(name): name for name in directories}
    for old in [*out.glob("students/*"), *out.glob("teacher/*")]:
        # A file system may show a directory by another form of its name.
        new = old.parent / written.get(fold(old.name), "")
        if old.is_dir() and not old.is_symlink() and not (new.exists() and old.samefile(new)):
            for name in ("report.txt", "report.html", "results.json", "junit.xml"):
                (old / name).unlink(missing_ok=True)
            if not any(old.iterdir()):
                old.rmdir()
