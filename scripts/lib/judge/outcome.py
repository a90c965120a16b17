"""How a check ends if it doesn't pass."""

MOST_WORDS = 16 << 10  # in a verdict, since a program can print anything


class Fail(Exception):
    """A check has failed: what was expected, and what was seen.

    `mistake` is a word for what was seen, such as "length", if it shows which mistake was made: hints are chosen by it
    (scripts/hint).
    """

    def __init__(self, expected, actual, mistake=""):
        super().__init__(actual)
        self.expected = expected
        self.actual = actual[:MOST_WORDS]
        self.mistake = mistake


class Trouble(Exception):
    """The program can't be observed any more: it ended, hangs, or prints without end."""


class Blocked(Exception):
    """This machine can't show what the check is about."""


class Broken(Exception):
    """The sandbox can't be made: there is no verdict."""
