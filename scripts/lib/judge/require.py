"""What the checks of several labs require of a container."""

import os
import signal

from lib.judge.kernel import (KINDS, describe, is_running, namespaces, pids_inside, start_time, status, wait_until)
from lib.judge.outcome import Blocked, Fail
from lib.judge.program import PATIENCE
from lib.judge.stage import random_duration
from lib.words import _


def require_own_namespace(box, kind, act=None):
    """The shell is in a namespace of its own, as a whole, and what it is told happens there.

    `act` has the shell do something with a random effect, and looks for the effect through the descriptors that we
    hold. A shell elsewhere, with a decoy in the namespace, can't pass that.
    """
    expected = _("the shell is in a new %s namespace, and so is everything it does") % _(KINDS[kind])
    require_harmless(box, kind, expected)
    if box.stage.real:  # Make sure first where the commands of `act` will run.
        require_child_inside(box, expected)
    if act:
        act(box, expected)
    require_new(box, kind, expected)
    require_child_inside(box, expected)
    require_steady(box, expected)


def require_harmless(box, kind, expected):
    """On the machine itself, a command must not reach the machine's own namespace."""
    if box.stage.real and not box.is_new(kind):
        raise Fail(expected, _("%s, the host's own: not tried on a real machine") %
                   describe(kind, box.namespaces[kind]))


def require_new(box, kind, expected):
    """The shell isn't in the host's own namespace of this kind."""
    if not box.is_new(kind):
        raise Fail(expected, _("%s, which is the host's own") % describe(kind, box.namespaces[kind]))


def require_child_inside(box, expected):
    """An ordinary command runs where the shell is.

    So we find a program that runs only some of the commands in the namespaces.
    """
    duration = random_duration()
    box.ask(f"sleep {duration} </dev/null >/dev/null 2>&1 &")
    child = wait_until(lambda: box.stage.find_sleep(duration), PATIENCE)
    if not child:
        raise Fail(expected, _("a command that the shell was given (sleep) runs nowhere"))
    seen = namespaces(child)
    try:
        os.kill(child, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass  # It ends with the stage.
    if seen != box.namespaces:
        raise Fail(expected, _("the shell is in the namespaces, but a command that it was given (sleep) isn't"))


def require_steady(box, expected):
    """The shell is still the process that was found, and where it was; no other one steers it."""
    if not box.shell_lives() or start_time(box.shell) != box.shell_started:
        raise Fail(expected, _("the shell ended before it was told to"))
    if status(box.shell).get("TracerPid") != "0":
        raise Fail(expected, _("another process traces the shell, and can act in its place"))
    for thread in os.listdir(f"/proc/{box.shell}/task"):
        if namespaces(f"{box.shell}/task/{thread}") != box.namespaces:
            raise Fail(expected, _("a thread of the shell is in other namespaces, or has moved to others"))


def not_in_shell(expected, command, want, got) -> Fail:
    """The shell ran a command, and its effect isn't in the namespace."""
    return Fail(expected, _("after %(command)s in the shell, its namespace should have %(want)s, but has %(got)s") % {
        "command": command, "want": want, "got": got or _("nothing")})


def not_from_outside(expected, command, want, got) -> Fail:
    """The shell doesn't see what we put into the namespace."""
    return Fail(expected, _("%(want)s was put into the namespace from outside; %(command)s in the shell prints: "
                            "%(got)s") % {"command": command, "want": want, "got": got.strip() or _("nothing")})


def act_on_process(box, expected):
    """Put a process into the PID namespace. The shell must be able to kill it by its PID there."""
    if not box.is_new("pid"):
        return
    duration = random_duration()
    # The subshell ends at once, so that the parent of sleep is the namespace's PID 1, not ours.
    box.enter(["pid"], ["sh", "-c", f"(exec sleep {duration} </dev/null >/dev/null 2>&1 &); :"])
    planted = wait_until(lambda: box.stage.find_sleep(duration), PATIENCE)
    if not planted:
        raise Blocked(_("no process can be put into the PID namespace"))
    inside = pids_inside(planted)[-1]
    box.ask(f"kill -KILL {inside}")
    if not wait_until(lambda: not is_running(planted), PATIENCE):
        os.kill(planted, signal.SIGKILL)
        raise Fail(expected, _("process %d of the namespace was put there from outside; the shell can't kill "
                               "it") % inside)
