import secrets

from lib.judge.checks import check
from lib.judge.outcome import Fail
from lib.judge.require import host_unchanged, not_from_outside, not_in_shell, read_names, require_own_namespace
from lib.words import N_, _

PROBE = ["unshare", "--uts", "hostname", "container"]


def act_on_names(box, expected):
    """Set names in the shell, and look for them; then set one from outside, and ask the shell."""
    host, domain = f"in-{secrets.token_hex(6)}", f"in-{secrets.token_hex(6)}.example"
    box.ask(f"hostname {host}; domainname {domain} || echo {domain} >/proc/sys/kernel/domainname")
    if (seen := read_names(box)) != [host, domain]:
        raise not_in_shell(expected, f"hostname {host}; domainname {domain}", f"{host} {domain}", " ".join(seen))
    if not box.is_new("uts"):
        return
    secret = f"out-{secrets.token_hex(6)}"
    box.enter(["uts"], ["hostname", secret])
    if secret not in (seen := box.ask("hostname")):
        raise not_from_outside(expected, "hostname", secret, seen)


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
        raise Fail(_("the hostname inside: %s") % "container", _("the hostname inside: %s") % seen)


check("uts.host-unchanged", N_("names set inside, or by the program, don't reach the host"),
      N_("the child has its own copy of the names; call sethostname(2) in the child, not in the parent"),
      see='hostname; echo "hostname changed" | sudo build/uts; hostname', exercise="uts.flag",
      when="after")(host_unchanged)
