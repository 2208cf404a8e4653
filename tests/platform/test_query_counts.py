"""What pages and acts ask the database: a fixed number of questions each, however much there is to show."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.conftest import position
from tests.platform import library
from tests.platform.desks import Desk, own, staff
from tests.platform.knowledge.conftest import tell

from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.models import Case, CaseDocument, Draft, Material
from onedoor.platform.cases.operations import duties
from onedoor.platform.identity.queries import chain
from onedoor.platform.messages import wording
from onedoor.platform.visits import checklists

AT = datetime(2026, 9, 1, 9, 0, tzinfo=library.CHINA)
READER = {"name": library.READER.name, "id_number": library.READER.id_number, "student": "no", "books-rows": "0"}
LATER = datetime(2026, 9, 15, 9, 0, tzinfo=library.CHINA)
# What each act may ask, its page and the acting person included.
MOST = {"start": 13, "section": 9, "submit": 23, "hand in": 15, "accept": 25, "review": 22, "decide": 44}
ONE_CALL = 43
PAGE = 12
AGREE = {"outcome": "agree", "note": "情况属实，同意办理。"}


class Counted:
    """A browser that counts what each of its requests asked; the transaction's own words are none."""

    def __init__(self, desk: Desk, name: str) -> None:
        self.client: Client = desk.client(name)
        self.asked: list[str] = []
        self.client.get("/")  # the first request of a minute notes that somebody is there
        for place in (library.TOWN, library.COUNTY):  # a process remembers the tree of places for good
            chain(place)

    def get(self, url: str) -> int:
        return self._count(lambda: self.client.get(url), 200)

    def post(self, url: str, **fields: Any) -> int:
        fields["seen"] = position(url)
        return self._count(lambda: self.client.post(url, fields), 302)

    def _count(self, ask: Any, status: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            answer = ask()
        assert answer.status_code == status, answer.content.decode()[:4000]
        words = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")
        self.asked = [one["sql"] for one in asked.captured_queries if not one["sql"].startswith(words)]
        return len(self.asked)


def test_an_application_asks_no_more_questions_than_it_needs_from_its_beginning_to_its_decision(desk: Desk) -> None:
    desk.go(AT)
    wording.load_shipped(at=AT, on=AT.date())  # as the set-up does
    warmed_up = desk.books.noticed(AT)  # what a process reads once is read now: the place's superiors, the item
    cases.withdraw_case(case_id=warmed_up.pk, actor=desk.books.citizen(), at=AT)
    reader, clerk, approver = (Counted(desk, name) for name in ("reader", "clerk", "approver"))
    asked = {"start": reader.post(f"/items/{library.ITEM}/start/", applicant=desk.books.reader.pk)}
    draft = Draft.objects.get(submitted_as=None)
    asked["section"] = reader.post(f"/drafts/{draft.pk}/s/reader/", revision=1, **READER)
    desk.books.attach(draft.pk, "photo", AT)
    draft.refresh_from_db()
    asked["submit"] = reader.post(f"/drafts/{draft.pk}/review/", revision=draft.revision)
    case = Case.objects.get(draft=draft)
    asked["hand in"] = reader.post(own(case, "hand-in/"))
    asked["accept"] = clerk.post(staff(case, "accept/"))
    desk.books.step(case, "visit", AT, "surveyor", "second_surveyor")
    asked["review"] = Counted(desk, "reviewer").post(staff(case, "opinion/opinion/"), **AGREE)
    cases.post_notice(case_id=case.pk, step="notice", actor=desk.books.officer("reviewer"), at=AT)
    desk.go(LATER)
    duties.close_ended_notices(at=LATER)
    approver = Counted(desk, "approver")
    asked["decide"] = approver.post(staff(case, "decide/"), decision="grant")
    over = {name: number for name, number in asked.items() if number > MOST[name]}
    assert not over, f"more questions than it took; see docs/performance.md before raising a ceiling: {over}"


def test_a_whole_application_in_one_call_asks_a_quarter_less(desk: Desk) -> None:
    library.publish(library.item(materials=[], one_at_a_time=False), valid_from=date(2026, 8, 1))
    desk.go(AT)
    reader = Counted(desk, "reader")
    answers = {"name": library.READER.name, "id_number": library.READER.id_number, "student": False}
    sent = {"item": library.ITEM, "sections": {"reader": {"answers": answers}}, "hand_in": True}

    def call(key: str) -> int:
        more = {"content_type": "application/json", "headers": {"Idempotency-Key": key}}
        return reader._count(lambda: reader.client.post("/api/v1/applications", sent, **more), 200)

    call("what a process reads once is read now")
    assert call("again") <= ONE_CALL, "\n".join(reader.asked)


def test_the_page_of_a_case_asks_no_more_than_twelve_questions_however_much_hangs_on_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checklists, "has", lambda item: True)  # of an item that knows visits, too
    desk.go(AT)
    case = desk.books.accepted(AT)
    clerk, reader = Counted(desk, "clerk"), Counted(desk, "reader")
    clerk.get(staff(case))
    few = clerk.get(staff(case)), reader.get(own(case))
    _hang_on(case, 100)
    assert (clerk.get(staff(case)), reader.get(own(case))) == few
    assert max(few) <= PAGE, "\n".join(clerk.asked)


def _hang_on(case: Case, number: int) -> None:
    """Give a case so many documents and papers more, all alike."""
    document, paper = case.documents.latest("pk"), case.materials.latest("pk")
    CaseDocument.objects.bulk_create(
        CaseDocument(
            **{name: getattr(document, name) for name in ("case", "kind", "template", "title", "content", "issued_at")},
            number=f"{document.number}-{place}",
            digest=f"{place:064}",
            signature=document.signature,
        )
        for place in range(number)
    )
    Material.objects.bulk_create(
        Material(case=case, code=paper.code, title=paper.title, source=paper.source, file=paper.file, given_at=AT)
        for _ in range(number)
    )


def test_lists_ask_a_fixed_number_of_questions_however_long_they_are(desk: Desk) -> None:
    library.publish(library.item(one_at_a_time=False), valid_from=date(2026, 8, 1))
    desk.go(AT)
    clerk, reader = Counted(desk, "clerk"), Counted(desk, "reader")
    desk.books.received(AT)
    clerk.get("/staff/")
    few = clerk.get("/staff/"), reader.get("/me/")
    for _ in range(60):
        desk.books.received(AT)
    assert (clerk.get("/staff/"), reader.get("/me/")) == few
    assert few[0] <= PAGE


def test_a_screen_of_a_form_asks_five_questions(desk: Desk) -> None:
    desk.go(AT)
    draft = desk.books.draft(AT, photo=False)
    assert Counted(desk, "reader").get(f"/drafts/{draft.pk}/s/reader/") == 5


def test_a_suggestion_asks_few_questions_and_two_more_where_it_finds_nothing_besides_its_counter(desk: Desk) -> None:
    tell()
    desk.go(AT)
    reader = Counted(desk, "reader")
    reader.get("/search/suggestions/?q=1")  # the counter of this minute stands
    bare = reader.get("/search/suggestions/?q=")  # who it is, where they live, and the counter
    found, nothing = reader.get("/search/suggestions/?q=借书"), reader.get("/search/suggestions/?q=借术证")
    assert (found - bare, nothing - bare) == (1, 3)
    assert bare <= 10, "\n".join(reader.asked)
