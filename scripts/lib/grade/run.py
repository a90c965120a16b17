"""All jobs of a run. GNU parallel runs them, here and on other machines: scripts/check judges a lab's file in each."""

import contextlib
import fcntl
import functools
import hashlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lib.files import naming, write_text
from lib.grade.fields import Mistake, last_line, one_line
from lib.judge.kernel import all_pids
from lib.tree import ROOT
from lib.words import _, language, printable

PATIENCE = 600  # seconds that a judge may take


# ---- One job ----


@functools.cache
def judges_version():
    """A digest of all that the verdicts depend on. A machine with another version must not judge for this one."""
    digest = hashlib.sha256()
    patterns = ("Makefile", "common/*.[ch]", "labs/*/Makefile", "labs/*/exercise/checks.py", "scripts/check",
                "scripts/stage", "scripts/lib/*", "scripts/lib/judge/*")
    for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def run_check(lab, source, *options):
    """What scripts/check prints, its errors, and its status; None if it takes too long."""
    with tempfile.TemporaryDirectory(prefix="nslabs-grade.") as directory:
        file = Path(directory, f"{lab}.c")
        file.write_bytes(source)
        command = [ROOT / "scripts/check", lab, "--sandbox", file, "--json", *options]
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
    """The verdict, as scripts/check --json prints it; of a job for remarks, only those. Without one, {"error": why}."""
    if job["version"] != judges_version():
        return {"error": _("%s has another version of this tree") % os.uname().nodename}
    os.environ["NSLABS_LANG"] = job["language"]
    started = time.monotonic()
    done = run_check(job["lab"], job["source"].encode("latin-1"), *(["--remarks"] if job["remarks"] else []))
    if done is None:
        return {"error": _("the judge didn't end within %d s") % PATIENCE}
    out, errors, status = done
    try:
        verdict = json.loads(out)
        if status not in (0, 1, 77) or verdict["lab"] != job["lab"] or not verdict["checks"]:
            raise ValueError
    except (ValueError, KeyError, TypeError):
        words = last_line(errors.decode("utf-8", "backslashreplace"))
        said = _("the judge ended with status %(status)d and said: %(words)s")
        return {"error": (said if words else _("the judge ended with status %(status)d and said nothing")) % {
            "status": status, "words": words}}
    if job["remarks"]:
        return {name: verdict[name] for name in ("untraced", "remarks") if name in verdict}
    return {**verdict, "time": time.monotonic() - started}


def work():
    """Judge the job on standard input. GNU parallel starts this, here or on another machine."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # Leave no temporary file behind.
    job = json.loads(sys.stdin.buffer.readline())
    try:
        result = judge(job)
    except OSError as error:
        words = (os.uname().nodename, error.filename, error.strerror)
        result = {"error": ": ".join(str(word) for word in words if word)}
    print(json.dumps({"key": job["key"], **result}))
    return 1 if "error" in result else 0  # With 1, parallel tries again, on another machine if any.


# ---- Its state ----


class Run:
    """A run's state, in OUT/run: the verdicts, which an interruption doesn't lose, and the table of the run before."""

    def __init__(self, out, resume):
        self.directory = out / "run"
        self.results = self.directory / "results"
        self.earlier_file = self.directory / "earlier.json"  # as long as the run is unfinished
        self.directory.mkdir(parents=True, exist_ok=True)
        self.wait_for_others(out)
        if not (resume and self.earlier_file.exists()):
            if not resume and self.results.exists():  # By renaming, they are gone at once.
                self.results.rename(self.directory / f"old.{os.getpid()}.{time.monotonic_ns()}")
            grades = out / "grades.json"
            write_text(self.earlier_file, grades.read_text(encoding="utf-8") if grades.exists() else '{"students": []}')
        for old in self.directory.glob("old.*"):
            shutil.rmtree(old)
        self.results.mkdir(exist_ok=True)
        self.earlier = self.read_earlier()

    def wait_for_others(self, out):
        """Lock OUT. Our jobs inherit the lock: if we are killed, it lasts until they have ended."""
        self.lock = open(self.directory / "lock", "w", encoding="utf-8")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            words = _("grade: another run is at work in %s: waiting for it to end")
            print(words % printable(str(out)), file=sys.stderr)
            fcntl.flock(self.lock, fcntl.LOCK_EX)
        os.set_inheritable(self.lock.fileno(), True)

    def read_earlier(self):
        """The rows of the run before, by the students' ids."""
        try:
            rows = json.loads(self.earlier_file.read_text(encoding="utf-8"))["students"]
            return {row["id"]: row for row in rows}
        except (ValueError, KeyError, TypeError):
            raise Mistake(_("grade didn't write %s: put a copy of an earlier grades.json in its place, or remove it "
                            "and grades.json") % printable(str(self.earlier_file))) from None

    def result(self, key):
        try:
            return json.loads((self.results / f"{key}.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):  # none, or one that a power cut left empty
            return None

    def earlier_labs(self, student):
        """What the run before said of the student's labs, by lab, or kept of a run before it."""
        row = self.earlier.get(student, {})
        return {**row.get("others", {}), **row.get("labs", {})}


# ---- Its jobs ----


def show_progress(done, all_jobs, seconds):
    left = seconds / done * (all_jobs - done)
    bar = "#" * (40 * done // all_jobs)
    minutes = _("%s min left") % f"{left // 60:.0f}:{left % 60:02.0f}"
    end = "\n" if done == all_jobs else ""
    print(f"\r[{bar:40}] {done}/{all_jobs}, {minutes}  ", end=end, file=sys.stderr, flush=True)


def write_todo(path, jobs, remarks):
    with naming(path), open(path, "w", encoding="utf-8") as file:
        for key, (lab, source) in jobs.items():
            file.write(json.dumps({"key": key, "lab": lab, "source": source.text.decode("latin-1"),
                                   "version": judges_version(), "language": language() or "en",
                                   "remarks": remarks}) + "\n")


def make_command(run, options):
    """The command that reads jobs and prints verdicts, a line each. No word of a student is on a command line."""
    hosts = [f"--sshloginfile={os.path.abspath(options.hosts)}"] if options.hosts else []
    # If this process is killed, so is parallel: no more jobs begin when nobody waits for them.
    return ["setpriv", "--pdeathsig=KILL", "parallel", "--plain", "--pipe", "--max-replace-args=1", "--retries=3",
            f"--jobs={options.jobs}", f"--joblog=+{run.directory / 'joblog'}", *hosts,
            shlex.quote(str(ROOT / "scripts/grade")) + " --work"]


def read_verdicts(lines, run, all_jobs):
    """Write each verdict into the run's results, and show the progress at a terminal."""
    done, started = 0, time.monotonic()
    for line in lines:
        try:
            result = json.loads(line)
            key = result.pop("key")
        except (ValueError, KeyError, AttributeError, TypeError):
            continue  # no verdict: what a login shell says, or half a line
        stored = run.result(key) or {}
        if "checks" in stored:  # Remarks are added to a verdict; nothing that the program does now can change it.
            result = {**stored, **({} if "error" in result else result)}
        write_text(run.results / f"{key}.json", json.dumps(result) + "\n")
        done += 1
        if sys.stderr.isatty():
            show_progress(done, all_jobs, time.monotonic() - started)


def stop(process):
    """Kill parallel, so that it begins nothing more, and end its jobs, which are in its session."""
    process.kill()
    for pid in all_pids():
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(pid) == process.pid:
                os.kill(pid, signal.SIGTERM)


def run_jobs(jobs, run, options):
    """Judge the jobs, {key: (lab, source)}, that have no verdict in run.results yet; with --remarks, add remarks."""
    # Parallel's joblog, which may be a line behind, doesn't tell which these are.
    run_parallel({key: job for key, job in jobs.items() if "checks" not in (run.result(key) or {})}, run, options)
    if options.remarks:
        passed = {key: result for key in jobs if (result := run.result(key) or {}).get("status") == "pass"}
        run_parallel({key: jobs[key] for key, result in passed.items() if "remarks" not in result}, run, options, True)


def run_parallel(jobs, run, options, remarks=False):
    """Have GNU parallel do these jobs: judge, or look for remarks on what has passed."""
    if not jobs:
        return
    write_todo(run.directory / "todo", jobs, remarks)
    errors = run.directory / "errors"
    ssh = "ssh -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3"
    environment = {"PARALLEL_SSH": ssh, **os.environ, "PARALLEL_HOME": str(run.directory / "parallel"),
                   "PARALLEL_SHELL": "/bin/sh"}
    with open(run.directory / "todo", "rb") as todo, open(errors, "wb") as stderr, \
            subprocess.Popen(make_command(run, options), stdin=todo, stdout=subprocess.PIPE, stderr=stderr,
                             env=environment, pass_fds=[run.lock.fileno()], start_new_session=True) as process:
        try:
            read_verdicts(process.stdout, run, len(jobs))
        except BaseException:
            stop(process)
            raise
    if process.returncode != 0:
        words = last_line(errors.read_text(encoding="utf-8", errors="backslashreplace"))
        said = _("grade: some jobs failed; GNU parallel's messages are in %(file)s, and the last one is: %(words)s")
        print((said if words else _("grade: some jobs failed: grades.csv says which, and why")) % {
            "file": printable(str(errors)), "words": one_line(words)}, file=sys.stderr)
