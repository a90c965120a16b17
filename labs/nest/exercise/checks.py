from lib.judge.checks import check
from lib.judge.kernel import depth, parent, pids_inside
from lib.judge.outcome import Fail
from lib.judge.require import act_on_process, require_own_namespace
from lib.words import N_, _

PROBE = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "unshare", "--user", "--map-root-user", "--pid",
         "--fork", "true"]
# Root's ids are 0 at every level, so that as root a program that confuses the levels would pass.
START_AS = ("as_ordinary_user", "as_user_with_rights")
DEPTHS = (1, 3)  # to try --depth with


@check("nest.outer", N_("the shell is in a container"), N_("the first level: a PID namespace below the host's"),
       see="echo 'grep NSpid /proc/self/status' | build/nest", exercise="pid.flag")
def nest_outer(box):
    try:
        require_own_namespace(box, "pid", act_on_process)
    except Fail as fail:
        # The flags of all earlier labs are lost if the last one was stored by "=".
        if box.is_new("user") and not box.is_new("uts"):
            fail.mistake = "overwritten"
        raise


@check("nest.inner", N_("the shell is in a container in a container"),
       N_("a container can make another one: PID namespaces nest, and a process has a PID in its own and in each one "
          "around it"), see=N_("build/nest, then in a second terminal: grep NSpid /proc/*/status"),
       exercise="nest.inner")
def nest_inner(box):
    levels = count_levels(box)
    if levels < 2:
        raise Fail(_("NSpid of the shell has a PID on the host and one in each of two levels below it"),
                   "NSpid: " + " ".join(map(str, pids_inside(box.shell)[box.stage.level:])))
    seen = [count_levels_asked(box, asked) for asked in DEPTHS]
    # A program that doesn't take the option fails, or ignores it.
    if None not in seen and seen[0] != seen[1] and (levels, *seen) != (2, *DEPTHS):
        raise Fail(_("2 levels without --depth, and with it as many as it says: %s") % " ".join(map(str, DEPTHS)),
                   _("%(default)d without it; with it %(seen)s") % {
                       "default": levels, "seen": " ".join(map(str, seen))},
                   mistake="levels")


def count_levels(box):
    return depth(f"/proc/self/fd/{box.descriptors['pid']}", box.stage.namespaces["pid"])


def count_levels_asked(box, asked):
    """The levels that the program makes with --depth; None if it has no shell then."""
    with box.running_again("--depth", str(asked)) as again:
        return count_levels(again) if again.shell else None


@check("nest.pid-1-in-each", N_("each level has its own PID 1, and the outer one is an ancestor of the inner one"),
       N_("the outer container makes the inner one: when the outer PID 1 ends, everything below it ends too"),
       see=N_("build/nest, then in a second terminal: ps -e --forest | grep -A 2 nest"), exercise="nest.inner")
def nest_pid_1_in_each(box):
    firsts = []
    pid = box.shell
    while pid > 1 and box.stage.has(pid):
        inside = pids_inside(pid)[box.stage.level:]
        if len(inside) > 1 and inside[-1] == 1:
            firsts.append(" ".join(map(str, inside)))
        pid = parent(pid)
    if len(firsts) < 2:
        raise Fail(_("the shell and its ancestors include the PID 1 of each of two levels"),
                   _("NSpid of each PID 1 there: %s") % ("; ".join(firsts) or _("none")))
