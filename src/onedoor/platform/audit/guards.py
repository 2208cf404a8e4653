"""
Triggers by which the database refuses to change or delete rows of the audit record, whoever asks.

They stop every ordinary way of changing a row. Who owns the database can drop them; that is what the seals, their
copies outside and the time-stamps are for, and `missing_guards` tells it.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

from onedoor.platform.kernel.append_only import standing

TABLES = ("audit_auditentry", "audit_auditseal", "audit_timestamp")
MESSAGE = "the audit record is append-only"

_FUNCTION = f"""
CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{MESSAGE}';
END
$$
"""


def put_up(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers; those that stand already stay."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for table in TABLES:
            for statement in _CREATE[connection.vendor]:
                cursor.execute(statement.format(table=table, message=MESSAGE))


def take_down(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers: to undo the migration, or for a test that plays the owner of the database."""
    with connection.cursor() as cursor:
        for table in TABLES:
            for statement in _DROP[connection.vendor]:
                cursor.execute(statement.format(table=table))


def missing_guards(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the tables of the record whose rows could be changed at this moment."""
    there = standing(connection)
    return [table for table in TABLES if not {f"{table}_no_{act}" for act in _ACTS[connection.vendor]} <= there]


_ACTS = {"sqlite": ("update", "delete"), "postgresql": ("change", "truncate")}
_CREATE = {
    "sqlite": [
        "CREATE TRIGGER IF NOT EXISTS {table}_no_"
        + act
        + " BEFORE "
        + act
        + " ON {table} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        for act in _ACTS["sqlite"]
    ],
    "postgresql": [
        (
            "CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()"
        ),
        (
            "CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()"
        ),
    ],
}
_DROP = {
    "sqlite": ["DROP TRIGGER IF EXISTS {table}_no_" + act for act in _ACTS["sqlite"]],
    "postgresql": ["DROP TRIGGER IF EXISTS {table}_no_" + act + " ON {table}" for act in _ACTS["postgresql"]],
}
