"""
Rows whose INSERT and UPDATE are put together once per process, as `prepared` does for questions.

    class Action(PreparedWrites): ...

`Model.save` and `create` stay Django's: checks, signals, defaults, `pre_save` and what each field makes of its value
(sealed, hashed). Only their last step is another: the ORM would write the statement anew for every row. Its words depend
on the model and the fields alone, so they are remembered; values are not. What needs words of its own, an expression or
a fixture, goes Django's way. A few rows of one table go by one statement with `insert_all`; many (`bulk_create`) and
`update` are Django's.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import connections, models, router
from django.db.transaction import mark_for_rollback_on_error

FEW = 8  # rows of one statement whose words are worth keeping
_words: dict[Any, str] = {}


class PreparedWrites(models.Model):
    class Meta:
        abstract = True

    def _do_insert(self, manager: Any, using: str, fields: Any, returning_fields: Any, raw: bool) -> Any:
        """What `Model.save` of Django 5.2 calls to insert the row; it returns the values the database has given."""
        connection = connections[using]
        values = [] if raw else [field.pre_save(self, True) for field in fields]
        if raw or any(hasattr(value, "resolve_expression") for value in values):
            django: Any = super()
            return django._do_insert(manager, using, fields, returning_fields, raw)
        key = (type(self), connection.vendor, len(fields))  # all columns, without or with the primary key
        sql = _words.get(key) or _words.setdefault(key, _insert(type(self), connection, fields, returning_fields))
        params = [field.get_db_prep_save(value, connection) for field, value in zip(fields, values, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return [cursor.fetchone()] if returning_fields else []

    def _do_update(  # type: ignore[override]
        self, base_qs: Any, using: str, pk_val: Any, values: Any, update_fields: Any, forced_update: bool
    ) -> bool:
        """What `Model.save` of Django 5.2 calls to change the row; tell whether there was one."""
        if not values or any(hasattr(value, "resolve_expression") for _, _, value in values):
            django: Any = super()  # the stubs are of a later Django
            return bool(django._do_update(base_qs, using, pk_val, values, update_fields, forced_update))
        connection, fields = connections[using], [field for field, _, _ in values]
        key = (type(self), connection.vendor, tuple(field.column for field in fields))
        sql = _words.get(key) or _words.setdefault(key, _update(type(self), connection, fields))
        params = [field.get_db_prep_save(value, connection) for field, _, value in values]
        with connection.cursor() as cursor:
            cursor.execute(sql, [*params, self._meta.pk.get_db_prep_save(pk_val, connection)])
            return bool(cursor.rowcount)


Row = TypeVar("Row", bound=PreparedWrites)


def insert_all(given: Iterable[Row]) -> list[Row]:
    """Insert rows of one model by one statement, as `bulk_create` does: no signal, and each gets its number."""
    rows = list(given)
    if not rows:
        return rows
    model, meta = type(rows[0]), rows[0]._meta
    numbered = meta.auto_field
    if len(rows) > FEW or (numbered and any(row.pk is not None for row in rows)):
        return model._base_manager.bulk_create(rows)
    using = router.db_for_write(model)
    connection, fields = connections[using], [field for field in meta.local_concrete_fields if field is not numbered]
    values: list[Any] = []
    unnamed: list[Any] = [*rows]  # the stubs do not know what Django itself calls
    for row in unnamed:
        row._prepare_related_fields_for_save(operation_name="insert_all")
        values += [field.pre_save(row, True) for field in fields]
    if any(hasattr(value, "resolve_expression") for value in values):
        return model._base_manager.bulk_create(rows)
    columns = fields * len(rows)
    params = [field.get_db_prep_save(value, connection) for field, value in zip(columns, values, strict=True)]
    key, returned = (model, connection.vendor, len(fields), len(rows)), [numbered] if numbered else []
    sql = _words.get(key) or _words.setdefault(key, _insert(model, connection, fields, returned, rows=len(rows)))
    with mark_for_rollback_on_error(using), connection.cursor() as cursor:
        cursor.execute(sql, params)
        numbers = cursor.fetchall() if numbered else [(row.pk,) for row in rows]
    for row, (number,) in zip(rows, numbers, strict=True):
        row.pk, row._state.adding, row._state.db = number, False, using
    return rows


def _insert(model: type[models.Model], connection: Any, fields: Any, returning_fields: Any, *, rows: int = 1) -> str:
    _refuse(model)
    quote, ops = connection.ops.quote_name, connection.ops
    columns, marks = ", ".join(quote(field.column) for field in fields), ", ".join("%s" for _ in fields)
    values, returning = ", ".join(f"({marks})" for _ in range(rows)), ops.return_insert_columns(returning_fields)[0]
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES {values} {returning}"  # noqa: S608 - names come from the models


def _update(model: type[models.Model], connection: Any, fields: Any) -> str:
    _refuse(model)
    quote, pk = connection.ops.quote_name, model._meta.pk
    table, columns = quote(model._meta.db_table), ", ".join(f"{quote(field.column)} = %s" for field in fields)
    return f"UPDATE {table} SET {columns} WHERE {table}.{quote(pk.column)} = %s"  # noqa: S608 - see above


def _refuse(model: type[models.Model]) -> None:
    """:raises TypeError: the statements of this model depend on more than its fields, or are more than one."""
    meta: Any = model._meta
    own = [field for field in meta.concrete_fields if hasattr(field, "get_placeholder") or field.has_db_default()]
    own += [field for field in meta.concrete_fields if field.generated]
    if own or meta.parents or meta.proxy or meta.order_with_respect_to or meta.select_on_save:
        raise TypeError(f"{model.__name__} is not written by one statement of its fields alone")
    if type(model._base_manager) is not models.Manager:
        raise TypeError(f"{model.__name__} is looked for by a manager of its own before it is changed")
