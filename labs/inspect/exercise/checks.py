"""What the judge checks in the inspect lab. Its program runs no shell: it gets the PIDs of processes of the judge's."""

import os
import random
import re
import string

from lib.judge.checks import check
from lib.judge.kernel import KINDS, namespaces, pids_inside, wait_until
from lib.judge.outcome import Fail
from lib.judge.program import Program
from lib.judge.shell import choose_limits, find_obedient, make_process, set_limits
from lib.judge.stage import TIMEOUT
from lib.words import N_, _

PROBE = ["unshare", "--uts", "true"]
SEE = "unshare --user --uts sleep 100 & sleep 1; build/inspect $$ $!"

FIRST_INODE = 0xeffffff0  # The kernel numbers no namespace lower: see PROC_IPC_INIT_INO.
MOST_NUMBERS = 4  # in a row, for each inode: a list of all that there could be shows none

# A program may leave these kinds out; but what it shows of them must be true.
FURTHER = sorted(set(os.listdir("/proc/self/ns")) - set(KINDS))


class Inspection:
    """Three processes with some namespaces of their own, and runs of the program on them."""

    def __init__(self, stage, program):
        self.stage = stage
        self.program = str(program)
        self.log = ""
        # Chance decides which namespaces are new, but the first two processes always share some and differ in some.
        # The first keeps the stage's PID namespace: so beside the childless one, an inode that a program has left over
        # from another row always shows.
        kinds = [*(set(KINDS) - {"pid"}), *(set(FURTHER) & {"time"})]
        random.shuffle(kinds)
        self.first = self.make_process(kinds[:2])
        self.second = self.make_process([kinds[1], *random.sample(["pid", *kinds[2:]], 2)])
        # Without --fork: the PID namespace for its children begins with the first child.
        self.childless = self.make_process(["pid"], fork=False)
        self.operands = ((self.first, self.second), (self.first, self.childless), (self.childless, self.first),
                         (self.first,), ())

    def make_process(self, kinds, fork=True, before=()):
        """Make a process with new namespaces of these kinds; returns its PID as we see it."""
        options = ["--mount" if kind == "mnt" else f"--{kind}" for kind in kinds]
        options += ["--fork"] if fork and "pid" in kinds else []
        return make_process(self.stage, [*before, *(self.stage.unshare(*options) if options else [])])

    def number(self, pid):
        """The PID as the program sees it, on the stage."""
        inside = pids_inside(pid)
        if not inside:
            raise Fail(_("the processes that it gets the PIDs of are left as they are"), _("one of them has ended"))
        return str(inside[self.stage.level])

    def run(self, *numbers, before=()):
        """Run the program with these PIDs."""
        done = Program(self.stage, [*before, self.program, *numbers])
        done.run_to_end()
        return self.keep(done, numbers)

    def run_apart(self, *numbers):
        """Run the program with these PIDs in namespaces of its own; returns the run, and their identities."""
        limits = choose_limits()
        # It waits for the end of its standard input, so that we can look at it first.
        wait = ["sh", "-c", "; ".join([*set_limits(limits), 'read line; exec "$@"']), "sh"]
        done = Program(self.stage, [*self.stage.unshare("--uts", "--ipc"), *wait, self.program, *numbers])
        pid = wait_until(lambda: find_obedient(self.stage, limits), TIMEOUT)
        own = namespaces(pid, (*KINDS, *FURTHER))
        done.run_to_end()
        return self.keep(done, numbers), own

    def keep(self, done, numbers):
        done.command = " ".join([self.program, *numbers])
        self.log += f"$ {done.command}\n{done.stdout()}{done.stderr()}"
        return done

    def rows(self, *pids):
        """Run the program on these processes; returns the run, and rows of (kind, inodes or None, words)."""
        numbers = list(map(self.number, pids))
        shown = [namespaces(pid, (*KINDS, *FURTHER)) for pid in pids]
        if len(pids) < 2:
            # It compares itself with the process.
            done, own = self.run_apart(*numbers)
            if done.process.returncode != 0 and not done.died():
                return done, []  # This program takes two PIDs and nothing else.
            shown.insert(0, own)
        else:
            done = self.run(*numbers)
        lines = [line.split() for line in done.stdout().splitlines()]
        found = []
        for kind in (*KINDS, *FURTHER):
            identities = [each[kind] for each in shown]
            inodes = [str(each[1]) if each else None for each in identities]
            row = next((words for words in lines if words and words[0].strip(":") == kind), [])
            if row or kind in KINDS:
                found.append((kind, inodes, row))
        return done, found


SUBJECT = Inspection


def list_inodes(kind, inodes):
    return [kind, *(inode or "-" for inode in inodes)]


def name_mistake(rows, inodes, row, done):
    """Which mistake a wrong row shows: the last part of a heading in exercise/hints."""
    if done.process.returncode != 0 and any(None in others for _kind, others, _row in rows):
        return "refused"
    shown = [int(number) for word in row for number in re.findall(r"\d{1,20}", word)]
    if shown and max(shown) < FIRST_INODE:
        return "link"
    return "stale" if None in inodes and shown else ""


def shows(row, inodes) -> bool:
    """Does the row show these inodes, in this order? It may show more, such as their device."""
    shown = [number for word in row for number in re.findall(r"\d+", word)]
    if len(shown) > MOST_NUMBERS * len(inodes):
        return False
    if None not in inodes:
        rest = iter(shown)
        return all(inode in rest for inode in inodes)
    # Where a namespace is missing, any other large number looks like its inode. That of a device is small.
    return [number for number in shown if len(number) > 6] == [inode for inode in inodes if inode]


def quote_row(kind, row, done):
    nothing = _("no row for %s; the program printed:") % kind + "\n" + done.stdout() + done.stderr()
    return f"{' '.join(row) or nothing.rstrip()}\n$ {done.command}"


@check("inspect.inodes", N_("it shows the inode of each namespace, for both processes"),
       N_("the inode identifies the namespace: two processes share a namespace exactly if their inodes are the same"),
       see=SEE, exercise="inspect.stat")
def inspect_inodes(inspection):
    for pids in inspection.operands:
        done, rows = inspection.rows(*pids)
        for kind, inodes, row in rows:
            if not shows(row, inodes):
                raise Fail(_("a row that begins: %s") % " ".join(list_inodes(kind, inodes)), quote_row(kind, row, done),
                           name_mistake(rows, inodes, row, done))
        if rows and done.process.returncode != 0:
            raise Fail(_("exit status 0, since both processes exist"), _("exit status %d") % done.process.returncode)


@check("inspect.same-or-different", N_("it says for each namespace whether the two are the same"),
       N_("stat(2) gives device and inode; compare both, since inode numbers are unique on one device only"), see=SEE,
       exercise="inspect.compare")
def inspect_same_or_different(inspection):
    words = {True: ("same", "相同"), False: ("different", "不同")}
    for pids in filter(None, inspection.operands):
        done, rows = inspection.rows(*pids)
        for kind, inodes, row in rows:
            bare = [word.strip(string.punctuation) for word in row]  # as in (same)
            said = [word for word in bare if word in words[True] + words[False]]
            # If both have none, that is the same; if one has none, a program needn't say anything.
            right = words[inodes[0] == inodes[1]]
            if not all(word in right for word in said) or len(said) != 1 and None not in inodes:
                wrong = set(words[inodes[0] != inodes[1]])
                raise Fail(" ".join([*list_inodes(kind, inodes), right[0]]), quote_row(kind, row, done),
                           mistake="inverted" if wrong & set(said) else "")


def require_refusal(done, expected):
    """The program ended with an error, and said why."""
    if done.died():
        raise Fail(expected, _("the program ended %s") % done.how_it_ended())
    if done.process.returncode == 0 or not done.stderr().strip():
        raise Fail(expected, _("exit status %d, and the program printed:") % done.process.returncode + "\n" +
                   (done.stdout() + done.stderr() or _("nothing")))


@check("inspect.no-such-process", N_("it reports an error for a PID that no process has"),
       N_("without /proc/PID, stat(2) fails with ENOENT; a row without an inode would look like an answer"),
       see="build/inspect $$ 4194304; echo $?", exercise="inspect.stat", needs="inspect.inodes")
def inspect_no_such_process(inspection):
    gone = "4194304"  # A PID is always smaller: proc(5), pid_max.
    there = inspection.number(inspection.first)
    expected = _("for PID %s, a message on standard error and an exit status other than 0") % (gone)
    require_refusal(inspection.run(there, gone), expected)
    require_refusal(inspection.run(gone, there), expected)


@check("inspect.not-permitted", N_("it reports an error for a process that it may not read"),
       N_("stat(2) fails with EACCES for a process with more rights than yours; only ENOENT means that it has no such "
          "namespace"), see="build/inspect 1; echo $?", exercise="inspect.stat", needs="inspect.inodes")
def inspect_not_permitted(inspection):
    # A process may not look at one that has more capabilities: ptrace(2), "Ptrace access mode checking". So the
    # program runs with one capability less than the stage's first process, beside another process with as few.
    fewer = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"]
    first = inspection.number(inspection.stage.init)
    there = inspection.number(inspection.make_process([], before=fewer))
    expected = _("for PID %s, a message on standard error and an exit status other than 0") % (first)
    require_refusal(inspection.run(there, first, before=fewer), expected)
    require_refusal(inspection.run(first, there, before=fewer), expected)
