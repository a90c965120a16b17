"""A cgroup that limits all of a student's processes together: cgroups(7)."""

import os
from pathlib import Path

MOST_MEMORY = 512 << 20  # bytes, of all processes and files together
MOST_PROCESSES = 64

CGROUPS = Path("/sys/fs/cgroup")
# By the controllers of a line in /proc/self/cgroup: of version 1, or "" for version 2.
LIMITS = {"memory": {"memory.limit_in_bytes": MOST_MEMORY}, "pids": {"pids.max": MOST_PROCESSES},
          "": {"memory.max": MOST_MEMORY, "pids.max": MOST_PROCESSES},}


def find_places():
    """Where cgroups of ours could be: the directory above each, and the limits to set in it."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _number, controllers, path = line.split(":", 2)
        if controllers in ("memory", "pids"):
            yield CGROUPS / controllers / path.lstrip("/"), LIMITS[controllers]
        elif controllers == "":
            # With version 2 only the leaves have processes, so that ours must be beside our own.
            above = CGROUPS / os.path.dirname(path).lstrip("/")
            if (above / "cgroup.subtree_control").is_file():
                yield above, LIMITS[""]


def make_cgroups() -> list[Path]:
    """Make one cgroup of version 2, or two of version 1; none where we may not."""
    made = []
    for above, limits in find_places():
        cgroup = above / f"nslabs-{os.getpid()}-{os.urandom(4).hex()}"
        try:
            cgroup.mkdir()
        except OSError:
            continue
        try:
            for name, value in limits.items():
                (cgroup / name).write_text(str(value))
        except OSError:
            cgroup.rmdir()
            continue
        if (cgroup / "memory.swap.max").exists():  # version 2, in a kernel that can swap
            (cgroup / "memory.swap.max").write_text("0")
        made.append(cgroup)
    return made
