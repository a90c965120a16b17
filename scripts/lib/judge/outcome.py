"""How a check ends if it doesn't pass."""

from lib.words import _

MOST_WORDS = 16 << 10  # in a verdict, since a program can print anything
MOST_LINES = 8  # of a list, and of what the program printed


class Fail(Exception):
    """A check has failed: what was expected, and what was seen.

    `mistake` is a word for what was seen, such as "length", if it shows which mistake was made: hints are chosen by it
    (scripts/hint). `why` and `exercise` take the place of the check's own where what was seen has another reason.
    """

    def __init__(self, expected, actual, mistake="", why="", exercise=""):
        super().__init__(actual)
        self.expected = expected
        self.actual = actual[:MOST_WORDS]
        self.mistake = mistake
        self.why = why
        self.exercise = exercise


class Trouble(Exception):
    """The program can't be observed any more: it ended, hangs, or prints without end."""


class Muted(Trouble):
    """Its shell obeys, but what it prints is kept in a buffer, as happens where there is no terminal."""


class Blocked(Exception):
    """This machine can't show what the check is about."""


class Broken(Exception):
    """The sandbox can't be made: there is no verdict."""


def shorten(lines):
    """The first lines of a list, and how many more there are."""
    more = len(lines) - MOST_LINES
    return lines if more <= 0 else [*lines[:MOST_LINES], _("and %d more") % more]
