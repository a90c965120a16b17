"""All jobs of a run. GNU parallel runs them, here and on other machines."""

import fcntl
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time

from lib.files import write_text
from lib.grade.escape import last_line, one_line
from lib.grade.fields import Mistake
from lib.grade.job import judges_version
from lib.judge.kernel import all_pids
from lib.tree import ROOT
from lib.words import _, language, printable


# ---- Its state ----


class Run:
    """The state of a run, in OUT/run: the verdicts, and the table of the run before.

    A verdict is written as soon as there is one, so that an interruption loses none.
    """

    def __init__(self, out, resume):
        self.directory = out / "run"
        self.results = self.directory / "results"
        self.earlier_file = self.directory / "earlier.json"  # as long as the run is unfinished
        self.directory.mkdir(parents=True, exist_ok=True)
        self.wait_for_others(out)
        if not (resume and self.earlier_file.exists()):
            if not resume:
                set_aside(self.results)
            grades = out / "grades.json"
            write_text(self.earlier_file, grades.read_text(encoding="utf-8") if grades.exists() else '{"students": []}')
        remove_old(self.directory)
        self.results.mkdir(exist_ok=True)
        self.earlier = self.read_earlier()

    def wait_for_others(self, out):
        """Lock OUT. Our jobs inherit the lock: if we are killed, it lasts until they have ended."""
        self.lock = open(self.directory / "lock", "w", encoding="utf-8")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(_("grade: another run is at work in %s: waiting for it to end")
                  % printable(str(out)), file=sys.stderr)
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
        """What the run before said of the student's labs, by lab.

        That includes what it kept of a run before it, for labs that it left out.
        """
        row = self.earlier.get(student, {})
        return {**row.get("others", {}), **row.get("labs", {})}

    def finish(self):
        self.earlier_file.unlink()


def set_aside(directory):
    """Rename a directory, so that it is gone at once; remove_old finds it by its new name."""
    if directory.exists():
        directory.rename(directory.with_name(f"old.{os.getpid()}.{time.monotonic_ns()}"))


def remove_old(parent):
    for old in parent.glob("old.*"):
        shutil.rmtree(old)


# ---- Its jobs ----


class Progress:
    """A bar at a terminal, and nothing elsewhere."""

    def __init__(self, all_jobs):
        self.all_jobs = all_jobs
        self.done = 0
        self.started = time.monotonic()

    def advance(self):
        self.done += 1
        if not sys.stderr.isatty():
            return
        left = (time.monotonic() - self.started) / self.done * (self.all_jobs - self.done)
        bar = "#" * (40 * self.done // self.all_jobs)
        end = "\n" if self.done == self.all_jobs else ""
        minutes = _("%s min left") % f"{left // 60:.0f}:{left % 60:02.0f}"
        print(f"\r[{bar:40}] {self.done}/{self.all_jobs}, {minutes}  ", end=end, file=sys.stderr, flush=True)


def write_todo(path, jobs, keys):
    """Write a job a line, as JSON."""
    version = judges_version()
    with open(path, "w", encoding="utf-8") as file:
        for key in keys:
            lab, source = jobs[key]
            file.write(json.dumps({"key": key, "lab": lab, "source": source.text.decode("latin-1"), "version": version,
                                   "language": language() or "en"}) + "\n")


def make_command(run, options):
    """The command that reads jobs and prints verdicts, a line each.

    Nothing that a student wrote is on a command line: a worker gets its job on standard input.
    """
    command = ["parallel", "--plain", "--pipe", "--max-replace-args=1", f"--jobs={options.jobs}", "--retries=3",
               f"--joblog=+{run.directory / 'joblog'}"]
    if options.hosts:
        command += [f"--sshloginfile={os.path.abspath(options.hosts)}"]
    # If this process is killed, so is parallel: no more jobs begin when nobody waits for them.
    return ["setpriv", "--pdeathsig=KILL", *command, shlex.quote(str(ROOT / "scripts/grade")) + " --work"]


def make_environment(run):
    return {"PARALLEL_SSH": "ssh -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 -o "
            "ServerAliveCountMax=3", **os.environ, "PARALLEL_HOME": str(run.directory / "parallel"),
            "PARALLEL_SHELL": "/bin/sh"}


def read_verdicts(lines, run, progress):
    """Write each verdict into the run's results."""
    for line in lines:
        try:
            result = json.loads(line)
            key = result.pop("key")
        except (ValueError, KeyError, AttributeError, TypeError):
            continue  # no verdict: what a login shell says, or half a line
        write_text(run.results / f"{key}.json", json.dumps(result) + "\n")
        progress.advance()


def stop(process):
    """Kill parallel, so that it begins nothing more, and end its jobs, which are in its session."""
    process.kill()
    for pid in all_pids():
        try:
            if os.getsid(pid) == process.pid:
                os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            pass


def run_jobs(jobs, run, options):
    """Have GNU parallel judge the jobs, {key: (lab, source)}, that have no verdict yet.

    The verdicts are then in run.results. They say which jobs are done, and not parallel's joblog, which may be a line
    behind.
    """
    keys = [key for key in jobs if "checks" not in (run.result(key) or {})]
    if not keys:
        return
    write_todo(run.directory / "todo", jobs, keys)
    errors = run.directory / "errors"
    with open(run.directory / "todo", "rb") as todo, open(errors, "wb") as stderr, \
            subprocess.Popen(make_command(run, options), stdin=todo, stdout=subprocess.PIPE, stderr=stderr,
                             env=make_environment(run), pass_fds=[run.lock.fileno()], start_new_session=True) as process:
        try:
            read_verdicts(process.stdout, run, Progress(len(keys)))
        except BaseException:
            stop(process)
            raise
    if process.returncode != 0:
        words = last_line(errors.read_text(encoding="utf-8", errors="backslashreplace"))
        print(_("grade: some jobs failed; GNU parallel's messages are in %(file)s, and the last one is: "
                "%(words)s") % {"file": printable(str(errors)), "words": one_line(words)}, file=sys.stderr)
