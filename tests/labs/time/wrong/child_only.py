#!/usr/bin/python3
# It reads the commands itself, outside, and has a child execute each one inside.
import ctypes
import subprocess
import sys

CLONE_NEWTIME = 0x80
ctypes.CDLL(None).unshare(CLONE_NEWTIME)
with open("/proc/self/timens_offsets", "w", encoding="ascii") as file:
    file.write(f"boottime {sys.argv[2]} 0\nmonotonic {sys.argv[4]} 0\n")
for line in sys.stdin:
    if line.strip() == "exit":
        break
    subprocess.run(["bash", "-c", line], check=False)
