"""The audit record: writes, looks and refusals, sealed so that nobody can change it unseen."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.db.models import F
from tests.platform.audit.conftest import AT, SOMEBODY, owner_of_the_database
from tests.platform.library import Library

from onedoor.platform.audit import operations as audit
from onedoor.platform.audit.models import AuditEntry, AuditSeal
from onedoor.platform.audit.seals import UNGUARDED, find_faults, seal_entries
from onedoor.platform.cases.queries import get_visible_case


def test_every_hour_is_sealed_and_tied_to_the_hour_before(sealed: list[AuditSeal]) -> None:
    assert len(sealed) == 3
    assert [one.previous_hash for one in sealed[1:]] == [one.hash for one in sealed[:-1]]
    assert [one.number for one in sealed] == [1, 2, 3]
    assert [one.first_number for one in sealed[1:]] == [one.first_number + one.count for one in sealed[:-1]]
    assert sum(one.count for one in sealed) == AuditEntry.objects.count()
    assert find_faults() == []
    assert find_faults(latest=1) == []


@pytest.mark.parametrize(
    "crime",
    [
        lambda: AuditEntry.objects.filter(event="test.write").update(actor_name="别人"),
        lambda: AuditEntry.objects.filter(event="test.write").first().delete(),  # type: ignore[union-attr]
        lambda: AuditEntry.objects.filter(event="test.write").update(at=F("at") + timedelta(seconds=1)),
        lambda: AuditSeal.objects.order_by("last_id")[1].delete(),  # noqa: PLW0108 - not before the test runs
        lambda: AuditSeal.objects.filter(pk=AuditSeal.objects.order_by("last_id")[1].pk).update(signature=forged()),
        lambda: AuditEntry.objects.filter(event="test.write").update(details={"number": 7}),
    ],
    ids=["name", "deletion", "time", "missing seal", "signature", "details"],
)
def test_whatever_is_changed_is_found(sealed: list[AuditSeal], crime: Any) -> None:
    with owner_of_the_database():
        crime()
    assert find_faults()
    with pytest.raises(CommandError, match="封印"):
        call_command("check_audit")


def forged() -> str:
    return AuditSeal.objects.order_by("last_id")[0].signature


@pytest.mark.parametrize(
    "act",
    [
        lambda: AuditEntry.objects.update(actor_name="别人"),
        lambda: AuditEntry.objects.filter(event="test.write").delete(),
        lambda: AuditSeal.objects.update(signature=forged()),
        lambda: AuditSeal.objects.filter(number=3).delete(),
    ],
    ids=["change a row", "delete rows", "change a seal", "delete a seal"],
)
def test_the_database_itself_refuses_to_change_the_record(sealed: list[AuditSeal], act: Any) -> None:
    before = list(AuditEntry.objects.values()), list(AuditSeal.objects.values())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        act()
    assert (list(AuditEntry.objects.values()), list(AuditSeal.objects.values())) == before


def test_guards_that_somebody_took_down_are_missed(sealed: list[AuditSeal]) -> None:
    with owner_of_the_database():
        assert [fault.problem for fault in find_faults()] == [UNGUARDED] * 3
    assert find_faults() == []


def test_what_is_younger_than_ten_minutes_waits_for_the_next_seal(books: Library) -> None:
    audit.record("test.write", actor=SOMEBODY, at=AT)
    before = seal_entries(at=AT + timedelta(minutes=5))
    assert before is None or before.last_id < AuditEntry.objects.latest("id").pk


def test_looking_at_a_case_leaves_a_trace_with_place_and_role(books: Library) -> None:
    case = books.received(AT)
    get_visible_case(number=case.number, actor=books.officer("clerk"), at=AT, on=AT.date())
    look = AuditEntry.objects.get(event="cases.view", outcome="looked")
    assert (look.target, look.role, look.division) == (case.target, "intake_clerk", case.division)


def test_no_entry_holds_a_name_a_number_or_a_phone_of_a_person(books: Library) -> None:
    from tests.platform.library import READER

    books.noticed(AT)
    for entry in AuditEntry.objects.all():
        text = f"{entry.reason} {entry.target} {entry.details}"
        assert READER.id_number not in text
        assert READER.name not in text
        assert "13800000000" not in text
