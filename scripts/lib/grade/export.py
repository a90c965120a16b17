"""What other systems read: Gradescope's results.json, JUnit XML."""

import xml.etree.ElementTree as xml

from lib.grade.escape import one_line
from lib.grade.report import answers, reason, score_line
from lib.grade.rows import SETTLED, STATUSES
from lib.words import _, labelled, printable


def describe(check, *more):
    """What a check expected and saw, and what `more` says."""
    return printable("\n".join([labelled(_("expected"), check["expected"]), labelled(_("seen"), check["actual"]),
                                *more]))


# ---- Gradescope ----


def has_verdict(result):
    return result["checks"] and result["status"] in SETTLED


def gradescope_lab(lab, number, result, why, course):
    """The test of a lab that has points, but no checks: it is missing or unreadable."""
    visibility = "hidden" if course.visibility.get(lab) == "hidden" else "visible"
    return {"name": lab, "number": str(number), "score": result["points"], "max_score": result["max"],
            "output": printable(why), "output_format": "text", "visibility": visibility, "tags": [lab]}


def gradescope_checks(lab, number, result, course):
    """A test for each check of a lab."""
    most = sum(check["points"] for check in result["checks"])
    for number_of_check, check in enumerate(result["checks"], 1):
        value = result["max"] * check["points"] / most if most else 0
        passed = check["status"] == "pass"
        yield {"name": f"{check['id']}: {one_line(check['title'])}", "number": f"{number}.{number_of_check}",
               "score": round(value * result["part"], 4) if passed else 0, "max_score": round(value, 4),
               "status": "passed" if passed else "failed", "output": "" if passed else describe(
                check, labelled(_("why it matters"), check["why"])), "output_format": "text", "tags": [lab],
               "visibility": "hidden" if course.is_hidden(lab, check["id"]) else "visible"}


def gradescope(row, course):
    """Gradescope's results.json.

    A lab without a verdict has no test, so that it can't become a grade there.
    """
    tests = []
    # Gradescope hides the total itself while a test is hidden; the words must not give it away.
    words = [] if "hidden" in course.visibility.values() else [score_line(row)]
    for number, lab in enumerate(course.labs, 1):
        result = row["labs"][lab]
        why = reason(row, lab, course, False) or _(STATUSES[result["status"]])
        if has_verdict(result):
            tests += gradescope_checks(lab, number, result, course)
            if result["late"]:
                words.append(f"{lab}: {result['late']}")
        elif result["points"] is None:
            words.append(f"{lab}: {one_line(why)}")
        else:
            tests.append(gradescope_lab(lab, number, result, why, course))
    return {"score": round(row["total"], 2), "output": "\n".join(words), "output_format": "text",
            "test_output_format": "text", "test_name_format": "text", "visibility": "visible",
            "stdout_visibility": "hidden", "execution_time": round(sum(row["labs"][lab]["time"] for lab in course.labs), 3),
            "tests": tests, "extra_data": {"open": row["open"]}}


# ---- JUnit XML ----


def junit_check(suite, lab, check):
    case = xml.SubElement(suite, "testcase", classname=f"nslabs.{lab}",
                          name=f"{check['id']}: {one_line(check['title'])}", time="0")
    if check["status"] == "fail":
        failure = xml.SubElement(case, "failure", message=one_line(check["actual"]))
        failure.text = describe(check)
    elif check["status"] == "blocked":
        xml.SubElement(case, "skipped", message=one_line(check["actual"]))


def junit_lab(suite, lab, result):
    """The one case of a lab without a verdict, which says why."""
    case = xml.SubElement(suite, "testcase", classname=f"nslabs.{lab}", name=lab, time="0")
    tag = {"error": "error", "blocked": "skipped"}.get(result["status"], "failure")
    xml.SubElement(case, tag, message=one_line(result["reason"] or result["status"]))


def junit(row, course):
    written = answers(row)
    suites = xml.Element("testsuites", name=one_line(row["id"]))
    for lab in course.labs:
        result = row["labs"][lab]
        checks = result["checks"] if result["status"] != "error" else []
        suite = xml.SubElement(suites, "testsuite", name=lab)
        for check in checks:
            junit_check(suite, lab, check)
        if not checks:
            junit_lab(suite, lab, result)
        for name, tag in (("tests", "testcase"), ("errors", "testcase/error"), ("failures", "testcase/failure"),
                          ("skipped", "testcase/skipped")):
            suite.set(name, str(len(suite.findall(tag))))
        suite.set("time", f"{result['time']:.3f}")
        if text := written.get(lab):
            xml.SubElement(suite, "system-out").text = printable(text)
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(suites, encoding="unicode") + "\n")
