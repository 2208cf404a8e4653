"""办不成事: what could not be done goes to a senior officer who had no hand in it, and comes back with what was done."""

from datetime import date
from functools import partial

import pytest
from django.test import Client
from tests.platform import library
from tests.platform.desks import Desk, own, staff
from tests.platform.feedback.rated import Work
from tests.platform.feedback.test_complaints import act, code_in, tracked
from tests.platform.identity.test_mandates import delegated
from tests.platform.library import COUNTY, ITEM, LONG_AGO, MACHINE, READER, TOWN
from tests.platform.replays.stage import Stage
from tests.platform.test_acceptance import moment

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases.models import Case
from onedoor.platform.feedback import operations, queries
from onedoor.platform.feedback.models import Complaint
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Delegation
from onedoor.platform.identity.queries import MandateMissing
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.messages.models import Message
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.platform.supervision.ratings import watch_ratings

TEXT = "去了三次，窗口都说缺一份证明，可是没有单位肯开这份证明。"
IMPOSSIBLE = {
    "outcome": "impossible",
    "note": "核对了两次申请，您住在外区，本区的规定只给住在本区的人办。",
    "law": "《公共图书馆法》第三十六条和本馆借书规则第二条。",
    "otherwise": "可以在您居住的区申请，也可以在馆内阅览，不用借书证。",
}


def refused(desk: Desk, work: Work, day: str) -> Case:
    """Let the town's clerk not accept an application of the reader, and the worker go round."""
    desk.go(moment(day))
    case = desk.books.received(moment(day))
    desk.act("clerk", staff(case, "refuse/"), **library.REFUSED, competent_organ="")
    work()
    return case


def befriended(desk: Desk) -> str:
    """Give the reader's friend an account of their own, and return the name of it."""
    by = {"person_id": desk.books.friend.pk, "phone": "13700000000", "password": "x" * 12}
    identity.open_citizen_login(**by, actor=MACHINE, at=LONG_AGO)
    return "friend"


def told(event: str) -> list[str]:
    return [str(one.text) for one in Message.objects.filter(channel="inbox", event=event).order_by("pk")]


def test_a_second_refusal_opens_a_ticket_that_comes_back_with_law_and_another_way(desk: Desk, work: Work) -> None:
    refused(desk, work, "2026-11-02")
    assert not Complaint.objects.exists()
    second = refused(desk, work, "2026-11-20")  # a Friday, 18 days later
    row = Complaint.objects.get()
    assert (row.kind, row.number[:2], row.by_itself, row.case, row.person) == (
        *("ticket", "BB", True, second),
        desk.books.reader,
    )
    assert (row.accept_due.isoformat(), row.handled_by_id) == ("2026-11-23", desk.books.organs[COUNTY].pk)
    assert row.number in told("feedback.ticket_by_itself")[0]
    assert "2026年11月23日" in desk.page("reader", "/me/")
    assert "等上级接手" in desk.page("reader", f"/unsolved/{row.number}/")
    for name in ("clerk", "approver", "elsewhere", "reader"):  # who refused, who has no such post, another place
        assert desk.get(name, f"/staff/complaints/{row.pk}/").status_code in (403, 404), name
    friend = befriended(desk)
    assert desk.get(friend, f"/unsolved/{row.number}/").status_code == 404

    assert watch_ratings(at=moment("2026-11-23")) == 0
    assert watch_ratings(at=moment("2026-11-24")) == 1
    assert SupervisionEvent.objects.get().rule == "E05"

    desk.go(moment("2026-11-24"))
    url = f"/staff/complaints/{row.pk}/"
    assert row.number in desk.page("supervisor", "/staff/unsolved/")
    assert row.number not in desk.page("supervisor", "/staff/complaints/")
    page = desk.page("supervisor", url)
    assert second.number in page
    assert READER.name in page
    assert "不予受理的理由" not in page
    assert desk.refused("supervisor", url, 422, act="decline", reason="repeated")
    act(desk, "supervisor", row, "accept")
    for missing in ("outcome", "note", "law", "otherwise"):
        desk.refused("supervisor", url, 422, act="settle", **{**IMPOSSIBLE, missing: ""})
    act(desk, "supervisor", row, "settle", **IMPOSSIBLE)
    work()
    page = desk.page("reader", f"/unsolved/{row.number}/")
    assert all(IMPOSSIBLE[name] in page for name in ("note", "law", "otherwise"))
    assert len(told("feedback.ticket_moved")) == 2
    desk.act("reader", f"/unsolved/{row.number}/", act="resolved", resolved="yes")
    row.refresh_from_db()
    assert (row.state, row.outcome, row.taken_on.isoformat()) == ("closed", "impossible", "2026-11-24")

    refused(desk, work, "2026-11-26")  # the first since
    assert Complaint.objects.count() == 1
    refused(desk, work, "2026-11-27")
    again = Complaint.objects.latest("pk")
    desk.act("reader", f"/unsolved/{again.number}/", act="drop")  # whose it is may close it
    again.refresh_from_db()
    assert (again.state, again.outcome) == ("closed", "")
    assert "没有要办" in desk.page("supervisor", "/staff/unsolved/")


def test_refusals_far_apart_open_nothing(desk: Desk, work: Work) -> None:
    refused(desk, work, "2026-09-01")
    refused(desk, work, "2026-10-08")
    assert not Complaint.objects.exists()


def test_anybody_says_what_they_cannot_get_done_from_the_page_of_the_item(desk: Desk) -> None:
    desk.go(moment("2026-11-23"))
    browser = Client()
    browser.cookies["place"] = COUNTY
    link = f"/unsolved/new/?item={library.ITEM}"
    assert link in browser.get(f"/items/{library.ITEM}/").content.decode()
    form = browser.get(link).content.decode()
    assert f'value="{desk.books.organs[COUNTY].pk}" selected' in form  # who offers it there
    fields = {"category": "papers", "organization": desk.books.organs[TOWN].pk, "text": TEXT}
    assert "姓名和联系方式" in browser.post(link, fields).content.decode()
    code = code_in(browser.post(link, {**fields, "named": "no"}).content.decode())
    row = Complaint.objects.get()
    assert (row.anonymous, row.name, row.title) == (True, "", "借书证办理")
    assert "2026年11月24日" in tracked(code)
    act(desk, "supervisor", row, "accept")
    answer = {"code": code, "act": "drop"}
    assert browser.post("/complaints/answer/", answer).status_code == 200
    row.refresh_from_db()
    assert row.state == "closed"


def test_a_person_opens_one_from_a_refusal_and_one_of_a_matter_at_a_time(desk: Desk, work: Work) -> None:
    case = refused(desk, work, "2026-11-20")
    link = f"/unsolved/new/?case={case.number}"
    assert link in desk.page("reader", own(case))
    fields = {"category": "not_taken", "text": TEXT}
    assert desk.get(befriended(desk), link).status_code == 404
    assert desk.post("reader", link, **fields).status_code == 200
    row = Complaint.objects.get()
    assert (row.case, row.organization_id) == (case, desk.books.organs[TOWN].pk)
    assert row.number in desk.refused("reader", link, 409, **fields)
    refused(desk, work, "2026-11-23")  # the second, but there is a ticket already
    assert Complaint.objects.count() == 1


def test_whoever_may_only_look_writes_nothing_in_somebodys_ticket(desk: Desk, work: Work) -> None:
    case = refused(desk, work, "2026-11-02")
    at, books = moment("2026-11-03"), desk.books
    friend = books.citizen(books.friend)
    Case.objects.filter(pk=case.pk).update(agent=books.friend)
    delegated(books, items=[ITEM], scopes=["view"], at=at, valid_to=date(2027, 1, 31))
    filing = operations.TicketFiling(category="not_taken", text=TEXT, case_number=case.number)
    with pytest.raises(MandateMissing):
        operations.open_ticket(filing=filing, actor=friend, at=at)
    row = operations.open_ticket(filing=filing, actor=books.citizen(), at=at).complaint
    assert [one.number for one in queries.own_tickets(actor=friend, on=at.date())] == [row.number]
    for closing in (
        partial(operations.drop_ticket, text="不用了"),
        partial(operations.answer_question, text="补充一句。"),
        partial(operations.say_resolved, resolved="yes", text=""),
        partial(operations.add_complaint_paper, content=b""),
    ):
        with pytest.raises(MandateMissing):
            closing(number=row.number, actor=friend, at=at)
    mandate = delegated(books, items=[ITEM], scopes=["view", "submit"], at=at, valid_to=date(2027, 1, 31))
    operations.drop_ticket(number=row.number, actor=friend, at=at)
    entry = AuditEntry.objects.get(event="feedback.complainant")
    assert (entry.person_id, entry.details["principal"], entry.details["delegation"]) == (
        *(books.friend.pk, books.reader.pk, mandate.pk),
    )
    operations.open_ticket(filing=filing, actor=friend, at=at)
    opened = AuditEntry.objects.filter(event="feedback.open_ticket").latest("pk")
    assert (opened.person_id, opened.details["principal"]) == (books.friend.pk, books.reader.pk)
    Delegation.objects.update(state="revoked", revoked_at=at)
    assert queries.own_tickets(actor=friend, on=at.date()) == []


def test_at_the_window_the_officer_says_it_for_the_person_who_is_told(desk: Desk, work: Work) -> None:
    desk.go(moment("2026-11-23"))
    with pytest.MonkeyPatch.context() as patch:
        Stage(desk, lambda handler: None, patch).help_reader(document="resident_card", method="eye")
    fields = {"category": "papers", "organization": desk.books.organs[TOWN].pk, "text": TEXT}
    page = desk.post("clerk", "/unsolved/new/", **fields)
    assert page.status_code == 200, page.content.decode()[:2000]
    work()
    row = Complaint.objects.get()
    assert row.person == desk.books.reader
    assert row.number in told("feedback.ticket_opened")[0]
    assert row.number in desk.page("reader", f"/unsolved/{row.number}/")


def test_who_names_an_application_cannot_stay_unnamed_and_is_told_so(desk: Desk, work: Work) -> None:
    case = refused(desk, work, "2026-11-02")
    filing = operations.TicketFiling(category="not_taken", text=TEXT, case_number=case.number, anonymous=True)
    with pytest.raises(InvalidInput) as told:
        operations.open_ticket(filing=filing, actor=desk.books.citizen(), at=moment("2026-11-03"))
    assert "不写办件编号" in told.value.by_field["anonymous"]
    assert not Complaint.objects.exists()
