"""Strangers' texts and numbers, as one line."""

from lib.words import printable


def number(points):
    """Points as people write them; none if they aren't known."""
    return "" if points is None else f"{points:.2f}".rstrip("0").rstrip(".")


def one_line(text):
    return " ".join(printable(text).split())
