"""Rows, times and numbers: read from the teacher's files, or made fit to print, as other people's texts are."""

import csv
import difflib
import io
import unicodedata
from datetime import datetime, time
from pathlib import Path

from lib.words import _, printable


MOST_NUMBER = 10 ** 6  # points, percent, minutes
LAST_YEAR = 9000  # so that a grace can be added


class Mistake(Exception):
    """A mistake in one of these files: one line for the teacher, and nothing is graded."""


def parse_time(text, where, of_day=time.min):
    """An ISO 8601 time, by default of this machine's time zone; a mere day means `of_day` of it."""
    try:
        given = datetime.fromisoformat(text)
        is_day = len(text) <= len("2026-03-01")
        if given.year > LAST_YEAR:
            raise OverflowError
        return (datetime.combine(given, of_day) if is_day else given).astimezone()
    except (ValueError, OverflowError):
        raise Mistake(_("%(where)s: '%(text)s' isn't a time like 2026-03-01T23:59 or 2026-03-01 23:59+08:00") % {
            "where": where, "text": printable(text)}) from None


def parse_number(text, where):
    try:
        number = float(text)
    except (TypeError, ValueError):
        number = -1
    if not 0 <= number <= MOST_NUMBER:  # nor NaN
        raise Mistake(_("%(where)s: '%(text)s' isn't a number of 0 or more, up to %(most)d") % {
            "where": where, "text": printable(str(text)), "most": MOST_NUMBER})
    return number


def normal(text):
    """The text in Unicode's composed form. In names of files, macOS writes an é as an e and an accent."""
    return unicodedata.normalize("NFC", text)


def read_utf8(path):
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Mistake(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Mistake(_("%s is not UTF-8; export it as CSV UTF-8") % path) from None


def check_header(path, names, required, optional):
    """Refuse a header that lacks a column, or whose name for one looks misspelt."""
    if missing := [name for name in required if name not in names]:
        raise Mistake(_("%(path)s: its first line must name these columns: %(names)s") % {
            "path": path, "names": ", ".join(missing)})
    known = [*required, *optional]
    for name in names:
        meant = difflib.get_close_matches(name, known, 1, 0.8)
        if meant and name not in known:
            raise Mistake(_("%(path)s: no column is called %(name)s; is it %(meant)s?") % {
                "path": path, "name": printable(name), "meant": meant[0]})


def delimiter_of(header):
    return max(",;\t", key=header.count)


def read_rows(path, required, optional):
    """The rows of a CSV file, which may have other columns, too: (the place for messages, {column: field}) pairs."""
    text = read_utf8(path)
    header = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter_of(header), strict=True)
    try:
        names = [(name or "").strip() for name in rows.fieldnames or []]
        check_header(path, names, required, optional)
        for row in rows:
            where = f"{path}:{rows.line_num}"
            if None in row:
                raise Mistake(_("%s: more fields than the first line has") % where)
            fields = {name.strip(): normal(value or "").strip() for name, value in row.items() if name}
            if not any(fields.values()):
                continue
            if not fields[required[0]]:
                raise Mistake(_("%(where)s: the column %(name)s is empty") % {"where": where, "name": required[0]})
            yield where, fields
    except csv.Error as error:
        raise Mistake(f"{path}:{rows.line_num}: {error}") from None


# ---- To print ----


def number(points):
    """Points as people write them; "" if they aren't known."""
    return "" if points is None else f"{points:.2f}".rstrip("0").rstrip(".")


def one_line(text):
    return " ".join(printable(text).split())


def last_line(text):
    """The last line of what a failed command said; "" if it said nothing."""
    return (text.strip().splitlines() or [""])[-1]
