"""How a check ends if it doesn't pass."""

MOST_WORDS = 16 << 10  # in a verdict, since a program can print anything


class Fail(Exception):
    """A check has failed: what was expected, and what was seen."""

    def __init__(self, expected, actual):
        super().__init__(actual)
        self.expected = expected
        self.actual = actual[:MOST_WORDS]


class Trouble(Exception):
    """The program can't be observed any more: it ended, hangs, or prints without end."""


class Blocked(Exception):
    """This machine can't show what the check is about."""


class Broken(Exception):
    """The sandbox can't be made: there is no verdict."""
