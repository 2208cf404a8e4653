"""Codes of government service items (GB/T 39554.1-2020)."""

import re
from dataclasses import dataclass

_TASK = re.compile(r"(?P<uscc>[0-9A-HJ-NPQRTUWXY]{18})(?P<level>[1-7])(?P<catalog>\d{12})(?P<handle>\d{2})?")


@dataclass(frozen=True)
class TaskCode:
    """实施编码 taken apart; `handle` is set for a 业务办理项 of 33 characters."""

    uscc: str
    level: str
    catalog: str
    handle: str | None


def task_code(uscc: str, level: str, catalog: str, handle: str = "") -> str:
    """Return the 31-character code of an implemented item, or 33 characters with a handling variant."""
    code = f"{uscc}{level}{catalog}{handle}"
    if not _TASK.fullmatch(code):
        raise ValueError("a task code is a credit code, a level digit, 12 digits and perhaps 2 more")
    return code


def parse_task_code(code: str) -> TaskCode:
    """:raises ValueError: not a task code."""
    found = _TASK.fullmatch(code)
    if found is None:
        raise ValueError("not a task code")
    return TaskCode(found["uscc"], found["level"], found["catalog"], found["handle"])
