"""
Rows that many tests begin with, worked out once by each process of the suite and put into the database as SQL from then on.

The library is some hundred operations. Running them anew took more than half of the time of the tests that begin with it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.db import connection, models

Made = TypeVar("Made")
QUOTED = {"sqlite": "quote({})", "postgresql": "quote_nullable(({})::text)"}


@dataclass(frozen=True)
class Kept:
    """What was made, and the rows that came with it."""

    made: Any
    statements: list[str]
    tables: list[str]
    before: list[Any]


_kept: dict[str, Kept] = {}


def keep(name: str, make: Callable[[], Made]) -> Made:
    """
    Return what `make` returns, with its rows in the database; its operations run once, then its rows are put there again.

    They run each time where rows are committed for good (what is emptied afterwards lacks what the migrations brought),
    and where a test has put rows of its own into the same tables before.
    """
    if not connection.in_atomic_block:
        return make()
    if name not in _kept:
        was = _rows()
        made = make()
        _kept[name] = _difference(was, _rows(), deepcopy(made))
        return made
    kept = _kept[name]
    if _heights(kept.tables) != kept.before:
        return make()
    with connection.cursor() as cursor:
        for statement in kept.statements:
            cursor.execute(statement)
    return deepcopy(kept.made)


def _tables() -> Iterator[tuple[str, list[str]]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            columns = [f for f in model._meta.local_concrete_fields if not isinstance(f, models.GeneratedField)]
            yield model._meta.db_table, [connection.ops.quote_name(str(field.column)) for field in columns]


def _rows() -> dict[str, list[tuple[str, ...]]]:
    """Return every row of every table as literals of SQL, in the order of the table."""
    found = {}
    with connection.cursor() as cursor:
        for table, columns in _tables():
            literals = ", ".join(QUOTED[connection.vendor].format(column) for column in columns)
            cursor.execute(f"SELECT {literals} FROM {connection.ops.quote_name(table)}")
            found[table] = cursor.fetchall()
    return found


def _difference(was: dict[str, Any], now: dict[str, Any], made: Any) -> Kept:
    statements, changed, columns = [], [], dict(_tables())
    for table, rows in now.items():
        old = Counter(was[table])
        fresh = [row for row in rows if row not in old]
        assert len(fresh) == len(rows) - len(was[table]), f"{table}: rows that stood there before were changed"
        if fresh:
            values = ", ".join(f"({', '.join(row)})" for row in fresh)
            named = f"{connection.ops.quote_name(table)} ({', '.join(columns[table])})"
            statements.append(f"INSERT INTO {named} VALUES {values}")
            changed.append(table)
    return Kept(made, statements, changed, [len(was[table]) for table in changed])


def _heights(tables: list[str]) -> list[Any]:
    counts = (f"(SELECT count(*) FROM {connection.ops.quote_name(table)})" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)}")
        return list(cursor.fetchone())
