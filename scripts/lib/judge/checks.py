"""What a check is, what every program must do, and what the labs' own checks share.

A lab's checks are in labs/NAME/exercise/checks.py, one short function each, in the order in which they
are shown. A check gets the running container (judge.program.Container), looks at what the kernel
knows, and raises Fail(expected, actual), or returns. That file also says:

    PROBE         what this machine must be able to do for the lab: a command of the system's own
                  tools. It is asked only after a failure: if it fails too, the machine is to blame
    START_AS      a method of the stage that gives the words before the program; without it, the
                  program starts as root of the stage
    SUBJECT       a class, SUBJECT(stage, program), in place of the container
    surroundings  a context manager, surroundings(stage), for what must be on the stage before the
                  program starts; its value is the container's `planted`

A check scores one point if it is about what its lab adds. What every program must do anyway (compile,
run, leave the host as it was) scores none, so that an untouched exercise scores 0.
"""

import contextlib
import functools
import importlib.util
import os
import random
import signal
from collections import Counter
from dataclasses import dataclass, field
from typing import Callable

from lib.judge.kernel import (KINDS, describe, pids_inside, status, wait_until, what_it_does)
from lib.judge.outcome import Blocked, Fail
from lib.judge.program import PATIENCE
from lib.tree import checks_file, runs_as
from lib.words import N_, _


@dataclass
class Check:
    id: str
    title: str
    why: str
    see: str  # the command to see it yourself
    exercise: str  # where in the lab's file to look: the id of its mark
    points: int
    when: str  # "built", "early" (what may come late is asked first), "running", or "after" the end
    run: Callable


@dataclass
class Lab:
    """What the judge knows of a lab."""
    name: str
    checks: list = field(default_factory=list)
    probe: list = field(default_factory=list)
    start_as: str | None = None
    subject: Callable | None = None
    surroundings: Callable = lambda stage: contextlib.nullcontext()

    def judged_exercises(self, blocked=()):
        """The ids of the exercises that checks are about, blocked checks aside."""
        return {each.exercise for each in self.checks if each.id not in blocked}


registered = {}  # by lab: the checks that its file has declared


def check(name, title, why, see="", exercise="", points=1, when="running"):
    """Add the function to the checks of the lab that the check's id begins with."""
    def add(function):
        lab = name.partition(".")[0]
        registered.setdefault(lab, []).append(
            Check(name, title, why, see, exercise, points, when, function))
        return function
    return add


@functools.cache
def load(lab):
    """The Lab, with the checks of its own and those of every program."""
    spec = importlib.util.spec_from_file_location(f"checks_{lab}", checks_file(lab))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    own = registered.pop(lab)
    subject = getattr(module, "SUBJECT", None)
    before, after = checks_of_every_program(lab, is_container=subject is None)
    ids = {each.id for each in own}
    return Lab(lab, before + own + [each for each in after if each.id not in ids], module.PROBE,
               getattr(module, "START_AS", None), subject,
               getattr(module, "surroundings", Lab.surroundings))


# ---- What every program must do ----


def judged_by_caller(_box):
    """Building and ending are observed by the verdict itself."""


def checks_of_every_program(lab, is_container):
    """Those before the lab's own checks, and those after."""
    compiles = Check(
        f"{lab}.compiles", N_("the program compiles"),
        N_("only a program that compiles can be tried"),
        f"make build/{lab}", "", 0, "built", judged_by_caller)
    if not is_container:
        return [compiles], []
    sudo = "sudo " if runs_as(lab) == "root" else ""
    runs = Check(
        f"{lab}.runs", N_("the program runs a shell, and ends when the shell ends"),
        N_("a parent waits for its child (waitpid): the terminal is the shell's until then"),
        f'echo "echo hello" | {sudo}build/{lab}', "", 0, "after", judged_by_caller)
    unchanged = Check(
        f"{lab}.host-unchanged", N_("the host is left as it was"),
        N_("what a container does to names, queues, mounts and links is its own; the program itself must leave "
           "the host's alone"), "", "", 0, "after", host_unchanged)
    return [compiles, runs], [unchanged]


def running(stage):
    return [pid for pid in stage.processes() if not status(pid).get("State", "Z").startswith("Z")]


def host_unchanged(box):
    """Names, queues, mounts and network of the stage are as before; the names also meanwhile."""
    changes = find_changes(box)
    # The kernel removes a network namespace, and so its links, a little later.
    if changes and all(change.startswith(("+ link", "+ address", "+ route")) for change in changes):
        wait_until(lambda: not find_changes(box), PATIENCE)
        changes = find_changes(box)
    # A name that was put back had been changed nonetheless.
    changes += [f"+ {line}" for line in sorted(box.meanwhile - set(box.before))
                if f"+ {line}" not in changes]
    # What still runs may change the host later.
    wait_until(lambda: not running(box.stage), PATIENCE)
    changes += [f"+ process {pid}: {what_it_does(pid)}" for pid in running(box.stage)]
    if changes:
        raise Fail(_("the host's names, queues, mounts and links are as they were"),
                   _("changed on the host (- before, + after):") + "\n" + "\n".join(changes))


def find_changes(box):
    before, now = Counter(box.before), Counter(box.stage.snapshot())
    return ([f"- {line}" for line in (before - now).elements()] +
            [f"+ {line}" for line in (now - before).elements()])


# ---- What the labs with a container share ----


def require_own_namespace(box, kind, act=None):
    """The shell is in a namespace of its own, all of it, and what it is told happens there.

    `act` has the shell do something with a random effect, and looks for it through the descriptors
    that we hold. A shell elsewhere, with a decoy in the namespace, can't give that answer.
    """
    expected = _("the shell is in a new %s namespace, and so is all that it does") % _(KINDS[kind])
    box.require_harmless(kind, expected)
    if box.stage.real:  # What the shell is told happens where this lands.
        box.require_child_inside(expected)
    if act:
        act(box, expected)
    require_new(box, kind, expected)
    box.require_child_inside(expected)
    box.require_steady(expected)


def require_new(box, kind, expected):
    """The shell isn't in the host's own namespace of this kind."""
    if not box.is_new(kind):
        raise Fail(expected, _("%s, which is the host's own") % describe(kind, box.namespaces[kind]))


def not_in_shell(expected, command, want, got):
    """The Fail of a command in the shell whose effect isn't in the namespace."""
    return Fail(expected, _("%(command)s in the shell: its namespace should have %(want)s then, and has %(got)s") % {
        "command": command, "want": want, "got": got or _("nothing")})


def not_from_outside(expected, command, want, got):
    """The Fail of a shell that doesn't see what was put into the namespace."""
    return Fail(expected, _("%(want)s was put into the namespace from outside; "
                           "%(command)s in the shell prints: %(got)s") % {
        "command": command, "want": want, "got": got.strip() or _("nothing")})


def act_on_process(box, expected):
    """Put a process into the PID namespace; the shell must be able to end it, by its number there."""
    if not box.is_new("pid"):
        return
    number = f"{random.randrange(1000, 9000)}.{random.randrange(10**6)}"
    # From a subshell, which is in there in any case: so it becomes the child of that namespace's PID 1, and not ours.
    box.stage.enter(["pid"], ["sh", "-c", f"(exec sleep {number} </dev/null >/dev/null 2>&1 &); :"], box.descriptors)
    planted = wait_until(lambda: box.stage.find_command("sleep", number), PATIENCE)
    if not planted:
        raise Blocked(_("no process can be put into the PID namespace"))
    inside = pids_inside(planted)[-1]
    box.ask(f"kill -KILL {inside}")
    if not wait_until(lambda: status(planted).get("State", "Z").startswith(("Z", "X")), PATIENCE):
        os.kill(planted, signal.SIGKILL)
        raise Fail(expected, _("process %d of the namespace was put there from outside; the shell can't kill it") %
                   inside)
