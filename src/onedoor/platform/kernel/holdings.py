"""
What is held about a person, and where: every room names its tables in a module `holdings` of its own, so that a copy of
all of it can be given out.

A table that names a person is either a `Holding`, with the columns that are the person's to have, or `Withheld`, with the
reason they are told (Personal Information Protection Law arts. 44, 45). A test insists that none is forgotten.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.db.models import Field, Model, Q, QuerySet
from django.utils.module_loading import module_has_submodule

FLAT = 1000  # rows read at once


@dataclass(frozen=True)
class Holding:
    """
    A table with rows of people's own. `by` are the paths that lead from a row to the person it belongs to, `columns` what
    is given out of it, by path; `find` replaces `by` where no path leads there, `where` leaves rows out.
    """

    model: str
    columns: tuple[str, ...]
    by: tuple[str, ...] = ()
    find: Callable[[int], Q] | None = None
    where: Q = field(default_factory=Q)

    @property
    def table(self) -> type[Model]:
        return apps.get_model(self.model)

    @property
    def title(self) -> str:
        return str(self.table._meta.verbose_name)

    def described(self) -> list["Column"]:
        """Return the columns with their names in Chinese and what stands in them."""
        found = [_described(self.table, path) for path in self.columns]
        titles = [one.title for one in found]
        return [
            replace(one, title=f"{one.title}（{one.path}）") if titles.count(one.title) > 1 else one for one in found
        ]

    def rows_of(self, person_id: int) -> Iterator[dict[str, Any]]:
        """Yield the rows of a person, oldest first, each with the columns by path."""
        own = self.find(person_id) if self.find else _any_of(dict.fromkeys(self.by, person_id))
        found: QuerySet[Any] = self.table._default_manager.filter(own, self.where)
        yield from found.order_by("pk").distinct().values(*self.columns).iterator(chunk_size=FLAT)


@dataclass(frozen=True)
class Column:
    path: str
    title: str
    kind: str
    choices: Sequence[tuple[str, str]]  # what a code stands for


@dataclass(frozen=True)
class Withheld:
    """A table that names people and is not given out, with the reason in a sentence the person reads."""

    model: str
    why: str

    @property
    def title(self) -> str:
        return str(apps.get_model(self.model)._meta.verbose_name)


@dataclass(frozen=True)
class Piece:
    """A file given out with the rest: what it is called in the copy, and how its content is had when its turn comes."""

    folder: str
    name: str
    read: Callable[[], bytes]


@cache
def _rooms() -> list[ModuleType]:
    """Return the module `holdings` of every room that has one: its HOLDINGS, and `files_of` where it gives out files."""
    named = [f"{app.name}.holdings" for app in apps.get_app_configs() if module_has_submodule(app.module, "holdings")]
    return [import_module(name) for name in named if name != __name__]


@cache
def _declared() -> dict[str, Holding | Withheld]:
    found: dict[str, Holding | Withheld] = {}
    for one in (row for room in _rooms() for row in room.HOLDINGS):
        if one.model in found:
            raise ValueError(f"{one.model} is declared already")
        found[one.model] = one
    return found


def holdings() -> list[Holding]:
    return [one for one in _declared().values() if isinstance(one, Holding)]


def withheld() -> list[Withheld]:
    return [one for one in _declared().values() if isinstance(one, Withheld)]


def files_of(person_id: int, *, at: datetime) -> Iterator[Piece]:
    for room in _rooms():
        if find := getattr(room, "files_of", None):
            yield from find(person_id, at)


def _any_of(lookups: dict[str, int]) -> Q:
    found = Q()
    for path, value in lookups.items():
        found |= Q(**{path: value})
    return found


KINDS = {
    "DateField": "日期",
    "DateTimeField": "时间",
    "BooleanField": "是否",
    "DecimalField": "数额",
    "JSONField": "结构",
    "EncryptedJSONField": "结构",
    "ArrayField": "列表",
}


def _described(table: type[Model], path: str) -> Column:
    names, model = [], table
    column: Any = None
    for step in path.split("__"):
        column = model._meta.pk if step == "pk" else model._meta.get_field(step)
        names.append(_name_of(column))
        if column.is_relation and column.related_model is not None:
            model = column.related_model
    kind = KINDS.get(type(column).__name__) or KINDS.get(column.get_internal_type()) or _plain(column)
    choices = [(str(code), str(label)) for code, label in (getattr(column, "flatchoices", None) or [])]
    return Column(path, "的".join(names), kind, choices)


def _name_of(column: Any) -> str:
    """Return what a column is called in Chinese; a relation that has no name of its own is called like its table."""
    name = str(getattr(column, "verbose_name", column.name))
    if not name.isascii():
        return name
    if column.is_relation and column.related_model is not None:
        return str(column.related_model._meta.verbose_name)
    return "编号" if getattr(column, "primary_key", False) else name


def _plain(field: "Field[Any, Any]") -> str:
    return "数字" if "Integer" in field.get_internal_type() or "AutoField" in field.get_internal_type() else "文字"
