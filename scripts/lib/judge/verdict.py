"""The verdict on a lab's program, which is built first: always the same checks, whatever happens."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from lib.files import write_text
from lib.judge import enter
from lib.judge.build import build, build_in_sandbox, require_exec, require_readable
from lib.judge.checks import Check, load
from lib.judge.container import Container
from lib.judge.machine import Guarded, Machine
from lib.judge.outcome import MOST_LINES, Blocked, Fail, Muted, Trouble
from lib.judge.require import list_names
from lib.judge.shell import AT_ONCE, EXPECTED, LATE, UNUSUAL, Shell
from lib.judge.sandbox import Sandbox
from lib.judge.stage import TIMEOUT, Stage, ask_doctor
from lib.tree import ROOT
from lib.words import _


@dataclass
class Result:
    """The result of a check. It passes unless it is made to fail or to block."""
    check: Check
    status: str = "pass"
    expected: str = ""
    actual: str = ""
    mistake: str = ""  # as Fail has it, like the next two
    why: str = ""
    exercise: str = ""
    seconds: float = 0
    tried: bool = True  # False if another check says why this one couldn't be tried

    def __post_init__(self):
        self.why, self.exercise = _(self.check.why), self.check.exercise

    def fail(self, fail):
        """It fails as `fail` says."""
        self.status, self.expected, self.actual, self.mistake = "fail", fail.expected, fail.actual, fail.mistake
        self.why, self.exercise = fail.why or self.why, fail.exercise or self.exercise

    def block(self, reason):
        self.status, self.expected, self.actual = "blocked", "", str(reason)


class Judgement:
    """The judged program of a lab. `options` are those of scripts/check."""

    def __init__(self, name, program, options):
        self.name = name
        self.lab = load(name)
        self.options = options
        self.results = {check.id: Result(check) for check in self.lab.checks}
        self.log = ""
        self.box = self.stage = self.program = None
        self.remarks, self.untraced = None, ""  # scripts/check sets them if remarks are asked for
        self.on_terminal = False
        self.start_as = self.lab.start_as[0]
        untried = results = list(self.results.values())
        started = time.monotonic()
        try:
            self.program = program = self.find_program(program)
            results[0].seconds = time.monotonic() - started
            untried = results[1:]
            require_exec(program, self.options.sandbox)
            self.judge_somehow(program)
            self.reconsider()
        except Fail as fail:
            self.fail_all(fail)
        except Blocked as blocked:  # There is no sandbox to compile in, or no stage to see anything on.
            self.block_all(blocked, untried)
        results = self.results.values()
        self.status = worst(result.status for result in results)
        self.score = sum(result.check.points for result in results if result.status == "pass")
        self.max_score = sum(result.check.points for result in results)

    def find_program(self, program):
        """The path of the program, which is built first if it isn't given."""
        if self.options.sandbox:
            self.built = build_in_sandbox(self.name, self.options.sandbox)
            return Path("/nslabs/build", self.name)
        if not program:
            return build(self.name)
        program = Path(os.path.abspath(program))
        require_readable(program)
        return program

    def make_stage(self, timeout=0, tools=False):
        timeout = max(timeout, self.options.timeout)
        if self.options.sandbox:
            return Sandbox(timeout, self.start_as == "as_ordinary_user", {f"build/{self.name}": self.built}, tools)
        host = Stage
        if self.options.real and not self.lab.subject:
            host = Machine
        elif self.start_as == "as_ordinary_user" and os.geteuid() != 0:
            host = Guarded  # On a stage, which is a user namespace, setgroups is denied already.
        return host(timeout, self.program and self.program.parent, ordinary=None if self.start_as else ())

    def words_before(self, stage):
        """The words before the program, which make it start as the lab wants."""
        return getattr(stage, self.start_as)() if self.start_as else []

    def judge(self, program):
        with self.make_stage() as stage, self.lab.surroundings(stage) as planted:
            self.stage = stage
            if self.lab.subject:
                subject = self.lab.subject(stage, program)
                self.run_checks("running", subject)
                self.log = subject.log
            else:
                self.judge_container(stage, program, planted)

    def judge_somehow(self, program):
        """Judge it as the first of the users that the lab names for whom it makes a container, or else as the last."""
        for self.start_as in self.lab.start_as:
            if self.box:
                self.box.close()
                self.forget()
            # With pipes, as the tutorial's commands are piped to it; or on a terminal, if it needs one.
            try:
                self.judge(program)
            except Muted:
                self.on_terminal = True
                self.box.close()
                self.judge(program)
            if not self.box or self.box.new_kinds - {"user"}:
                return

    def forget(self):
        """Before the program is judged once more: no result but that of the compiler counts."""
        for name, result in list(self.results.items())[1:]:
            self.results[name] = Result(result.check)

    def judge_container(self, stage, program, planted):
        before = self.words_before(stage)
        if before:
            program = stage.readable_by(before, program)
        stage.make_directory()
        self.box = box = Container(stage, before, program, planted, self.on_terminal, self.lab.operands(planted))
        box.hold_shell()
        if isinstance(box.trouble, Muted):
            raise box.trouble
        box.meanwhile.update(list_names(stage))
        for when in ("early", "running"):
            self.run_checks(when, box)
        box.meanwhile.update(list_names(stage))
        self.run_checks("end", box)
        if box.shared_input:  # Chance has decided which commands the shell got.
            self.skip(("early", "running"))
        runs = self.results[f"{self.name}.runs"]
        if runs.status == "fail":
            stage.kill_all()  # What it has done to the host is judged next, not what it still does.
        box.release()
        self.run_checks("after", box)
        if runs.status == "pass" and self.run_again(stage, before, program):
            self.run_checks("after", box, again=True)  # A program can do on a terminal what it doesn't do on pipes.

    def run_again(self, stage, before, program):
        """Run it once more on a terminal; and again if it ended late, longer than before: see Shell.finish().

        Returns whether the stage has seen nothing but runs that were right.
        """
        runs = self.results[f"{self.name}.runs"]
        started = time.monotonic()
        try:
            # A program that sleeps, and doesn't wait, ends with its shell by chance. Not if that lives longer now.
            keep_open = self.box.lasted + 2 * AT_ONCE if self.box.lasted > UNUSUAL else 0
            again = self.try_shell(stage, before, program, True, keep_open)
            if again.new_kinds != self.box.new_kinds:
                raise Fail(_("on a terminal, its shell is in new namespaces of the same kinds: %s") %
                           " ".join(sorted(self.box.new_kinds)), " ".join(sorted(again.new_kinds)) or _("none"))
            if again.delay > AT_ONCE or self.box.delay > AT_ONCE:
                # Much longer, so that a sleep ends before its shell on a busy machine, too.
                longest = max(self.box.lasted, again.lasted)
                again = self.try_shell(stage, before, program, again.delay > AT_ONCE, 2 * longest)
                if again.delay > LATE:
                    raise Fail(_(EXPECTED), _("it ended %.1f s after its shell, twice") % again.delay, "late")
        except Fail as fail:
            runs.fail(fail)
        runs.seconds += time.monotonic() - started
        return runs.status == "pass" and again.stage is stage

    def try_shell(self, stage, before, program, terminal=False, keep_open=0):
        """Run the program once more, and see how it ends; returns the run. On a fresh stage if this one won't do."""
        again = Shell(stage, before, program, terminal, self.lab.operands(self.box.planted))
        again.deadline += keep_open
        again.hold_shell()
        try:
            again.finish(keep_open)
        except Fail:
            if stage is not self.stage:
                raise
            with self.make_stage() as fresh, self.lab.surroundings(fresh) as self.box.planted:
                return self.try_shell(fresh, self.words_before(fresh), program, terminal, keep_open)
        finally:
            stage.kill_all()
            again.close()
        return again

    def run_checks(self, when, subject, again=False):
        """Run the checks of this time, or `again` those that pass, on the container or what stands in for it."""
        for result in self.results.values():
            if result.check.when != when or again and result.status != "pass":
                continue
            if when in ("early", "running") and subject is self.box and not subject.shell:
                self.skip([when])
            else:
                self.run(result, subject)

    def skip(self, times):
        """The checks of these times can't be tried: another one says why."""
        for result in self.results.values():
            if result.check.when in times:
                result.fail(Fail(_(result.check.title), _("the program's shell was not found: see %s") %
                                 f"{self.name}.runs"))
                result.tried = False

    def run(self, result, subject):
        needs = self.results.get(result.check.needs)
        if needs and needs.status == "fail":
            result.fail(Fail(_(result.check.title), _("it can't be seen before %s passes") % result.check.needs))
            result.tried = False
            return
        started = time.monotonic()
        try:
            result.check.run(subject)
        except Fail as fail:
            fail.actual += self.quote_messages(fail.actual)
            result.fail(fail)
        except Trouble as trouble:
            result.fail(Fail(_(result.check.title), str(trouble)))
        except Blocked as blocked:
            result.block(blocked)
        result.seconds = time.monotonic() - started
        if needs and needs.status == "blocked" and result.status == "pass":
            result.block(needs.actual)

    def quote_messages(self, seen):
        """What the program has said of its failures, with the line after each, which may be the cause; but not again.

        It may have gone on after that, or only a part of it has ended: nest's inner program.
        """
        lines, begin = self.box.stderr().splitlines() if self.box else [], f"{self.name}: "
        quoted = []
        for line, after in zip(lines, [*lines[1:], ""]):
            if line.startswith(begin) and line not in seen:
                quoted += [line, after] if after and not after.startswith(begin) else [line]
        return "".join(f"\n{line}" for line in quoted[-MOST_LINES:])

    def fail_all(self, fail):
        """The program can't be tried: each check fails, and the first one says why."""
        first = next(iter(self.results))
        for name, result in self.results.items():
            result.tried = name == first
            seen = fail.actual if result.tried else _("the program can't be tried: see %s") % first
            result.fail(Fail(fail.expected, seen))

    def block_all(self, blocked, results):
        for result in results:
            result.block(blocked)

    def reconsider(self):
        """Does the program fail, or this machine? Then the lab's probe fails too, on a stage that isn't spoilt."""
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
        command, error = " ".join(self.lab.probe), probe.stderr().strip()
        if probe.process.returncode == 0:  # A filter can refuse what programs call, and not what that tool calls.
            command, error = "clone(2)", enter.refused_clone(self.lab.probe)
            if not error:
                command, error = "close_range(2)", enter.refused_close_range()
            if not error:
                return
        self.block_all(_("this machine can't: `%(command)s` says: %(error)s") % {
            "command": command, "error": error + ask_doctor(self.name)}, failed)

    def write_log(self):
        """Keep all that the program printed; returns the file's name, or None."""
        if not self.log or self.options.sandbox and not self.options.log:
            return None
        final = Path(self.options.log or ROOT / "build/check" / f"{self.name}.log")
        try:
            write_text(final, self.log)
        except OSError:
            return None
        return os.path.relpath(final)


def worst(statuses):
    """The status of several: "fail" if one is, or else "blocked" if one is, or else "pass"."""
    statuses = set(statuses)
    return next((status for status in ("fail", "blocked") if status in statuses), "pass")
