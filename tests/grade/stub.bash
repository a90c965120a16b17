# A class to grade, and a judge of its own to grade it with. `load stub` after helpers; setup calls make_class.

make_class() {
	work=$BATS_TEST_TMPDIR
	export TMPDIR=$work NSLABS_LANG=en TZ=UTC
	# A judged program runs as an ordinary user, who must reach it.
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_SUITE_TMPDIR" "$work"
	class=$work/class
	mkdir "$class"
	grade=scripts/grade
}

# use_stub: grade with a judge that does what the first line of a lab's file says, where the judge isn't the matter:
# pass, fail, blocked, crash, silent, garbage, or wait FILE: pass once FILE exists. After pass there may be `remarks`, with
# the name and the words of one, or untraced.
use_stub() {
	copy_tree "$work/tree"
	# shellcheck disable=SC2034 # for the Bats files
	grade=$work/tree/scripts/grade
	cat >"$work/tree/scripts/check" <<-'END'
		#!/usr/bin/python3 -BEs
		import json, os, sys, time
		from lib.judge.checks import load
		lab = sys.argv[1]
		file = next(word for word in sys.argv[2:] if "/" in word)
		with open(file, "rb") as source:
		    words = source.readline().decode("utf-8", "replace").split()[1:]
		word = words[0]
		with open(os.path.dirname(os.path.dirname(__file__)) + "/judged", "a") as log:
		    log.write(f"{lab} {' '.join(words)} on {os.uname().nodename}\n")
		if word == "wait":
		    while not os.path.exists(words[1]):
		        time.sleep(0.01)
		    word = "pass"
		if word == "crash":
		    sys.exit("Traceback: the judge is broken")
		if word == "silent":
		    sys.exit(9)
		if word == "garbage":
		    print("ok 1 - everything")
		    sys.exit(0)
		checks = [{"id": check.id, "title": check.title, "status": word if check.points else "pass", "why": "w",
		           "expected": "<b>e</b>", "actual": "\x1b[2J=a\n" if word != "blocked" else "no such thing here", "hint": "h",
		           "points": check.points} for check in load(lab).checks]
		most = sum(check["points"] for check in checks)
		verdict = {"lab": lab, "status": word, "score": most if word == "pass" else 0, "max_score": most, "checks": checks}
		if "remarks" in words:
		    verdict["remarks"] = [{"id": f"{lab}.{words[2]}", "text": " ".join(words[3:])}] if words[3:] else []
		if "untraced" in words:
		    verdict["untraced"] = "it disturbs strace"
		print(json.dumps(verdict))
		sys.exit({"pass": 0, "fail": 1, "blocked": 77}[word])
	END
	judged=$work/tree/judged
	: >"$judged"
}

# hand_in FILE [WORDS]: make a file in the class's directory, for the stub.
hand_in() {
	mkdir -p "$(dirname "$class/$1")"
	echo "// ${2:-pass}" >"$class/$1"
}

# grades [OUT]: a line for each student and lab that is not missing: ID LAB STATUS POINTS REASON.
grades() {
	/usr/bin/python3 - "${1:-$class-grades}" <<-'END' | LC_ALL=C sort
		import json, sys
		for row in json.load(open(sys.argv[1] + "/grades.json"))["students"]:
		    for lab, result in row["labs"].items():
		        if result["status"] != "missing":
		            points = "-" if result["points"] is None else format(result["points"], "g")
		            print(*filter(None, [ascii(row["id"])[1:-1], lab, result["status"], points, result["reason"]]))
	END
}

# in_python CODE: run it with `rows`, the students by id; `class_` and `out`, the directories.
in_python() {
	/usr/bin/python3 -c "
import json, os, re, sys, io, csv, tarfile, zipfile
from pathlib import Path
class_ = Path(os.fsdecode(os.environb[b'CLASS'])); out = Path(str(class_) + '-grades')
rows = {}
if (out / 'grades.json').exists():
    rows = {row['id']: row for row in json.loads((out / 'grades.json').read_text())['students']}
$1"
}
