"""Case numbers 办件编号 and query codes 查询码."""

from datetime import date
from typing import Protocol

from onedoor.standards.check_digits import mod37_36_check, mod37_36_valid
from onedoor.standards.credit_codes import ALPHABET


class RandomSource(Protocol):
    def choice(self, seq: str) -> str: ...


def case_number(task: str, day: date, running: int) -> str:
    """Return task code (31), date (8), running number of the day (6) and a MOD 37,36 check: 46 characters."""
    if len(task) != 31 or not 1 <= running <= 999_999:
        raise ValueError("a case number needs a 31-character task code and a number from 1 to 999999")
    body = f"{task}{day:%Y%m%d}{running:06d}"
    return body + mod37_36_check(body)


def is_case_number(number: str) -> bool:
    return len(number) == 46 and mod37_36_valid(number)


def query_code(source: RandomSource) -> str:
    """Return ten characters that are easy to read out; `source` is a cryptographic random source."""
    return "".join(source.choice(ALPHABET) for _ in range(10))
