"""What the judge checks in the init lab: the kernel is asked about PID 1 of the shell's PID namespace."""

import contextlib
import os
import signal
import time

from lib.judge.checks import check
from lib.judge.kernel import (all_pids, is_running, namespace, parent, pids_inside, read_proc, start_time, stat_fields,
                              wait_until)
from lib.judge.outcome import Blocked, Fail
from lib.judge.program import reap_orphans
from lib.judge.shell import TOO_LATE, choose_limits, find_obedient, name_process, set_limits
from lib.judge.stage import PATIENCE
from lib.words import N_, _

PROBE = ["unshare", "--uts", "--ipc", "--pid", "--fork", "--mount", "--mount-proc", "true"]

ZOMBIES = 10  # that PID 1 gets at once
OWN_STATUS = 43  # that no program returns by chance
LOOK = 0.3  # seconds for which PID 1 is looked at
MOST_BUSY = 0.2  # of that time, which it may compute
MOST_READY = 0.8  # or, on a busy machine, compute or wait for its turn
# Programs use them to reload or to reopen their logs; without a handler, PID 1 doesn't get them.
FURTHER = (signal.SIGHUP, signal.SIGUSR1)


def find_init(shell):
    """PID 1 of the shell's PID namespace, which may be the shell itself."""
    inside = shell.namespaces["pid"]
    return next((pid for pid in shell.stage.processes()
                 if pids_inside(pid)[-1:] == [1] and namespace(pid, "pid") == inside), None)


def require_init(shell, expected):
    """PID 1 of the shell's own PID namespace; it isn't the shell."""
    shell.ask(":")  # Is it there?
    if "pid" not in shell.new_kinds:
        raise Fail(expected, _("the shell is in the host's own PID namespace"))
    init = find_init(shell)
    if not init:
        raise Fail(expected, _("no process of the program is PID 1 of the shell's PID namespace"))
    if init == shell.shell:
        raise Fail(expected, _("the shell itself is PID 1"), "shell")
    return init


@check("init.command", N_("the command runs as a child of PID 1"),
       N_("the kernel drops each signal for which a PID 1 has no handler: as PID 1, an ordinary command such as sleep "
          "isn't ended by SIGTERM"), see="echo 'ps -e -o pid,ppid,comm' | sudo build/init", exercise="init.command")
def init_command(box):
    require_init(box, _("PID 1 is a process that stays with the command, and the shell is its child"))


def list_zombies(maker):
    """The children of a process that have ended and aren't waited for: the PID and the start time of each."""
    return [(pid, start_time(pid)) for pid in all_pids() if parent(pid) == maker and not is_running(pid)]


@check("init.reap", N_("PID 1 waits for every orphan that has ended"),
       N_("an orphan becomes a child of PID 1. Until that waits for it, the ended process stays as a zombie, and keeps "
          "its PID"), see="echo '(for i in 1 2 3 4 5; do sleep 1 & done); sleep 2; ps -e -o stat=' | sudo build/init",
       exercise="init.reap", needs="init.command")
def init_reap(box):
    expected = _("%d ended processes whose parent has died are PID 1's, which waits for them all") % ZOMBIES
    init = require_init(box, expected)
    planted = box.plant(ZOMBIES)
    if not planted:
        raise Blocked(_("the judge can't put a process into the container here"))
    wait_until(lambda: len(list_zombies(planted)) == ZOMBIES, PATIENCE)
    zombies = list_zombies(planted)
    box.stage.kill(planted)

    def left():
        reap_orphans()  # The planted process itself is ours.
        return [pid for pid, started in zombies if start_time(pid) == started]
    wait_until(lambda: not left(), TOO_LATE)
    if not box.shell_lives():
        raise Fail(expected, _("the program has ended, although its shell was still running"), "ends")
    if left():
        raise Fail(expected, _("%(left)d of %(all)d are zombies, and their parent is %(parent)s") % {
            "left": len(left()), "all": len(zombies), "parent": name_process(init)},
            "some" if len(left()) < len(zombies) else "")


def require_signal(box, number, orphan=False):
    """A signal to PID 1, sent from outside as an engine does it (`docker stop`), runs the shell's trap for it.

    With `orphan`, one has ended before: a PID 1 that then waits for its next child takes no signal any more.

    The kernel tells whether the trap has run: it sets limits that no other process has. Until then the shell computes,
    since Bash may take a signal that comes while it waits for a line at a terminal for the end of its input.
    """
    expected = (_("after an orphan has ended, %s to PID 1 runs the shell's trap for it") if orphan else
                _("%s to PID 1 runs the shell's trap for it")) % number.name
    waits, caught = choose_limits(), choose_limits()
    with box.running_again() as shell:
        init = require_init(shell, expected)
        trap = "; ".join([*set_limits(caught), "caught=yes"])
        shell.begin(f"trap '{trap}' {number.name.removeprefix('SIG')}; {'(: & );' if orphan else ''} "
                    f"{'; '.join(set_limits(waits))}; " 'until test "${caught:-}"; do :; done')
        wait_until(lambda: find_obedient(shell.stage, waits), TOO_LATE)
        if orphan:
            wait_until(lambda: {pid for pid in all_pids() if parent(pid) == init} <= {shell.shell}, TOO_LATE)
        with contextlib.suppress(ProcessLookupError):  # It may have ended, with the orphan.
            shell.stage.kill(init, number)
        if not wait_until(lambda: find_obedient(shell.stage, caught), TOO_LATE):
            raise Fail(expected, _("the shell's trap for %s hasn't run") % number.name +
                       (_("; the program has ended") if shell.has_ended() else ""), "deaf" if orphan else "")


def wait_for_end(shell):
    end = time.monotonic() + TOO_LATE
    while not shell.has_ended() and time.monotonic() < end:
        shell.pump(end - time.monotonic())
    return shell.has_ended()


def require_status(shell, expected, status):
    """The program ends with this status, since its shell has ended or has been told to."""
    if not wait_for_end(shell):
        raise Fail(expected, _("its shell has ended, but %d s later the program hasn't") % TOO_LATE)
    if shell.process.returncode != status:
        raise Fail(expected, _("the program ended %s") % shell.how_it_ended())


@check("init.forward", N_("SIGTERM sent to PID 1 arrives at the command"),
       N_("`docker stop` sends SIGTERM to PID 1, waits for ten seconds, and then kills the container: only what PID 1 "
          "passes on lets the command end in order"),
       see="sudo build/init sh -c 'trap \"echo TERM\" TERM; kill -TERM 1; sleep 1'", exercise="init.forward",
       needs="init.command")
def init_forward(box):
    require_signal(box, signal.SIGTERM)
    require_signal(box, signal.SIGTERM, orphan=True)


@check("init.block", N_("other signals arrive at the command as well"),
       N_("the kernel drops each signal that PID 1 neither handles nor blocks: SIGHUP and SIGUSR1, by which programs "
          "are told to read their configuration again, are lost"),
       see="sudo build/init sh -c 'trap \"echo USR1\" USR1; kill -USR1 1; sleep 1'", exercise="init.block",
       needs="init.command")
def init_block(box):
    for number in FURTHER:
        require_signal(box, number)


@check("init.status", N_("the program's status is the command's: 128 plus its number after a signal"),
       N_("whoever started the container asks how the command ended, and sees only the status of PID 1: WIFSIGNALED "
          "and WTERMSIG, or exit_status() in common/container.h"),
       see="sudo build/init sh -c 'kill -KILL $$'; echo $?", exercise="init.reap", needs="init.command")
def init_status(box):
    expected = _("after SIGKILL has ended its shell, the program ends with status %d") % (128 + signal.SIGKILL)
    with box.running_again() as shell:
        require_init(shell, expected)
        shell.stage.kill(shell.shell)
        require_status(shell, expected, 128 + signal.SIGKILL)
    expected = _("after `exit %(status)d` in its shell, the program ends with status %(status)d") % {
        "status": OWN_STATUS}
    with box.running_again() as shell:
        shell.send(f"exit {OWN_STATUS}")
        require_status(shell, expected, OWN_STATUS)


def processor_time(pid):
    """The seconds that a process has computed, and those that it has waited for its turn.

    Of /proc/PID/stat, the fields utime and stime; of /proc/PID/schedstat, which a kernel may lack, the second one.
    """
    fields, waited = stat_fields(pid), read_proc(f"/proc/{pid}/schedstat").split()
    computed = sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK") if fields else 0
    return computed, int(waited[1]) / 1e9 if waited else 0


@check("init.idle", N_("PID 1 sleeps until something happens"),
       N_("a loop that asks again and again keeps a processor busy for as long as the container lives: sigwaitinfo(2) "
          "and waitpid(2) without WNOHANG sleep"), see="sudo build/init sh -c 'sleep 1; ps -o pid,time,comm -p 1'",
       exercise="init.reap", needs="init.command")
def init_idle(box):
    expected = _("PID 1 uses the processor for less than %d%% of the time while the shell does nothing") % (
        MOST_BUSY * 100)
    init = require_init(box, expected)
    before = processor_time(init)
    time.sleep(LOOK)
    used, waited = (after - earlier for after, earlier in zip(processor_time(init), before))
    if used > MOST_BUSY * LOOK or used + waited > MOST_READY * LOOK:
        raise Fail(expected, _("in %(time).1f s it has used the processor for %(used).2f s") % {
            "time": LOOK, "used": used})
