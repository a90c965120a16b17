"""Messages in the reader's language, and texts that are safe to print."""

import contextlib
import functools
import gettext
import io
import os
import re
import sys

from lib.tree import ROOT, STARTER


def adopt_language_of_tree():
    """In a student's tree, speak the language that it was made in, unless NSLABS_LANG is set."""
    choices = STARTER / "choices"
    if os.environ.get("NSLABS_LANG") or not choices.is_file():
        return
    chosen = re.search(r"^language (.+)$", choices.read_text(encoding="utf-8"), re.MULTILINE)
    if chosen and chosen[1] != "en":
        os.environ["NSLABS_LANG"] = chosen[1]


adopt_language_of_tree()


def N_(message):
    """Mark a message for xgettext(1); it is translated when it is printed."""
    return message


def language():
    """The reader's language, chosen as common/message.c does; "" for English, which needs no catalogue."""
    names = ("NSLABS_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    name = next((os.environ[name] for name in names if os.environ.get(name)), "C")
    encoding = name.partition(".")[2].lower()
    if name.startswith(("en", "C")) or name == "POSIX" or encoding and not encoding.startswith(("utf-8", "utf8")):
        return ""
    return "zh_CN" if name.startswith("zh") else name


@functools.cache
def find_catalogue(names):
    """The catalogue of these languages; before the first `make`, msgfmt(1) makes it from its source."""
    import subprocess  # It takes long to load, and is rarely needed.
    languages = names.split(":")
    for name in languages:
        po = ROOT / "common/po" / f"{name}.po"
        if po.exists() and not gettext.find("nslabs", ROOT / "build/locale", [name]):
            with contextlib.suppress(OSError, subprocess.CalledProcessError):
                made = subprocess.run(["msgfmt", "-o", "-", po], capture_output=True, check=True).stdout
                return gettext.GNUTranslations(io.BytesIO(made))
    return gettext.translation("nslabs", ROOT / "build/locale", languages, fallback=True)


def _(message):
    """The message in the reader's language."""
    return find_catalogue(language()).gettext(message) if language() else message


def header(path):
    """What a script says of itself at its top."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    found = re.match(r"#![^\n]*\n\"\"\"(.*?)\"\"\"", text, re.DOTALL)
    if found:
        return found[1].strip()
    lines = re.match(r"#!.*\n((?:#(?! shellcheck ).*\n)+)", text)[1]
    return re.sub("^# ?", "", lines, flags=re.MULTILINE).strip()


def is_chinese():
    return language() == "zh_CN"


def in_language(path):
    """The file in the reader's language: README.zh-CN.md for README.md, where it exists."""
    translated = path.with_name(f"{path.stem}.zh-CN{path.suffix}")
    return translated if is_chinese() and translated.exists() else path


def labelled(name, text):
    """A name and its text, joined by the colon of the reader's language."""
    return _("%(name)s: %(text)s") % {"name": name, "text": text}


def decode(data: bytes) -> str:
    """The text of what a program printed. Bytes that aren't UTF-8 become \\x and their number."""
    return data.decode("utf-8", "backslashreplace")


def printable(text):
    """The text, with all characters escaped that a terminal or a parser would obey."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


def translate_lines():
    """Print the lines of the standard input; what follows the last tab of each is translated."""
    for line in sys.stdin:
        before, tab, text = line.rstrip("\n").rpartition("\t")
        print(before + tab + (_(text) if text else ""))
