"""Phone numbers, post codes, bank cards."""

import re
import unicodedata

from onedoor.standards.check_digits import luhn_check

_ABROAD = {"HK": r"[4-9][0-9]{7}", "MO": r"6[0-9]{7}", "TW": r"09[0-9]{8}"}


def _plain(text: str) -> str:
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))


def parse_mobile(text: str, *, place: str = "CN") -> str:
    """
    Return a mobile number without spaces.

    :raises ValueError: with a sentence that says what to do.
    """
    number = _plain(text).removeprefix("+86")
    pattern = _ABROAD.get(place, r"1[3-9][0-9]{9}")
    if not re.fullmatch(pattern, number):
        raise ValueError("请填写 11 位手机号码，例如 13800001234。")
    return number


def is_landline(text: str) -> bool:
    """Tell whether this is a landline, a 400/800 number or a short service code."""
    number = unicodedata.normalize("NFKC", text).strip()
    return bool(
        re.fullmatch(
            r"0(10|2[0-9]|[3-9][0-9]{2})-?[0-9]{7,8}(-[0-9]{1,6})?|[48]00-?[0-9]{3}-?[0-9]{4}|[0-9]{3,5}", number
        )
    )


def is_postal_code(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{6}", text))


def parse_bank_card(text: str) -> str:
    """
    Return a bank card number of 16 to 19 digits; passbook accounts are another kind and not checked here.

    :raises ValueError: with a sentence that says what to do.
    """
    number = _plain(text)
    if not re.fullmatch(r"[0-9]{16,19}", number):
        raise ValueError("银行卡号应为 16 至 19 位数字，请对照卡面逐位核对。")
    if luhn_check(number[:-1]) != number[-1]:
        raise ValueError("银行卡号校验不通过，多半有一位数字输错，请对照卡面逐位核对。")
    return number
