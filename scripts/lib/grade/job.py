"""One job: a lab's file as it was handed in, and what scripts/check says of it."""

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

from lib.tree import ROOT
from lib.words import _

PATIENCE = 600  # seconds after which a judge that hasn't ended is no judge


@functools.cache
def judges_version():
    """What the verdicts depend on: a machine with another version of it can't give a verdict for this one."""
    digest = hashlib.sha256()
    patterns = ("Makefile", "common/*.[ch]", "labs/*/Makefile", "labs/*/exercise/checks.py",
                "scripts/check", "scripts/stage", "scripts/lib/*", "scripts/lib/judge/*")
    for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern)
                       if path.is_file()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def judge(job):
    """The verdict, as scripts/check --json prints it; without one, {"error": why}."""
    if job["version"] != judges_version():
        return {"error": _("%s has another version of this tree") % os.uname().nodename}
    os.environ["NSLABS_LANG"] = job["language"]
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="nslabs-grade.") as directory:
        file = Path(directory, f"{job['lab']}.c")
        file.write_bytes(job["source"].encode("latin-1"))
        command = [ROOT / "scripts/check", job["lab"], "--sandbox", file, "--json"]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            try:
                out, errors = process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                return {"error": _("the judge has not ended in %d s") % PATIENCE}
            except SystemExit:
                process.terminate()
                raise
    try:
        verdict = json.loads(out)
        if process.returncode not in (0, 1, 77) or verdict["lab"] != job["lab"] or not verdict["checks"]:
            raise ValueError
    except (ValueError, KeyError, TypeError):
        last = errors.decode("utf-8", "backslashreplace").strip().splitlines()[-1:] or [_("nothing")]
        return {"error": _("the judge ended with status %(status)d and said: %(words)s") % {
            "status": process.returncode, "words": last[0]}}
    return {**verdict, "time": time.monotonic() - started}


def work():
    """Judge the job on standard input; what GNU parallel starts, here or elsewhere."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # There is a file to remove.
    job = json.loads(sys.stdin.buffer.readline())
    result = judge(job)
    print(json.dumps({"key": job["key"], **result}))
    return 1 if "error" in result else 0  # Then parallel tries it again, on another machine if there is one.
