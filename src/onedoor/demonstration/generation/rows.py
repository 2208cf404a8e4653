"""Rows of a model as the database takes them by the thousand: COPY on PostgreSQL, many at once on SQLite."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from onedoor.platform.kernel.fields import EncryptedTextField

# Made once: json.dumps puts its encoder together anew for each of ten values of a case.
ENCODE = json.JSONEncoder(ensure_ascii=False).encode


class Rows:
    """
    Collect rows of one model; columns that are not named take the model's default.

    Values are given as the database knows them: ids for foreign keys, plain values for JSON and encrypted fields, which
    are turned into their stored form here.
    """

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        fields = list(model._meta.concrete_fields)
        self.columns = [str(field.column) for field in fields]
        self.place = {field.attname: number for number, field in enumerate(fields)}
        self.turned = [(field.attname, turn) for field in fields if (turn := _turn(field)) is not None]
        self.blank = [_default(field) for field in fields]
        self.rows: list[Sequence[Any]] = []

    def add(self, **values: Any) -> None:
        for name, turn in self.turned:
            if values.get(name) is not None:
                values[name] = turn(values[name])
        row = self.blank.copy()
        for name, value in values.items():
            row[self.place[name]] = value
        self.rows.append(row)

    def write(self) -> int:
        """Put the collected rows into the database inside the present transaction and forget them; return how many."""
        count = len(self.rows)
        if not count:
            return 0
        if connection.vendor == "postgresql":
            self._copy()
        else:
            self._insert()
        self.rows = []
        return count

    def _copy(self) -> None:
        names = ", ".join(connection.ops.quote_name(column) for column in self.columns)
        table = connection.ops.quote_name(self.model._meta.db_table)
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in self.rows:
                copy.write_row(row)

    def _insert(self) -> None:
        marks = ", ".join(["%s"] * len(self.columns))
        names = ", ".join(connection.ops.quote_name(column) for column in self.columns)
        table = connection.ops.quote_name(self.model._meta.db_table)
        fields = self.model._meta.concrete_fields
        kinds = [field.get_internal_type() for field in fields]
        rows = [[_for_sqlite(kind, value) for kind, value in zip(kinds, row, strict=True)] for row in self.rows]
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608


def _turn(field: Any) -> Any:
    if isinstance(field, EncryptedTextField):
        return field.seal
    if isinstance(field, models.JSONField):
        return ENCODE
    return None


def _default(field: Any) -> Any:
    if not field.has_default():
        return "" if isinstance(field, models.CharField | models.TextField) and not field.null else None
    value = field.get_default()
    turn = _turn(field)
    return turn(value) if turn is not None and value is not None else value


def _for_sqlite(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "DateTimeField":
        return connection.ops.adapt_datetimefield_value(value)
    if kind == "DateField":
        return connection.ops.adapt_datefield_value(value)
    return str(value) if kind == "DecimalField" else value


def first_free_id(model: type[models.Model]) -> int:
    return int(model._default_manager.aggregate(most=models.Max("pk"))["most"] or 0) + 1


def move_sequences(several: Iterable[type[models.Model]]) -> None:
    """Let the database go on counting after the ids that were given out here; SQLite does so by itself."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in several:
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM {connection.ops.quote_name(table)}))",  # noqa: S608
                [table],
            )
