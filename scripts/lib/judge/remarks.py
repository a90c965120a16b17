"""Remarks on a program that passes: what a good reviewer would say, though no verdict can ask it of every program.

The program runs again, each time on a fresh stage for a second at most: as it is, while its shell is looked at; under
strace(1), whose log tells of its system calls; and once for each call of its lab, which strace makes fail, to see
whether the program notices. A remark costs no point.
"""

import contextlib
import fcntl
import functools
import os
import pickle
import re
import shutil
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from lib.judge.container import Container
from lib.judge.kernel import KINDS, read_proc
from lib.judge.outcome import Blocked, Broken, Fail, Trouble
from lib.judge.program import Program
from lib.judge.shell import Shell
from lib.judge.stage import Stage
from lib.judge.strace import STRACE, Disturbed, Trace
from lib.marks import find_marks
from lib.tree import source
from lib.words import _, printable

MOST_TIME = 1  # seconds for a run; on a busy machine more
LAST_START = 0.9  # times as long, no run begins any more
MOST_LOG = 1 << 20  # bytes, the most that a pipe may hold: strace waits if it is full
STATUS, MARK = 41, "nslabs-remarks"  # what the shell is told to exit with, and to print
O_CLOEXEC = 0o2000000
F_SETPIPE_SZ = 1031
FLAGS = {f"{'mount' if kind == 'mnt' else kind}.flag": kind for kind in KINDS}  # the exercises that ask for each kind


@dataclass
class Remark:
    id: str
    text: str


class Seen(Container):
    """A container whose stage isn't compared with what it was before."""

    def __init__(self, stage, before, program, planted):
        self.planted = planted
        Shell.__init__(self, stage, before, program)
        self.hold_shell()
        if self.trouble:
            raise self.trouble


@dataclass
class Run:
    """What was seen of a run to its end. `trace` is None if it wasn't traced, or the log can't be strace's alone."""
    status: int
    has_shell: bool
    words: str  # all that was printed
    trace: Optional[Trace] = None

    def lines(self):
        """How often each line was printed; numbers in it, such as PIDs, differ from run to run."""
        return Counter(re.sub(r"\d+", "N", self.words).splitlines())


# ---- Runs side by side ----


def start_worker(jobs, last_start):
    """Start a process that does the jobs; returns its PID, and a descriptor to read the pickled results from."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid != 0:
        os.close(writer)
        return pid, reader
    try:
        os.close(reader)
        results = [attempt(job) if time.monotonic() < last_start else None for job in jobs]
        with open(writer, "wb") as file:
            pickle.dump(results, file)
    except BaseException:  # Nothing of the judge's, such as what it has still to print, may run twice.
        traceback.print_exc()
    finally:
        os._exit(0)


def attempt(job):
    """The job's result; None if the program can't be observed to its end."""
    with contextlib.suppress(Trouble, Blocked, Fail, Broken):
        return job()
    return None


def run_all(jobs, last_start):
    """Do the jobs, side by side; returns their results in order."""
    # Stages wait for their children, so each has a process of its own.
    count = min(len(jobs), os.cpu_count() or 1)
    results = [None] * len(jobs)
    for first, (pid, reader) in enumerate([start_worker(jobs[first::count], last_start) for first in range(count)]):
        with open(reader, "rb") as file:
            pickled = file.read()
        os.waitpid(pid, 0)
        if pickled:
            results[first::count] = pickle.loads(pickled)
    return results


# ---- One run ----


class Review:
    """A program that passed, and what comes to notice in further runs of it."""

    def __init__(self, judgement):
        self.judgement = judgement
        self.lab = judgement.lab
        self.own = not judgement.options.program  # a student's file, and not any program
        self.timeout = MOST_TIME * max(1, os.getloadavg()[0] / (os.cpu_count() or 1))
        self.last_start = time.monotonic() + LAST_START * self.timeout

    def remark(self, name, text):
        return Remark(f"{self.lab.name}.{name}", printable(text))

    def on_stage(self, function):
        """Call function(stage, words before the program, the program, what is planted) on a fresh stage."""
        # Never on the machine itself: a call that fails may let the next ones reach it.
        program = self.judgement.program
        with self.judgement.make_stage() if self.judgement.options.sandbox else Stage(keep=program.parent) as stage, \
                self.lab.surroundings(stage) as planted:
            stage.timeout = self.timeout
            before = self.judgement.words_before(stage)
            return function(stage, before, stage.readable_by(before, program) if before else program, planted)

    def look(self):
        """Look at the shell from outside, and have it exit; returns the run and the remarks."""
        def look(stage, before, program, planted):
            box = Seen(stage, before, program, planted)
            remarks = []
            if self.own:
                def run(*arguments):
                    return stage.run([*before, str(program), *arguments])
                remarks = [*self.inherited(box), *self.lost_kinds(box),
                           *(self.remark(*each) for each in self.lab.remarks(box, run))]
            box.send(f"exit {STATUS}")
            box.run_to_end()
            return Run(box.process.returncode, True, ""), remarks
        return self.on_stage(look)

    def kill(self):
        """Kill the shell; returns how the program ends then."""
        def kill(stage, before, program, planted):
            box = Seen(stage, before, program, planted)
            stage.kill(box.shell)
            box.run_to_end()
            return Run(box.process.returncode, True, "")
        return self.on_stage(kill)

    def trace(self, inject=()):
        """Run the program under strace, with these options as well."""
        return self.on_stage(lambda stage, before, program, _planted: run_traced(stage, before, program, inject))

    # -- what is seen of the shell --

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

    def lost_status(self, run, killed):
        """The command's own status, which the program should end with."""
        if run and run.status != STATUS:
            yield self.remark("status", _(
                "the shell ended with status %(shell)d, but the program with %(program)d: return the command's own "
                "(WEXITSTATUS)") % {"shell": STATUS, "program": run.status})
        elif killed and killed.status == 0:
            yield self.remark("status", _(
                "SIGKILL ended the shell, but the program ended with status 0, as after a success: ask WIFSIGNALED, "
                "and return 128 plus the signal's number"))

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
        runs = run_all([functools.partial(self.trace, make_fail(call)) for call in calls.values()], self.last_start)
        ignored = {}
        for call, run in zip(calls.values(), runs):
            if run and run.trace and is_ignored(call, run, base):
                ignored.setdefault((call.name, went_on(run)), []).append(call.object())
        for (name, on), objects in ignored.items():
            text = _("%s failed, and the program went on: check its result") if on else \
                _("%s failed, and the program ended with status 0, as after a success: check its result")
            about = ", ".join(dict.fromkeys(filter(None, objects)))
            name = name.replace("openat", "open")
            yield self.remark(f"failure-{name}", text % name + (f" ({about})" if about else ""))


def run_traced(stage, before, program, inject):
    """Run the program under strace to its end.

    strace writes its log into a pipe that the program doesn't have. Whoever may trace strace itself could write into it
    nonetheless, and so spoil the remarks on a program, but no more than that.
    """
    reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    with open(reader, "rb") as log, open(writer, "wb"):
        os.fchmod(writer, 0o666)  # strace opens it anew, perhaps as another user.
        with contextlib.suppress(OSError):
            fcntl.fcntl(writer, F_SETPIPE_SZ, MOST_LOG)
        command = [*STRACE, *inject, "-o", f"/proc/self/fd/{writer}", "bash", "-c", f'exec {writer}>&-; exec "$@"',
                   "bash", str(program)]
        done = Program(stage, [*before, *command], fds=[writer])
        with contextlib.suppress(BrokenPipeError):  # It has ended already.
            os.write(done.stdin.fileno(), f'echo {MARK[:3]}""{MARK[3:]}; exit {STATUS}\n'.encode())
        done.run_to_end()
        text = (log.read(MOST_LOG) or b"").decode(errors="replace")
    trace = None
    with contextlib.suppress(Disturbed):
        trace = Trace(text, str(program))
    return Run(done.process.returncode, MARK in done.stdout(), done.stdout() + done.stderr(), trace)


def make_fail(call):
    """The options of strace that make this call fail."""
    # Many files are opened, by the loader too: strace counts those of this path only.
    path = ["-P", call.object()] if call.opens() else []
    return [*path, "-e", f"inject={call.name}:error={'EACCES' if path else 'EPERM'}:when={call.number}"]


def went_on(run):
    return run.has_shell or run.trace.find_shell(STATUS) is not None


def is_ignored(call, run, base):
    """Did the program ignore that this call failed? `base` is the run in which it succeeded."""
    injected = [each for each in run.trace.calls if each.is_injected()]
    if len(injected) != 1 or (injected[0].kind(), injected[0].number) != (call.kind(), call.number):
        return False
    tried_again = run.trace.successes(call.kind()) >= base.trace.successes(call.kind())
    says_more = run.lines() - base.lines()
    return not tried_again and not says_more and (went_on(run) or run.status == 0)


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
    jobs = [review.look, *([review.trace] if shutil.which("strace") else []), *([review.kill] if review.own else [])]
    done = dict(zip(jobs, run_all(jobs, review.last_start)))
    plain, found = done[review.look] or (None, [])
    if review.own:
        found += review.lost_status(plain, done.get(review.kill))
    traced = done.get(review.trace)
    if why := why_untraced(plain, traced):
        return found, printable(_("no remarks on its system calls: %s") % why)
    return [*found, *review.of_trace(traced.trace), *review.failures(traced)], ""
