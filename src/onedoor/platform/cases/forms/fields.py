"""Read one typed answer: text in, a JSON value out, or a Chinese sentence that says what to do."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from onedoor.platform.catalog.items import Choice, FormField
from onedoor.standards import code_sets, contacts, id_numbers, money, names

Reader = Callable[[str, FormField], object]


class Unusable(ValueError):
    """What was typed cannot be used; the text is the sentence for the person."""


def read_value(text: str, field: FormField) -> object:
    """
    Return the answer as JSON data: text, int, bool, list, "1480.00" for money, ISO text for dates.

    :raises Unusable: with a sentence that says how to mend it.
    """
    return _READERS[field.type](text.strip(), field)


def choices_of(field: FormField) -> tuple[Choice, ...]:
    """Return the choices a field offers, its own or those of its code set."""
    if field.code_set:
        rows = code_sets.code_set(field.code_set).rows
        return tuple(Choice(value=row.code, label=row.zh) for row in rows)
    return field.choices


def _text(text: str, field: FormField) -> str:
    if len(text) > field.max_length:
        raise Unusable(f"最多 {field.max_length} 个字，现在是 {len(text)} 个字，请删减。")
    return text


def _integer(text: str, field: FormField) -> int:
    if not re.fullmatch(r"-?\d{1,9}", text):
        raise Unusable("请填写整数，例如 3。")
    return int(_within(Decimal(text), field))


def _money(text: str, field: FormField) -> str:
    try:
        amount = money.parse_money(text)
    except ValueError as error:
        raise Unusable(str(error)) from None
    if amount < 0:
        raise Unusable("金额不能是负数；没有请填 0。")
    return str(_within(amount, field))


def _within(number: Decimal, field: FormField) -> Decimal:
    if field.min is not None and number < field.min:
        raise Unusable(f"不能小于 {field.min}，请核对。")
    if field.max is not None and number > field.max:
        raise Unusable(f"不能大于 {field.max}，请核对。")
    return number


def _date(text: str, field: FormField) -> str:
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text)
    try:
        if found is None:
            raise ValueError
        return date(*(int(part) for part in found.groups())).isoformat()
    except ValueError:
        raise Unusable("日历上没有这一天，请按“年-月-日”填写，例如 1955-03-08。") from None


def _month(text: str, field: FormField) -> str:
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        raise Unusable("请按“年-月”填写，例如 2026-11。")
    return text


def _choice(text: str, field: FormField) -> str:
    if text not in {choice.value for choice in choices_of(field)}:
        raise Unusable("请从列出的选项中选择一项。")
    return text


def _yes_no(text: str, field: FormField) -> bool:
    if text not in ("yes", "no"):
        raise Unusable("请选择“是”或“否”。")
    return text == "yes"


def _statement(text: str, field: FormField) -> bool:
    return text == "on"


def _citizen_id(text: str, field: FormField) -> str:
    try:
        return id_numbers.parse_citizen_id(text).number
    except ValueError as error:
        raise Unusable(str(error)) from None


def _mobile(text: str, field: FormField) -> str:
    try:
        return contacts.parse_mobile(text)
    except ValueError as error:
        raise Unusable(str(error)) from None


def _bank_card(text: str, field: FormField) -> str:
    try:
        return contacts.parse_bank_card(text)
    except ValueError as error:
        raise Unusable(str(error)) from None


def _person_name(text: str, field: FormField) -> str:
    try:
        return names.normalise_name(text)
    except ValueError as error:
        raise Unusable(str(error)) from None


def _division(text: str, field: FormField) -> str:
    if not re.fullmatch(r"[0-9]{12}", text):
        raise Unusable("请从列表中选择地区。")
    return text


_READERS: Mapping[str, Reader] = {
    "text": _text,
    "long_text": _text,
    "address": _text,
    "integer": _integer,
    "money": _money,
    "date": _date,
    "month": _month,
    "choice": _choice,
    "yes_no": _yes_no,
    "statement": _statement,
    "citizen_id": _citizen_id,
    "mobile": _mobile,
    "bank_card": _bank_card,
    "person_name": _person_name,
    "division": _division,
}
