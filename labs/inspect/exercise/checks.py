"""What the inspect lab promises. It is run with the PIDs of processes that the judge has made."""

import os
import random
import re

from lib.judge.checks import check
from lib.judge.kernel import KINDS, namespace, pids_inside, wait_until
from lib.judge.outcome import Blocked, Fail
from lib.judge.stage import TIMEOUT
from lib.words import N_, _

PROBE = ["unshare", "--uts", "true"]


class Inspection:
    """Three processes in some namespaces of their own, and runs of the student's program on them."""

    # A program needn't show these; what it shows must be true.
    further = sorted(set(os.listdir("/proc/self/ns")) - set(KINDS))

    def __init__(self, stage, program):
        self.stage = stage
        self.program = str(program)
        self.log = ""
        # Chance decides which are new, but some are always different and some the same for both.
        # The first keeps the PID namespace: beside the childless one, what is left over from another row always shows.
        kinds = [*(kind for kind in KINDS if kind != "pid"), *(kind for kind in self.further if kind == "time")]
        shuffled = random.sample(kinds, len(kinds))
        self.first = self.make_process(shuffled[:2])
        self.second = self.make_process([shuffled[1], *random.sample(["pid", *shuffled[2:]], 2)])
        # Its PID namespace for children begins with the first child: there is none yet.
        self.childless = self.make_process(["pid"], fork=False)
        self.operands = (self.first, self.second), (self.first, self.childless), (self.first,), ()

    def make_process(self, kinds, fork=True):
        options = [f"--{name}" for name in ({"mnt": "mount"}.get(kind, kind) for kind in kinds)]
        options += ["--fork"] if fork and "pid" in kinds else []
        number = f"{random.randrange(1000, 9000)}.{random.randrange(10**6)}"
        process = self.stage.start([*self.stage.unshare(*options), "sleep", number])
        process.stdin.close()
        found = wait_until(lambda: self.stage.find_command("sleep", number) or process.poll(), TIMEOUT)
        if process.poll() is not None or not found:
            raise Blocked(process.stderr.read().decode("utf-8", "backslashreplace").strip() or "unshare(1)")
        process.stdout.close()
        process.stderr.close()
        return found

    def number(self, pid):
        """The PID that the program sees, on the stage."""
        return str(pids_inside(pid)[self.stage.level])

    def run(self, *pids, prefix=()):
        done = self.stage.run([*prefix, self.program, *pids])
        done.command = " ".join([self.program, *pids])
        self.log += f"$ {done.command}\n{done.stdout()}{done.stderr()}"
        return done

    def rows(self, *pids):
        """The rows that it shows for these processes (one alone is compared with the program itself).

        Each is the kind, the inodes that it must show, None for a namespace that is missing, and the row's words.
        """
        done = self.run(*map(self.number, pids))
        if len(pids) < 2:
            if done.process.returncode != 0 and not done.died():
                return done, []  # It takes two PIDs and nothing else.
            pids = self.stage.init, *pids  # in the same namespaces as the program
        lines = [line.split() for line in done.stdout().splitlines()]
        found = []
        for kind in (*KINDS, *self.further):
            inodes = [str(identity[1]) if identity else None for identity in (namespace(pid, kind) for pid in pids)]
            row = next((words for words in lines if words and words[0].strip(":") == kind), [])
            if row or kind in KINDS:
                found.append((kind, inodes, row))
        return done, found


SUBJECT = Inspection


def list_inodes(kind, inodes):
    return [kind, *(inode or "-" for inode in inodes)]


def quote_row(kind, row, done):
    seen = " ".join(row) or _("no row for %s; the program printed:") % kind + "\n" + done.stdout() + done.stderr()
    return f"{seen.rstrip()}\n$ {done.command}"


SEE_INSPECT = "unshare --user --uts sleep 100 & sleep 1; build/inspect $$ $!"


@check("inspect.inodes", N_("it shows the inode of each namespace, for both processes"),
       N_("the inode names the namespace: two processes share a namespace if and only if it is the same"),
       see=SEE_INSPECT, exercise="inspect.stat")
def inspect_inodes(inspection):
    for pids in inspection.operands:
        done, rows = inspection.rows(*pids)
        for kind, inodes, row in rows:
            shown = [number for word in row for number in re.findall(r"\d+", word)]
            expected = [inode for inode in inodes if inode]
            # Where a namespace is missing, any other number would look like one.
            if shown != expected if None in inodes else shown[:len(inodes)] != inodes:
                raise Fail(_("a row that begins: %s") % " ".join(list_inodes(kind, inodes)),
                           quote_row(kind, row, done))
        if rows and done.process.returncode != 0:
            raise Fail(_("exit status 0, since both processes exist"), _("exit status %d") % done.process.returncode)


@check("inspect.same-or-different", N_("it says of each namespace whether it is the same"),
       N_("stat(2) gives device and inode; compare both, since inode numbers are unique on one device only"),
       see=SEE_INSPECT, exercise="inspect.compare")
def inspect_same_or_different(inspection):
    words = {True: ("same", "相同"), False: ("different", "不同")}
    for pids in filter(None, inspection.operands):
        done, rows = inspection.rows(*pids)
        for kind, inodes, row in rows:
            said = [word for word in row if word in words[True] + words[False]]
            # What is missing is the same as nothing; "different" isn't wrong.
            right = words[inodes[0] == inodes[1]]
            if not all(word in right for word in said) or len(said) != 1 and None not in inodes:
                raise Fail(" ".join([*list_inodes(kind, inodes), right[0]]), quote_row(kind, row, done))


def require_refusal(done, expected):
    if done.died():
        raise Fail(expected, _("the program ended %s") % done.how_it_ended())
    if done.process.returncode == 0 or not done.stderr().strip():
        raise Fail(expected, _("exit status %d, and the program printed:") % done.process.returncode + "\n" +
                   (done.stdout() + done.stderr() or _("nothing")))


@check("inspect.no-such-process", N_("a PID that no process has is an error, and it says so"),
       N_("/proc/PID is missing then: stat(2) fails with ENOENT, and a row without an inode would look like an answer"),
       see="build/inspect $$ 4194304; echo $?", exercise="inspect.stat")
def inspect_no_such_process(inspection):
    gone = "4194304"  # one more than a PID can ever be: proc(5), pid_max
    there = inspection.number(inspection.first)
    expected = _("a message on the standard error and an exit status that isn't 0, for PID %s") % gone
    require_refusal(inspection.run(there, gone), expected)
    require_refusal(inspection.run(gone, there), expected)


@check("inspect.not-permitted", N_("a process that may not be read is an error, and it says so"),
       N_("stat(2) fails with EACCES for a process with more rights than yours; only ENOENT means: it has none"),
       see="build/inspect 1; echo $?", exercise="inspect.stat")
def inspect_not_permitted(inspection):
    # ptrace(2), "Ptrace access mode checking": nobody may look at a process that has a capability more.
    fewer = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"]
    first = str(pids_inside(inspection.stage.init)[inspection.stage.level])
    there = inspection.number(inspection.first)
    expected = _("a message on the standard error and an exit status that isn't 0, for PID %s") % first
    require_refusal(inspection.run(there, first, prefix=fewer), expected)
