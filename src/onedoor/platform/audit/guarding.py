"""The guards of history go up again where they were taken down. It lives in this room because it is recorded."""

from datetime import datetime

from django.db import connection, transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel import append_only
from onedoor.platform.kernel.actors import Actor

NATION = "000000000000"


@transaction.atomic
def guard_history(*, actor: Actor, at: datetime) -> list[str]:
    """Put the triggers up on every table of history that has lost them, and return these tables."""
    actor.require("audit.guard", division=NATION)
    bare = append_only.missing(connection)
    if bare:
        append_only.protect(connection, {table: append_only.declared()[table] for table in bare})
        audit.record("audit.guard_history", actor=actor, at=at, tables=bare)
    return bare
