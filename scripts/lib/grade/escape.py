"""Numbers and other people's texts, made fit to print."""

from lib.words import _, printable


def number(points):
    """Points as people write them; "" if they aren't known."""
    return "" if points is None else f"{points:.2f}".rstrip("0").rstrip(".")


def one_line(text):
    return " ".join(printable(text).split())


def last_line(text):
    """The last line of what a failed command said."""
    return (text.strip().splitlines() or [_("nothing")])[-1]
