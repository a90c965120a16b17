"""The forms of a verdict: text for people, JSON, JUnit XML and TAP."""

import json
import os
import shlex
import xml.etree.ElementTree as xml

from lib.judge.verdict import worst
from lib.student import say_damaged, say_empty, say_empty_copies
from lib.words import _, labelled, printable


def overall(judgements):
    return worst(judgement.status for judgement in judgements)


def explain(judgement, result):
    """What to print below a check that didn't pass: pairs of a name and a text."""
    check = result.check
    if result.status == "blocked":
        return [(_("reason"), result.actual)]
    if not result.tried:  # The check that it names has the rest.
        return [(_("seen"), result.actual)]
    see = check.see and _(check.see)
    if "sudo build/" in see:  # What needs root goes to a throwaway host.
        see = "scripts/stage sh -c " + shlex.quote(see.replace("sudo build/", "build/"))
    rows = [(_("expected"), result.expected), (_("seen"), result.actual), (_("why it matters"), result.why),
            (_("see it yourself"), see)]
    if not judgement.options.program and result.exercise:
        rows.append((_("look at"), _("exercise %(id)s in labs/%(lab)s/%(lab)s.c") % {
            "id": result.exercise, "lab": judgement.name}))
    return rows


def print_text(judgement):
    print(f"{judgement.name}:")
    for result in judgement.results.values():
        print_result(judgement, result)
    if not judgement.options.program and not judgement.options.sandbox:
        say_damaged(judgement.name, "  ")
        blocked = [result.check.id for result in judgement.results.values() if result.status == "blocked"]
        say_empty(judgement.name, "  ", blocked)
        say_empty_copies(judgement.name, "  ")
    name = judgement.write_log()
    if name and judgement.status != "pass":
        print("  " + _("everything the program printed is in %s") % name)


def print_result(judgement, result):
    check = result.check
    words = {"pass": _("OK"), "fail": _("FAIL"), "blocked": _("BLOCKED")}
    print(f"  {check.id}: {_(check.title)} ... {words[result.status]} ({result.seconds:.1f}s)")
    if result.status == "pass":
        return
    for name, text in explain(judgement, result):
        if text:
            print("    " + labelled(name, printable(text).rstrip().replace("\n", "\n      ")))


def print_remarks(judgement):
    for remark in judgement.remarks:
        print("  " + labelled(_("remark"), remark.text))
    if judgement.untraced:
        print("  " + judgement.untraced)


def print_score(judgements):
    score = sum(judgement.score for judgement in judgements)
    most = sum(judgement.max_score for judgement in judgements)
    line = _("Score: %(score)d/%(max)d") % {"score": score, "max": most}
    blocked = sum(result.status == "blocked" for judgement in judgements for result in judgement.results.values())
    if blocked:
        line += _(" (blocked: %d; this machine can't show that)") % blocked
    if score == most and overall(judgements) == "fail":
        line += _(" (not passed: a check that gives no point fails)")
    if overall(judgements) == "blocked":
        # make(1), which has started us, ends with 0.
        print(_("Nothing fails, but some of it can't be shown here.") if "MAKELEVEL" in os.environ else
              _("Nothing fails, but some of it can't be shown here: exit status 77."))
    print(line)


def as_object(judgement):
    checks = [{"id": result.check.id, "title": _(result.check.title), "status": result.status,
               "why": result.why, "expected": printable(result.expected), "actual": printable(result.actual),
               "hint": result.exercise or result.check.id, "points": result.check.points}
              for result in judgement.results.values()]
    whole = {"lab": judgement.name, "status": judgement.status, "score": judgement.score,
             "max_score": judgement.max_score, "checks": checks}
    if judgement.untraced:
        whole["untraced"] = judgement.untraced
    if judgement.remarks is not None:
        whole["remarks"] = [vars(remark) for remark in judgement.remarks]
    return whole


def print_json(judgements, one):
    objects = [as_object(judgement) for judgement in judgements]
    whole = objects[0] if one else {"status": overall(judgements), "score": sum(entry["score"] for entry in objects),
                                    "max_score": sum(entry["max_score"] for entry in objects), "labs": objects}
    print(json.dumps(whole, ensure_ascii=False, indent=2))


def add_case(suite, judgement, result):
    check = result.check
    case = xml.SubElement(suite, "testcase", classname=f"nslabs.{judgement.name}", name=f"{check.id}: {_(check.title)}",
                          time=f"{result.seconds:.3f}")
    if result.status == "fail":
        failure = xml.SubElement(case, "failure", message=printable(result.actual.partition("\n")[0]))
        failure.text = printable("\n".join([
            labelled(_("expected"), result.expected), labelled(_("seen"), result.actual),
            labelled(_("why it matters"), result.why)]))
    elif result.status == "blocked":
        xml.SubElement(case, "skipped", message=printable(result.actual))


def print_junit(judgements):
    suites = xml.Element("testsuites", name="nslabs")
    for judgement in judgements:
        results = judgement.results.values()
        suite = xml.SubElement(suites, "testsuite", name=judgement.name, tests=str(len(results)), errors="0",
                               failures=str(sum(result.status == "fail" for result in results)),
                               skipped=str(sum(result.status == "blocked" for result in results)),
                               time=f"{sum(result.seconds for result in results):.3f}")
        for result in results:
            add_case(suite, judgement, result)
        if judgement.log:
            xml.SubElement(suite, "system-out").text = printable(judgement.log)
    print('<?xml version="1.0" encoding="UTF-8"?>')
    print(xml.tostring(suites, encoding="unicode"))


def print_tap(judgements):
    results = [result for judgement in judgements for result in judgement.results.values()]
    print("TAP version 13")
    print(f"1..{len(results)}")
    for number, result in enumerate(results, 1):
        word = "not ok" if result.status == "fail" else "ok"
        line = f"{word} {number} - {result.check.id}: {_(result.check.title)}"
        if result.status == "blocked":
            line += " # SKIP " + printable(result.actual).replace("\n", " ")
        print(line)
        if result.status == "fail":
            text = labelled(_("expected"), result.expected) + "\n" + labelled(_("seen"), result.actual)
            print("\n".join(f"# {row}" for row in printable(text).splitlines()))
