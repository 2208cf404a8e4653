"""Money: yuan with two places, never a float; how it is typed, rounded, shown and written in capitals."""

import re
import unicodedata
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")
_BIG = ("", "万", "亿", "万亿")
LARGEST = Decimal("9999999999999999.99")


def parse_money(text: str) -> Decimal:
    """
    Return a typed amount in yuan with two places: "1,480", "1480.5", "1.100".

    :raises ValueError: with a sentence; more than two decimals that carry information, or not an amount.
    """
    plain = re.sub(r"[,，\s]|元$", "", unicodedata.normalize("NFKC", text))
    if not re.fullmatch(r"-?[0-9]{1,16}(\.[0-9]+)?", plain):
        raise ValueError("请填写金额数字，例如 1480 或 1480.50。")
    amount = Decimal(plain)
    if amount != amount.quantize(FEN):
        raise ValueError("金额最多到分，请保留两位小数。")
    return amount.quantize(FEN)


def round_to_fen(amount: Decimal) -> Decimal:
    """Round half up to the fen."""
    return amount.quantize(FEN, ROUND_HALF_UP)


def ceil_to(amount: Decimal, unit: Decimal) -> Decimal:
    """Round up to a multiple of `unit`; an exact multiple stays."""
    return (amount / unit).to_integral_value(ROUND_CEILING) * unit


def format_money(amount: Decimal) -> str:
    """1,480.00"""
    return f"{amount.quantize(FEN):,}"


def amount_in_words(amount: Decimal | int | str) -> str:
    """
    Return 大写金额 as banks ask it: 壹仟肆佰零玖元伍角整.

    :raises ValueError: more than two decimals, or above 9 999 999 999 999 999.99.
    """
    value = Decimal(str(amount))
    if value != value.quantize(FEN):
        raise ValueError("金额最多到分，请保留两位小数。")
    if abs(value) > LARGEST:
        raise ValueError("金额过大，不能写成大写。")
    if value < 0:
        return "负" + amount_in_words(-value)
    yuan, cents = divmod(int(value * 100), 100)
    words = _yuan_in_words(yuan)
    if not cents:
        return (words or "零元") + "整"
    jiao, fen = divmod(cents, 10)
    words += _DIGITS[jiao] + "角" if jiao else ("零" if words else "")
    return words + (_DIGITS[fen] + "分" if fen else "整")


def _yuan_in_words(yuan: int) -> str:
    if not yuan:
        return ""
    sections = []
    while yuan:
        yuan, section = divmod(yuan, 10_000)
        sections.append(section)
    words, gap = "", False
    for place in range(len(sections) - 1, -1, -1):
        section = sections[place]
        if section == 0:
            gap = bool(words)
            continue
        if words and (gap or section < 1000):
            words += "零"
        # 万亿 followed by nothing at 亿 keeps its 亿: 贰万亿零叁仟, not 贰万亿亿.
        big = "万" if place == 3 and sections[2] else _BIG[place]
        words += _section_in_words(section) + big
        gap = False
    return words + "元"


def _section_in_words(section: int) -> str:
    words, zero = "", False
    for place in range(3, -1, -1):
        digit = section // 10**place % 10
        if digit:
            words += ("零" if zero and words else "") + _DIGITS[digit] + _UNITS[place]
            zero = False
        else:
            zero = True
    return words
