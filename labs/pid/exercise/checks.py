from lib.judge.checks import check
from lib.judge.kernel import namespace, pids_inside
from lib.judge.outcome import Fail
from lib.judge.require import act_on_process, require_own_namespace
from lib.words import N_, _

PROBE = ["unshare", "--pid", "--fork", "true"]


@check("pid.namespace", N_("the shell is in a PID namespace of its own"),
       N_("with CLONE_NEWPID, clone(2) makes the child in a new PID namespace; unshare(2) leaves the caller where it "
          "was, and puts only its later children into the new one"),
       see='readlink /proc/$$/ns/pid; echo "readlink /proc/self/ns/pid" | sudo build/pid', exercise="pid.flag")
def pid_namespace(box):
    try:
        require_own_namespace(box, "pid", act_on_process)
    except Fail as fail:
        if namespace(box.shell, "pid_for_children") != box.namespaces["pid"]:
            fail.mistake = "children"
        raise


@check("pid.shell-is-1", N_("the shell's PID inside is 1"),
       N_("the first process of a PID namespace is its PID 1, and the kernel treats it like init"),
       see='echo "echo \\$\\$" | sudo build/pid', exercise="pid.flag")
def pid_shell_is_1(box):
    inside = pids_inside(box.shell)[box.stage.level:]
    if len(inside) < 2 or inside[-1] != 1:
        raise Fail(_("the shell's PIDs, from the host's down to its own, end with 1"), " ".join(map(str, inside)),
                   mistake="second" if len(inside) > 1 else "")
