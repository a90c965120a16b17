"""How a check ends: with what was expected and seen, or without a verdict."""

MOST_WORDS = 16 << 10  # in a verdict; a program can give occasion for many


class Fail(Exception):
    """A check has failed: what was expected, and what was seen."""

    def __init__(self, expected, actual):
        super().__init__(actual)
        self.expected = expected
        self.actual = actual[:MOST_WORDS]


class Trouble(Exception):
    """The program can't be observed any more: it ended, hangs, or prints without end."""


class Blocked(Exception):
    """This machine can't show it."""

