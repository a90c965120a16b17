"""Files that are read and written whole."""

import os
import tempfile
from pathlib import Path


def give_away(path):
    """Give what root made (`sudo make check`) to the owner of the directory around it."""
    around = Path(path).parent.stat()
    if os.geteuid() == 0 and around.st_uid != 0:
        os.chown(path, around.st_uid, around.st_gid)


def make_directory(path):
    if not path.is_dir():
        make_directory(path.parent)
        path.mkdir()
        give_away(path)


def write_text(path, text, mode=None):
    """Replace a file at once: a reader sees the old one or the new one, whole."""
    if mode is None:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    make_directory(path.parent)
    fd, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with open(fd, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        file.write(text)
    os.chmod(name, mode)
    give_away(name)
    os.replace(name, path)


def read_text(path):
    """A file's text, with its line ends. Bytes that aren't UTF-8 survive being written again."""
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read()
