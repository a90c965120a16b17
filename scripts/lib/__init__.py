"""What several scripts need.

Compiled modules are kept in build/python: compiling them anew would take a third of the time of a verdict. Only the
tree's owner writes them, so that `make clean` works after `sudo make check`.
"""

import os
import sys

_top = os.path.realpath(f"{__path__[0]}/../..")
sys.pycache_prefix = f"{_top}/build/python"
sys.dont_write_bytecode = os.stat(_top).st_uid != os.geteuid()
