"""What the checks see of a student's program: its shell, and the namespaces that the shell is in.

The kernel is asked, never the program. Start here to learn what a check may ask. The man pages that it looks into:
namespaces(7), nsenter(1), capabilities(7), user_namespaces(7).
"""

import fcntl
import os
import time

from lib.judge.kernel import NS_GET_USERNS, depth, mounts, status, wait_until
from lib.judge.require import take_snapshot
from lib.judge.shell import Shell


class Container(Shell):
    """What a lab's checks use.

    `ask` and `send` give the shell commands, `enter` runs a command of ours in the shell's namespaces and `look` calls
    a function there; `is_new`, `may` and `may_come` help to judge. `shell` is the shell's PID as we see it,
    `namespaces` are the identities of its namespaces, `descriptors` hold them.
    """

    def __init__(self, stage, before, program, planted=None, terminal=False, operands=()):
        # The stage as it was before the program started, to compare it with later.
        self.before = take_snapshot(stage)
        self.mounts_before = set(mounts(stage.init))
        self.meanwhile = set()  # the names that the stage was seen to have since
        self.planted = planted  # what the lab's surroundings() put on the stage
        super().__init__(stage, before, program, terminal, operands)

    def may_come(self, condition):
        """Wait for what may come late, such as a hostname that the parent sets; returns the condition's last answer."""
        return wait_until(condition, min(self.patience_ends, self.deadline) - time.monotonic())

    def is_new(self, kind) -> bool:
        """Is the shell in another namespace of this kind than the stage?"""
        if kind in ("pid", "user"):
            ours = 1 if kind == "user" and self.starts_below else 0
            return depth(f"/proc/self/fd/{self.descriptors[kind]}", self.stage.namespaces[kind]) > ours
        return self.namespaces[kind] != self.stage.namespaces[kind]

    def may(self, capability, kind) -> bool:
        """Does the shell have this capability over its namespace of this kind?"""
        if not int(status(self.shell).get("CapEff", "0"), 16) >> capability & 1:
            return False
        try:
            owner = fcntl.ioctl(self.descriptors[kind], NS_GET_USERNS)
        except PermissionError:  # It is above our own: the machine's.
            return False
        try:
            return depth(f"/proc/self/fd/{owner}", self.namespaces["user"]) >= 0
        finally:
            os.close(owner)

    def show_namespace(self, kind) -> str:
        """The shell's namespace of this kind, as readlink(1) shows it."""
        return f"{kind}:[{self.namespaces[kind][1]}]"

    def enter(self, kinds, command):
        """Run a command of ours in the shell's namespaces of these kinds, to its end."""
        return self.stage.enter(kinds, command, self.descriptors)

    def look(self, kinds, function):
        """Call a function of ours in the shell's namespaces of these kinds: see Stage.look()."""
        return self.stage.look(kinds, function, self.descriptors)

    def plant(self, zombies=0):
        """Put a process of ours into the shell's namespaces, as the shell's user; its PID, or None if we can't.

        It has so many children that have ended, and doesn't wait for them.
        """
        return self.stage.plant(self.shell, self.descriptors, zombies)
