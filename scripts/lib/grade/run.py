"""All jobs of a run: GNU parallel runs them, here and on other machines, and each verdict is kept at once."""

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
from lib.grade.course import Mistake
from lib.grade.job import judges_version
from lib.grade.escape import one_line
from lib.judge.kernel import all_pids
from lib.tree import ROOT
from lib.words import _, language, printable


class Run:
    """The state of a run, in OUT/run: the verdicts, each written at once, and the table of the run before."""

    def __init__(self, out, resume):
        self.directory = out / "run"
        self.results = self.directory / "results"
        self.earlier_file = self.directory / "earlier.json"  # as long as the run is unfinished
        self.directory.mkdir(parents=True, exist_ok=True)
        self.lock = open(self.directory / "lock", "w", encoding="utf-8")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # The jobs of one that was killed hold the lock as well, until they have ended.
            print(_("grade: another run is at work in %s: waiting for its end") % printable(str(out)), file=sys.stderr)
            fcntl.flock(self.lock, fcntl.LOCK_EX)
        os.set_inheritable(self.lock.fileno(), True)

        if not (resume and self.earlier_file.exists()):
            if not resume:
                set_aside(self.results)
            grades = out / "grades.json"
            write_text(self.earlier_file, grades.read_text(encoding="utf-8") if grades.exists() else '{"students": []}')
        remove_old(self.directory)
        self.results.mkdir(exist_ok=True)
        try:
            rows = json.loads(self.earlier_file.read_text(encoding="utf-8"))["students"]
            self.earlier = {row["id"]: row for row in rows}
        except (ValueError, KeyError, TypeError):
            raise Mistake(_("%s isn't what grade has written: put a copy of an earlier grades.json in its place, or remove it "
                                    "and grades.json") % printable(str(self.earlier_file))) from None

    def result(self, key):
        try:
            return json.loads((self.results / f"{key}.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):  # none, or one that a power cut has left empty
            return None

    def earlier_labs(self, student):
        """What the run before said of the student's labs, by lab; also of those that it left out itself."""
        row = self.earlier.get(student, {})
        return {**row.get("others", {}), **row.get("labs", {})}

    def finish(self):
        self.earlier_file.unlink()


def set_aside(directory):
    """Take a directory away at once, under a name that remove_old knows, also if that is interrupted."""
    if directory.exists():
        directory.rename(directory.with_name(f"old.{os.getpid()}.{time.monotonic_ns()}"))


def remove_old(parent):
    for old in parent.glob("old.*"):
        shutil.rmtree(old)


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
        print(f"\r[{bar:40}] {self.done}/{self.all_jobs}, " + _("%s min left") % f"{left // 60:.0f}:{left % 60:02.0f}" + "  ",
              end=end, file=sys.stderr, flush=True)


def run_jobs(jobs, run, options):
    """Have GNU parallel judge what has no verdict yet; `jobs`, by key: (lab, source). The verdicts are then in run.results."""
    keys = [key for key in jobs if "checks" not in (run.result(key) or {})]
    if not keys:
        return
    version = judges_version()
    todo = run.directory / "todo"
    with open(todo, "w", encoding="utf-8") as file:
        for key in keys:
            lab, source = jobs[key]
            file.write(json.dumps({"key": key, "lab": lab, "source": source.text.decode("latin-1"), "version": version,
                                   "language": language() or "en"}) + "\n")
    # No student's word is on a command line: a job is a line of JSON on the worker's standard input, a verdict one on
    # its output. Which jobs are done, the verdicts say, and not the joblog, which may be a line behind.
    command = ["parallel", "--plain", "--pipe", "--max-replace-args=1", f"--jobs={options.jobs}", "--retries=3",
               f"--joblog=+{run.directory / 'joblog'}"]
    if options.hosts:
        command += [f"--sshloginfile={os.path.abspath(options.hosts)}"]
    # When this process is killed, so is parallel: no job begins that nobody waits for.
    command = ["setpriv", "--pdeathsig=KILL", *command, shlex.quote(str(ROOT / "scripts/grade")) + " --work"]
    environment = {
        "PARALLEL_SSH": "ssh -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3",
        **os.environ, "PARALLEL_HOME": str(run.directory / "parallel"), "PARALLEL_SHELL": "/bin/sh"}
    progress = Progress(len(keys))
    with open(todo, "rb") as jobs_file, open(run.directory / "errors", "wb") as errors, subprocess.Popen(
            command, stdin=jobs_file, stdout=subprocess.PIPE, stderr=errors, env=environment,
            pass_fds=[run.lock.fileno()], start_new_session=True) as process:
        try:
            for line in process.stdout:
                try:
                    result = json.loads(line)
                    key = result.pop("key")
                except (ValueError, KeyError, AttributeError, TypeError):
                    continue  # no verdict: what a login shell says, or half a line
                write_text(run.results / f"{key}.json", json.dumps(result) + "\n")
                progress.advance()
        except BaseException:
            process.kill()  # It begins nothing more, and its jobs are in its session.
            for pid in all_pids():
                try:
                    if os.getsid(pid) == process.pid:
                        os.kill(pid, signal.SIGTERM)
                except ProcessLookupError:
                    pass
            raise
    if process.returncode != 0:
        errors = run.directory / "errors"
        words = errors.read_text(encoding="utf-8", errors="backslashreplace").strip().splitlines()[-1:] or [_("nothing")]
        print(_("grade: some jobs have failed; what GNU parallel says is in %(file)s, and last: %(words)s") % {
            "file": printable(str(errors)), "words": one_line(words[0])}, file=sys.stderr)
