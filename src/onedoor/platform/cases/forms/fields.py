"""Read one typed answer: text in, a JSON value out, or a Chinese sentence that says what to do."""

import re
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from onedoor.platform.catalog.forms import Choice, FormField
from onedoor.standards import code_sets, contacts, credit_codes, documents, id_numbers, money, names

ABSURD = 1_000_000_000  # yuan; more than that in a person's form is a slip, unless the item says otherwise
YEARS = range(1850, 2201)


class Unusable(ValueError):
    """What was typed cannot be used; the text is the sentence for the person."""


class Doubtful(Unusable):
    """It can be used in another spelling, `proposal`, once the person has seen it and agrees (民委发〔2016〕33号)."""

    def __init__(self, sentence: str, proposal: str) -> None:
        self.proposal = proposal
        super().__init__(sentence)


def plain(text: str) -> str:
    """Return typed numbers and codes in half width; every number is read this way (standards §0)."""
    return unicodedata.normalize("NFKC", text).strip()


def choices_of(field: FormField) -> tuple[Choice, ...]:
    """Return the choices a field offers, its own or those of its code set."""
    return _coded(field.code_set) if field.code_set else field.choices


@lru_cache
def _coded(name: str) -> tuple[Choice, ...]:
    return tuple(Choice(value=row.code, label=row.zh) for row in code_sets.code_set(name).rows)


def text(typed: str, field: FormField) -> str:
    if len(typed) > field.max_length:
        raise Unusable(f"最多 {field.max_length} 个字，现在是 {len(typed)} 个字，请删减。")
    return typed


def integer(typed: str, field: FormField) -> int:
    number = plain(typed).removesuffix(field.unit).strip()
    if not re.fullmatch(r"-?[0-9]{1,9}", number):
        raise Unusable("请填写整数，例如 3。")
    return int(_within(Decimal(number), field))


def decimal(typed: str, field: FormField) -> str:
    number = re.sub(r"[,，\s]", "", plain(typed)).removesuffix(field.unit)
    if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]+)?", number):
        raise Unusable("请填写数字，例如 3.5。")
    amount = Decimal(number)
    exact = amount.quantize(Decimal(1).scaleb(-field.places))
    if amount != exact:
        raise Unusable(f"小数点后最多 {field.places} 位，请核对。" if field.places else "请填写整数，不带小数。")
    if amount < 0 and field.min is None:
        raise Unusable("不能是负数；没有请填 0。")
    return str(_within(exact, field))


def percentage(typed: str, field: FormField) -> str:
    number = plain(typed).removesuffix("%").strip()
    value = decimal(number, field)
    if field.max is None and Decimal(value) > 100:
        raise Unusable("百分比不能超过 100，请核对。")
    return value


def yuan(typed: str, field: FormField) -> str:
    try:
        amount = money.parse_money(typed)
    except ValueError as error:
        raise Unusable(str(error)) from None
    if amount < 0 and field.min is None:
        raise Unusable("金额不能是负数；没有请填 0。")
    if amount > ABSURD and field.max is None:
        raise Unusable("金额超过 10 亿元，多半是多打了数字，请核对，单位是元。")
    return str(_within(amount, field))


def _within(number: Decimal, field: FormField) -> Decimal:
    if field.min is not None and number < field.min:
        raise Unusable(f"不能小于 {field.min}，请核对。")
    if field.max is not None and number > field.max:
        raise Unusable(f"不能大于 {field.max}，请核对。")
    return number


def day(typed: str, field: FormField) -> str:
    found = re.fullmatch(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d))", plain(typed))
    try:
        if found is None:
            raise ValueError
        written = date(*(int(part) for part in found.groups() if part))
    except ValueError:
        raise Unusable("日历上没有这一天，请按“年-月-日”填写，例如 1955-03-08。") from None
    return _sane(written).isoformat()


def _sane(written: date) -> date:
    if written.year not in YEARS:
        raise Unusable("年份不对，请按“年-月-日”填写四位年份，例如 1955-03-08。")
    return written


def month(typed: str, field: FormField) -> str:
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})月?", plain(typed))
    try:
        if found is None:
            raise ValueError
        first = date(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise Unusable("请按“年-月”填写，例如 2026-11。") from None
    return _sane(first).isoformat()[:7]


def clock_time(typed: str, field: FormField) -> str:
    found = re.fullmatch(r"(\d{1,2})[:时点](\d{1,2})分?", plain(typed))
    try:
        if found is None:
            raise ValueError
        return time(int(found[1]), int(found[2])).isoformat("minutes")
    except ValueError:
        raise Unusable("请按“时:分”填写，二十四小时制，例如 14:30。") from None


def moment(typed: str, field: FormField) -> str:
    parts = re.split(r"[\sT]+|(?<=日)", plain(typed), maxsplit=1)
    if len(parts) != 2:
        raise Unusable("请填写日期和时间，例如 2026-11-23 14:30。")
    return datetime.fromisoformat(f"{day(parts[0], field)}T{clock_time(parts[1], field)}").isoformat(" ", "minutes")


def choice(typed: str, field: FormField) -> str:
    offered = choices_of(field)
    if typed in {one.value for one in offered}:
        return typed
    labelled = [one.value for one in offered if one.label == typed]
    if len(labelled) != 1:
        raise Unusable("请从列出的选项中选择一项。")
    return labelled[0]


def yes_no(typed: str, field: FormField) -> bool:
    if typed not in ("yes", "no", "是", "否"):
        raise Unusable("请选择“是”或“否”。")
    return typed in ("yes", "是")


def statement(typed: str, field: FormField) -> bool:
    return typed in ("on", "是")


def citizen_id(typed: str, field: FormField) -> str:
    try:
        return id_numbers.parse_citizen_id(typed).number
    except ValueError as error:
        raise Unusable(str(error)) from None


def document_number(typed: str, field: FormField) -> str:
    """Whether it fits the kind of document is judged where the kind is known."""
    number = documents.normalise_number(typed)
    if not 1 <= len(number) <= 40:
        raise Unusable("证件号码最多 40 个字符，请对照证件填写。")
    return number


def mobile(typed: str, field: FormField) -> str:
    try:
        return contacts.parse_mobile(typed)
    except ValueError as error:
        raise Unusable(str(error)) from None


def landline(typed: str, field: FormField) -> str:
    number = plain(typed).replace(" ", "-")
    if not contacts.is_landline(number):
        raise Unusable("请填写带区号的固定电话，例如 0571-12345678。")
    return number


def email(typed: str, field: FormField) -> str:
    address = plain(typed)
    try:
        validate_email(address)
    except ValidationError:
        raise Unusable("请填写完整的电子邮箱，例如 name@example.cn。") from None
    return address


def postal_code(typed: str, field: FormField) -> str:
    code = plain(typed)
    if not (code.isascii() and contacts.is_postal_code(code)):
        raise Unusable("邮政编码是 6 位数字，请核对。")
    return code


def bank_card(typed: str, field: FormField) -> str:
    try:
        return contacts.parse_bank_card(typed)
    except ValueError as error:
        raise Unusable(str(error)) from None


def person_name(typed: str, field: FormField) -> str:
    try:
        name = names.normalise_name(typed)
    except ValueError as error:
        raise Unusable(str(error)) from None
    if names.dots_changed(typed):
        raise Doubtful(f"姓名中的间隔点将统一写成“·”，也就是“{name}”。对的话请勾选确认，不对请改。", name)
    return name


def organization_name(typed: str, field: FormField) -> str:
    name = re.sub(r"\s+", " ", unicodedata.normalize("NFC", typed)).strip()
    if not 2 <= len(name) <= 100:
        raise Unusable("单位名称应为 2 至 100 个字，请按证书上的全称填写。")
    return name


def credit_code(typed: str, field: FormField) -> str:
    try:
        return credit_codes.parse_credit_code(typed).number
    except ValueError as error:
        raise Unusable(str(error)) from None


def division(typed: str, field: FormField) -> str:
    """Whether there is such a place, and at the tier asked for, is judged where the table of divisions is at hand."""
    code = plain(typed)
    if not re.fullmatch(r"[0-9]{12}", code):
        raise Unusable("请从列表中选择地区。")
    return code
