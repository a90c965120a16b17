"""What other systems read: Gradescope's results.json, JUnit XML."""

import xml.etree.ElementTree as xml

from lib.grade.escape import one_line
from lib.grade.report import answers, reason, score_line
from lib.grade.rows import SETTLED, STATUSES
from lib.words import _, labelled, printable


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
