#!/usr/bin/python3 -BEs
"""results: check what grading on hand-in gives to a platform, and print the points of each lab.

usage: tests/lib/results.py gradescope FILE    FILE is results/results.json
       tests/lib/results.py autolab FILE       FILE is what make printed

A line for each lab: its name, and its points, or None if it has no grade.

Exit status: 0; 1 if it isn't as the platform's documentation asks, with the reason; 2 for a usage error.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

VISIBILITIES = ("hidden", "after_due_date", "after_published", "visible")
FORMATS = ("text", "simple_format", "html", "md", "ansi")
NUMBER = (int, float)
RESULTS = {"score": NUMBER, "execution_time": NUMBER, "output": str, "output_format": FORMATS,
           "test_output_format": FORMATS, "test_name_format": FORMATS, "visibility": VISIBILITIES,
           "stdout_visibility": VISIBILITIES, "extra_data": dict, "tests": list, "leaderboard": list}
TEST = {"score": NUMBER, "max_score": NUMBER, "status": ("passed", "failed"), "name": str, "name_format": FORMATS,
        "number": str, "output": str, "output_format": FORMATS, "tags": list, "visibility": VISIBILITIES,
        "extra_data": dict}


def check(condition, words):
    if not condition:
        sys.exit(f"results: {words}")


def check_fields(table, kinds, what):
    """Each field is known, and has one of the types or of the words that it may have."""
    for name, value in table.items():
        check(name in kinds, f"{what}: unknown field {name}")
        kind = kinds[name]
        is_right = value in kind if isinstance(kind, tuple) and isinstance(kind[0], str) else isinstance(value, kind)
        check(is_right and not isinstance(value, bool), f"{what}: {name} is {value!r}")


def check_gradescope(text):
    results = json.loads(text)
    check_fields(results, RESULTS, "results")
    check("score" in results, "no score")
    points = defaultdict(float)
    for test in results["tests"]:
        check_fields(test, TEST, test.get("name"))
        check(0 <= test["score"] <= test["max_score"], f"{test['name']}: {test['score']} of {test['max_score']}")
        check(all(isinstance(tag, str) for tag in test["tags"]), f"{test['name']}: tags {test['tags']}")
        points[test["tags"][0]] += test["score"]
    total = sum(points.values())
    check(abs(total - results["score"]) < 0.02, f"the score is {results['score']}, the tests' sum is {total}")
    return {lab: round(score, 2) for lab, score in points.items()}


def check_autolab(text):
    lines = text.splitlines()
    scores = json.loads(lines[-1])
    semantic = json.loads(lines[-2]) if '"_presentation"' in text else {"_presentation": "semantic", "stages": []}
    check(semantic.pop("_presentation") == "semantic", "another presentation")
    check(sorted(semantic.pop("stages")) == sorted(semantic), f"stages: {list(semantic)}")
    for stage, tests in semantic.items():
        check(tests and all(isinstance(test["passed"], bool) and set(test) <= {"passed", "hint"}
                            for test in tests.values()), f"{stage}: {tests}")
    check(list(scores) == ["scores"] and scores["scores"], f"the last line: {scores}")
    check_fields(scores["scores"], {lab: (*NUMBER, type(None)) for lab in scores["scores"]}, "scores")
    return scores["scores"]


def read_results(platform, path):
    """The points of each lab: {lab: a number, or None}."""
    text = Path(path).read_text(encoding="utf-8")
    return check_gradescope(text) if platform == "gradescope" else check_autolab(text)


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("gradescope", "autolab"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    for lab, points in read_results(*sys.argv[1:]).items():
        print(lab, points if points is None else format(points, "g"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
