"""What strace(1) says of a program: its system calls in their order, and who is whose child."""

import re
from dataclasses import dataclass

# Texts are in hexadecimal numbers, so that none of them looks like a part of the line. PIDs are those of the stage.
STRACE = ("strace", "-f", "-xx", "-s", "256", "--pidns-translation", "-e", "signal=none", "-e",
          "quiet=attach,personality,path-resolution", "-e",
          "trace=?clone,?clone3,?fork,?vfork,?execve,?execveat,?wait4,?waitid,?exit_group,?sethostname,?mount,"
          "?unshare,?setns,?pivot_root,?chroot,?umount2,?open,?openat")

MOST_LINES, MOST_LEVELS = 20000, 64  # A program that can write into the log must not keep us busy.

LINE = re.compile(r"(\d{1,9}) +(.+)")
CALL = re.compile(r"([\w?]+)\((.*)\) += (.+)")
BEGUN = re.compile(r"([\w?]+)\((.*)<unfinished \.\.\.>(?:\) += \?)?")
RESUMED = re.compile(r"<\.\.\. [\w?]+ resumed>(.*)\) += (.+)")
ENDED = re.compile(r"\+\+\+ (?:exited with (\d{1,3})|killed by \w+(?: \(core dumped\))?) \+\+\+")
SUPERSEDED = re.compile(r"\+\+\+ superseded by execve in pid (\d{1,9}) \+\+\+")

MAPS = re.compile(r"(?:^|/)(?:uid_map|gid_map|setgroups)$")


class Disturbed(Exception):
    """The log has a line that isn't strace's."""


@dataclass
class Call:
    """A system call. `begin` and `end` are numbers of lines in the log; `end` is -1 if it didn't return."""
    pid: int
    name: str
    begin: int
    arguments: str
    result: str = "?"
    end: int = -1
    number: int = 0  # It is the thread's first, second... call of this name; if it opens a file, of this file.
    own: bool = False  # made by the program itself, and not by a command that it runs

    def succeeded(self):
        return self.result[0].isdigit()

    def is_injected(self):
        return self.result.endswith("(INJECTED)")

    def opens(self):
        return self.name in ("open", "openat")

    def text(self, index):
        """The text that is the argument with this index, counted from 0; "" if that is no text."""
        words = self.arguments.split(", ")
        digits = re.match(r'"((?:\\x[0-9a-f]{2})*)"', words[index]) if index < len(words) else None
        return decode_text(digits[1]) if digits else ""

    def object(self):
        """The path that a call of mount(2) or open(2) is about; "" for others."""
        return self.text(1) if self.name in ("mount", "openat") else self.text(0) if self.name == "open" else ""

    def is_of_lab(self):
        """Is it one of the calls that a lab is about?"""
        if self.name in ("clone", "clone3", "unshare"):
            return "CLONE_NEW" in self.arguments
        if self.opens():
            return MAPS.search(self.object()) and ("O_WRONLY" in self.arguments or "O_RDWR" in self.arguments)
        return self.name in ("sethostname", "mount", "umount2", "setns", "pivot_root", "chroot")

    def kind(self):
        """What two calls have in common if either can stand for the other, such as another try. PIDs may differ."""
        name = {"clone3": "clone", "openat": "open"}.get(self.name, self.name)
        return name, re.sub(r"\d+", "N", self.object())


class Trace:
    """The log of a run; `program` is the path by which it was started."""

    def __init__(self, log, program):
        self.calls = []
        self.ends = {}  # {pid: (line, exit status or None)}
        self.begun = {}  # {pid: its call that hasn't returned}
        self.counts = {}
        for number, line in enumerate(log.splitlines()):
            found = LINE.fullmatch(line)
            if not found or number == MOST_LINES or not self.read(number, int(found[1]), found[2]):
                raise Disturbed(line)
        self.makers = {child_of(call): call for call in self.calls if child_of(call)}  # {pid: the call that made it}
        self.find_own(program)

    def read(self, number, pid, line):
        """Read a line; returns whether strace can have written it."""
        if found := ENDED.fullmatch(line):
            self.ends[pid] = number, int(found[1]) if found[1] else None
        elif found := SUPERSEDED.fullmatch(line):  # The thread that called execve(2) has this PID now.
            self.begun[pid] = self.begun.pop(int(found[1]), None)
        elif found := RESUMED.fullmatch(line):
            if call := self.begun.pop(pid, None):
                call.arguments = f"{call.arguments} {found[1]}".strip()
                call.result, call.end = found[2], number
        elif found := BEGUN.fullmatch(line):
            self.begun[pid] = self.add(pid, found[1], number, found[2].strip())
        elif found := CALL.fullmatch(line):
            self.add(pid, found[1], number, found[2], found[3], number)
        else:
            return False
        return True

    def add(self, *fields):
        call = Call(*fields)
        counted = call.pid, call.name, call.object() if call.opens() else ""
        call.number = self.counts[counted] = self.counts.get(counted, 0) + 1
        self.calls.append(call)
        return call

    def find_own(self, program):
        """Tell the program's own calls from those of other commands: by what each process has executed."""
        own = {}
        for call in self.calls:
            call.own = own.get(call.pid, False)
            if call.name.startswith("execve") and call.result == "0":
                path = call.text(0)
                own[call.pid] = path == program or call.own and re.fullmatch(r"/proc/(self|\d+)/exe", path) is not None
                own[self.process(call.pid)] = own[call.pid]
            elif child := child_of(call):
                own[child] = call.own

    def process(self, pid):
        """The process that a thread belongs to."""
        for _level in range(MOST_LEVELS):
            if pid not in self.makers or "CLONE_THREAD" not in self.makers[pid].arguments:
                break
            pid = self.makers[pid].pid
        return pid

    def find_shell(self, status):
        """The process that was the first to end with this status; None if none did."""
        return next((pid for pid, (_line, end) in sorted(self.ends.items(), key=lambda item: item[1][0])
                     if end == status), None)

    def ancestors(self, pid):
        """The process, its parent, and so on, up to the first that was traced."""
        found = [pid]
        while found[-1] in self.makers and len(found) < MOST_LEVELS:
            found.append(self.process(self.makers[found[-1]].pid))
        return found

    def of_lab(self):
        """The program's own calls that its lab is about."""
        return [call for call in self.calls if call.own and call.is_of_lab()]

    def successes(self, kind):
        """How many calls of this kind succeeded."""
        return sum(call.succeeded() for call in self.calls if call.kind() == kind)


def decode_text(digits):
    """The text that strace wrote as \\x and two digits for each byte."""
    return bytes.fromhex(digits.replace("\\x", "")).decode(errors="backslashreplace")


def child_of(call):
    """The PID, on the stage, of the process or thread that the call has made; 0 if it made none."""
    if call.name not in ("clone", "clone3", "fork", "vfork") or not call.succeeded():
        return 0
    # In another PID namespace it returns another number.
    found = re.match(r"(\d{1,9})(?: /\* (\d{1,9}) in strace's PID NS \*/)?", call.result)
    return int(found[2] or found[1])
