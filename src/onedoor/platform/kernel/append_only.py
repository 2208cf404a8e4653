"""
The database itself refuses to change or delete rows of history: triggers on SQLite and PostgreSQL.

They stop every ordinary way of changing a row. Who owns the database can drop them, and a migration that rebuilds a
table on SQLite drops them with it: `missing` tells. What was changed meanwhile, the chains and seals tell. A room says which of its tables are history, and of each which columns may still change: only encrypted ones, so that a
new data key can reach them. What such a column says is bound by a digest beside it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db.migrations import RunPython

Tables = Mapping[str, Sequence[str]]  # table → the columns that may change


def keeping(tables: Tables) -> RunPython:
    """Return the step of a migration from which on the database keeps these tables."""
    return RunPython(
        lambda apps, schema_editor: protect(schema_editor.connection, tables),
        lambda apps, schema_editor: release(schema_editor.connection, tables),
    )


def renewing(tables: Tables) -> RunPython:
    """Return the step of a migration that puts the triggers up anew, because they are made otherwise now."""
    return RunPython(
        lambda apps, schema_editor: protect(schema_editor.connection, tables),
        RunPython.noop,  # the newer triggers do for the older state too
    )


def protect(connection: Any, tables: Tables) -> None:
    """Put the triggers up; those that stand already are put up anew."""
    _take_down(connection, tables)
    for table, may_change in tables.items():
        with connection.cursor() as cursor:
            found = connection.introspection.get_table_description(cursor, table)
        fixed = [column.name for column in found if column.name not in may_change]
        _run(connection, _up(connection.vendor, table, fixed))


def release(connection: Any, tables: Tables) -> None:
    """Take the triggers down; for tests that empty or forge their database."""
    _take_down(connection, tables)


def declared() -> dict[str, Sequence[str]]:
    """Return the tables of every room that has said it."""
    found: dict[str, Sequence[str]] = {}
    for config in apps.get_app_configs():
        found |= getattr(config, "append_only", {})
    return found


def missing(connection: Any) -> list[str]:
    """Return the declared tables that are not protected."""
    there = standing(connection)
    return [
        table for table in declared() if not {f"{table}_kept_{name}" for name in _names(connection.vendor)} <= there
    ]


def standing(connection: Any) -> set[str]:
    """Return the names of all triggers that stand; one that somebody has disabled does not."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        return {str(row[0]) for row in cursor.fetchall()}


def _names(vendor: str) -> tuple[str, ...]:
    """Return what is refused; SQLite knows no TRUNCATE."""
    return ("update", "delete") if vendor == "sqlite" else ("update", "delete", "truncate")


def _up(vendor: str, table: str, fixed: Sequence[str]) -> list[str]:
    columns = ", ".join(f'"{name}"' for name in fixed)
    events = (("update", f"UPDATE OF {columns}"), ("delete", "DELETE"))
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {table}_kept_{name} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for name, event in events
        ]
    return [
        f"""CREATE OR REPLACE FUNCTION {table}_kept() RETURNS trigger AS $$
            BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation'; END
            $$ LANGUAGE plpgsql""",
        *(
            f"CREATE TRIGGER {table}_kept_{name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_kept()"
            for name, event in events
        ),
        f"CREATE TRIGGER {table}_kept_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_kept()",
    ]


def _take_down(connection: Any, tables: Tables) -> None:
    for table in tables:
        on = "" if connection.vendor == "sqlite" else f" ON {table}"
        statements = [f"DROP TRIGGER IF EXISTS {table}_kept_{name}{on}" for name in _names(connection.vendor)]
        if connection.vendor != "sqlite":
            statements.append(f"DROP FUNCTION IF EXISTS {table}_kept()")
        _run(connection, statements)


def _run(connection: Any, statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
