"""The database itself refuses to change or delete an action: triggers on SQLite and PostgreSQL (R-CASE-7)."""

from typing import Any

TABLE = "cases_action"

_SQLITE = [
    f"""CREATE TRIGGER {TABLE}_no_{event.lower()} BEFORE {event} ON {TABLE}
        BEGIN SELECT RAISE(ABORT, 'actions are append-only'); END"""
    for event in ("UPDATE", "DELETE")
]
_POSTGRESQL = [
    f"""CREATE OR REPLACE FUNCTION {TABLE}_append_only() RETURNS trigger AS $$
        BEGIN RAISE EXCEPTION 'actions are append-only' USING ERRCODE = 'integrity_constraint_violation'; END
        $$ LANGUAGE plpgsql""",
    f"""CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION {TABLE}_append_only()""",
]
_OFF = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {TABLE}_no_{event}" for event in ("update", "delete")],
    "postgresql": [
        f"DROP TRIGGER IF EXISTS {TABLE}_append_only ON {TABLE}",
        f"DROP FUNCTION IF EXISTS {TABLE}_append_only()",
    ],
}
_ON = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}


def protect(connection: Any) -> None:
    """Put the triggers up; for a migration."""
    _run(connection, _ON)


def release(connection: Any) -> None:
    """Take the triggers down; for the way back of a migration, and for tests that empty their database."""
    _run(connection, _OFF)


def _run(connection: Any, statements: dict[str, list[str]]) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)
