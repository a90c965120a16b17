"""What grading leaves: the table, and for each student the reports and what other systems read.

Names, sources and outputs are strangers' texts. Each writer escapes what its format, a terminal or a spreadsheet
would obey.

A row is a dictionary, as in grades.json: "id", "name", "directory", "entries", "submitted", "notes", "answers",
"total", "max", "open", and "labs", by lab: {"status", "reason", "points", "max", "part", "late", "time", "checks"}; and "others", the same of labs that
only an earlier run has graded. The status is that of the verdict (pass, fail, blocked), or error: no verdict; unreadable;
missing. The checks are those of the verdict; in grades.json, only "id", "status" and "points" of them, and "answers" is empty.
"""

import csv
import html
import io
import json
import re
import sys
import xml.etree.ElementTree as xml

from exercises import LABS, is_chinese, read_text, write_text
from judge import N_, ROOT, _, labelled, printable

SETTLED = ("pass", "fail", "unreadable", "missing")  # the others never become a grade
STATUSES = {
    "pass": N_("passed"), "fail": N_("failed"), "blocked": N_("blocked: this machine can't show it"),
    "error": N_("not judged"), "unreadable": N_("can't be read"), "missing": N_("not handed in"),
}

GIVEN = {line for path in (ROOT / "docs/starter").glob("ANSWERS*.md") for line in read_text(path).splitlines()}


def number(points):
    """Points as people write them; none if they aren't known."""
    return "" if points is None else f"{points:.2f}".rstrip("0").rstrip(".")


def one_line(text):
    return " ".join(printable(text).split())


# ---- grades.csv ----


def cell(text):
    """A field that no spreadsheet takes for a formula, and that stays in its line."""
    text = one_line(str(text))
    return "'" + text if text.startswith(("=", "+", "-", "@")) else text


def grades_csv(rows, course):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "name", "entry", "submitted", "total", "max", "open"] + [
        name for lab in course.labs for name in (lab, f"{lab} status", f"{lab} reason")] + ["notes"])
    for row in rows:
        fields = [row["id"], row["name"], ", ".join(row["entries"]), row["submitted"], number(row["total"]),
                  number(row["max"]), " ".join(row["open"])]
        for lab in course.labs:
            result = row["labs"][lab]
            fields += [number(result["points"]), result["status"], result["reason"]]
        writer.writerow([cell(field) for field in [*fields, "; ".join(row["notes"])]])
    return out.getvalue()


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


def gradescope(row, course):
    """Gradescope's results.json. A lab without a verdict is no test of it, so that it can't become a grade there."""
    tests = []
    # Gradescope hides the total itself while a test is hidden; the words must not give it away.
    words = [] if "hidden" in course.visibility.values() else [score_line(row)]
    for number_of_lab, lab in enumerate(course.labs, 1):
        result = row["labs"][lab]
        visibility = "hidden" if course.visibility.get(lab) == "hidden" else "visible"
        why = reason(row, lab, course, False) or _(STATUSES[result["status"]])
        if not result["checks"] or result["status"] not in SETTLED:
            if result["points"] is None:
                words.append(f"{lab}: {one_line(why)}")
            else:
                tests.append({"name": lab, "number": str(number_of_lab), "score": result["points"],
                              "max_score": result["max"], "output": printable(why),
                              "output_format": "text", "visibility": visibility, "tags": [lab]})
            continue
        most = sum(check["points"] for check in result["checks"])
        for number_of_check, check in enumerate(result["checks"], 1):
            value = result["max"] * check["points"] / most if most else 0
            tests.append({
                "name": f"{check['id']}: {one_line(check['title'])}", "number": f"{number_of_lab}.{number_of_check}",
                "score": round(value * result["part"], 4) if check["status"] == "pass" else 0,
                "max_score": round(value, 4),
                "status": "passed" if check["status"] == "pass" else "failed",
                "output": "" if check["status"] == "pass" else printable(
                    labelled(_("expected"), check["expected"]) + "\n" + labelled(_("seen"), check["actual"]) + "\n" +
                    labelled(_("why it matters"), check["why"])),
                "output_format": "text", "tags": [lab],
                "visibility": "hidden" if course.is_hidden(lab, check["id"]) else "visible"})
        if result["late"]:
            words.append(f"{lab}: {result['late']}")
    return {
        "score": round(row["total"], 2), "output": "\n".join(words), "output_format": "text",
        "test_output_format": "text", "test_name_format": "text", "visibility": "visible", "stdout_visibility": "hidden",
        "execution_time": round(sum(row["labs"][lab]["time"] for lab in course.labs), 3), "tests": tests,
        "extra_data": {"open": row["open"]}}


def junit(row, course):
    suites = xml.Element("testsuites", name=one_line(row["id"]))
    for lab in course.labs:
        result = row["labs"][lab]
        checks = result["checks"] if result["status"] != "error" else []
        of_status = [check["status"] for check in checks]
        lone = not checks  # a lab without a verdict is one case, that says why
        suite = xml.SubElement(
            suites, "testsuite", name=lab, tests=str(len(checks) or 1),
            errors=str(int(lone and result["status"] == "error")),
            failures=str(of_status.count("fail") + (lone and result["status"] in ("missing", "unreadable"))),
            skipped=str(of_status.count("blocked") + (lone and result["status"] == "blocked")),
            time=f"{result['time']:.3f}")
        for check in checks:
            case = xml.SubElement(suite, "testcase", classname=f"nslabs.{lab}",
                                  name=f"{check['id']}: {one_line(check['title'])}", time="0")
            if check["status"] == "fail":
                xml.SubElement(case, "failure", message=one_line(check["actual"])).text = printable(
                    labelled(_("expected"), check["expected"]) + "\n" + labelled(_("seen"), check["actual"]))
            elif check["status"] == "blocked":
                xml.SubElement(case, "skipped", message=one_line(check["actual"]))
        if lone:
            case = xml.SubElement(suite, "testcase", classname=f"nslabs.{lab}", name=lab, time="0")
            tag = {"error": "error", "blocked": "skipped"}.get(result["status"], "failure")
            xml.SubElement(case, tag, message=one_line(result["reason"] or result["status"]))
        if text := answers(row).get(lab):
            xml.SubElement(suite, "system-out").text = printable(text)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(suites, encoding="unicode") + "\n"


def write_reports(out, row, course):
    """A student's report, to give out, and the teacher's."""
    for side, to_teacher in (("students", False), ("teacher", True)):
        directory = out / side / row["directory"]
        write_text(directory / "report.txt", report_text(row, course, to_teacher))
        write_text(directory / "report.html", report_html(row, course, to_teacher))
    write_text(directory / "results.json", json.dumps(gradescope(row, course), indent=1) + "\n")
    write_text(directory / "junit.xml", junit(row, course))


def remove_others(out, directories):
    """Take away the reports of those who are no longer in the table, lest they are given out. Other files stay."""
    for old in [*out.glob("students/*"), *out.glob("teacher/*")]:
        if old.name not in directories and old.is_dir() and not old.is_symlink():
            for name in ("report.txt", "report.html", "results.json", "junit.xml"):
                (old / name).unlink(missing_ok=True)
            if not any(old.iterdir()):
                old.rmdir()


def without_words(row):
    """The row without what only its reports need: a class of any size fits into memory."""
    labs = {lab: {**result, "checks": [
        {"id": sys.intern(check["id"]), "status": sys.intern(check["status"]), "points": check["points"]}
        for check in result["checks"]]} for lab, result in row["labs"].items()}
    return {**row, "answers": "", "labs": labs}


# ---- For all ----


def changes(rows, run, course):
    """What a regrade has changed, one line each."""
    lines = []
    for row in rows:
        before = run.earlier_labs(row["id"])
        for lab in course.labs:
            old, new = before.get(lab), row["labs"][lab]
            if old and (old["status"], old["points"]) != (new["status"], new["points"]):
                lines.append(one_line(f"{row['id']} {lab}: {old['status']} {number(old['points'])} → "
                                      f"{new['status']} {number(new['points'])} {new['reason']}"))
    return lines


def summary(rows, course):
    """A histogram of the totals, the states of each lab, and what failed most."""
    lines = [_("students: %d") % len(rows), ""]
    known = [row for row in rows if row["max"] > 0]
    bins = [0] * 11
    for row in known:
        bins[int(10 * row["total"] / row["max"] + 1e-9)] += 1
    widest = max(bins + [1])
    for percent, count in zip(range(0, 110, 10), bins):
        name = "100 %" if percent == 100 else f"{percent}-{percent + 9} %"
        lines.append(f"  {name:>8} {'#' * (40 * count // widest):40} {count}".rstrip())
    lines.append("")
    for lab in course.labs:
        of_status = [row["labs"][lab]["status"] for row in rows]
        lines.append(f"  {lab:8} " + ", ".join(
            f"{of_status.count(status)} {_(words)}" for status, words in STATUSES.items() if status in of_status))
    failed, errors = {}, {}
    for row in rows:
        for result in row["labs"].values():
            if result["status"] == "error":
                errors[result["reason"]] = errors.get(result["reason"], 0) + 1
            for check in result["checks"]:
                if check["status"] == "fail":
                    failed[check["id"]] = failed.get(check["id"], 0) + 1
    for title, counts in ((_("failed most often:"), failed), (_("not judged, since:"), errors)):
        if counts:
            lines += ["", title]
            lines += [f"  {count:5} {one_line(name)}"
                      for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:10]]
    return lines
