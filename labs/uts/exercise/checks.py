import secrets

from lib.judge.checks import check
from lib.judge.kernel import CAP_SYS_ADMIN
from lib.judge.outcome import Fail
from lib.judge.require import (has_command, host_unchanged, read_names, require_effect, require_own_namespace,
                               require_seen)
from lib.words import N_, _

PROBE = ["unshare", "--uts", "hostname", "container"]


def act_on_names(box, expected):
    """Set a name from outside, and ask the shell; then set one in the shell, if it may, and look for it."""
    secret, name = f"out-{secrets.token_hex(6)}", f"in-{secrets.token_hex(6)}"
    box.enter(["uts"], ["hostname", secret])
    require_seen(box, expected, secret, "hostname", "uname -n")
    if box.may(CAP_SYS_ADMIN, "uts") and has_command(box, "hostname"):
        box.ask(f"hostname {name}")
        require_effect(box, expected, f"hostname {name}", name, read_names(box)[0])


@check("uts.namespace", N_("the shell has a UTS namespace of its own"),
       N_("without CLONE_NEWUTS, the child shares the host's names: what one side changes, the other sees"),
       see='readlink /proc/$$/ns/uts; echo "readlink /proc/self/ns/uts" | sudo build/uts', exercise="uts.flag")
def uts_namespace(box):
    require_own_namespace(box, "uts", act_on_names)


@check("uts.hostname-inside", N_("the hostname inside is \"container\""),
       N_("a new UTS namespace starts with a copy of the host's names, and sethostname(2) sets a new one; its second "
          "argument is the length of the name, strlen(name)"), see='echo hostname | sudo build/uts',
       exercise="uts.hostname", when="early")
def uts_hostname_inside(box):
    # In the host's namespace, no name that may come late is worth waiting for.
    box.may_come(lambda: read_names(box)[0] == "container" or not box.is_new("uts"))
    if (seen := read_names(box)[0]) != "container":
        mistake = "" if seen in read_names(box.stage) else "length" if "container".startswith(seen) else "name"
        raise Fail(_("the hostname inside: %s") % "container", _("the hostname inside: %s") % seen, mistake)


check("uts.host-unchanged", N_("names set inside, or by the program, don't reach the host"),
      N_("the child has its own copy of the names; call sethostname(2) in the child, not in the parent"),
      see='hostname; echo "hostname changed" | sudo build/uts; hostname', exercise="uts.flag",
      when="after", needs="uts.namespace")(host_unchanged)


def remarks(_box, run):
    """The option --hostname takes what the kernel takes, 64 bytes, and refuses more with a message."""
    def hostname(length):
        """Run the program with a hostname of so many bytes; returns the run, and whether that is the name inside."""
        done = run("--hostname", "h" * length, "cat", "/proc/sys/kernel/hostname")
        return done, done.stdout() == "h" * length + "\n"
    if not hostname(1)[1]:  # It has no such option.
        return
    longest, taken = hostname(64)
    if not taken:
        yield "long-hostname", _("--hostname doesn't take a name of 64 bytes, though the kernel does")
        return
    longer, _taken = hostname(65)
    if longer.process.returncode == 0:
        yield "long-hostname", _("--hostname takes a name of 65 bytes, though the kernel doesn't: the status is 0")
    elif len(longer.stderr().splitlines()) <= len(longest.stderr().splitlines()):
        yield "long-hostname", _("--hostname refuses a name of 65 bytes without saying why")
