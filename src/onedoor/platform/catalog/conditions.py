"""Conditions of an item in closed form: field, operator, constant, under all/any. Checked on the server, never more."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import model_validator

from onedoor.platform.catalog.strict import StrictModel

OPERATORS = ("equals", "not_equals", "in_", "greater", "less", "empty")


class Condition(StrictModel):
    """Either one comparison (`field` and exactly one operator) or `all_`/`any_` of conditions."""

    field: str | None = None
    equals: str | int | bool | None = None
    not_equals: str | int | bool | None = None
    in_: tuple[str | int, ...] | None = None
    greater: int | str | None = None
    less: int | str | None = None
    empty: bool | None = None
    all_: tuple["Condition", ...] | None = None
    any_: tuple["Condition", ...] | None = None

    @model_validator(mode="after")
    def one_form_only(self) -> "Condition":
        operators = [name for name in OPERATORS if getattr(self, name) is not None]
        groups = [name for name in ("all_", "any_") if getattr(self, name) is not None]
        comparison = self.field is not None and len(operators) == 1 and not groups
        group = self.field is None and not operators and len(groups) == 1
        if not (comparison or group):
            raise ValueError("a condition is one field with one operator, or all/any of conditions")
        return self

    def fields(self) -> Iterator[str]:
        """Yield every field code this condition looks at."""
        if self.field is not None:
            yield self.field
        for part in self.all_ or self.any_ or ():
            yield from part.fields()

    def holds(self, answers: Mapping[str, Any]) -> bool:
        """
        Tell whether the condition holds for these answers; a missing answer counts as empty, neither yes nor no.

        `members.school` asks about the rows of a table (or the parts of a person): it holds when it holds for one of them.
        """
        if self.all_ is not None:
            return all(part.holds(answers) for part in self.all_)
        if self.any_ is not None:
            return any(part.holds(answers) for part in self.any_)
        table, _, column = (self.field or "").partition(".")
        if not column:
            return self._compare(answers.get(table))
        found = answers.get(table) or []
        rows = [found] if isinstance(found, Mapping) else found
        return any(self._compare(row.get(column)) for row in rows)

    def _compare(self, value: Any) -> bool:
        if self.equals is not None:
            return _same(value, self.equals)
        if self.not_equals is not None:
            return not _same(value, self.not_equals)
        if self.in_ is not None:
            return any(_same(value, item) for item in self.in_)
        if self.greater is not None:
            return _number(value) is not None and _number(value) > Decimal(str(self.greater))  # type: ignore[operator]
        if self.less is not None:
            return _number(value) is not None and _number(value) < Decimal(str(self.less))  # type: ignore[operator]
        return (value in (None, "", [], False)) is self.empty


def _same(value: Any, constant: str | int | bool) -> bool:
    if isinstance(constant, bool):
        return value not in (None, "") and bool(value) is constant
    return str(value) == str(constant)


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
