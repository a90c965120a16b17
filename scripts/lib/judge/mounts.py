"""The mounts of a process, or of a whole mount namespace: proc(5), /proc/PID/mountinfo."""

import os
from typing import Iterator, NamedTuple

from lib.judge.kernel import read_proc
from lib.words import decode


class Mount(NamedTuple):
    device: str
    root: str
    point: str
    fields: str  # the optional fields, such as shared:1
    type: str
    source: str


def parse_mounts(text) -> Iterator[Mount]:
    for line in text.splitlines():
        words = line.split()
        dash = words.index("-")
        yield Mount(*words[2:5], " ".join(words[6:dash]), *words[dash + 1:dash + 3])


def mounts(pid) -> Iterator[Mount]:
    """The mounts that a process sees: only those below its root directory."""
    return parse_mounts(read_proc(f"/proc/{pid}/mountinfo"))


def all_mounts(stage, descriptor) -> Iterator[Mount]:
    """All mounts of the mount namespace with this descriptor, those outside a chroot included.

    A child process of ours enters the namespace and reads them. A command can't do it: in there, the command would be
    one of the program's own files.
    """
    proc = os.open("/proc", os.O_RDONLY)

    def read():
        with open(os.open("self/mountinfo", os.O_RDONLY, dir_fd=proc), "rb") as file:
            return file.read()
    user = [stage.descriptors["user"]] if stage.has_user_namespace else []
    text = stage.call_inside([*user, descriptor], read)
    os.close(proc)
    return parse_mounts(decode(text))
