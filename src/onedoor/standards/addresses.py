"""Addresses as people write them, brought to one spelling so that two of them can be compared. Never shown to anybody."""

import re
import unicodedata

DIGITS = {one: value for value, one in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
TENS = {"十": 10, "百": 100}
NUMERAL = f"[{''.join(DIGITS)}{''.join(TENS)}]+"
COUNTED = "号|幢|栋|座|单元|室|房|户|层|楼|组|队|社|弄"  # what a number in an address stands before

# In this order: each works on what the ones before have left.
SPELLINGS = (
    (re.compile(r"[(\[【][^()\[\]【】\d]*[)\]】]"), ""),  # 水北街18号（后门）
    (re.compile(r"[‐-―−~_]|(?<=[号\d])之(?=\d)"), "-"),  # 1—301, 18号之1
    (re.compile(rf"第(?=\d+(?:{COUNTED}))"), ""),
    (re.compile(r"(?<=\d)(?:号楼|#楼|#|幢楼|幢|栋楼|栋|座)"), "-"),  # 1号楼, 1#, 1幢, 1栋
    (re.compile(r"no\.?(?=\d)|#"), ""),
    (re.compile(r"(?<=\d)(?:单元|门)(?=\d)"), "-"),
    (re.compile(r"(?<=\d)(?:号房|号室|室|房|户|号)"), "-"),
    (re.compile(r"(?<=-)\d+(?:层|楼)(?=\d)"), ""),  # the floor is said again by the room
    (re.compile(r"[^\w-]"), ""),
    (re.compile(r"-{2,}"), "-"),
)
NUMBERED = re.compile(r"^[^\W\d_]{2,}.*\d")  # a name of two characters at least, and a number


def plain_address(text: str) -> str:
    """Return an address in half width, small letters, without blanks: as places are looked for at its beginning."""
    return "".join(unicodedata.normalize("NFKC", text).lower().replace("號", "号").split())


def comparable_address(text: str) -> str:
    """
    Return the part of an address below the township in one spelling: 绿城花园一号楼2单元301室 as 绿城花园1-2-301.

    "" where it names no house: of two who live in 新民村 nothing follows.
    """
    spelled = re.sub(rf"({NUMERAL})(?={COUNTED})", lambda found: _arabic(found[1]), plain_address(text))
    for pattern, instead in SPELLINGS:
        spelled = pattern.sub(instead, spelled)
    return spelled.strip("-") if NUMBERED.match(spelled) else ""


def _arabic(numeral: str) -> str:
    """Return 十八 as 18, 一百二十 as 120, and 三〇一, said digit by digit, as 301."""
    if not set(numeral) & set(TENS):
        return "".join(str(DIGITS[one]) for one in numeral)
    total = waiting = 0
    for one in numeral:
        if one in TENS:
            total += (waiting or 1) * TENS[one]
            waiting = 0
        else:
            waiting = DIGITS[one]
    return str(total + waiting)
