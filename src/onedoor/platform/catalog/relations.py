"""
Whether figures that law relates to one another fit: in the place that sets one, and in every place below that shares it.

A county with a standard of its own reads the tiers of its province; who changes these has to know it. Days later on which
a related figure changes count too, as long as the figure holds.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import definitions, parameters
from onedoor.platform.kernel.definitions import Definition, Relation
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.models import ParameterRow

MOST_TOLD = 5  # places named in a refusal


class Contradiction(OneDoorError):
    code, http_status, message = "parameters.contradiction", 409, "与相关的其他数值不符：{found}"


def refuse_contradictions(key: str, division: str, value: Any, *, on: date) -> None:
    """
    :raises Contradiction: the value does not fit beside another figure of its place, or of a place below.
    :raises LookupError: a relation names a figure nobody has defined.
    """
    if found := contradictions_of(key, division, value, on=on):
        rest = f"另有 {len(found) - MOST_TOLD} 处。" if len(found) > MOST_TOLD else ""
        raise Contradiction(found="".join(found[:MOST_TOLD]) + rest)


def contradictions_of(key: str, division: str, value: Any, *, on: date) -> list[str]:
    """
    Return in sentences what a value would contradict from a day on, each place and relation once, the own place first.

    :raises LookupError: a relation names a figure nobody has defined.
    """
    related = definitions.relations_of(key)
    if not related:
        return []
    wanted = {one for bound, relation in related for one in (bound.key, *relation.keys)}
    table = _Table(key, division, value, on, parameters.rows_of(wanted, from_day=on))
    found: dict[tuple[str, str, str], str] = {}
    for place, day in table.moments():
        for bound, relation in related:
            told = _told(table, bound, relation, place, day)
            if told:
                found.setdefault((place, bound.key, relation.other), told)
    return list(found.values())


def _told(table: "_Table", bound: Definition, relation: Relation, place: str, day: date) -> str:
    values = {one: table.value(one, place, day) for one in (bound.key, *relation.keys)}
    if relation.holds(values[bound.key], values):
        return ""
    where = identity.find_division(place) if place != table.division else None
    sentence = relation.told(bound.title, _defined(relation.other).title, values[relation.other])
    return f"{where.name}：{sentence}" if where else sentence


class _Table:
    """The related figures of every place as they would stand with one new value; read once, however many places there are."""

    def __init__(self, key: str, division: str, value: Any, on: date, rows: Sequence[ParameterRow]) -> None:
        self.key, self.division, self._value, self._on = key, division, value, on
        self._rows: dict[tuple[str, str], list[ParameterRow]] = {}
        for row in rows:
            self._rows.setdefault((row.key, row.division), []).append(row)
        self._until = min((row.valid_from for row in self._own() if row.valid_from > on), default=None)

    def moments(self) -> Iterator[tuple[str, date]]:
        """Yield where and when it has to fit: here on its day, and wherever it is read beside another figure, as that changes."""
        yield self.division, self._on
        above = identity.chain(self.division)
        for (key, division), rows in sorted(self._rows.items()):
            if key == self.key:
                continue
            place = self.division if division in above else division
            if self.division not in identity.chain(place):
                continue
            for day in sorted({max(row.valid_from, self._on) for row in rows}):
                if (self._until is None or day < self._until) and self._is_read_at(place, day):
                    yield place, day

    def value(self, key: str, place: str, day: date) -> Any:
        """Return what a figure would be at a place on a day."""
        for code in identity.chain(place):
            if (key, code) == (self.key, self.division):
                return self._value
            row = self._holding(key, code, day)
            if row is not None:
                return row.value
        return _defined(key).default

    def _is_read_at(self, place: str, day: date) -> bool:
        """Tell whether no place nearer than ours has a figure of its own."""
        chain = identity.chain(place)
        nearer = chain[: chain.index(self.division)]
        return all(self._holding(self.key, code, day) is None for code in nearer)

    def _holding(self, key: str, division: str, day: date) -> ParameterRow | None:
        rows = self._rows.get((key, division), [])
        return next(
            (one for one in rows if one.valid_from <= day and (one.valid_to is None or day < one.valid_to)), None
        )

    def _own(self) -> list[ParameterRow]:
        return self._rows.get((self.key, self.division), [])


def _defined(key: str) -> Definition:
    definition = definitions.find(key)
    if definition is None:
        raise LookupError(f"parameter {key} is not defined")
    return definition
