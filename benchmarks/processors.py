"""Processor time of the web processes and of PostgreSQL: what a work costs, however busy the machine is."""

import os
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def server_pid() -> int:
    """Return the process that all of PostgreSQL's processes come from."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = int(cursor.fetchone()[0])
    return _parents()[backend][0]


def own_seconds() -> float:
    """Return the processor seconds of this process and of the database's process that serves it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = int(cursor.fetchone()[0])
    return time.process_time() + _parents()[backend][1]


def seconds(root: int) -> float:
    """Return the processor seconds used by a process and all its descendants, ended children included."""
    table = _parents()
    family, waiting = set(), [root]
    while waiting:
        one = waiting.pop()
        family.add(one)
        waiting += [pid for pid, (parent, _) in table.items() if parent == one and pid not in family]
    return sum(table[pid][1] for pid in family if pid in table)


def _parents() -> dict[int, tuple[int, float]]:
    """Return parent and processor seconds of every process."""
    table = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended meanwhile
        # Fields 4, 14 to 17 of proc(5): parent, user and system time, and those of children that have ended.
        table[int(path.parent.name)] = (int(fields[1]), sum(int(fields[place]) for place in range(11, 15)) / TICKS)
    return table
