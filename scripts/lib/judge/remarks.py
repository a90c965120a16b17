"""Remarks on a program that passes: what a good reviewer would say, though no verdict can ask it of every program.

The program runs again, each time for a second at most: as it is, while its shell is looked at; under strace(1), whose
log tells of its system calls; and once for each call of its lab, which strace makes fail, to see whether the program
notices. A remark costs no point.
"""

import contextlib
import functools
import os
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from lib.judge.kernel import KINDS, read_proc
from lib.judge.outcome import Blocked, Broken, Fail, Trouble
from lib.judge.rerun import MOST_TIME, STATUS, Run, Runs, Seen
from lib.marks import find_marks
from lib.tree import source
from lib.words import _, printable

O_CLOEXEC = 0o2000000
FLAGS = {f"{'mount' if kind == 'mnt' else kind}.flag": kind for kind in KINDS}  # the exercises that ask for each kind


@dataclass
class Remark:
    id: str
    text: str


class Review:
    """A program that passed, and what comes to notice in further runs of it."""

    def __init__(self, judgement):
        self.judgement = judgement
        self.lab = judgement.lab
        self.own = not judgement.options.program  # a student's file, and not any program
        self.runs = Runs(judgement)

    def remark(self, name, text):
        return Remark(f"{self.lab.name}.{name}", printable(text))

    def find(self):
        """The remarks, and why there are none on the program's calls, or ""."""
        looked, traced = self.runs.all([self.look, self.runs.trace if shutil.which("strace") else lambda: None])
        plain, remarks = looked or (None, [])
        if why := why_untraced(plain, traced):
            return remarks, printable(_("no remarks on its system calls: %s") % why)
        return [*remarks, *self.of_trace(traced.trace), *self.failures(traced)], ""

    # -- what is seen of the shell --

    def look(self):
        """Look at the shell from outside, and have it exit; returns the run, and the remarks."""
        with self.runs.place() as place:
            box = Seen(place)
            remarks = []
            if self.own:
                remarks += [*self.inherited(box), *self.lost_kinds(box), *self.of_lab(box, place)]
            box.send(f"exit {STATUS}")
            box.run_to_end(keep_open=True)
            if self.own:
                remarks += self.lost_status(box.process.returncode, place)
            return Run(box.process.returncode), remarks

    def of_lab(self, box, place):
        """The lab's own remarks."""
        def run(*arguments):
            return place.stage.run([*place.before, str(place.program), *arguments])
        with contextlib.suppress(Trouble):
            for name, text in self.lab.remarks(box, run):
                yield self.remark(name, text)
        box.deadline = time.monotonic() + place.stage.timeout

    def inherited(self, box):
        """Descriptors that the shell has from the program: those that it opened itself are closed on exec."""
        found = []
        directory = Path(f"/proc/{box.shell}")
        with contextlib.suppress(OSError):
            for fd in sorted(map(int, os.listdir(directory / "fd"))):
                flags = re.search(r"^flags:\s+(\d+)", read_proc(directory / f"fdinfo/{fd}"), re.MULTILINE)
                if fd > 2 and flags and not int(flags[1], 8) & O_CLOEXEC:
                    target = os.readlink(directory / f"fd/{fd}")
                    found.append(f"{fd} ({target.partition(':[')[0]})")  # "pipe" for pipe:[12345]
        if found:
            yield self.remark("descriptors", _(
                "the shell has inherited descriptors, by which it reaches what is outside: %s. Open each with "
                "O_CLOEXEC, or close it before the command runs") % ", ".join(found[:8]))

    def lost_kinds(self, box):
        """Kinds of namespaces that the exercises of earlier labs ask for, and the shell shares with the host."""
        text = Path(self.judgement.options.sandbox or source(self.lab.name)).read_text(errors="replace")
        lost = [mark.id for mark in find_marks(text)
                if mark.id in FLAGS and "CLONE_NEW" in mark.lines and not mark.id.startswith(f"{self.lab.name}.")
                and not box.is_new(FLAGS[mark.id])]
        if lost:
            yield self.remark("kinds", _(
                "exercises ask for namespaces that the shell doesn't have: %s. A later `=` forgets the flags before "
                "it; `|=` adds one") % " ".join(lost))

    def lost_status(self, status, place):
        """The command's own status, which the program should end with; also if a signal ends the shell."""
        if status != STATUS:
            yield self.remark("status", _(
                "the shell ended with status %(shell)d, but the program with %(program)d: return the command's own "
                "(WEXITSTATUS)") % {"shell": STATUS, "program": status})
            return
        with contextlib.suppress(Trouble):
            box = Seen(place)
            place.stage.kill(box.shell)
            box.run_to_end(keep_open=True)
            if box.process.returncode == 0:
                yield self.remark("status", _(
                    "SIGKILL ended the shell, but the program ended with status 0, as after a success: ask "
                    "WIFSIGNALED, and return 128 plus the signal's number"))

    # -- what the trace tells --

    def of_trace(self, trace):
        """Remarks on the calls of a run in which no call was made to fail."""
        for call in trace.calls:
            if call.own and call.name == "sethostname" and call.succeeded() and "\0" in call.text(0):
                yield self.remark("length", _("sethostname was told %(told)d bytes for a name of %(length)d") % {
                    "told": len(call.text(0).encode()), "length": len(call.text(0).partition("\0")[0].encode())})
                break
        if any(call.own and call.name in ("clone", "clone3") and call.succeeded() and "SIGCHLD" not in call.arguments
               and "CLONE_THREAD" not in call.arguments and "CLONE_PARENT|" not in call.arguments
               for call in trace.calls):
            yield self.remark("sigchld", _(
                "clone was called without SIGCHLD: until the child has executed a command, an ordinary waitpid doesn't "
                "find it, and the parent isn't told of its end"))
        shell = trace.find_shell(STATUS)
        if self.own and shell and forgets_to_wait(trace, shell):
            yield self.remark("wait", _("the program doesn't wait for its child: after the child's end it calls no "
                                        "waitpid"))
        if shell and runs_again(trace, shell):
            yield self.remark("twice", _("the program runs its command twice: once more after the first has ended"))

    def failures(self, base):
        """Remarks on the lab's calls whose failure the program doesn't notice."""
        calls = {}
        for call in base.trace.of_lab():
            if call.succeeded():
                # strace counts the calls of each thread. If several have an nth call, the first is meant.
                calls.setdefault((call.name, call.number, call.object() if call.opens() else ""), call)
        runs = self.runs.all([functools.partial(self.runs.trace, make_fail(call)) for call in calls.values()])
        ignored = {}
        for call, run in zip(calls.values(), runs):
            if run and run.trace and is_ignored(call, run, base):
                ignored.setdefault((call.name, run.went_on()), []).append(call.object())
        for (name, on), objects in ignored.items():
            text = _("%s failed, and the program went on: check its result") if on else \
                _("%s failed, and the program ended with status 0, as after a success: check its result")
            about = ", ".join(dict.fromkeys(filter(None, objects)))
            name = name.replace("openat", "open")
            yield self.remark(f"failure-{name}", text % name + (f" ({about})" if about else ""))


def make_fail(call):
    """The options of strace that make this call fail."""
    # Many files are opened, by the loader too: strace counts those of this path only.
    path = ["-P", call.object()] if call.opens() else []
    return [*path, "-e", f"inject={call.name}:error={'EACCES' if path else 'EPERM'}:when={call.number}"]


def is_ignored(call, run, base):
    """Did the program ignore that this call failed? `base` is the run in which it succeeded."""
    injected = [each for each in run.trace.calls if each.is_injected()]
    if len(injected) != 1 or (injected[0].kind(), injected[0].number) != (call.kind(), call.number):
        return False
    tried_again = run.trace.successes(call.kind()) >= base.trace.successes(call.kind())
    says_more = run.lines() - base.lines()
    return not tried_again and not says_more and (run.went_on() or run.status == 0)


def forgets_to_wait(trace, shell):
    """Is there a parent, from the program down to the shell's, that lives on and never waits for its child?"""
    chain = trace.ancestors(shell)
    for child, parent in zip(chain, chain[1:]):
        if child not in trace.ends or not trace.makers[child].own:
            continue
        ended, _status = trace.ends[child]
        calls = [call for call in trace.calls if trace.process(call.pid) == parent]
        left = [call.begin for call in calls if call.name == "exit_group"] + [trace.ends.get(parent, (0, 0))[0]]
        waits = [call for call in calls if call.name in ("wait4", "waitid") and call.end > ended
                 and (call.succeeded() or "ECHILD" in call.result)]
        if min(left) > ended and not waits:
            return True
    return False


def runs_again(trace, shell):
    """Is the shell's command executed once more after the shell has ended?"""
    executed = [call for call in trace.calls if call.name == "execve" and call.result == "0"]
    ended, _status = trace.ends[shell]
    command = next((command_of(call) for call in reversed(executed) if call.pid == shell), None)
    return any(command_of(call) == command and call.begin > ended and shell not in trace.ancestors(call.pid)
               for call in executed)


def command_of(call):
    """The file and the arguments of a call of execve(2), without the environment."""
    return call.arguments.rpartition("], ")[0]


# ---- All of it ----


def why_untraced(plain, traced):
    """Why nothing is said of the system calls, if the program wasn't traced, or differs when it is; or ""."""
    if not shutil.which("strace"):
        return _("strace isn't installed: run scripts/setup")
    if not plain or not traced:
        return _("it has no shell that ends within %d s") % MOST_TIME
    complaint = next((line for line in traced.words.splitlines() if line.startswith("strace: ")), "")
    if complaint:
        return complaint
    if not traced.trace:
        return _("it disturbs strace")
    if not traced.has_shell:
        return _("under strace it runs no shell")
    if traced.status != plain.status:
        return _("under strace it ends with status %(traced)d, and else with %(plain)d") % {
            "traced": traced.status, "plain": plain.status}
    return ""


def find_remarks(judgement):
    """The remarks on a program in which nothing fails, and why there are none on its system calls, or "".

    Of any program that isn't a student's (--program), only the calls are looked at.
    """
    if judgement.lab.subject or judgement.status == "fail":
        return [], ""
    review = Review(judgement)
    with contextlib.suppress(Trouble, Blocked, Fail, Broken), review.runs.share_place():
        return review.find()
    return [], ""
