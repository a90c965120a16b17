"""The files in a folder or an archive, one by one. Nothing is unpacked to the disk.

A submission may be hostile, so what is read of an archive is bounded, and no link is followed.
"""

import contextlib
import gzip
import os
import re
import stat
import tarfile
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Callable

from lib.words import _

MOST_UNPACKED = 100 << 20  # bytes of one archive; a whole tree with all that is built has 10 MiB
MOST_RATIO = 200  # how many times its size an archive may unpack to; for C it is 5


class Problem(Exception):
    """Why something can't be accepted, in words for the student."""


class Trouble(Exception):
    """Why something can't be read here, in words for the teacher: it isn't the student's fault."""


@dataclass
class Item:
    """One thing in a folder or an archive."""
    name: str
    is_file: bool
    time: float | None
    read: Callable[[int], bytes]  # at most so many; only until the next item is asked for
    open: Callable[[], int] | None = None  # a descriptor, if it is on the disk itself


def most_unpacked(size):
    return min(MOST_UNPACKED, max(MOST_RATIO * size, 10 << 20))  # of an archive of this size


def too_much():
    return Problem(_("it unpacks to more than %(size)d MiB, or to more than %(ratio)d times its size") % {
        "size": MOST_UNPACKED >> 20, "ratio": MOST_RATIO})


@dataclass
class BoundedReader:
    """A stream with a bound on what is read of it: a small archive may unpack without end."""
    stream: BinaryIO
    left: int

    def read(self, size=-1):
        data = self.stream.read(min(size, self.left + 1) if size >= 0 else self.left + 1)
        self.left -= len(data)
        if self.left < 0:
            raise too_much()
        return data


@contextlib.contextmanager
def reading_disk(path):
    """Turn an error of the disk into Trouble: it isn't the student's fault."""
    try:
        yield
    except OSError as error:
        raise Trouble(f"{path}: {error.strerror}") from error


def item_of_file(path, name, directory=None):
    """A file on the disk; `path` is relative to the open directory, if there is one."""
    def open_file():
        with reading_disk(name):
            return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=directory)

    def read(most):
        with open(open_file(), "rb") as file, reading_disk(name):
            return file.read(most)

    with reading_disk(name):
        about = os.stat(path, dir_fd=directory, follow_symlinks=False)
    return Item(name, stat.S_ISREG(about.st_mode), about.st_mtime, read, open_file)


def walk_file(path, name):
    yield item_of_file(path, name)


def walk_folder(top):
    def stop(error):
        raise error

    with reading_disk(top):
        # Files are opened relative to the open directory: a student who can write there could replace it by a link.
        for directory, _directories, names, fd in os.fwalk(top, onerror=stop):
            for name in sorted(names):
                yield item_of_file(name, os.path.relpath(os.path.join(directory, name), top), fd)


def walk_tar(file, size):
    is_packed = file.peek(2)[:2] == b"\x1f\x8b"
    stream = BoundedReader(gzip.open(file) if is_packed else file, most_unpacked(size))
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            archive.members.clear()  # It would keep all of them in memory.
            if not member.isdir():
                yield Item(member.name, member.isreg(), member.mtime, lambda most,
                           member=member: archive.extractfile(member).read(most))


def time_in_zip(member):
    try:
        return datetime(*member.date_time).timestamp()
    except ValueError:
        return None


def walk_zip(file, size):
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > most_unpacked(size):
            raise too_much()
        if any(member.flag_bits & 1 for member in members):
            raise Problem(_("it is encrypted"))
        for member in members:
            if not member.is_dir():
                kind = stat.S_IFMT(member.external_attr >> 16)
                yield Item(member.filename.replace("\\", "/"), kind in (0, stat.S_IFREG), time_in_zip(member),
                           lambda most, member=member: archive.open(member).read(most))


def is_archive(name):
    return re.search(r"\.(tar\.gz|tgz|tar|zip)$", name, re.IGNORECASE) is not None


def walk_archive(item):
    if not item.is_file:
        raise Problem(_("it isn't an ordinary file"))
    fd = item.open()
    with open(fd, "rb") as file:
        about = os.fstat(fd)
        if not stat.S_ISREG(about.st_mode):
            raise Problem(_("it isn't an ordinary file"))
        if about.st_size == 0:
            raise Problem(_("it is empty"))
        walk = walk_zip if file.peek(4)[:2] == b"PK" else walk_tar
        yield from walk(file, about.st_size)
