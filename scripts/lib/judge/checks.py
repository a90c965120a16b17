"""What a check is, and how the judge finds a lab's checks.

They are functions in labs/NAME/exercise/checks.py, in the order in which they are shown:

    PROBE = ["unshare", "--uts", "true"]

    @check("uts.namespace", N_("what the check is about"), N_("why it matters"),
           see="the command to see it yourself", exercise="uts.flag")
    def uts_namespace(box):
        if not box.is_new("uts"):
            raise Fail(_("what was expected"), _("what was seen"))

`box` is the running program with a shell in it (lib.judge.container). A check asks the kernel and never believes the
program. It returns, or raises Fail, or Blocked if this machine can't show it. lib.judge.require has what several labs
need. The file may also define:

    PROBE         (required) a command of the system's own tools that does what the lab does. It runs only after a
                  failure: if it fails as well, the machine is to blame
    START_AS      the stage's methods that say how the program starts, such as "as_ordinary_user"; by default as root. A
                  further one is tried if the program has no shell so
    SUBJECT       a class that is called with the stage and the program. Its object takes the place of `box`, for a
                  program that runs no shell; its `log` is what the program printed
    PLANTED       whether `surroundings` puts processes on the stage, whose PIDs the program is given
    operands      called with what `surroundings` has put on the stage; returns the words after the program
    surroundings  a context manager that is called with the stage before the program starts; its value is `box.planted`
    remarks       yields (name, text) for each remark on a right program: its id is LAB.name. It is called with the box,
                  and with run(argument, ...), which runs the program with these arguments to its end: lib.judge.remarks

A check scores one point. What every program must do, whatever its lab adds (compile, run, leave the host as it was),
scores none, so that an untouched exercise scores 0.
"""

import collections
import contextlib
import functools
import importlib.util
from dataclasses import dataclass
from typing import Callable, Optional

from lib.judge.container import Container
from lib.judge.require import host_unchanged
from lib.tree import checks_file, runs_as
from lib.words import N_


@dataclass
class Check:
    id: str
    title: str
    why: str
    run: Optional[Callable]
    see: str = ""  # the command to see it yourself
    exercise: str = ""  # where in the lab's file to look: the id of its mark
    points: int = 1
    # "built" before the program runs; in its shell "early" (for what may come late, before other checks change things)
    # or "running"; "end" when the shell ends; "after" all of it is gone.
    when: str = "running"
    needs: str = ""  # the check that must pass first: a point is given only where the lab's own effect was seen


@dataclass
class Lab:
    """What the judge knows of a lab."""
    name: str
    checks: list[Check]
    probe: list[str]
    start_as: tuple
    subject: Optional[Callable]
    surroundings: Callable
    operands: Callable
    remarks: Callable
    planted_on_stage: bool

    def judged_exercises(self, blocked=()):
        """The ids of the exercises that checks are about, blocked checks aside."""
        return {each.exercise for each in self.checks if each.id not in blocked}


registered = collections.defaultdict(list)  # {lab: the checks in its file}


def check(name, title, why, **fields):
    """Make the function a check of the lab that its id begins with. `fields` are those of Check."""
    def add(function):
        registered[name.partition(".")[0]].append(Check(name, title, why, function, **fields))
        return function
    return add


@functools.cache
def load(lab) -> Lab:
    """Read the lab's file."""
    spec = importlib.util.spec_from_file_location(f"checks_{lab}", checks_file(lab))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    subject = getattr(module, "SUBJECT", None)
    return Lab(lab, with_common_checks(lab, registered.pop(lab), is_container=not subject), module.PROBE,
               getattr(module, "START_AS", ("",)), subject,
               getattr(module, "surroundings", lambda stage: contextlib.nullcontext()),
               getattr(module, "operands", lambda planted: ()),
               getattr(module, "remarks", lambda box, run: ()), getattr(module, "PLANTED", False))


def with_common_checks(lab, own, is_container) -> list[Check]:
    """The lab's own checks, with those of every program before and after them."""
    compiles = Check(f"{lab}.compiles", N_("the program compiles"), N_("only a program that compiles can be tried"),
                     None, see=f"make build/{lab}", points=0, when="built")
    if not is_container:
        return [compiles, *own]
    sudo = "sudo " if runs_as(lab) == "root" else ""
    runs = Check(f"{lab}.runs", N_("the program runs a shell, and ends when the shell ends"),
                 N_("a parent waits for its child (waitpid): until then, the terminal belongs to the shell"),
                 Container.finish, see=f'echo "echo hello" | {sudo}build/{lab}', points=0, when="end")
    unchanged = Check(f"{lab}.host-unchanged", N_("the host is left as it was"),
                      N_("a container changes only its own names, queues, mounts and interfaces; the program too must "
                         "leave the host's alone"), host_unchanged, points=0, when="after")
    # A lab that has the last one as a check of its own scores it.
    last = [] if unchanged.id in {each.id for each in own} else [unchanged]
    return [compiles, runs, *own, *last]
