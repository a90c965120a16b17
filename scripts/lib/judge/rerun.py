"""Further runs of a program that passed, side by side: with its shell, or under strace(1)."""

import collections
import contextlib
import fcntl
import os
import pickle
import re
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from typing import Optional

from lib.judge.container import Container
from lib.judge.outcome import Blocked, Broken, Fail, Trouble
from lib.judge.program import Program
from lib.judge.shell import Shell
from lib.judge.stage import Stage, descendants
from lib.judge.strace import STRACE, Disturbed, Trace

MOST_TIME, MOST_BUSY = 1, 3  # seconds for a run; on a busy machine it may be so many times as long
LAST_START = 0.9  # times as long, no run begins any more
MOST_LOG = 1 << 20  # bytes, the most that a pipe may hold: strace waits if it is full
F_SETPIPE_SZ = 1031  # fcntl(2)
STATUS, MARK = 41, "nslabs-remarks"  # what the shell is told to exit with, and to print

# A host on the stage, which ends with the program: what a traced program does to it doesn't reach the next run. The
# shell stays, as its PID 1.
OWN_HOST = ["unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--",
            "sh", "-c", """mount --make-rshared / && ip link set lo up || exit 125
                mount -t tmpfs tmpfs /run/netns 2>/dev/null # ip-netns(8) keeps names there
                "$@"
                exit $?""", "sh"]

# Where a program runs: the words before it make it start as its lab wants, those after it are the lab's operands. They
# are asked for anew in each worker, since two runs can't always have the same.
Place = collections.namedtuple("Place", "stage before program lab planted host")


@dataclass
class Run:
    """What was seen of a run to its end. `trace` is None if it wasn't traced, or the log can't be strace's alone."""
    status: int
    has_shell: bool = True
    words: str = ""  # all that was printed
    trace: Optional[Trace] = None

    def lines(self):
        """How often each line was printed; numbers in it, such as PIDs, differ from run to run."""
        return Counter(re.sub(r"\d+", "N", self.words).splitlines())

    def went_on(self):
        """Did it run its shell?"""
        return self.has_shell or self.trace.find_shell(STATUS) is not None


class Seen(Container):
    """A container whose stage isn't compared with what it was before."""

    def __init__(self, place):
        self.planted = place.planted
        Shell.__init__(self, place.stage, place.before, place.program, operands=place.lab.operands(place.planted))
        self.hold_shell()
        if self.trouble:
            raise self.trouble


class Runs:
    """The further runs of a judgement's program."""

    def __init__(self, judgement):
        self.judgement = judgement
        self.timeout = MOST_TIME * min(max(1, os.getloadavg()[0] / (os.cpu_count() or 1)), MOST_BUSY)
        self.last_start = time.monotonic() + LAST_START * self.timeout
        self.common = None  # the place that all runs share, once there is one

    @contextlib.contextmanager
    def make_place(self, host=()):
        """A fresh stage. `host` are the words that begin a host of its own on it for a traced program."""
        judgement, program = self.judgement, self.judgement.program
        # Never the machine itself: after a call that fails, the next ones may reach it.
        with judgement.make_stage() if judgement.options.sandbox else \
                Stage(keep=program.parent, ordinary=None if judgement.start_as else ()) as stage, \
                judgement.lab.surroundings(stage) as planted:
            stage.timeout = self.timeout
            before = judgement.words_before(stage)
            program = stage.readable_by(before, program) if before else program
            yield Place(stage, before, program, judgement.lab, planted, host)

    @contextlib.contextmanager
    def share_place(self):
        """Make one stage for all runs. In the sandbox, where unshare(1) is hidden, each has its own.

        A program that is given the PID of a process on its stage gets no host of its own: there, it would have another.
        """
        if self.judgement.options.sandbox:
            yield
            return
        with self.make_place(() if self.judgement.lab.planted_on_stage else OWN_HOST) as self.common:
            yield

    def place(self):
        return contextlib.nullcontext(self.common) if self.common else self.make_place()

    def trace(self, options=()):
        """Run the program under strace, with these options of strace as well."""
        with self.place() as place:
            return run_traced(place, options)

    def all(self, jobs):
        """Do the jobs, side by side; returns their results in order, None for one that can't be observed to its end."""
        # A stage waits for its children, so each worker is a process of its own.
        count = min(len(jobs), os.cpu_count() or 1)
        results = [None] * len(jobs)
        workers = [start_worker(jobs[first::count], self.last_start) for first in range(count)]
        for first, (pid, reader) in enumerate(workers):
            with open(reader, "rb") as file:
                pickled = file.read()
            os.waitpid(pid, 0)
            if pickled:
                results[first::count] = pickle.loads(pickled)
        return results


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


def run_traced(place, options):
    """Run the program under strace to its end.

    strace writes its log into a pipe that the program doesn't have. Whoever may trace strace itself could write into it
    nonetheless, and so spoil the remarks on a program, but no more than that.
    """
    reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    with open(reader, "rb") as log, open(writer, "wb"):
        os.fchmod(writer, 0o666)  # strace opens it anew, perhaps as another user.
        with contextlib.suppress(OSError):
            fcntl.fcntl(writer, F_SETPIPE_SZ, MOST_LOG)
        strace = [*STRACE, *options, "-o", f"/proc/self/fd/{writer}"]
        without_log = ["bash", "-c", f'exec {writer}>&-; exec "$@"', "bash"]
        operands = place.lab.operands(place.planted)
        command = [*place.host, *place.before, *strace, *without_log, str(place.program), *operands]
        done = Program(place.stage, command, fds=[writer])
        try:
            with contextlib.suppress(BrokenPipeError):  # It has ended already.
                os.write(done.stdin.fileno(), f'echo {MARK[:3]}""{MARK[3:]}; exit {STATUS}\n'.encode())
            done.run_to_end(keep_open=True)
        except Trouble:
            for pid in filter(place.stage.has, descendants(done.process.pid)):
                with contextlib.suppress(ProcessLookupError):
                    place.stage.kill(pid)
            raise
        text = (log.read(MOST_LOG) or b"").decode(errors="replace")
    trace = None
    with contextlib.suppress(Disturbed):
        trace = Trace(text, str(place.program))
    return Run(done.process.returncode, MARK in done.stdout(), done.stdout() + done.stderr(), trace)
