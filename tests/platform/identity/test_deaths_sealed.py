"""What is said when a statement of a death is sent back stays sealed beside it: not in clear, not in the audit record."""

from collections.abc import Iterator
from importlib import import_module
from types import SimpleNamespace

import pytest
import time_machine
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from tests.platform.desks import Desk
from tests.platform.identity.bereaved import state
from tests.platform.library import Library
from tests.platform.replays.stage import AT

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.identity.models import DeathSettlement
from onedoor.platform.kernel import append_only
from onedoor.platform.kernel.crypto import keyed_hash

NOTE = "证明上写的是欧阳晓娜的姐姐，请重新核对"
TABLE = "identity_deathsettlement"


@pytest.fixture
def at_work(books: Library) -> Iterator[Desk]:
    with time_machine.travel(AT, tick=False) as traveller:
        yield Desk(books, traveller)


def stored() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT note, note_digest FROM {TABLE}")
        return tuple(cursor.fetchone())


@pytest.mark.parametrize(("who", "event"), [("second_clerk", "reject_death"), ("clerk", "withdraw_death")])
def test_the_note_is_read_on_the_page_and_nowhere_else(books: Library, at_work: Desk, who: str, event: str) -> None:
    row = state(books, books.reader)
    at_work.act(who, f"/staff/deaths/{row.pk}/", answer="reject", note=NOTE)
    assert NOTE in at_work.page("clerk", f"/staff/deaths/{row.pk}/")
    assert at_work.client("clerk").get(f"/api/v1/window/deaths/{row.pk}").json()["note"] == NOTE
    note, digest = stored()
    assert note.startswith("v1.")
    assert digest == keyed_hash(NOTE, purpose="identity.death")
    entry = AuditEntry.objects.get(event=f"identity.{event}")
    assert (entry.target, entry.reason) == (row.target, "")
    assert NOTE not in str(entry.details)


def test_only_the_sealed_column_may_be_sealed_anew(books: Library, at_work: Desk) -> None:
    row = state(books, books.reader)
    at_work.act("clerk", f"/staff/deaths/{row.pk}/", answer="reject", note=NOTE)
    assert DeathSettlement.objects.update(note=NOTE) == 1
    for change in ({"note_digest": ""}, {"confirmed": True}):
        with pytest.raises(DatabaseError), transaction.atomic():
            DeathSettlement.objects.update(**change)


def test_what_was_written_in_clear_is_sealed_by_the_migration(books: Library, at_work: Desk) -> None:
    row = state(books, books.reader)
    at_work.act("clerk", f"/staff/deaths/{row.pk}/", answer="reject", note=NOTE)
    steps = import_module("onedoor.platform.identity.migrations.0012_settlement_note_sealed")
    append_only.release(connection, {TABLE: ()})
    editor = SimpleNamespace(connection=connection)
    steps.open_notes(apps, editor)
    assert stored()[0] == NOTE
    steps.seal_notes(apps, editor)
    append_only.protect(connection, {TABLE: ("note",)})
    assert stored()[0].startswith("v1.")
    assert str(DeathSettlement.objects.get().note) == NOTE
