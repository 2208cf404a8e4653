"""The types of answers, each in one line: how it is read, said and compared, and how a keyboard should help with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from onedoor.platform.cases.forms import fields
from onedoor.platform.cases.forms.fields import choices_of
from onedoor.platform.catalog.forms import Choice, FormField
from onedoor.standards import credit_codes, documents, id_numbers
from onedoor.standards.money import format_money

Names = Mapping[str, str]  # full names of divisions by code
SEXES = {"1": "男", "2": "女"}


def _as_it_is(value: Any, field: FormField, names: Names) -> str:
    return str(value)


def _itself(value: Any) -> Any:
    return str(value)


def _nothing(value: Any) -> str:
    return ""


def _no_parts(field: FormField) -> tuple[FormField, ...]:
    return ()


def _all_fits(value: Mapping[str, Any], field: FormField) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class Kind:
    """
    One type of answer. A type with `parts` is a few smaller questions answered together, kept as a mapping.

    `fits` judges the parts against each other and returns sentences by part; `note` says what an answer tells by itself.
    """

    read: Callable[[str, FormField], object] = fields.text
    say: Callable[[Any, FormField, Names], str] = _as_it_is
    key: Callable[[Any], Any] = _itself
    parts: Callable[[FormField], tuple[FormField, ...]] = _no_parts
    fits: Callable[[Mapping[str, Any], FormField], Mapping[str, str]] = _all_fits
    note: Callable[[Any], str] = _nothing
    inputmode: str = ""
    autocomplete: str = "off"
    short: bool = False


def kind_of(field: FormField) -> Kind:
    """Return the type of a question; a computed one is said and compared as what it shows."""
    return KINDS[field.shows if field.type == "computed" else field.type]


def read_value(typed: str, field: FormField) -> object:
    """
    Return the answer as JSON data: text, int, bool, "1480.00" for money, ISO text for dates.

    :raises Unusable: with a sentence that says how to mend it; Doubtful when the person has to agree to a spelling.
    """
    return kind_of(field).read(typed.strip(), field)


def parts_of(field: FormField) -> tuple[FormField, ...]:
    """Return the smaller questions of one that has parts: the kind and the number of a document."""
    return kind_of(field).parts(field)


def spoken(field: FormField, value: Any, names: Names | None = None) -> str:
    """Return an answer as people read it on the review page, the desk and documents; `names` are those of divisions."""
    if value in (None, "", [], {}):
        return "—"
    return kind_of(field).say(value, field, names or {})


def _parts(*definitions: tuple[str, str, str]) -> Callable[[FormField], tuple[FormField, ...]]:
    made = [FormField.model_validate({"code": code, "type": kind, "label": label}) for code, kind, label in definitions]

    def parts(field: FormField) -> tuple[FormField, ...]:
        return tuple(
            part.model_copy(update={"level": field.level}) if part.type == "division" else part for part in made
        )

    return parts


def _say_parts(value: Mapping[str, Any], field: FormField, names: Names) -> str:
    said = [spoken(part, value.get(part.code), names) for part in parts_of(field)]
    return "　".join(part for part in said if part != "—") or "—"


def _say_yes_no(value: Any, field: FormField, names: Names) -> str:
    return "是" if value else "否"


def _say_choice(value: Any, field: FormField, names: Names) -> str:
    return next((choice.label for choice in choices_of(field) if choice.value == str(value)), str(value))


def _say_choices(value: Any, field: FormField, names: Names) -> str:
    return "、".join(_say_choice(one, field, names) for one in value)


def _say_number(value: Any, field: FormField, names: Names) -> str:
    return f"{value} {field.unit}" if field.unit else str(value)


def _say_money(value: Any, field: FormField, names: Names) -> str:
    return f"{format_money(Decimal(str(value)))} 元"


def _say_percentage(value: Any, field: FormField, names: Names) -> str:
    return f"{value}%"


def _say_day(value: Any, field: FormField, names: Names) -> str:
    day = date.fromisoformat(value)
    return f"{day.year}年{day.month}月{day.day}日"


def _say_month(value: Any, field: FormField, names: Names) -> str:
    year, month = value.split("-")
    return f"{int(year)}年{int(month)}月"


def _say_division(value: Any, field: FormField, names: Names) -> str:
    return names.get(str(value), str(value))


def _say_address(value: Mapping[str, Any], field: FormField, names: Names) -> str:
    return _say_parts(value, field, names).replace("　", "")


def _say_range(value: Mapping[str, Any], field: FormField, names: Names) -> str:
    return " 至 ".join(spoken(part, value.get(part.code)) for part in parts_of(field))


def _number(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)


def _parts_key(value: Any) -> Any:
    return (
        tuple(sorted((code, str(part)) for code, part in value.items())) if isinstance(value, Mapping) else str(value)
    )


def _whose(value: Any) -> Any:
    """Two people are one when their identity numbers are the same."""
    return str(value.get("id_number")) if isinstance(value, Mapping) and value.get("id_number") else _parts_key(value)


# What a person identifies themselves with; papers that prove something else are left out unless an item names them.
IDENTITY = tuple(
    kind
    for kind in documents.all_kinds()
    if kind.name not in ("household_register", "birth_certificate", "disability_certificate")
)


def _document_parts(field: FormField) -> tuple[FormField, ...]:
    return _document_questions(field.kinds)


@lru_cache
def _document_questions(names: tuple[str, ...]) -> tuple[FormField, ...]:
    taken = [documents.document_kind(name) for name in names] or IDENTITY
    kinds = tuple(Choice(value=kind.name, label=kind.title) for kind in taken)
    return (
        FormField(code="kind", type="choice", label="证件类型", choices=kinds),
        # No item asks for a number without its kind, so this type is none of theirs.
        FormField.model_construct(code="number", type="document_number", label="证件号码"),
    )


def _document_fits(value: Mapping[str, Any], field: FormField) -> dict[str, str]:
    try:
        documents.check_document(value["kind"], value["number"])
    except id_numbers.IdNumberFault as fault:
        return {"number": str(fault)}
    return {}


def _say_document(value: Mapping[str, Any], field: FormField, names: Names) -> str:
    said = _say_parts(value, field, names)
    try:
        # A strange form warns and does not refuse: the applicant sees it on the review page, the clerk on the case.
        warnings = documents.check_document(value["kind"], value["number"])[1]
    except (KeyError, id_numbers.IdNumberFault):
        return said
    return said + "".join(f"（{warning.removesuffix('。')}）" for warning in warnings)


# What is odd and yet usable, said where the answer is read again.
ODD = {
    credit_codes.ORGANIZATION_CODE: "其中的组织机构代码校验不通过，请对照证书核对",
    credit_codes.UNPUBLISHED_CLASS: "前两位 {pair} 不在公布的代码表内，请对照证书核对",
}


def _say_credit_code(value: Any, field: FormField, names: Names) -> str:
    try:
        found = credit_codes.parse_credit_code(str(value))
    except credit_codes.CreditCodeFault:
        return str(value)
    return str(value) + "".join(f"（{ODD[one].format(pair=found.class_pair)}）" for one in found.warnings)


def _in_order(value: Mapping[str, Any], field: FormField) -> dict[str, str]:
    return {"to": "结束日期不能早于开始日期，请核对。"} if value["to"] < value["from"] else {}


def _born(value: Any) -> str:
    """Return what the identity number of a person tells: the birth date and, where the number has it, the sex."""
    number = value.get("id_number") if isinstance(value, Mapping) else None
    if not number:
        return ""
    told = id_numbers.parse_citizen_id(number)
    born = told.birth_date
    sex = f"，{SEXES[told.sex_code]}" if told.sex_code in SEXES else ""
    return f"{born.year}年{born.month}月{born.day}日出生{sex}"


def _say_person(value: Mapping[str, Any], field: FormField, names: Names) -> str:
    born = _born(value)
    return _say_parts(value, field, names) + (f"（{born}）" if born else "")


KINDS: Mapping[str, Kind] = {
    "text": Kind(),
    "long_text": Kind(),
    "integer": Kind(fields.integer, _say_number, _number, inputmode="numeric", short=True),
    "decimal": Kind(fields.decimal, _say_number, _number, inputmode="decimal", short=True),
    "money": Kind(fields.yuan, _say_money, _number, inputmode="decimal", short=True),
    "percentage": Kind(fields.percentage, _say_percentage, _number, inputmode="decimal", short=True),
    "date": Kind(fields.day, _say_day, short=True),
    "date_range": Kind(
        say=_say_range,
        key=_parts_key,
        parts=_parts(("from", "date", "开始日期"), ("to", "date", "结束日期")),
        fits=_in_order,
    ),
    "month": Kind(fields.month, _say_month, short=True),
    "time": Kind(fields.clock_time, short=True),
    "date_time": Kind(fields.moment),
    "yes_no": Kind(fields.yes_no, _say_yes_no, bool),
    "choice": Kind(fields.choice, _say_choice),
    "choices": Kind(fields.choice, _say_choices, sorted),
    "citizen_id": Kind(fields.citizen_id),
    "document": Kind(say=_say_document, key=_parts_key, parts=_document_parts, fits=_document_fits),
    "document_number": Kind(fields.document_number),
    "person_name": Kind(fields.person_name, autocomplete="name"),
    "person": Kind(
        say=_say_person,
        key=_whose,
        parts=_parts(("name", "person_name", "姓名"), ("id_number", "citizen_id", "身份证号")),
        note=_born,
    ),
    "organization_name": Kind(fields.organization_name, autocomplete="organization"),
    "credit_code": Kind(fields.credit_code, _say_credit_code),
    "organization": Kind(
        say=_say_parts,
        key=_parts_key,
        parts=_parts(("name", "organization_name", "单位名称"), ("uscc", "credit_code", "统一社会信用代码")),
    ),
    "mobile": Kind(fields.mobile, inputmode="tel", autocomplete="tel"),
    "landline": Kind(fields.landline, inputmode="tel"),
    "email": Kind(fields.email, inputmode="email", autocomplete="email"),
    "postal_code": Kind(fields.postal_code, inputmode="numeric", autocomplete="postal-code", short=True),
    "bank_card": Kind(fields.bank_card, inputmode="numeric"),
    "division": Kind(fields.division, _say_division),
    "address": Kind(autocomplete="street-address"),
    "full_address": Kind(
        say=_say_address,
        key=_parts_key,
        parts=_parts(("division", "division", "所在地区"), ("detail", "address", "街道、门牌")),
    ),
    "statement": Kind(fields.statement, _say_yes_no, bool),
}
