"""Numbers printed on documents: 文号 of an organ, certificates of marriage."""

import re


def document_number(organ: str, series: str, year: int, running: int) -> str:
    """Return 朝民救准〔2026〕15号: organ, series, year in hexagonal brackets, number without leading zeros."""
    if running < 1:
        raise ValueError("document numbers start at 1")
    return f"{organ}{series}\u3014{year}\u3015{running}号"


_MARRIAGE = re.compile(r"(B?[JL])(\d{6})-(\d{4})-(\d{6})")


def marriage_number(prefix: str, division: str, year: int, running: int) -> str:
    """Return J110105-2026-000123; J and L for marriage and divorce, BJ and BL for reissues."""
    number = f"{prefix}{division[:6]}-{year}-{running:06d}"
    if not _MARRIAGE.fullmatch(number):
        raise ValueError("not a marriage certificate number")
    return number
