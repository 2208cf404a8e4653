"""
For which matter another organ asks: the number of its own case has a shape; that of a case of this house is looked up.

Whether a number of somebody else's system stands for anything nobody here can know; its owner answers for it, and
whoever is asked about reads it among the uses of their data.
"""

import re
from typing import Protocol

from onedoor.standards.case_numbers import is_case_number

OWN = re.compile(r"[0-9A-Za-z]{40,}")  # so long and without a separator: meant as a number of this house
SHAPE = re.compile(r"(?=.*\d)[\w\-./〔〕()（）\[\]【】]{4,80}")
WRONG_SHAPE = (
    "请填写本单位为这件事编的业务编号：4 至 80 个字，有数字，没有空格，例如 YB-2026-00318 或 教字〔2026〕15号。"
)
PERSONAL = "业务编号里不能写身份证号或者电话号码，请填写本单位为这件事编的业务编号。"
PERSONAL_SHAPE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")  # a mobile number, a citizen's number
WRONG_DIGIT = "这个办件编号不对（应为 46 位，校验位不符），请对照受理通知书逐位核对。"
NOT_THERE = "本单位没有这个编号的办件，请核对；为别的单位的办件查询的，由那个单位申请。"


class CaseFinder(Protocol):
    """Tell whether a case of this number is in the hands of an organ."""

    def __call__(self, number: str, *, organization_id: int | None) -> bool: ...


_finders: list[CaseFinder] = []


def find_with(finder: CaseFinder) -> None:
    """Register who knows the cases, which this room does not; called once from `AppConfig.ready`."""
    if finder not in _finders:
        _finders.append(finder)


def problem_of(business: str, *, organization_id: int | None) -> str:
    """Return what is wrong with the number of the matter an organ names, "" when nothing is."""
    if PERSONAL_SHAPE.search(business):
        return PERSONAL  # it would be kept and shown as it stands
    if OWN.fullmatch(business) is None:
        return "" if SHAPE.fullmatch(business) else WRONG_SHAPE
    number = business.upper()
    if not is_case_number(number):
        return WRONG_DIGIT
    return "" if any(find(number, organization_id=organization_id) for find in _finders) else NOT_THERE
