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

MOST_FILES = 20000  # of one entry, with its directories
MOST_UNPACKED = 100 << 20  # bytes of one archive; a whole tree with all that is built has 10 MiB
MOST_RATIO = 200  # how many times its size an archive may unpack to; for C it is 5
MOST_HEADER = 64 << 10  # bytes of a tar archive between two files; an honest one has 2 KiB, and more for a long name
MOST_SPARSE = 1 << 20  # bytes of a sparse file in a tar archive; no source is one
MOST_LIST = 8 << 20  # bytes of a zip archive's list of its files; those of 20,000 honest ones are 3 MiB

# No time is 1970 in a tar archive, and 1980 in a zip archive; in a hostile one it is NaN, or any number.
EARLIEST, LATEST = datetime(2000, 1, 1).timestamp(), datetime(3000, 1, 1).timestamp()

# What else a file may be, by its first bytes: a zip archive by its name alone is often one of these.
KINDS = {b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"\xfd7zXZ": "xz", b"BZh": "bzip2", b"\x28\xb5\x2f\xfd": "zstd",
         b"MSCF": "CAB", b"%PDF": "PDF", b"\x7fELF": "ELF",
         b"<!doctype": "HTML", b"<!DOCTYPE": "HTML", b"<html": "HTML"}
OTHER_ARCHIVES = re.compile(r"\.(rar|7z|gz|xz|txz|bz2|tbz2?|zst|lzma|lz4?|z|cab|iso|dmg)$", re.IGNORECASE)


class Problem(Exception):
    """Why something can't be accepted, in words for the student."""


class Trouble(Exception):
    """Why something can't be read here, in words for the teacher: it isn't the student's fault."""


@dataclass
class Item:
    """One thing in a folder or an archive, other than a directory."""
    name: str
    is_file: bool
    time: float | None  # as the folder or the archive says: nothing, or anything
    time_here: float  # when it, or its archive, came to this disk; no student can choose it
    read: Callable[[int], bytes]  # at most so many; only until the next item is asked for
    open: Callable[[], int] | None = None  # a descriptor, if it is on the disk itself


def is_possible(moment):
    """Can a file be of this time? No comparison with NaN is true."""
    return moment is not None and EARLIEST <= moment <= LATEST


def most_unpacked(size):
    return min(MOST_UNPACKED, max(MOST_RATIO * size, 10 << 20))  # of an archive of this size


def too_much():
    return Problem(_("it unpacks to more than %(size)d MiB, or to more than %(ratio)d times its size") % {
        "size": MOST_UNPACKED >> 20, "ratio": MOST_RATIO})


def too_many():
    return Problem(_("it has more than %d files") % MOST_FILES)


# ---- On the disk ----


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
    return Item(name, stat.S_ISREG(about.st_mode), about.st_mtime, about.st_ctime, read, open_file)


def walk_file(path, name):
    yield item_of_file(path, name)


def walk_folder(top):
    """The items in it; None for each directory."""
    def stop(error):
        raise error

    with reading_disk(top):
        # Files are opened relative to the open directory: a student who can write there could replace it by a link.
        for directory, _directories, names, fd in os.fwalk(top, onerror=stop):
            yield None
            for name in sorted(names):
                yield item_of_file(name, os.path.relpath(os.path.join(directory, name), top), fd)


# ---- In a tar archive ----


@dataclass
class TarReader:
    """The stream of a tar archive. A small one may unpack without end, or have a header as large as itself."""
    stream: BinaryIO
    left: int
    left_here: int = MOST_HEADER  # until the next file

    def read(self, size=-1):
        data = self.stream.read(min(size, self.left + 1) if size >= 0 else self.left + 1)
        self.left -= len(data)
        self.left_here -= len(data)
        if self.left < 0:
            raise too_much()
        if self.left_here < 0:
            raise Problem(_("a header in it is larger than %d KiB") % (MOST_HEADER >> 10))
        return data


def walk_tar(file, size, time_here):
    """The items in it; None for each directory."""
    is_packed = file.peek(2)[:2] == b"\x1f\x8b"
    if not is_packed and size > MOST_UNPACKED:
        raise too_much()
    stream = TarReader(gzip.open(file) if is_packed else file, most_unpacked(size))
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            archive.members.clear()  # It would keep all of them in memory.
            # What a sparse file has in the archive is less than its size, which may be any number.
            stream.left_here = MOST_HEADER + (min(member.size, MOST_SPARSE) if member.issparse() else member.size)
            yield None if member.isdir() else Item(
                member.name, member.isreg(), member.mtime, time_here,
                lambda most, member=member: archive.extractfile(member).read(most))


# ---- In a zip archive ----


class ZipReader:
    """The file of a zip archive. zipfile reads the whole list of its files, before it says how many there are."""

    def __init__(self, file):
        self.file = file

    def __getattr__(self, name):
        return getattr(self.file, name)

    def read(self, size=-1):
        data = self.file.read(MOST_LIST + 1 if size < 0 else min(size, MOST_LIST + 1))
        if len(data) > MOST_LIST or data.count(zipfile.stringCentralDir) > MOST_FILES:
            raise too_many()
        return data


def time_in_zip(member):
    try:
        return datetime(*member.date_time).timestamp()
    except ValueError:
        return None


def walk_zip(file, size, time_here):
    """The items in it; None for each directory."""
    with zipfile.ZipFile(ZipReader(file)) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > most_unpacked(size):
            raise too_much()
        if any(member.flag_bits & 1 for member in members):
            raise Problem(_("it is encrypted"))
        for member in members:
            kind = stat.S_IFMT(member.external_attr >> 16)
            yield None if member.is_dir() else Item(
                member.filename.replace("\\", "/"), kind in (0, stat.S_IFREG), time_in_zip(member), time_here,
                lambda most, member=member: archive.open(member).read(most))


# ---- In either ----


def is_archive(name):
    return re.search(r"\.(tar\.gz|tgz|tar|zip)$", name, re.IGNORECASE) is not None


def other_kind(start):
    """What a file is, by its first block, if it is no archive that we read. A tar archive begins with any name."""
    if start[257:262] == b"ustar":
        return None
    return next((kind for first, kind in KINDS.items() if start.lstrip().startswith(first)), None)


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
        start = file.peek(512)[:512]
        if kind := other_kind(start):
            raise Problem(_("it is a file of the kind %s, whatever its name says: hand in a .zip or a .tar.gz") % kind)
        time_here = about.st_mtime if is_possible(about.st_mtime) else about.st_ctime
        walk = walk_zip if start[:2] == b"PK" else walk_tar
        yield from walk(file, about.st_size, time_here)
