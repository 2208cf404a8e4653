"""Datasets of this house: for a purpose and a matter, only opened fields, one record a batch, shown to whom it concerns."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.platform.desks import Desk
from tests.platform.exchange.shared import CHECK, DATASET, LAW, PRYING, STATISTICS, Borrowers
from tests.platform.library import CHINA, READER, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.exchange import datasets, operations, purposes, queries
from onedoor.platform.exchange.checks import faults_of
from onedoor.platform.exchange.models import DataUse, DataUsePerson, Query
from onedoor.platform.exchange.operations import BusinessMissing, NotShared
from onedoor.platform.exchange.purposes import FieldsNotOpened, Purpose, PurposeUnknown
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
MACHINE = Actor.system("核对")


def use(books: Library, **changes: Any) -> operations.DatasetAnswer:
    usual: dict[str, Any] = {
        "source": DATASET.code,
        "purpose": CHECK.code,
        "business": "case:1",
        "person_ids": [books.reader.pk, books.friend.pk],
        "actor": MACHINE,
        "at": AT,
    }
    return operations.use_dataset(**usual | changes)


def test_a_purpose_opens_named_fields_and_nothing_else(borrowers: Borrowers, books: Library) -> None:
    answer = use(books)
    (row,) = answer.rows[books.reader.pk]
    assert dict(row.values) == {"kind": "成人", "since": date(2026, 7, 1)}
    assert books.friend.pk not in answer.rows
    (narrow,) = use(books, fields=["kind"]).rows[books.reader.pk]
    assert dict(narrow.values) == {"kind": "成人"}
    with pytest.raises(FieldsNotOpened) as refused:
        use(books, fields=["kind", "deposit"])
    assert "deposit" in str(refused.value)
    assert refused.value.http_status == 403


@pytest.mark.parametrize("business", ["", "   "])
def test_a32_without_a_case_number_nothing_is_given_where_the_purpose_needs_one(
    borrowers: Borrowers, books: Library, business: str
) -> None:
    with pytest.raises(BusinessMissing) as refused:
        use(books, business=business)
    assert refused.value.http_status == 403
    assert not DataUse.objects.exists()
    assert borrowers.asked == 0
    assert use(books, purpose=STATISTICS.code, business=business).rows


@pytest.mark.parametrize(
    ("purpose", "on"),
    [
        ("library.never", AT),
        (STATISTICS.code, datetime(2026, 6, 30, tzinfo=CHINA)),
        (STATISTICS.code, datetime(2026, 10, 1, tzinfo=CHINA)),
    ],
    ids=["unknown", "not yet", "no more"],
)
def test_a_purpose_that_is_not_in_force_opens_nothing(
    borrowers: Borrowers, books: Library, purpose: str, on: datetime
) -> None:
    with pytest.raises(PurposeUnknown):
        use(books, purpose=purpose, at=on)
    assert not DataUse.objects.exists()


def test_what_may_not_be_shared_is_not_given_even_for_a_purpose(borrowers: Borrowers, books: Library) -> None:
    with pytest.raises(NotShared) as refused:
        use(books, purpose=PRYING.code)
    assert "借阅记录" in str(refused.value)
    assert any("不予共享" in fault for fault in faults_of(PRYING))
    assert not DataUse.objects.exists()


def test_one_record_a_batch_says_who_why_for_what_and_what_came_of_it_but_no_value(
    borrowers: Borrowers, books: Library
) -> None:
    officer = books.officer("reviewer")
    answer = use(books, actor=officer)
    kept = DataUse.objects.get()
    assert str(kept.pk) == answer.receipt
    assert (kept.asked, kept.found, kept.fields) == (2, 1, ["kind", "since"])
    assert (kept.purpose, kept.legal_basis, kept.business) == (CHECK.code, LAW, "case:1")
    assert (kept.organization_id, kept.post_id, kept.role) == (officer.organization_id, officer.post_id, "reviewer")
    entry = AuditEntry.objects.get(event="exchange.use")
    assert entry.target == f"use:{kept.pk}"
    assert entry.details["digest"] == kept.digest == answer.digest
    keys = set(DataUsePerson.objects.values_list("key", flat=True))
    assert len(keys) == 2
    assert not keys & {str(books.reader.pk), str(books.friend.pk)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM exchange_datause")
        text = str(cursor.fetchall())
    assert "成人" not in text
    assert READER.id_number not in text


def test_the_digest_is_that_of_what_was_given(borrowers: Borrowers, books: Library) -> None:
    first, second = use(books), use(books)
    assert first.digest == second.digest
    assert first.receipt != second.receipt
    borrowers.rows[0] = replace(borrowers.rows[0], kind="少儿")
    assert use(books).digest != first.digest


def test_a_thousand_people_are_one_question_and_a_handful_of_statements(borrowers: Borrowers, books: Library) -> None:
    with CaptureQueriesContext(connection) as few:
        use(books, person_ids=[books.reader.pk])
    with CaptureQueriesContext(connection) as many:
        use(books, person_ids=range(1, 1001))
    assert borrowers.asked == 2
    assert len(many) <= len(few) + 4  # SQLite takes a thousand rows in several statements


def test_old_data_are_told_as_old(borrowers: Borrowers, books: Library) -> None:
    borrowers.add(books.friend.pk, old=31)
    answer = use(books)
    assert [one.stale for one in answer.rows[books.reader.pk]] == [False]
    assert [one.stale for one in answer.rows[books.friend.pk]] == [True]
    assert DataUse.objects.get().as_of == date(2026, 8, 1)


def test_the_proof_that_a_source_answered_names_time_and_digest_and_no_value(
    borrowers: Borrowers, books: Library
) -> None:
    answer = use(books)
    Query.objects.create(
        id=uuid.uuid4(),
        connector="police.household",
        person=books.reader,
        purpose=CHECK.code,
        legal_basis=LAW,
        business="case:1",
        asked_by="系统",
        asked_at=AT,
        state="answered",
        answered_at=AT + timedelta(minutes=1),
        as_of=date(2026, 8, 31),
        digest="d" * 64,
    )
    dataset, department = queries.evidence_of(business="case:1", person_id=books.reader.pk)
    assert (dataset.source, dataset.found, dataset.answered_at) == (DATASET.code, True, AT)
    assert (dataset.receipt, dataset.digest) == (answer.receipt, answer.digest)
    assert (department.source, department.owner, department.digest) == ("police.household", "公安机关", "d" * 64)
    assert [one.found for one in queries.evidence_of(business="case:1", person_id=books.friend.pk)] == [False]
    assert queries.evidence_of(business="case:2", person_id=books.reader.pk) == []


def test_the_person_sees_who_why_on_which_ground_and_which_fields(
    borrowers: Borrowers, books: Library, desk: Desk
) -> None:
    desk.go(AT)
    case = books.received(AT)
    answer = use(books, business=case.number, actor=books.officer("reviewer"))
    page = desk.page("reader", "/me/uses/")
    assert CHECK.title in page
    assert "第1图书局" in page
    assert "读者类别、办证日期" in page
    assert case.number in page
    assert "成人" not in page
    assert "官员reviewer" not in page
    receipt = desk.page("reader", f"/me/uses/{answer.receipt}/")
    assert LAW in receipt
    assert answer.digest in receipt
    assert "借书证办理" in receipt
    assert desk.get("reader", f"/me/uses/{uuid.uuid4()}/").status_code == 404
    assert desk.get("reader", "/me/uses/?before=x").status_code == 400


def test_every_use_is_on_one_page_or_the_next_also_those_of_one_moment(
    borrowers: Borrowers, books: Library, desk: Desk
) -> None:
    desk.go(AT)
    receipts = {use(books).receipt for _ in range(35)}
    own, seen, before = books.citizen(), [], None
    while found := queries.uses_about(person_id=books.reader.pk, actor=own, on=AT.date(), before=before, most=10):
        seen += [one.receipt for one in found]
        before = uuid.UUID(found[-1].receipt)
    assert sorted(seen) == sorted(receipts)
    first = desk.page("reader", "/me/uses/")
    assert "更早的" in first
    rest = desk.page("reader", f"/me/uses/?before={sorted(receipts, reverse=True)[29]}")
    assert rest.count("看回执") == 5


def test_nobody_else_sees_a_persons_uses(borrowers: Borrowers, books: Library) -> None:
    answer = use(books, person_ids=[books.reader.pk])
    for stranger in (books.citizen(books.friend), books.officer("clerk"), Actor.anonymous()):
        with pytest.raises(OneDoorError):
            queries.uses_about(person_id=books.reader.pk, actor=stranger, on=AT.date())
    with pytest.raises(queries.UseNotFound):
        queries.own_use(receipt=uuid.UUID(answer.receipt), actor=books.citizen(books.friend), on=AT.date())
    assert queries.uses_about(person_id=books.friend.pk, actor=books.citizen(books.friend), on=AT.date()) == []


def test_a_dataset_without_fields_or_with_anothers_code_is_not_published() -> None:
    @dataclass(frozen=True)
    class Bare(datasets.Row):
        name: str

    with pytest.raises(ValueError, match="no field"):
        datasets.publish(replace(DATASET, code="library.bare", row=Bare))
    with pytest.raises(ValueError, match="already"):
        datasets.publish(replace(DATASET, title="别的"))


def test_the_system_check_names_what_a_purpose_opens_and_nobody_has() -> None:
    wrong = Purpose(
        code="library.wrong",
        title="错",
        legal_basis=LAW,
        opens={"library.nowhere": ("x",), DATASET.code: ("kind", "shoe_size")},
        valid_from=date(2026, 7, 1),
    )
    assert faults_of(wrong) == ["没有登记数据来源 library.nowhere", "library.borrowers 没有数据项 shoe_size"]
    assert faults_of(CHECK) == []
    for shipped in purposes.all_purposes().values():
        if not shipped.code.startswith("library."):
            assert faults_of(shipped) == []
