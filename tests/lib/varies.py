"""varies: what may differ between a lesson and the terminal in which it is tried (tests/docs/lessons).

In each row: what the lesson shows, what the terminal may show in its place, and how long they belong together.
For the whole `lesson`, or while one `program` runs, equal numbers of the lesson must be equal in the terminal, and
different ones different; with None, that isn't checked. If a command of the lesson has such a number, the terminal's
number is typed.
"""

VARIES = [
    # A namespace's inode. The kernel gives it to another namespace when this one has ended.
    (r"\b40265\d{5}\b", r"\d{10}", "program"),
    (r"\b0x[0-9a-f]{8}\b", r"0x[0-9a-f]{8}", "program"),  # the key of an IPC object
    (r"(?<=\d )\d{4,}(?= [A-Z][a-z]{2} [ \d]\d )", r"\d+", None),  # a file's size, in ls -l
    (r"\b[A-Z][a-z]{2} [ \d]\d \d\d:\d\d\b", r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d", None),  # its time
    (r"\b\d\d:\d\d:\d\d\b", r"\d\d:\d\d:\d\d", None),
    # Of uptime(1), each part only if it isn't 0.
    (r"\bup \d+ \w+(?:, \d+ \w+)*", r"up \d+ \w+(?:, \d+ \w+)*", None),
    (r"\b20\d\d-\d\d\b", r"\d{4}-\d\d", "program"),  # a month
    (r"(?<=time )\d+ms", r"\d+ms", None),  # the time of a ping
    (r"(?<=\()\d+\.\d+s(?=\))", r"\d+\.\d+s", None),  # the time of a check
    (r"\bpts/\d+", r"pts/\d+", None),
    # The index of the interface at the other end, and a state that the kernel sets a moment after
    # both ends are up.
    (r"(?<=@if)\d+ +UP\b", r"\d+ +(?:UP|UNKNOWN|DOWN|LOWERLAYERDOWN)", None),
    (r"(?<=@if)\d+", r"\d+", None),
    (r"\bfe80:[0-9a-f:]+", r"fe80:[0-9a-f:]+", None),
    (r"^ *\d{2,3}(?= (?:pts/\d+|\?) +\d\d:)", r" *\d+", None),  # a short PID, in a list of ps(1)
    (r"\b(?!1000\b|65534\b)\d{4,7}\b", r"\d+", "lesson"),  # a PID
    # A stage is a container, and the programs say so there.
    (r"(?<=Look inside from a second terminal):", r"(?: on this same host)?:", None),
]
