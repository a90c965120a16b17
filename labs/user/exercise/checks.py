import contextlib

from lib.judge.checks import check
from lib.judge.kernel import CAP_SYS_ADMIN, read_proc, status
from lib.judge.outcome import Blocked, Fail
from lib.judge.require import require_new, require_own_namespace
from lib.words import N_, _

PROBE = ["unshare", "--user", "--map-root-user", "true"]
# Root's ids are 0 at every level, so that as root a program that confuses the levels would pass.
START_AS = ("as_ordinary_user",)


@contextlib.contextmanager
def surroundings(stage):
    """In a class, a lab is judged whole or not at all: or else only wrong programs would have a grade."""
    if stage.for_class and stage.setgroups_denied:
        raise Blocked(_("the grader is in a user namespace where setgroups is already denied, so it can't see whether "
                        "a program denies it. Grade this lab as root, or as a user with a range in /etc/subuid and "
                        "/etc/subgid, and with newuidmap(1)"))
    yield


@check("user.namespace", N_("the shell has a user namespace of its own"),
       N_("if you start it as root, the shell is root anyway: only its namespace proves that CLONE_NEWUSER was used"),
       see="readlink /proc/$$/ns/user; echo 'readlink /proc/self/ns/user' | build/user", exercise="user.flag")
def user_namespace(box):
    require_own_namespace(box, "user")


def read_map(box, name):
    """The lines of the shell's map: (first id inside, first id outside as we see it, count)."""
    return [tuple(map(int, line.split())) for line in read_proc(f"/proc/{box.shell}/{name}").splitlines()]


def has_several(lines):
    """Does a map have several ids? Then newuidmap(1) or newgidmap(1), as root, has written it."""
    return sum(count for _inside, _outside, count in lines) > 1


@check("user.setgroups", N_("setgroups is denied"),
       N_("a process that leaves a group gets past permissions that shut that group out: so the kernel lets an "
          "ordinary user write gid_map only after deny is written to setgroups"),
       see="echo 'cat /proc/self/setgroups' | build/user", exercise="user.setgroups")
def user_setgroups(box):
    if box.stage.setgroups_denied:
        raise Blocked(_("you are in a user namespace, where setgroups is already denied, so the judge can't see "
                        "whether your line does it. This costs you nothing. To have it judged, check it on the machine "
                        "itself, outside any throwaway host"))
    expected = _("/proc/PID/setgroups of the shell: deny")
    require_new(box, "user", expected)

    def setgroups():
        return read_proc(f"/proc/{box.shell}/setgroups").strip()
    # newgidmap(1) needs no deny.
    if not box.may_come(lambda: has_several(read_map(box, "gid_map")) or setgroups() == "deny"):
        raise Fail(expected, _("/proc/PID/setgroups of the shell: %s") % setgroups())


def require_root_mapped(box, name, own):
    expected = _("%(file)s maps 0 inside to %(own)d outside, the caller's own id") % {"file": name, "own": own}
    require_new(box, "user", expected)
    lines = box.may_come(lambda: read_map(box, name))
    for inside, outside, _count in lines:
        # With newuidmap(1), 0 may also be mapped to another one of the caller's ids.
        if inside == 0 and (outside == own or has_several(lines) and outside != 0):
            return
    seen = "; ".join(" ".join(map(str, line)) for line in lines)
    mistake = "empty" if not lines else "outside" if any(line[0] == 0 for line in lines) else "inside"
    raise Fail(expected, _("%s is: %s") % (name, seen or _("empty")), mistake)


@check("user.uid-map", N_("root inside is the caller outside (uid)"),
       N_("until uid_map is written, every process inside is the overflow user, 65534, without any rights"),
       see="echo 'id -u; cat /proc/self/uid_map' | build/user", exercise="user.uid_map")
def user_uid_map(box):
    require_root_mapped(box, "uid_map", box.caller[0])


@check("user.gid-map", N_("root's group inside is the caller's outside (gid)"),
       N_("groups have a map of their own; an ordinary user may write it once, after writing deny to setgroups"),
       see="echo 'id -g; cat /proc/self/gid_map' | build/user", exercise="user.gid_map")
def user_gid_map(box):
    require_root_mapped(box, "gid_map", box.caller[1])


@check("user.root-inside", N_("the shell has root's rights inside"),
       N_("execve(2) takes all capabilities from a process that isn't root: write the maps before the command runs"),
       see="echo 'grep CapEff /proc/self/status' | build/user", exercise="user.uid_map")
def user_root_inside(box):
    expected = _("CapEff of the shell has CAP_SYS_ADMIN, in a user namespace of its own")
    require_new(box, "user", expected)
    effective = status(box.shell).get("CapEff", "0")
    if not int(effective, 16) >> CAP_SYS_ADMIN & 1:
        raise Fail(expected, f"CapEff: {effective}")
