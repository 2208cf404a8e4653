"""Check what a person typed, section by section, and the whole form once more before it is submitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from onedoor.platform.cases.forms.fields import Unusable, choices_of, read_value
from onedoor.platform.catalog.items import FormField, Section, ServiceItem

MISSING = "请填写“{label}”。"
MANY = 50  # rows beyond the limit that are still read, so that nothing typed is lost


class Posted(Protocol):
    """A posted form: Django's QueryDict, or anything with these two methods."""

    def get(self, key: str, default: Any = None) -> Any: ...

    def getlist(self, key: str) -> Sequence[str]: ...


@dataclass(frozen=True)
class CleanedSection:
    """
    One section as typed: usable answers, the text that is not usable yet (by path), and a sentence for each problem.

    Paths are `code` or `table.row.column`.
    """

    answers: Mapping[str, Any]
    typed: Mapping[str, str]
    problems: Mapping[str, str]


def read_section(section: Section, posted: Posted, *, known: Mapping[str, Any]) -> CleanedSection:
    """
    Read a posted section. Table cells are named `code-row-column`; empty rows are dropped.

    `known` holds the answers of the other sections, for conditions.
    """
    answers: dict[str, Any] = {}
    typed: dict[str, str] = {}
    problems: dict[str, str] = {}
    for field in section.fields:
        if field.type == "table":
            answers[field.code] = _read_table(field, posted, typed, problems)
        else:
            _read_field(field, posted, field.code, field.code, answers, typed, problems)
    merged = {**known, **answers}
    for path, sentence in _faults(section.fields, merged).items():
        if path not in typed:
            problems.setdefault(path, sentence)
    return CleanedSection(answers, typed, problems)


def _read_field(
    field: FormField,
    posted: Posted,
    name: str,
    path: str,
    answers: dict[str, Any],
    typed: dict[str, str],
    problems: dict[str, str],
) -> None:
    if field.type == "choices":
        answers[field.code] = [text for text in posted.getlist(name) if text in {c.value for c in choices_of(field)}]
        return
    text = str(posted.get(name, "") or "")
    if not text.strip():
        if field.type == "statement":
            answers[field.code] = False
        return
    try:
        answers[field.code] = read_value(text, field)
    except Unusable as error:
        typed[path], problems[path] = text, str(error)


def _read_table(
    table: FormField, posted: Posted, typed: dict[str, str], problems: dict[str, str]
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for number in range(_row_count(table, posted)):
        if posted.get(f"{table.code}-{number}-remove"):
            continue
        row: dict[str, Any] = {}
        row_typed: dict[str, str] = {}
        row_problems: dict[str, str] = {}
        for column in table.columns:
            name, path = f"{table.code}-{number}-{column.code}", f"{table.code}.{len(rows)}.{column.code}"
            _read_field(column, posted, name, path, row, row_typed, row_problems)
        if any(value not in (False, [], None) for value in row.values()) or row_typed:
            rows.append(row)
            typed |= row_typed
            problems |= row_problems
    if len(rows) > table.max_rows:
        problems[table.code] = f"“{table.label}”最多填写 {table.max_rows} 行，请删去多出的行。"
    return rows


def _row_count(table: FormField, posted: Posted) -> int:
    """Read how many rows were posted; a forged number neither breaks anything nor keeps the server busy."""
    text = str(posted.get(f"{table.code}-rows") or "")
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return min(count, table.max_rows + MANY)


def asked_codes(item: ServiceItem, answers: Mapping[str, Any]) -> set[str]:
    """Return the codes of the fields that these answers make the form ask for; the others are nobody's business."""
    return {
        field.code
        for section in item.form.shown_sections(answers)
        for field in section.fields
        if field.shown_when is None or field.shown_when.holds(answers)
    }


def check_answers(item: ServiceItem, answers: Mapping[str, Any], *, on: date) -> dict[str, str]:
    """Return what is missing or does not fit together, by path; types were checked when each section was read."""
    problems: dict[str, str] = {}
    for section in item.form.shown_sections(answers):
        problems |= _faults(section.fields, answers)
    return problems


def _faults(fields: Sequence[FormField], answers: Mapping[str, Any]) -> dict[str, str]:
    problems: dict[str, str] = {}
    for field in fields:
        if field.shown_when is not None and not field.shown_when.holds(answers):
            continue
        value = answers.get(field.code)
        if field.type == "table":
            problems |= _row_faults(field, value or [])
        elif asks_for(field, answers) and value in (None, "", [], False if field.type == "statement" else None):
            problems[field.code] = _sentence(field)
        elif _is_above(field, value, answers):
            other = next(one.label for one in fields if one.code == field.not_above)
            problems[field.code] = f"“{field.label}”不能多于“{other}”，请核对。"
    return problems


def _is_above(field: FormField, value: Any, answers: Mapping[str, Any]) -> bool:
    other = answers.get(field.not_above) if field.not_above else None
    return value not in (None, "") and other not in (None, "") and Decimal(str(value)) > Decimal(str(other))


def _row_faults(table: FormField, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    problems: dict[str, str] = {}
    if len(rows) < table.min_rows:
        problems[table.code] = f"“{table.label}”至少填写 {table.min_rows} 行。"
    if len(rows) > table.max_rows:
        problems[table.code] = f"“{table.label}”最多填写 {table.max_rows} 行，请删去多出的行。"
    seen: dict[tuple[str, Any], int] = {}
    for number, row in enumerate(rows):
        for path, sentence in _faults(table.columns, row).items():
            problems[f"{table.code}.{number}.{path}"] = sentence
        for code in table.unique:
            first = seen.setdefault((code, row.get(code)), number) if row.get(code) else number
            if first != number:
                same = table.row_title.format(n=first + 1)
                problems[f"{table.code}.{number}.{code}"] = f"与“{same}”填的一样，请核对；填重了的请删去一行。"
    return problems


def asks_for(field: FormField, answers: Mapping[str, Any]) -> bool:
    """Tell whether the field must be answered, given the answers."""
    return field.required_when.holds(answers) if field.required_when else field.required


def _sentence(field: FormField) -> str:
    if field.type == "statement":
        return f"请读完后勾选：{field.label.split('。')[0]}。"
    if field.type in ("choice", "yes_no", "choices", "division"):
        return f"请选择“{field.label}”。"
    return MISSING.format(label=field.label)


def missing_in_section(section: Section, draft: "HasAnswers") -> bool:
    """Tell whether something in this section is missing or not usable, or nobody has been there yet."""
    codes = {
        field.code for field in section.fields if field.shown_when is None or field.shown_when.holds(draft.answers)
    }
    if not codes & set(draft.answers):
        return True
    if any(path.split(".")[0] in codes for path in draft.typed):
        return True
    return bool(_faults(section.fields, draft.answers))


class HasAnswers(Protocol):
    """A draft, as far as this module knows it."""

    @property
    def answers(self) -> Mapping[str, Any]: ...

    @property
    def typed(self) -> Mapping[str, str]: ...
