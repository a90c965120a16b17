"""What scripts/doctor says when this machine refuses something."""

import json
import subprocess

from lib.tree import ROOT


def ask_doctor(name):
    """Why the lab can't run here, or why the "stage" can't be made, and what helps.

    It is a line of its own, or "" if the doctor doesn't know.
    """
    done = subprocess.run([ROOT / "scripts/doctor", "--json"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        return ""
    entries = [*found["labs"], *found["probes"]]
    cause = next((entry["cause"] for entry in entries if name in (entry.get("lab"), entry.get("id"))), None)
    advice = next((probe["advice"] for probe in found["probes"] if cause and probe["cause"] == cause), None)
    return f"\n{cause}: {advice}" if advice else ""
