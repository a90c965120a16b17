"""What several scripts need.

Compiled modules are kept in build/python: compiling them anew would take a third of the time of a verdict. Only the
tree's owner writes them, so that `make clean` works after `sudo make check`.

Ctrl-C ends a script quietly: what must be put back is put back, Python prints nothing, and ends by SIGINT as a program
does that doesn't handle it, so that make and the shell know. To be interrupted quietly while it loads modules, a script
imports from here first.
"""

import os
import sys


def _print_unless_interrupted(kind, error, traceback):
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)


def _print_ignored_unless_interrupted(ignored):
    if not issubclass(ignored.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(ignored)


sys.excepthook = _print_unless_interrupted
sys.unraisablehook = _print_ignored_unless_interrupted

_top = os.path.realpath(f"{__path__[0]}/../..")
sys.pycache_prefix = f"{_top}/build/python"
sys.dont_write_bytecode = os.stat(_top).st_uid != os.geteuid()
