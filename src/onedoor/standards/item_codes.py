"""Codes of government service items (GB/T 39554.1-2020)."""

import re

_TASK = re.compile(r"(?P<uscc>[0-9A-HJ-NPQRTUWXY]{18})(?P<level>[1-7])(?P<catalog>\d{12})(?P<handle>\d{2})?")


def task_code(uscc: str, level: str, catalog: str, handle: str = "") -> str:
    """Return the 31-character code of an implemented item, or 33 characters with a handling variant."""
    code = f"{uscc}{level}{catalog}{handle}"
    if not _TASK.fullmatch(code):
        raise ValueError("a task code is a credit code, a level digit, 12 digits and perhaps 2 more")
    return code
