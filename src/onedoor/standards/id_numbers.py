"""Citizen identification numbers 公民身份号码 and the 18-character numbers that look like them (GB 11643-1999)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from onedoor.standards.check_digits import mod11_2_check


class IdNumberFault(ValueError):
    """A number that cannot be one; `code` is stable, the text says what to do."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


@dataclass(frozen=True)
class IdNumber:
    """A valid number with what it tells."""

    number: str
    kind: str  # resident_id_card, hk_residence_permit, mo_…, tw_…, foreign_pr_card
    address_code: str  # first six digits; a county only for resident_id_card
    birth_date: date
    sex_code: str  # 1, 2, "0" where it must not be derived


_PERMITS = {"810000": "hk_residence_permit", "820000": "mo_residence_permit", "830000": "tw_residence_permit"}


def normalise_id_number(text: str) -> str:
    """Return the number as it is stored: half-width, no spaces or hyphens, capital X."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def parse_citizen_id(text: str) -> IdNumber:
    """
    Return what an 18-character number tells.

    :raises IdNumberFault: `id.format`, `id.birth_date` or `id.check`.
    """
    number = normalise_id_number(text)
    if re.fullmatch(r"[0-9]{15}", number):
        raise IdNumberFault("id.format", "这是 15 位旧号码，请填写现在身份证上的 18 位号码。")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise IdNumberFault("id.format", f"身份证号应为 18 位，现在是 {len(number)} 位，请对照证件逐位核对。")
    born = _birth_date(number[6:14])
    if mod11_2_check(number[:17]) != number[17]:
        raise IdNumberFault("id.check", "身份证号校验不通过，多半有一位数字输错，请对照证件逐位核对。")
    kind = _kind(number)
    sex = "0" if kind == "foreign_pr_card" else ("1" if int(number[16]) % 2 else "2")
    return IdNumber(number, kind, number[:6], born, sex)


def _kind(number: str) -> str:
    # The first segment decides before anybody looks six digits up as a county.
    if number[:6] in _PERMITS:
        return _PERMITS[number[:6]]
    return "foreign_pr_card" if number[0] == "9" else "resident_id_card"


def _birth_date(text: str, earliest: int = 1850) -> date:
    try:
        born = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise IdNumberFault("id.birth_date", "身份证号中的出生日期不存在，请对照证件核对第 7 至 14 位。") from None
    if born.year < earliest:
        raise IdNumberFault("id.birth_date", "身份证号中的出生日期过早，请对照证件核对第 7 至 14 位。")
    return born
