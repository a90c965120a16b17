"""What the uts lab promises."""

import secrets

from lib.judge.checks import (check, host_unchanged, not_from_outside, not_in_shell,
                              require_own_namespace)
from lib.judge.outcome import Fail
from lib.words import N_, _

PROBE = ["unshare", "--uts", "hostname", "container"]


def act_on_names(box, expected):
    inside = [f"in-{secrets.token_hex(6)}", f"in-{secrets.token_hex(6)}.example"]
    box.ask("hostname {0}; domainname {1} || echo {1} >/proc/sys/kernel/domainname".format(*inside))
    if (seen := box.stage.names(box.descriptors)) != inside:
        raise not_in_shell(expected, f"hostname {inside[0]}; domainname {inside[1]}", " ".join(inside), " ".join(seen))
    if not box.is_new("uts"):
        return
    secret = f"out-{secrets.token_hex(6)}"
    box.enter(["uts"], ["hostname", secret])
    if secret not in (seen := box.ask("hostname")):
        raise not_from_outside(expected, "hostname", secret, seen)


@check("uts.namespace", N_("the shell has a UTS namespace of its own"),
       N_("without CLONE_NEWUTS the child has the host's names: a change of one is a change of the other"),
       see='readlink /proc/$$/ns/uts; echo "readlink /proc/self/ns/uts" | sudo build/uts', exercise="uts.flag")
def uts_namespace(box):
    require_own_namespace(box, "uts", act_on_names)


@check("uts.hostname-inside", N_("the hostname inside is \"container\""),
       N_("a new UTS namespace begins with a copy of the host's names: sethostname(2) gives it its own; "
          "its length is that of the name, strlen(name)"),
       see='echo hostname | sudo build/uts', exercise="uts.hostname", when="early")
def uts_hostname_inside(box):
    def hostname():
        return box.stage.names(box.descriptors)[0]
    if not box.may_come(lambda: hostname() == "container" or not box.is_new("uts")) or hostname() != "container":
        raise Fail(_("the hostname inside: %s") % "container", _("the hostname inside: %s") % hostname())


check("uts.host-unchanged", N_("names set inside, and by the program, are not the host's"),
      N_("the child has its own copy of the names; call sethostname(2) in the child, not in the parent"),
      see='hostname; echo "hostname changed" | sudo build/uts; hostname', exercise="uts.flag",
      when="after")(host_unchanged)
