"""One job: scripts/check judges a lab's file as it was handed in."""

import functools
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lib.grade.escape import last_line
from lib.tree import ROOT
from lib.words import _

PATIENCE = 600  # seconds that a judge may take


@functools.cache
def judges_version():
    """A digest of all that the verdicts depend on.

    A machine with another version must not judge for this one.
    """
    digest = hashlib.sha256()
    patterns = ("Makefile", "common/*.[ch]", "labs/*/Makefile", "labs/*/exercise/checks.py", "scripts/check",
                "scripts/stage", "scripts/lib/*", "scripts/lib/judge/*")
    for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def run_check(lab, source):
    """What scripts/check prints, its errors, and its status; None if it takes too long."""
    with tempfile.TemporaryDirectory(prefix="nslabs-grade.") as directory:
        file = Path(directory, f"{lab}.c")
        file.write_bytes(source)
        command = [ROOT / "scripts/check", lab, "--sandbox", file, "--json"]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            try:
                out, errors = process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                return None
            except SystemExit:
                process.terminate()
                raise
    return out, errors, process.returncode


def judge(job):
    """The verdict, as scripts/check --json prints it; without one, {"error": why}."""
    if job["version"] != judges_version():
        return {"error": _("%s has another version of this tree") % os.uname().nodename}
    os.environ["NSLABS_LANG"] = job["language"]
    started = time.monotonic()
    done = run_check(job["lab"], job["source"].encode("latin-1"))
    if done is None:
        return {"error": _("the judge didn't end within %d s") % PATIENCE}
    out, errors, status = done
    try:
        verdict = json.loads(out)
        if status not in (0, 1, 77) or verdict["lab"] != job["lab"] or not verdict["checks"]:
            raise ValueError
    except (ValueError, KeyError, TypeError):
        return {"error": _("the judge ended with status %(status)d and said: %(words)s") % {
            "status": status, "words": last_line(errors.decode("utf-8", "backslashreplace"))}}
    return {**verdict, "time": time.monotonic() - started}


def work():
    """Judge the job on standard input. GNU parallel starts this, here or on another machine."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # Leave no temporary file behind.
    job = json.loads(sys.stdin.buffer.readline())
    result = judge(job)
    print(json.dumps({"key": job["key"], **result}))
    return 1 if "error" in result else 0  # With 1, parallel tries again, on another machine if any.
