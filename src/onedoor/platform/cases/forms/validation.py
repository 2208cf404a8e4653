"""Check what a person typed, section by section, and the whole form once more before it is submitted."""

from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from onedoor.platform.cases.forms.fields import Unusable
from onedoor.platform.cases.forms.kinds import kind_of, parts_of
from onedoor.platform.cases.forms.known import Known
from onedoor.platform.cases.forms.reading import Posted, Reading, read_field
from onedoor.platform.catalog.forms import Form, FormField, RowCount, RowSum, Section
from onedoor.platform.catalog.items import ServiceItem

MISSING = "请填写“{label}”。"
EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class CleanedSection:
    """
    One section as typed: usable answers, the text that is not usable yet (by path), and a sentence for each problem.

    Paths are `code`, `code.part` or `table.row.column`. `reasons` holds why a locked answer is said to be wrong, by code.
    """

    answers: Mapping[str, Any]
    typed: Mapping[str, str]
    problems: Mapping[str, str]
    reasons: Mapping[str, str] = field(default_factory=dict)


def read_section(
    section: Section, posted: Posted, *, known: Mapping[str, Any], offered: Mapping[str, Known] | None = None
) -> CleanedSection:
    """
    Read a posted section. Table cells are named `code-row-column`; empty rows are dropped.

    `known` holds the answers of the other sections, for conditions; `offered` what is known from elsewhere, which
    stands where a field is locked and nobody says that it is wrong.
    """
    reading = Reading(posted)
    answers: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for one in section.asked_fields(known):
        standing = (offered or {}).get(one.code) if one.locked else None
        if standing is not None:
            if not posted.get(f"{one.code}-other"):
                answers[one.code] = standing.value
                continue
            reasons[one.code] = str(posted.get(f"{one.code}-reason") or "").strip()[:200]
            if not reasons[one.code]:
                reading.problems[f"{one.code}.reason"] = f"请写明“{one.label}”哪里不对，以便核实。"
        read_field(one, reading, one.code, one.code, answers)
    for path, sentence in _faults(section.fields, {**known, **answers}).items():
        if path not in reading.typed:
            reading.problems.setdefault(path, sentence)
    return CleanedSection(answers, reading.typed, reading.problems, reasons)


def asked_codes(item: ServiceItem, answers: Mapping[str, Any]) -> set[str]:
    """Return the codes of the fields that these answers make the form ask for; the others are nobody's business."""
    return asked_in(item.form, answers)


def asked_in(form: Form, answers: Mapping[str, Any]) -> set[str]:
    """Return the codes of the fields that these answers make a form ask for."""
    return {
        field.code
        for section in form.shown_sections(answers)
        for field in section.fields
        if field.shown_when is None or field.shown_when.holds(answers)
    }


def check_answers(item: ServiceItem, answers: Mapping[str, Any], *, on: date) -> dict[str, str]:
    """Return what is missing or does not fit together, by path; types were checked when each section was read."""
    return check_form(item.form, answers)


def check_form(form: Form, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return what is missing or does not fit together in a form that belongs to no single item, by path."""
    problems: dict[str, str] = {}
    for section in form.shown_sections(answers):
        problems |= _faults(section.fields, answers)
    return problems


def typed_problems(section: Section, typed: Mapping[str, str]) -> dict[str, str]:
    """Return for each kept text of a section, by path, the sentence that says why it cannot be used yet."""
    found = {}
    for path, text in typed.items():
        asked = field_at(section.fields, path)
        if asked is not None:
            try:
                kind_of(asked).read(text.strip(), asked)
            except Unusable as error:
                found[path] = str(error)
    return found


def field_at(fields: Sequence[FormField], path: str) -> FormField | None:
    """Return the question a path points to: `code`, `code.part`, `table.row.column` or `table.row.column.part`."""
    code, *rest = path.split(".")
    asked = next((one for one in fields if one.code == code), None)
    if asked is None or not rest:
        return asked
    return field_at(asked.columns, ".".join(rest[1:])) if asked.columns else field_at(parts_of(asked), ".".join(rest))


def _faults(fields: Sequence[FormField], answers: Mapping[str, Any]) -> dict[str, str]:
    problems: dict[str, str] = {}
    for one in fields:
        if one.type == "computed" or (one.shown_when is not None and not one.shown_when.holds(answers)):
            continue
        value = answers.get(one.code)
        if one.type == "table":
            problems |= _row_faults(one, value or [], answers)
        elif parts_of(one):
            problems |= _part_faults(one, value or {}, asked=asks_for(one, answers))
        elif asks_for(one, answers) and (value in EMPTY or (one.type == "statement" and not value)):
            problems[one.code] = _sentence(one)
        elif _is_above(one, value, answers):
            other = next(neighbour.label for neighbour in fields if neighbour.code == one.not_above)
            problems[one.code] = f"“{one.label}”不能{_more(one)}“{other}”，请核对。"
    return problems


def _more(one: FormField) -> str:
    return "晚于" if one.type in ("date", "month", "time", "date_time") else "多于"


def _is_above(one: FormField, value: Any, answers: Mapping[str, Any]) -> bool:
    other = answers.get(one.not_above) if one.not_above else None
    return value not in EMPTY and other not in EMPTY and bool(kind_of(one).key(value) > kind_of(one).key(other))


def _part_faults(one: FormField, value: Mapping[str, Any], *, asked: bool) -> dict[str, str]:
    """An answer of parts is given whole or not at all."""
    if not asked and all(part in EMPTY for part in value.values()):
        return {}
    missing = {f"{one.code}.{part.code}": _sentence(part) for part in parts_of(one) if value.get(part.code) in EMPTY}
    fits = {} if missing else kind_of(one).fits(value, one)
    return missing or {f"{one.code}.{code}": sentence for code, sentence in fits.items()}


def _row_faults(table: FormField, rows: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> dict[str, str]:
    problems: dict[str, str] = {}
    if len(rows) < table.min_rows:
        problems[table.code] = f"“{table.label}”至少填写 {table.min_rows} 行。"
    if len(rows) > table.max_rows:
        problems[table.code] = f"“{table.label}”最多填写 {table.max_rows} 行，现在是 {len(rows)} 行，请删去多出的行。"
    # A condition of a column looks at its own row first; what the table does not ask, it looks for in the form.
    around = ChainMap(dict.fromkeys(column.code for column in table.columns), dict(answers))
    columns = {column.code: column for column in table.columns}
    seen: dict[tuple[str, Any], int] = {}
    for number, row in enumerate(rows):
        for path, sentence in _faults(table.columns, around.new_child(dict(row))).items():
            problems[f"{table.code}.{number}.{path}"] = sentence
        for code in table.unique:
            if row.get(code) in EMPTY:
                continue
            first = seen.setdefault((code, kind_of(columns[code]).key(row[code])), number)
            if first != number:
                same = table.row_title.format(n=first + 1)
                problems[f"{table.code}.{number}.{code}"] = f"与“{same}”填的一样，请核对；填重了的请删去一行。"
    if rows:
        for sentence in _broken_rules(table, rows, answers):
            problems.setdefault(table.code, sentence)
    return problems


def _broken_rules(table: FormField, rows: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> Iterator[str]:
    yield from (rule.message for rule in table.counts if not _count_holds(rule, rows))
    yield from (rule.message for rule in table.sums if not _sum_holds(rule, rows, answers))


def _count_holds(rule: RowCount, rows: Sequence[Mapping[str, Any]]) -> bool:
    count = sum(str(row.get(rule.column)) == str(rule.equals) for row in rows)
    return rule.min <= count and (rule.max is None or count <= rule.max)


def _sum_holds(rule: RowSum, rows: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> bool:
    total = sum((Decimal(str(row[rule.column])) for row in rows if row.get(rule.column) not in EMPTY), Decimal(0))
    limit = answers.get(rule.not_above) if rule.not_above else None
    return (
        (rule.min is None or total >= rule.min)
        and (rule.max is None or total <= rule.max)
        and (limit in EMPTY or total <= Decimal(str(limit)))
    )


def asks_for(one: FormField, answers: Mapping[str, Any]) -> bool:
    """Tell whether the field must be answered, given the answers."""
    return one.required_when.holds(answers) if one.required_when else one.required


def _sentence(one: FormField) -> str:
    if one.type == "statement":
        return f"请读完后勾选：{one.label.split('。')[0]}。"
    if one.type in ("choice", "yes_no", "choices", "division"):
        return f"请选择“{one.label}”。"
    return MISSING.format(label=one.label)


def missing_in_section(section: Section, draft: "HasAnswers") -> bool:
    """Tell whether something in this section is missing or not usable, or nobody has been there yet."""
    codes = {
        one.code
        for one in section.fields
        if one.type != "computed" and (one.shown_when is None or one.shown_when.holds(draft.answers))
    }
    if codes and not codes & set(draft.answers):
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
