"""A student's program with a shell in it: how the judge talks to the shell, finds it, and sees the program end.

The program gets shell commands on its standard input, as in the tutorial. The shell is whatever process does what they
say: it sets a limit of its own to a random number, and /proc/PID/limits shows which process did. The man pages:
proc(5), getrlimit(2), pidfd_open(2).
"""

import contextlib
import os
import random
import secrets
import select
import time

from lib.judge.kernel import (identity, is_busy, is_running, is_stopped, namespaces, open_file, open_namespaces,
                              parent, read_proc, reads_from, start_time, wait_until, what_it_does)
from lib.judge.outcome import MOST_LINES, Blocked, Fail, Muted, Trouble
from lib.judge.program import Program
from lib.judge.stage import PATIENCE, descendants
from lib.words import N_, _, decode, printable

# The letter of each limit for ulimit, and its name in /proc/PID/limits. The resident set size comes first, since Linux
# ignores it. The others are for a program with a hard limit of 0 for it.
LIMITS = {"m": "resident set", "f": "file size", "c": "core file size"}

UNUSUAL = 0.5  # seconds without an answer, after which we look for the reason
AT_ONCE = 0.1  # seconds: a program that waits for its shell ends in a hundredth of that
LATE = 1  # seconds that a relay between the program and its shell may take, if it does so again
TOO_LATE = 2  # seconds after which we wait no more
EXPECTED = N_("the program runs the commands on its standard input, and ends when its shell ends, not earlier and not "
              "later")


class Shell(Program):
    """A program that was started with the words before it that its lab wants, and the shell in it."""

    def __init__(self, stage, before, program, terminal=False, operands=()):
        self.words = before, program
        self.caller = stage.who_runs(before)  # the user and the group that started it
        # It can be in a user namespace of ours, one level down.
        self.starts_below = "--user" in before
        self.started = time.monotonic()
        super().__init__(stage, [*before, str(program), *operands], terminal)
        self.commands = []  # what we sent: for the log
        self.shell = None
        self.new_kinds = set()  # the kinds of the shell's namespaces that aren't the stage's
        self.descriptors = {}
        self.trouble = None
        self.complaint = ""  # what the last command that ask() was given printed on its standard error
        self.shared_input = False  # Do several processes read the commands?
        self.delay = self.lasted = 0  # the seconds that it ended after its shell, and after its start

    # -- talking to the shell --

    def shell_lives(self):
        return self.shell is not None and not select.select([self.shell_pidfd], [], [], 0)[0]

    def send(self, line):
        """Have the shell run a command, without an answer."""
        self.commands.append(line)
        with contextlib.suppress(OSError):  # It reads no more. The missing answer will tell more.
            os.write(self.stdin.fileno(), f"{line}\n".encode())

    def begin(self, command):
        """Have the shell run a command, whose answer take_answer() has later."""
        if self.trouble:
            raise self.trouble
        # The mark is sent in two parts, so that no echo of the command looks like the answer.
        mark = secrets.token_hex(8)
        self.question = len(self.out), mark.encode()
        self.looked = time.monotonic()
        self.send(f'{command}\necho {mark[:8]}""{mark[8:]}')

    def take_answer(self, seconds=None):
        """Wait for the answer, at most so many seconds; returns it, or None if it isn't there by then."""
        begun, mark = self.question
        end = time.monotonic() + (self.remaining() if seconds is None else seconds)
        while (found := self.out.find(mark, begun)) == -1:
            self.require_life()
            left = end - time.monotonic()
            if seconds is not None and left <= 0:
                return None
            self.pump(min(left, UNUSUAL))
            if time.monotonic() - self.looked > UNUSUAL:
                self.require_one_reader()
                self.require_foreground()
                self.looked = time.monotonic()
        return decode(self.out[begun:found])

    def ask(self, command) -> str:
        """Have the shell run a command; returns what it prints on its standard output."""
        before = len(self.err)
        try:
            self.begin(command)
            return self.take_answer()
        except Trouble as trouble:
            self.trouble = trouble
            raise
        finally:
            self.complaint = decode(self.err[before:]).strip()

    def require_life(self):
        if not self.streams or self.process.stdout and self.process.stdout.fileno() not in self.streams:
            self.pump(0)
            end = time.monotonic() + self.remaining()
            while not self.has_ended() and time.monotonic() < end:
                self.pump(end - time.monotonic())
            if self.has_ended():
                raise Trouble(_("the program ended (%s), and it left no shell that answers") % self.how_it_ended())
            raise Trouble(_("it closed its standard output, so its shell can't answer"))
        if self.remaining() == 0:
            raise Trouble(_("no answer to commands on its standard input within %(time)g s: %(seen)s") % {
                "time": self.stage.timeout, "seen": self.stage.describe_hang()})

    # -- finding the shell --

    def hold_shell(self):
        """Find the shell, and hold its namespaces. Without it, `trouble` says why."""
        try:
            pid = self.find_shell()
            self.require_one_reader()
        except Trouble as trouble:
            self.trouble = trouble
            return
        started = start_time(pid)
        try:
            self.shell_pidfd = os.pidfd_open(pid)
            self.descriptors = open_namespaces(pid)
        except OSError:
            started = None
        # The same PID with another start time would be another process.
        if not started or start_time(pid) != started:
            self.trouble = Trouble(_("the shell ended before it was told to"))
            return
        self.namespaces = {kind: identity(os.fstat(fd)) for kind, fd in self.descriptors.items()}
        self.shell, self.shell_started = pid, started
        self.new_kinds = {kind for kind in self.namespaces if self.namespaces[kind] != self.stage.namespaces[kind]}
        self.patience_ends = time.monotonic() + PATIENCE

    def find_shell(self):
        """Tell the shell to set limits of its own, and find the process that has."""
        limits = choose_limits()
        self.begin("; ".join(set_limits(limits)))
        obeyed = None  # since when a process has the limits
        typed = time.monotonic()
        while self.take_answer(0.05) is None:
            if not find_obedient(self.stage, limits):
                # A program that makes the terminal raw throws away what was typed before: tcsetattr(3), TCSAFLUSH.
                if self.terminal and time.monotonic() - typed > LATE:
                    typed = time.monotonic()
                    self.begin("; ".join(set_limits(limits)))
                continue
            obeyed = obeyed or time.monotonic()
            if time.monotonic() - obeyed > LATE and not self.terminal:
                raise Muted(_("its shell does as it is told, but its answers don't come out: a program between keeps "
                              "them"))
        pid = wait_until(lambda: find_obedient(self.stage, limits), 0.5)
        if not pid:
            raise Trouble(_("the commands on its standard input are answered, but not by one single shell: no process, "
                            "or more than one, does what the shell is told to do"))
        return pid

    def find_readers(self):
        """The processes that wait for a command on the program's standard input."""
        # A second shell may still be on its way to its first command.
        wait_until(lambda: not any(is_busy(pid) and open_file(pid, 0) == self.source for pid in self.stage.processes()),
                   AT_ONCE)

        def find():
            return {pid for pid in self.stage.processes() if None not in self.source and self.source in reads_from(pid)}
        found = find()
        if len(found) > 1:  # Look again: one may have just handed over to the other.
            time.sleep(0.005)
            found &= find()
        return found

    def require_one_reader(self):
        found = self.find_readers()
        if len(found) > 1:
            self.shared_input = True
            raise Trouble(_("%d processes read its standard input, so that each gets only some of the commands: %s. "
                            "After fork(2), is there a part that only the child must run, or only the parent?") % (
                                len(found), ", ".join(map(name_process, sorted(found)))))

    def require_foreground(self):
        """No process has been stopped because it has read the terminal, or written to it, from the background."""
        stopped = [pid for pid in self.stage.processes() if is_stopped(pid)]
        if self.terminal and stopped:
            raise Trouble(_("at a terminal, the kernel stops %s. It is in a process group of its own, and only the "
                            "group in the foreground may read the terminal: tcsetpgrp(3), or leave out setpgid(2)") %
                          ", ".join(map(name_process, stopped)))

    def namespaces_of_child(self):
        """Have the shell run a command that only waits, in the foreground; returns the namespaces that it is in.

        None if the shell runs none.
        """
        # sleep(1) may be missing in there, or exec(1) forbidden: the second one needs nothing.
        for command in ("exec sleep 10000", "while :; do :; done"):
            limits = choose_limits()
            # It will be killed: a shell with `set -e` must not end for that.
            self.begin(f"({'; '.join([*set_limits(limits), command])}) || :")
            while self.take_answer(0.01) is None:
                pid = find_obedient(self.stage, limits)
                seen = pid and namespaces(pid)
                is_own = pid and parent(pid) == self.shell
                if pid and is_running(pid):  # It was so while we looked: it doesn't end by itself.
                    with contextlib.suppress(ProcessLookupError):
                        self.stage.kill(pid)
                    self.take_answer()
                    if not is_own:
                        self.require_one_reader()
                    return seen if is_own else None
        return None

    @contextlib.contextmanager
    def running_again(self, *operands, before=None):
        """The same program, started once more with these operands beside this one; it is ended after that.

        `before` are the words before it, if they aren't those of this one.
        """
        again = Shell(self.stage, self.words[0] if before is None else before, self.words[1], operands=operands)
        again.deadline = time.monotonic() + PATIENCE
        again.hold_shell()
        try:
            yield again
        finally:
            for pid in descendants(again.process.pid):
                with contextlib.suppress(ProcessLookupError):
                    self.stage.kill(pid)
            again.close()

    # -- its end --

    def finish(self, keep_open=0):
        """Tell the shell to exit. The program must end then, and not before: the check LAB.runs.

        `keep_open` is how many seconds after its start it is told so, at the earliest.
        """
        if not self.trouble:
            try:
                self.require_one_reader()
            except Trouble as trouble:
                self.trouble = trouble
        if self.trouble:
            raise Fail(_(EXPECTED), str(self.trouble) + self.quote(), self.name_trouble(), self.explain_trouble())
        while not self.has_ended() and time.monotonic() < self.started + keep_open:
            self.pump(self.started + keep_open - time.monotonic())
        self.require_not_ended()
        if not self.shell_lives():  # A program that doesn't wait may have killed it: PR_SET_PDEATHSIG.
            raise Fail(_(EXPECTED), _("the shell ended before it was told to"), "early")
        self.send("exit")
        while not self.has_ended() and self.shell_lives():
            if self.remaining() == 0:
                raise Fail(_(EXPECTED), _("its shell was told to exit, but it hasn't: %s") % what_it_does(self.shell))
            self.pump(self.remaining(), self.shell_pidfd)
        self.require_not_ended()
        ended = time.monotonic()
        while not self.has_ended():
            if time.monotonic() - ended > TOO_LATE:
                again = bool(self.find_readers())  # another shell
                raise Fail(_(EXPECTED), self.describe_rest(again), "twice" if again else "late")
            self.pump(TOO_LATE)
        self.lasted = time.monotonic() - self.started
        self.delay = time.monotonic() - ended
        if self.died():
            raise Fail(_(EXPECTED), _("the program ended %s") % self.how_it_ended() + self.quote(), "killed")

    def name_trouble(self):
        """The word for the mistake that this shows, as Fail has it."""
        if self.shared_input:
            return "several"
        if self.has_ended():
            return "killed" if self.died() else ""
        return "hangs" if self.remaining() == 0 else ""

    def explain_trouble(self):
        """Why it matters that the shell couldn't be talked to: as far as it can be told, what to look at."""
        if self.shared_input:
            return _("fork(2) and clone(2) leave parent and child with the same standard input: only one may read it")
        if self.has_ended() and self.stderr().strip():
            return _("the program ended before there was a shell to talk to, and its own message says what failed")
        if self.has_ended():
            return _("the program ended before there was a shell to talk to: does the child run the command, and does "
                     "the parent wait for it?")
        return _("the checks talk to the shell as you do at a terminal: commands go in by its standard input, and "
                 "answers come out")

    def require_not_ended(self):
        if self.has_ended() and self.shell_lives():
            seen = _("the program ended %.1f s after its start, while its shell was still running: does it wait, "
                     "by waitpid(2)?")
            raise Fail(_(EXPECTED), seen % (time.monotonic() - self.started), "early")

    def describe_rest(self, reads):
        """What the program still does, when its shell has ended."""
        text = _("its shell has ended, but %(time)d s later the program hasn't: %(seen)s") % {
            "time": TOO_LATE, "seen": self.stage.describe_hang()}
        if reads:
            text += "\n" + _("it still reads its standard input, which was the shell's")
        return text

    def quote(self):
        """The last lines that it printed: on its standard error, if any. A terminal prints what we type, too."""
        typed = {line for command in self.commands for line in command.split("\n")}
        printed = (line.rstrip("\r") for line in (self.stderr() or self.stdout()).split("\n"))
        lines = [line for line in printed if line and line not in typed]
        return "".join(f"\n{line}" for line in lines[-MOST_LINES:])

    def close(self):
        """Close the descriptors: while we hold one, the kernel keeps its namespace and links."""
        self.release()
        if self.shell:
            os.close(self.shell_pidfd)
            self.shell = None
        super().close()

    def release(self):
        for fd in self.descriptors.values():
            os.close(fd)
        self.descriptors = {}

    def log(self):
        return "\n".join(["# The commands that were sent to it:", *self.commands,
                          "# What it printed on its standard output:", self.stdout(),
                          "# What it printed on its standard error:", self.stderr()])


def choose_limits():
    """Random limits, {letter: number}: no other process has them."""
    return {letter: random.randrange(1 << 30, 1 << 32) for letter in LIMITS}


def set_limits(limits):
    """The commands that set them: ulimit is a part of every shell, needs no PATH, and changes the shell itself."""
    return [f"ulimit -S -{letter} {number}" for letter, number in limits.items()]


def find_obedient(stage, limits):
    """The topmost process with one of these limits, as children inherit them; None if several: some may be ending."""
    # Shells count in either unit.
    numbers = {LIMITS[letter]: {str(number * unit) for unit in (512, 1024)} for letter, number in limits.items()}
    found = {pid: parent(pid) for pid in stage.processes() if has_limit(pid, numbers)}
    top = [pid for pid, above in found.items() if above not in found]
    return top[0] if len(top) == 1 else None


def has_limit(pid, numbers) -> bool:
    """Does the process have one of these soft limits?"""
    text = read_proc(f"/proc/{pid}/limits")
    return any(word in numbers[name] for name in numbers
               for word in text.partition(f"Max {name} ")[2].split(maxsplit=1)[:1])


def make_process(stage, before=(), commands=()):
    """Put a process on the stage that is there before the program, and waits; returns its PID as we see it.

    `before` are the words before its shell, which runs these commands first.
    """
    limits = choose_limits()
    process = stage.start([*before, "sh", "-c", "; ".join([*commands, *set_limits(limits), "exec sleep infinity"])])
    process.stdin.close()
    found = wait_until(lambda: find_obedient(stage, limits) or process.poll(), stage.timeout)
    if process.poll() is not None or not found:
        raise Blocked(decode(process.stderr.read()).strip() or " ".join(map(str, before)))
    process.stdout.close()
    process.stderr.close()
    stage.bystanders.update((pid, start_time(pid)) for pid in stage.new_processes())
    return found


def name_process(pid):
    return f"{printable(read_proc(f'/proc/{pid}/comm').strip())} ({pid})"
