"""The image that a program is told to give to its container: one of the judge's own, with a secret in it."""

import contextlib
import os
import secrets
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from lib.judge.outcome import Blocked
from lib.tree import ROOT
from lib.words import decode

NAME = "secret"  # the file that only this image has


class Image(NamedTuple):
    path: Path  # on the stage
    secret: str


def put_image(stage) -> Image:
    """Put an image on the stage, as scripts/image makes it.

    In the sandbox it has nothing but bash-static: BusyBox would bring the commands that are hidden there.
    """
    with tempfile.TemporaryDirectory() as directory:
        source = ROOT / "build/image"
        if stage.for_class or not source.is_dir():
            source = Path(directory, "image")
            kind = {"NSLABS_IMAGE": "bash"} if stage.for_class else {}
            made = subprocess.run([ROOT / "scripts/image", source], env=os.environ | kind, capture_output=True,
                                  check=False)
            if made.returncode != 0:
                raise Blocked(decode(made.stderr).strip())
        image = Image(stage.make_directory() / "image", secrets.token_hex(8))
        unpack = 'mkdir "$1" && tar --extract --no-same-owner --directory "$1" && echo "$2" >"$1/$3"'
        with subprocess.Popen(["tar", "--create", "--directory", source, "."], stdout=subprocess.PIPE) as pack:
            done = stage.enter(["mnt"], ["sh", "-c", unpack, "sh", image.path, image.secret, NAME], stdin=pack.stdout)
    if done.returncode != 0:
        raise Blocked(done.stderr.strip())
    return image


def read_secret(pid) -> str:
    """In a process whose working directory is our /proc: the secret in the root directory of this process, or "".

    It can be replaced by what never answers, such as a pipe, or by a link to elsewhere.
    """
    with contextlib.suppress(OSError):
        root = os.open(f"{pid}/root", os.O_PATH)
        with open(os.open(NAME, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW, dir_fd=root), "rb", buffering=0) as file:
            return decode(file.read(100)).strip()
    return ""
