"""A section ready to be drawn: each field with its name, value, problem, choices and where a known value comes from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from onedoor.platform.cases.forms.fields import choices_of
from onedoor.platform.cases.forms.validation import asks_for
from onedoor.platform.catalog.items import Choice, FormField, Section
from onedoor.standards.money import format_money


@dataclass(frozen=True)
class Known:
    """A filled-in answer nobody has to type again."""

    value: Any
    source: str
    as_of: str = ""


@dataclass(frozen=True)
class BoundField:
    """What a page needs to draw one field. `value` is what was typed, else the answer, else the known value."""

    field: FormField
    name: str
    path: str
    value: Any
    problem: str
    choices: Sequence[Choice]
    required: bool
    source: str = ""  # 来源：公安户籍登记，2026年11月24日
    rows: Sequence["BoundRow"] = ()

    @property
    def id(self) -> str:
        return "id_" + self.path.replace(".", "_")

    @property
    def label(self) -> str:
        return self.field.label

    @property
    def type(self) -> str:
        return self.field.type


@dataclass(frozen=True)
class BoundRow:
    number: int
    title: str
    fields: Sequence[BoundField]


def bind_section(
    section: Section,
    *,
    answers: Mapping[str, Any],
    typed: Mapping[str, str],
    problems: Mapping[str, str],
    known: Mapping[str, Known],
    extra_rows: Mapping[str, int] | None = None,
) -> list[BoundField]:
    """Return the fields of a section in order, ready to be drawn; `extra_rows` adds empty rows to a table."""
    bound = []
    for field in section.fields:
        if field.type == "table":
            bound.append(_bind_table(field, answers, typed, problems, known, (extra_rows or {}).get(field.code, 0)))
        else:
            bound.append(_bind(field, field.code, field.code, answers, typed, problems, known))
    return bound


def _bind(
    field: FormField,
    name: str,
    path: str,
    answers: Mapping[str, Any],
    typed: Mapping[str, str],
    problems: Mapping[str, str],
    known: Mapping[str, Known],
) -> BoundField:
    offered = known.get(path)
    answer = answers.get(field.code)
    from_source = offered is not None and path not in typed and answer in (None, "", offered.value)
    value = typed.get(path) if path in typed else (offered.value if answer is None and offered else answer)
    source = ""
    if from_source and offered is not None:
        source = f"{offered.source}，{offered.as_of}" if offered.as_of else offered.source
    return BoundField(
        field=field,
        name=name,
        path=path,
        value=value,
        problem=problems.get(path, ""),
        choices=choices_of(field) if field.type in ("choice", "choices") else (),
        required=asks_for(field, answers),
        source=source,
    )


def _bind_table(
    table: FormField,
    answers: Mapping[str, Any],
    typed: Mapping[str, str],
    problems: Mapping[str, str],
    known: Mapping[str, Known],
    extra: int,
) -> BoundField:
    offered = known.get(table.code)
    rows: list[Mapping[str, Any]] = list(answers.get(table.code) or (offered.value if offered else []))
    wanted = min(max(len(rows) + extra, table.min_rows), table.max_rows)
    rows += [{}] * (wanted - len(rows))
    bound_rows = []
    for number, row in enumerate(rows):
        cells = [
            _bind(
                column,
                f"{table.code}-{number}-{column.code}",
                f"{table.code}.{number}.{column.code}",
                row,
                typed,
                problems,
                {},
            )
            for column in table.columns
        ]
        bound_rows.append(BoundRow(number, table.row_title.format(n=number + 1), cells))
    source = offered.source if offered is not None and not answers.get(table.code) else ""
    return BoundField(
        field=table,
        name=table.code,
        path=table.code,
        value=rows,
        problem=problems.get(table.code, ""),
        choices=(),
        required=table.min_rows > 0,
        source=source,
        rows=bound_rows,
    )


def spoken(field: FormField, value: Any) -> str:
    """Return an answer as people read it on the review page, the desk and documents."""
    if value in (None, "", []):
        return "—"
    if field.type in ("yes_no", "statement"):
        return "是" if value else "否"
    if field.type == "choice":
        return _label(choices_of(field), value)
    if field.type == "choices":
        return "、".join(_label(choices_of(field), item) for item in value)
    if field.type == "money":
        return f"{format_money(Decimal(str(value)))} 元"
    return str(value)


def _label(choices: Iterable[Choice], value: Any) -> str:
    return next((choice.label for choice in choices if choice.value == str(value)), str(value))
