"""Files that are read and written whole."""

import contextlib
import os
import tempfile
from pathlib import Path


def give_away(path):
    """Give a file that root made, as in `sudo make check`, to the owner of its directory."""
    around = Path(path).parent.stat()
    if os.geteuid() == 0 and around.st_uid != 0:
        os.chown(path, around.st_uid, around.st_gid)


def make_directory(path):
    """Make a directory, and those above it that are missing."""
    if not path.is_dir():
        make_directory(path.parent)
        path.mkdir()
        give_away(path)


def is_noexec(path):
    """Is it on a file system that runs no programs? See mount(8)."""
    return bool(os.statvfs(path).f_flag & os.ST_NOEXEC)


@contextlib.contextmanager
def naming(path):
    """Let an error with an open file name it: that of a write(2) doesn't by itself."""
    try:
        yield
    except OSError as error:
        error.filename = str(path)
        raise


def write_text(path, text, mode=None):
    """Replace a file in one step, so that a reader sees the whole old file or the whole new one."""
    if mode is None:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    make_directory(path.parent)
    with naming(path):
        fd, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with open(fd, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                file.write(text)
            os.chmod(name, mode)
            give_away(name)
            os.replace(name, path)
        except OSError:  # Leave nothing on a full disk.
            os.unlink(name)
            raise


def read_text(path):
    """The text of a file, line ends as they are. What isn't UTF-8 comes out unchanged when write_text() writes it."""
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read()
