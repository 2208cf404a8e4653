"""Administrative division codes 行政区划代码: twelve digits, right-padded with zeros (GB/T 2260, GB/T 10114)."""

import re
from collections.abc import Mapping

NATION = "000000000000"
_ENDS = (2, 4, 6, 9, 12)  # how many digits tell a province, prefecture, county, township, village


class DivisionFault(ValueError):
    """A code that cannot be one; the text says what to do."""


def pad(code: str) -> str:
    """
    Return the twelve-digit form of a code of 2, 4, 6, 9 or 12 digits; "100000" is the nation.

    :raises DivisionFault: another length, or not digits.
    """
    if code == "100000":
        return NATION
    if not re.fullmatch(r"\d+", code) or len(code) not in _ENDS:
        raise DivisionFault("区划代码应为 2、4、6、9 或 12 位数字，请核对。")
    return code.ljust(12, "0")


def trim(code: str) -> str:
    """Return the digits that carry meaning: 330113000000 → 330113; the nation has none."""
    full = pad(code)
    for end in _ENDS:
        if set(full[end:]) <= {"0"}:
            return "" if full == NATION else full[:end]
    return full


def level_hint(code: str) -> int:
    """
    Return the level the digits suggest: 1 nation, 2 province … 6 village.

    A hint only: the level of a place is stored with it, because some towns hang under a prefecture (441900).
    """
    digits = len(trim(code))
    return 1 if not digits else 2 + _ENDS.index(digits)


def code_range(code: str) -> tuple[str, str]:
    """Return the half-open range of twelve-digit codes that begin like this place: start <= code < end."""
    prefix = trim(code)
    if not prefix:
        return "000000000000", "~"
    return prefix.ljust(12, "0"), str(int(prefix) + 1).zfill(len(prefix)).ljust(12, "0")


def begins_like(code: str, place: str) -> bool:
    """Tell whether the digits of `code` lie within those of `place`; parents are stored, never computed from this."""
    start, end = code_range(place)
    return start <= pad(code) < end


def township_kind(code: str) -> str:
    """Return what the township segment says (GB/T 10114): 街道, 镇, 乡, 政企合一, or nothing."""
    segment = int(pad(code)[6:9])
    for low, high, kind in ((1, 99, "街道"), (100, 199, "镇"), (200, 399, "乡"), (400, 599, "政企合一")):
        if low <= segment <= high:
            return kind
    return ""


def village_kind(code: str) -> str:
    """Return what the village segment says: 居民委员会, 村民委员会, 类似居委会, 类似村委会, or nothing."""
    segment = int(pad(code)[9:12])
    for low, high, kind in (
        (1, 199, "居民委员会"),
        (200, 399, "村民委员会"),
        (400, 499, "类似居委会"),
        (500, 599, "类似村委会"),
    ):
        if low <= segment <= high:
            return kind
    return ""


def is_urban(urban_rural_code: str) -> bool:
    """Tell whether a statistical urban-rural code means town: its first digit is 1."""
    return urban_rural_code.startswith("1")


def resolve_current(code: str, successors: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """
    Follow successors to the codes in force today; more than one means that a person has to choose.

    :raises DivisionFault: the successors run in a circle.
    """
    found: list[str] = []
    waiting, seen = [code], set()
    while waiting:
        one = waiting.pop(0)
        if one in seen:
            raise DivisionFault(f"区划沿革有循环：{one}，请核对变更文件。")
        seen.add(one)
        following = successors.get(one, ())
        waiting += following
        found += [] if following else [one]
    return tuple(dict.fromkeys(found))
