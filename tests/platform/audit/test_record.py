"""What is on record: writes, looks, refusals; and the crimes the seals find, one by one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from tests.platform.audit.conftest import AT, SOMEBODY, owner_of_the_database
from tests.platform.library import FRIEND, READER, Library

from onedoor.platform.audit import operations as audit
from onedoor.platform.audit.evidence import root_of
from onedoor.platform.audit.models import AuditEntry, AuditSeal
from onedoor.platform.audit.queries import seal_state
from onedoor.platform.audit.seals import find_faults, leaves_between, read_seal, seal_entries
from onedoor.platform.audit.titles import TITLES
from onedoor.platform.cases import operations
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.queries import get_visible_case
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotAllowed, OneDoorError
from onedoor.platform.supervision.queries import audit_lines, replay


def middle() -> AuditEntry:
    return AuditEntry.objects.filter(event="test.write").order_by("id")[1]


def insert_into_a_gap() -> None:
    """A row that a rollback left out is filled in later."""
    entry = middle()
    AuditEntry.objects.filter(pk=entry.pk).delete()
    entry.actor_name = "别人"
    entry.save(force_insert=True)


def swap_two() -> None:
    first, second = AuditEntry.objects.filter(event="test.write").order_by("id")[:2]
    for mine, other in ((first, second), (second, first)):
        AuditEntry.objects.filter(pk=mine.pk).update(target=other.target, details=other.details)


def reseal() -> None:
    """Change an entry and write the seal's hash and count anew, without the key."""
    AuditEntry.objects.filter(pk=middle().pk).delete()
    stored = AuditSeal.objects.order_by("last_id")[0]
    leaves = leaves_between(stored.first_id - 1, stored.last_id)
    stored.root, stored.count = root_of(leaves).hex(), len(leaves)
    AuditSeal.objects.filter(pk=stored.pk).update(root=stored.root, count=stored.count, hash=read_seal(stored).hash)


def drop_the_first() -> None:
    first = AuditSeal.objects.order_by("last_id")[0]
    AuditEntry.objects.filter(id__lte=first.last_id).delete()
    first.delete()


def drop_the_last() -> None:
    last = AuditSeal.objects.order_by("-last_id")[0]
    AuditEntry.objects.filter(id__gte=last.first_id).delete()
    last.delete()


@pytest.mark.parametrize(
    "crime",
    [
        insert_into_a_gap,
        swap_two,
        reseal,
        drop_the_first,
        drop_the_last,
    ],
)
def test_a_crime_is_found(sealed: list[AuditSeal], crime: Callable[[], None]) -> None:
    assert find_faults() == []
    with owner_of_the_database():
        crime()
    assert find_faults()


def test_the_fault_names_the_hour(sealed: list[AuditSeal]) -> None:
    with owner_of_the_database():
        AuditEntry.objects.filter(pk=AuditEntry.objects.order_by("-id")[0].pk).update(reason="别的理由")
    assert [str(fault) for fault in find_faults()] == [
        f"第 3 号封印：第 {sealed[2].first_number}–{sealed[2].first_number + 3} 号记录与封印不符"
    ]


def test_nothing_new_makes_no_seal_and_running_twice_makes_no_second(sealed: list[AuditSeal]) -> None:
    assert seal_entries(at=AT + timedelta(hours=2, minutes=31)) is None
    assert AuditSeal.objects.count() == 3


def test_a_write_that_is_rolled_back_leaves_no_entry(books: Library) -> None:
    before = AuditEntry.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        audit.record("test.write", actor=SOMEBODY, at=AT)
        raise RuntimeError
    assert AuditEntry.objects.count() == before


def test_every_operation_of_a_case_leaves_a_write_with_actor_place_and_a_title(books: Library) -> None:
    case = books.noticed(AT)
    duties.close_ended_notices(at=AT + timedelta(days=20))
    operations.decide_case(
        case_id=case.pk, ruling=Ruling(True), actor=books.officer("approver"), at=AT + timedelta(days=20)
    )
    entries = list(AuditEntry.objects.filter(target=case.target).order_by("id"))
    assert [entry.event for entry in entries if entry.event.startswith("cases.")] == [
        "cases.submit",
        "cases.hand_in",
        "cases.accept",
        "cases.complete_step",
        "cases.complete_step",
        "cases.post_notice",
        "cases.close_notice",
        "cases.decide",
    ]
    assert {entry.division for entry in entries} == {case.division}
    accept = next(entry for entry in entries if entry.event == "cases.accept")
    assert (accept.role, accept.post_id, accept.channel) == ("intake_clerk", books.posts["clerk"], "window")
    assert {entry.event for entry in AuditEntry.objects.all()} <= set(TITLES)


def test_a_refused_look_shows_nothing_and_looks_like_nothing_there(books: Library) -> None:
    case = books.received(AT)
    for actor in (books.officer("elsewhere"), books.citizen(books.friend), Actor.anonymous()):
        told = []
        for number in (case.number, "nobody's number"):
            with pytest.raises(OneDoorError) as refused:
                get_visible_case(number=number, actor=actor, at=AT, on=AT.date())
            told.append((refused.value.code, str(refused.value)))
        assert told[0] == told[1]
    assert not AuditEntry.objects.filter(event="cases.view").exists()


def test_a_refusal_on_a_page_is_on_record_with_who_and_where(books: Library) -> None:
    from onedoor.platform.identity.models import Login

    case = books.received(AT)
    client = Client()
    client.force_login(
        Login.objects.get(username="elsewhere"), backend="onedoor.platform.identity.backends.AccountBackend"
    )
    assert client.get(f"/staff/cases/{case.number}/").status_code == 404
    entry = AuditEntry.objects.get(outcome="refused")
    assert (entry.event, entry.role, entry.post_id) == ("cases.not_found", "intake_clerk", books.posts["elsewhere"])
    assert case.number not in f"{entry.details} {entry.target}"  # where, not what: the address may name a person


def test_the_auditor_replays_a_case_and_is_recorded_and_nobody_else_may(books: Library) -> None:
    case = books.accepted(AT)
    get_visible_case(number=case.number, actor=books.officer("clerk"), at=AT, on=AT.date(), reason="核对材料")
    found, lines, holds = replay(case_number=case.number, actor=books.officer("auditor"), at=AT)
    assert holds
    assert found == case
    assert {"提交申请", "受理", "查看办件"} <= {line.what for line in lines}
    assert [line.reason for line in lines if line.what == "查看办件"] == ["核对材料"]
    assert AuditEntry.objects.filter(event="supervision.replay", role="auditadmin", target=case.target).count() == 1
    for name in ("clerk", "approver", "supervisor"):
        with pytest.raises(NotAllowed):
            replay(case_number=case.number, actor=books.officer(name), at=AT)
        with pytest.raises(NotAllowed):
            seal_state(actor=books.officer(name))


def test_the_auditors_list_stays_within_reach_and_names_no_person(books: Library) -> None:
    books.noticed(AT)
    lines = audit_lines(actor=books.officer("auditor"), at=AT)
    assert lines
    text = str(lines)
    assert READER.id_number not in text
    assert FRIEND.id_number not in text
    assert READER.name not in text
