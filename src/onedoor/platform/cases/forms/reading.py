"""Take a posted form apart: fields, parts of fields, rows of tables. Nothing typed is lost, nothing forged does harm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from onedoor.platform.cases.forms.fields import Doubtful, Unusable, choices_of
from onedoor.platform.cases.forms.kinds import parts_of, read_value
from onedoor.platform.catalog.forms import FormField

MANY = 50  # rows beyond the limit that are still read, so that nothing typed is lost


class Posted(Protocol):
    """A posted form: Django's QueryDict, or anything with these two methods."""

    def get(self, key: str, default: Any = None) -> Any: ...

    def getlist(self, key: str) -> Sequence[str]: ...


@dataclass
class Reading:
    """A posted form being read, with what could not be used and why, by path."""

    posted: Posted
    typed: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def beside(self) -> "Reading":
        """Return a fresh reading of the same form, for a row that may turn out empty."""
        return Reading(self.posted)


def read_field(asked: FormField, reading: Reading, name: str, path: str, answers: dict[str, Any]) -> None:
    """Read one question into `answers`, or keep its text in the reading; what was left blank leaves no trace."""
    parts = parts_of(asked) if asked.type != "table" else ()
    if asked.type == "computed":
        return
    if asked.type == "table":
        answers[asked.code] = _read_table(asked, reading)
    elif parts:
        given: dict[str, Any] = {}
        for part in parts:
            read_field(part, reading, f"{name}-{part.code}", f"{path}.{part.code}", given)
        if given:
            answers[asked.code] = given
    elif asked.type == "choices":
        offered = {choice.value for choice in choices_of(asked)}
        answers[asked.code] = [text for text in reading.posted.getlist(name) if text in offered]
    else:
        _read_text(asked, reading, name, path, answers)


def _read_text(asked: FormField, reading: Reading, name: str, path: str, answers: dict[str, Any]) -> None:
    text = str(reading.posted.get(name, "") or "")
    if not text.strip():
        if asked.type == "statement":
            answers[asked.code] = False
        return
    try:
        answers[asked.code] = read_value(text, asked)
    except Doubtful as doubt:
        if reading.posted.get(f"{name}-as") == doubt.proposal:
            answers[asked.code] = doubt.proposal
        else:
            reading.typed[path], reading.problems[path] = text, str(doubt)
    except Unusable as error:
        reading.typed[path], reading.problems[path] = text, str(error)


def _read_table(table: FormField, reading: Reading) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for number in range(_row_count(table, reading.posted)):
        if reading.posted.get(f"{table.code}-{number}-remove"):
            continue
        row: dict[str, Any] = {}
        beside = reading.beside()
        for column in table.columns:
            name, path = f"{table.code}-{number}-{column.code}", f"{table.code}.{len(rows)}.{column.code}"
            read_field(column, beside, name, path, row)
        if beside.typed or any(_says_something(column, row) for column in table.columns):
            rows.append(row)
            reading.typed |= beside.typed
            reading.problems |= beside.problems
    return rows


def _says_something(column: FormField, row: Mapping[str, Any]) -> bool:
    """Tell whether the cell was filled in; a statement left unticked and nothing chosen are no answers, a "no" is."""
    value = row.get(column.code)
    return value not in (None, []) and not (column.type == "statement" and not value)


def _row_count(table: FormField, posted: Posted) -> int:
    """Read how many rows were posted; a forged number neither breaks anything nor keeps the server busy."""
    text = str(posted.get(f"{table.code}-rows") or "")
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return min(count, table.max_rows + MANY)
