"""The verdict on one lab's program: the same checks always, whatever happens."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from lib.files import write_text
from lib.judge.build import build, require_readable
from lib.judge.checks import Check, host_unchanged, load
from lib.judge.doctor import ask_doctor
from lib.judge.kernel import mounts
from lib.judge.outcome import Blocked, Fail, Trouble
from lib.judge.program import Container
from lib.judge.sandbox import Sandbox, build_in_sandbox
from lib.judge.stage import TIMEOUT, Stage
from lib.tree import ROOT
from lib.words import _


@dataclass
class Result:
    check: Check
    status: str = "pass"
    expected: str = ""
    actual: str = ""
    seconds: float = 0
    tried: bool = True  # otherwise another check says why it couldn't be

    def fail(self, expected, actual):
        self.status, self.expected, self.actual = "fail", expected, actual

    def block(self, reason):
        self.status, self.expected, self.actual = "blocked", "", str(reason)


class Judgement:
    """The judged program of one lab. `options` are those of scripts/check."""

    def __init__(self, name, program, options):
        self.name = name
        self.lab = load(name)
        self.options = options
        self.results = {check.id: Result(check) for check in self.lab.checks}
        self.log = ""
        self.box = None
        started = time.monotonic()
        try:
            program = self.find_program(program)
        except Fail as fail:
            self.fail_all(fail)
            return
        except Blocked as blocked:  # no sandbox to compile in
            self.block_all(blocked, self.results.values())
            return
        self.results[f"{name}.compiles"].seconds = time.monotonic() - started
        try:
            self.judge(program)
        except Blocked as blocked:  # no stage: nothing can be seen
            self.block_all(blocked, [result for result in self.results.values()
                                     if result.check.when != "built"])
            return
        self.reconsider()

    # -- the stage and the program --

    def find_program(self, program):
        """Where the program is, built first if it isn't given."""
        if self.options.sandbox:
            self.built = build_in_sandbox(self.name, self.options.sandbox)
            return Path("/nslabs/build", self.name)
        if not program:
            return build(self.name)
        program = Path(os.path.abspath(program))
        require_readable(program)
        return program

    def make_stage(self, timeout=0, **how):
        timeout = max(timeout, self.options.timeout)
        if self.options.sandbox:
            ordinary = self.lab.start_as == "as_ordinary_user"
            return Sandbox(timeout, ordinary, {f"build/{self.name}": self.built}, **how)
        return Stage(self.options.real and not self.lab.subject, timeout)

    def words_before(self, stage):
        """The words before the program, so that it starts as the lab wants it."""
        return getattr(stage, self.lab.start_as)() if self.lab.start_as else []

    # -- judging --

    def judge(self, program):
        with self.make_stage() as stage, self.lab.surroundings(stage) as planted:
            if self.lab.subject:
                subject = self.lab.subject(stage, program)
                for check in self.lab.checks:
                    self.run(check, subject)
                self.log = subject.log
            else:
                self.judge_container(stage, program, planted)

    def judge_container(self, stage, program, planted):
        self.box = box = self.start_container(stage, program, planted)
        try:
            box.find_shell()
        except Trouble as trouble:
            box.trouble = trouble
        box.meanwhile = set(stage.list_names())
        # What may come late is asked first; "running" goes on to change things inside.
        for when in ("early", "running"):
            for check in self.lab.checks:
                if check.when == when:
                    self.run_inside(check, box)
        box.meanwhile.update(stage.list_names())
        self.finish(box)
        box.release()
        for check in self.lab.checks:
            if check.run is host_unchanged:
                self.run(check, box)

    def start_container(self, stage, program, planted):
        """Start the program, with a picture of the stage as it was before."""
        before = self.words_before(stage)
        if before:
            program = stage.readable_by(before, program)
        stage.make_directory()
        snapshot, mounts_before = stage.snapshot(), set(mounts(stage.init))
        box = Container(stage, [*before, str(program)])
        box.planted, box.before, box.mounts_before = planted, snapshot, mounts_before
        known = before[:1] == ["setpriv"] or stage.prefix
        box.caller = stage.ordinary if known else (os.geteuid(), os.getegid())
        return box

    def run(self, check, subject):
        result = self.results[check.id]
        started = time.monotonic()
        try:
            check.run(subject)
        except Fail as fail:
            result.fail(fail.expected, fail.actual)
        except Trouble as trouble:
            result.fail(_(check.title), str(trouble))
        except Blocked as blocked:
            result.block(blocked)
        result.seconds = time.monotonic() - started

    def run_inside(self, check, box):
        """Run a check that needs the shell."""
        if box.shell is not None:
            self.run(check, box)
            return
        result = self.results[check.id]
        result.fail(_(check.title), _("no shell of the program was found: see %s") % f"{self.name}.runs")
        result.tried = False

    def finish(self, box):
        """End the program: the check LAB.runs."""
        result = self.results[f"{self.name}.runs"]
        started = time.monotonic()
        try:
            box.finish()
        except (Fail, Trouble) as problem:
            result.fail(getattr(problem, "expected", _(result.check.title)),
                        getattr(problem, "actual", str(problem)))
            box.stage.kill_all()  # What it leaves behind is judged next, not what it still does.
        result.seconds = time.monotonic() - started

    def fail_all(self, fail):
        """The program can't be tried: each check fails, and says so."""
        first = next(iter(self.results))
        for name, result in self.results.items():
            result.tried = name == first
            result.fail(fail.expected, fail.actual if result.tried else
                        _("the program can't be tried: see %s") % first)

    def block_all(self, blocked, results):
        for result in results:
            result.block(blocked)

    def reconsider(self):
        """Is it the program that fails, or this machine? Then the system's own tool fails as well.

        On a new stage: a program may have spoilt its own.
        """
        if self.box:
            self.box.close()
            self.log = self.box.log()
        failed = [result for result in self.results.values() if result.status == "fail"]
        if not failed:
            return
        try:
            with self.make_stage(TIMEOUT, tools=True) as stage:
                probe = stage.run([*self.words_before(stage), *self.lab.probe])
        except (Blocked, Trouble) as reason:
            self.block_all(reason, failed)
            return
        if probe.process.returncode != 0:
            self.block_all(_("this machine can't: `%(command)s` says: %(error)s") % {
                "command": " ".join(self.lab.probe),
                "error": probe.stderr().strip() + ask_doctor(self.name)}, failed)

    # -- what comes out --

    @property
    def status(self):
        return worst(result.status for result in self.results.values())

    @property
    def score(self):
        return sum(result.check.points for result in self.results.values()
                   if result.status == "pass")

    @property
    def max_score(self):
        return sum(result.check.points for result in self.results.values())

    def write_log(self):
        """Keep what the program printed, whole; returns the file's name, or None."""
        if not self.log or self.options.sandbox and not self.options.log:
            return None
        final = Path(self.options.log or ROOT / "build/check" / f"{self.name}.log")
        try:
            write_text(final, self.log)
        except OSError:
            return None
        return os.path.relpath(final)


def worst(statuses):
    """The status of several: "fail" if any is, else "blocked" if any is, else "pass"."""
    statuses = set(statuses)
    return next((status for status in ("fail", "blocked") if status in statuses), "pass")
