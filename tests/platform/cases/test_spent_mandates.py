"""Several delegations of one person: each act is done under one that holds today, an application under one with a use left."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.platform.desks import Desk, own
from tests.platform.identity.test_mandates import delegated
from tests.platform.library import CHINA, FRIEND, ITEM, LONG_AGO, MACHINE, READER

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Delegation

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(desk: Desk) -> Desk:
    """The library's pages, with an account for the friend who applies for the reader."""
    identity.open_citizen_login(
        person_id=desk.books.friend.pk, phone="13800000001", password="x" * 12, actor=MACHINE, at=LONG_AGO
    )
    desk.go(AT)
    return desk


def begin(office: Desk) -> Draft:
    """Let the friend fill in an application of the reader on the pages, as far as its last page."""
    office.act("friend", f"/items/{ITEM}/start/", applicant=str(office.books.reader.pk))
    draft = Draft.objects.get(submitted_as=None)
    typed = {"name": READER.name, "id_number": READER.id_number, "student": "no", "books-rows": "0"}
    office.act("friend", f"/drafts/{draft.pk}/s/reader/", revision=str(draft.revision), **typed)
    office.books.attach(draft.pk, "photo", AT)
    draft.refresh_from_db()
    return draft


def submit(office: Desk, draft: Draft) -> Case:
    draft.refresh_from_db()
    office.act("friend", f"/drafts/{draft.pk}/review/", revision=str(draft.revision))
    draft.refresh_from_db()
    assert draft.submitted_as is not None
    return draft.submitted_as


def refused(office: Desk, draft: Draft, status: int = 422) -> str:
    """Return what the friend is told (422: on the form's own page); the draft is still there, as it was."""
    before = Draft.objects.get(pk=draft.pk)
    said = office.refused("friend", f"/drafts/{draft.pk}/review/", status, revision=str(before.revision))
    after = Draft.objects.get(pk=draft.pk)
    assert (after.answers, after.submitted_as, Case.objects.count()) == (before.answers, None, 0)
    return said


def uses(*delegations: Delegation) -> list[int]:
    return [Delegation.objects.get(pk=one.pk).uses for one in delegations]


def test_the_one_with_a_use_left_is_taken_though_the_used_up_one_holds_longer(office: Desk) -> None:
    books = office.books
    spent = delegated(books, max_uses=1, valid_to=date(2027, 6, 30))
    Delegation.objects.filter(pk=spent.pk).update(uses=1)
    fresh = delegated(books, max_uses=1, valid_to=date(2026, 12, 31))
    case = submit(office, begin(office))
    assert case.delegation == fresh
    assert uses(spent, fresh) == [1, 1]


def test_what_was_used_up_while_the_form_was_filled_in_gives_way_to_another(office: Desk) -> None:
    books = office.books
    first = delegated(books, max_uses=1)
    draft = begin(office)
    Delegation.objects.filter(pk=first.pk).update(uses=1)
    assert "1 次已经用完" in refused(office, draft)
    second = delegated(books, max_uses=2)
    case = submit(office, draft)
    assert (case.delegation, uses(first, second)) == (second, [1, 1])
    office.act("friend", own(case, "undo/"))
    assert uses(first, second) == [1, 0]


def test_nothing_new_is_begun_under_a_used_up_one_but_its_case_goes_on(office: Desk) -> None:
    delegated(office.books, max_uses=1)
    case = submit(office, begin(office))
    assert "1 次已经用完" in office.refused(
        "friend", f"/items/{ITEM}/start/", 403, applicant=str(office.books.reader.pk)
    )
    office.act("friend", own(case, "hand-in/"))
    case.refresh_from_db()
    assert case.state == "received"


@pytest.mark.parametrize(
    ("end", "status", "said"),
    [
        ({"valid_to": date(2026, 8, 31), "valid_from": date(2026, 8, 1)}, 403, "已于 2026-08-31 到期"),
        ({"state": "revoked", "revoked_at": AT - MINUTE}, 403, "已于 2026-09-01 终止"),
        ({"scopes": ["view"]}, 422, "委托不包含此操作"),
    ],
    ids=["expired", "revoked", "narrowed"],
)
def test_an_ended_one_refuses_and_keeps_the_draft_and_a_new_one_goes_on_with_it(
    office: Desk, end: dict[str, Any], status: int, said: str
) -> None:
    first = delegated(office.books)
    draft = begin(office)
    Delegation.objects.filter(pk=first.pk).update(**end)
    assert said in refused(office, draft, status)
    second = delegated(office.books)
    case = submit(office, draft)
    assert (case.delegation, uses(first, second)) == (second, [0, 1])


def test_an_application_the_person_hands_in_themselves_uses_nobodys_delegation(office: Desk) -> None:
    given = delegated(office.books, max_uses=1)
    draft = begin(office)
    identity.revoke_delegation(delegation_id=given.pk, actor=office.books.citizen(), at=AT)
    office.act("reader", f"/drafts/{draft.pk}/review/", revision=str(draft.revision))
    case = Case.objects.get()
    assert (case.delegation, uses(given)) == (None, [0])
    assert case.applicant.name == READER.name != FRIEND.name


def test_an_agent_whose_only_use_is_gone_may_still_send_the_same_form_twice(office: Desk) -> None:
    given = delegated(office.books, max_uses=1)
    draft = begin(office)
    case = submit(office, draft)
    again = operations.submit_draft(
        draft_id=draft.pk, revision=draft.revision, actor=office.books.citizen(office.books.friend), at=AT + MINUTE
    )
    assert (again, uses(given)) == (case, [1])
