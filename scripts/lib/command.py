"""The command line of the scripts in Python."""

import argparse
import signal
import sys

from lib.words import _


class Parser(argparse.ArgumentParser):
    def error(self, message):
        """Say what is wrong in one line; the usage is for --help."""
        self.exit(2, f"{self.prog}: {message}\n")


def parser(doc):
    """A parser whose --help begins with the script's documentation.

    A broken pipe and Ctrl-C end the script quietly.
    """
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    return Parser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)


def add_lab(arguments, labs):
    """Add the operand LAB, one of these labs; None if it isn't given."""
    def check_name(name):
        if name not in labs:
            arguments.error(_("no lab that fits is called '%(name)s'; there are: %(labs)s") % {
                "name": name, "labs": " ".join(labs)})
        return name
    arguments.add_argument("lab", metavar="LAB", nargs="?", type=check_name)
