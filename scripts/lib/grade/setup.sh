#!/usr/bin/env bash
# setup.sh: prepare a machine that grades on hand-in: install what the grader needs, and build what each grading would.
#
# usage: setup.sh
#
# Gradescope runs it once, as root, when it makes an autograder's image. For Autolab, run it in the image yourself.
#
# Exit status: 0 if the machine is ready; otherwise a message says what is missing.
set -euo pipefail
cd "$(dirname "$0")"

# Not everything that unpacks an archive keeps the files' modes.
grep -rlI '^#!' scripts run_autograder 2>/dev/null | xargs chmod a+x
scripts/setup --grade
# With it come the library that all programs are linked with, and the translations.
make --no-print-directory build/doctor
