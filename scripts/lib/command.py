"""The command line of the scripts in Python."""

import argparse
import errno
import os
import signal
import sys

from lib.files import is_noexec
from lib.tree import LABS, ROOT
from lib.words import N_, _

# argparse looks up its own messages by this name. Those about a wrong command line are in our catalogues too.
argparse._ = _
ARGPARSE = (N_("usage: "), N_("unrecognized arguments: %s"), N_("the following arguments are required: %s"),
            N_("argument %(argument_name)s: %(message)s"), N_("expected one argument"),
            N_("not allowed with argument %s"), N_("invalid %(type)s value: %(value)r"),
            N_("invalid choice: %(value)r (choose from %(choices)s)"), N_("ignored explicit argument %r"),
            N_("ambiguous option: %(option)s could match %(matches)s"), N_("positional arguments"), N_("options"),
            N_("optional arguments"), N_("show this help message and exit"))


class Parser(argparse.ArgumentParser):
    def error(self, message):
        """Say what is wrong, below the usage where a script has its own; --help prints the rest."""
        self.exit(2, (self.format_usage() if self.usage else "") + f"{self.prog}: {message}\n")


def parser(doc):
    """A parser whose --help begins with the script's docstring. A broken pipe or Ctrl-C ends the script quietly."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    return Parser(description=_(doc.strip()), usage=argparse.SUPPRESS,
                  formatter_class=argparse.RawDescriptionHelpFormatter)


def require_scripts(arguments):
    """End if the tree's own scripts can't be executed, or lack what all of them need."""
    if not os.path.exists(os.devnull):
        arguments.error(f"{os.devnull}: {os.strerror(errno.ENOENT)}")
    if os.access(ROOT / "scripts/check", os.X_OK):
        return
    if is_noexec(ROOT):
        arguments.error(_("this tree is on a file system that runs no programs (noexec): move it to another one"))
    arguments.error(_("run `chmod -R +x .`: the scripts have lost their x bits, as in some zip files"))


def refuse_complete(arguments, name):
    """End in one line if this lab, such as skeleton, has no exercise."""
    if name in LABS:
        arguments.exit(2, f"{arguments.prog}: " + _(
            "%s comes complete, without exercises: there is nothing to do") % name + "\n")


def add_lab(arguments, labs):
    """Add the operand LAB: one of these labs, or None if it isn't given."""
    def check_name(name):
        if name not in labs:
            refuse_complete(arguments, name)
            arguments.error(_("no lab for this is called '%(name)s'; choose from: %(labs)s") % {
                "name": name, "labs": " ".join(labs)})
        return name
    arguments.add_argument("lab", metavar="LAB", nargs="?", type=check_name)
