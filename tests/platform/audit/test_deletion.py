"""A39: a person asks for deletion. Drafts go at once, cases stay with the law that keeps them, restriction is offered."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from tests.platform.audit.conftest import AT
from tests.platform.library import Library
from tests.sessions import prove

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import operations
from onedoor.platform.cases.access import CaseNotFound
from onedoor.platform.cases.models import Draft, KeptCase, Material, SubjectRequest
from onedoor.platform.cases.operations.subject_requests import SubjectRequestNotFound
from onedoor.platform.cases.queries import get_visible_case
from onedoor.platform.identity import operations as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import AssuranceTooLow, NotLoggedIn

BACKEND = "onedoor.platform.identity.backends.AccountBackend"


@pytest.fixture
def reader(books: Library) -> Client:
    login = identity.open_citizen_login(
        person_id=books.reader.pk, phone="13800000000", password="", actor=Actor.system("测试"), at=AT
    )
    client = Client()
    client.force_login(login, backend=BACKEND)
    return client


def post(client: Client, **data: str) -> int:
    answer = client.post("/me/data/", {"idempotency_key": uuid.uuid4().hex, **data})
    return int(answer.status_code)


def test_a39_drafts_are_deleted_an_archived_case_is_refused_with_its_basis_and_can_be_restricted(
    books: Library, reader: Client
) -> None:
    ended = books.received(AT)
    operations.withdraw_case(case_id=ended.pk, actor=books.citizen(), at=AT + timedelta(days=1))
    books.draft(AT + timedelta(days=2))

    assert post(reader) == 403
    assert Draft.objects.filter(submitted_as__isnull=True).count() == 1
    prove(reader)
    assert post(reader) == 302

    assert not Draft.objects.filter(submitted_as__isnull=True).exists()
    assert not Material.objects.filter(
        draft__isnull=False, case__isnull=True, draft__submitted_as__isnull=True
    ).exists()
    text = reader.get("/me/data/").content.decode()
    for said in (
        "删除了 1 份草稿",
        "不能删除：借书证办理",
        "《个人信息保护法》第四十七条第二款",
        "限制处理已办结的办件",
    ):
        assert said in text
    request = SubjectRequest.objects.get()
    assert (request.state, request.deleted_drafts) == ("answered", 1)

    # Restriction: the law's copy stays, no officer opens it any more; the auditor still answers for it.
    assert get_visible_case(number=ended.number, actor=books.officer("clerk"), at=AT, on=AT.date())
    assert post(reader, restrict=str(request.pk)) == 302
    for name in ("clerk", "approver", "supervisor"):
        with pytest.raises(CaseNotFound):
            get_visible_case(number=ended.number, actor=books.officer(name), at=AT, on=AT.date())
    assert get_visible_case(number=ended.number, actor=books.officer("auditor"), at=AT, on=AT.date()) == ended
    assert get_visible_case(number=ended.number, actor=books.citizen(), at=AT, on=AT.date()) == ended
    text = reader.get("/me/data/").content.decode()
    assert "已限制处理" in text
    assert "限制处理已办结的办件" not in text
    assert {"cases.ask_deletion", "cases.restrict"} <= set(AuditEntry.objects.values_list("event", flat=True))


def test_a_case_under_way_is_kept_for_its_purpose_and_not_locked_away(books: Library) -> None:
    running = books.received(AT)
    request = operations.ask_deletion(actor=books.citizen(), at=AT)
    (kept,) = KeptCase.objects.all()
    assert (kept.case, kept.can_be_restricted) == (running, False)
    assert "第十三条" in kept.basis
    operations.restrict_processing(request_id=request.pk, actor=books.citizen(), at=AT)
    assert get_visible_case(number=running.number, actor=books.officer("clerk"), at=AT, on=AT.date())


def test_only_the_person_asks_and_only_well_proved(books: Library) -> None:
    books.draft(AT)
    for actor in (Actor.anonymous(), books.officer("clerk")):
        with pytest.raises(NotLoggedIn):
            operations.ask_deletion(actor=actor, at=AT)
    with pytest.raises(AssuranceTooLow):
        operations.ask_deletion(actor=books.citizen(assurance=2), at=AT)
    request = operations.ask_deletion(actor=books.citizen(books.friend), at=AT)
    assert request.deleted_drafts == 0
    assert Draft.objects.count() == 1
    with pytest.raises(SubjectRequestNotFound):
        operations.restrict_processing(request_id=request.pk, actor=books.citizen(), at=AT)


def test_asking_again_deletes_what_is_new_and_restricting_again_changes_nothing(books: Library) -> None:
    books.draft(AT)
    first = operations.ask_deletion(actor=books.citizen(), at=AT)
    second = operations.ask_deletion(actor=books.citizen(), at=AT)
    assert (first.deleted_drafts, second.deleted_drafts) == (1, 0)
    once = operations.restrict_processing(request_id=first.pk, actor=books.citizen(), at=AT)
    again = operations.restrict_processing(request_id=first.pk, actor=books.citizen(), at=AT + timedelta(days=1))
    assert once.restricted_at == again.restricted_at == AT
