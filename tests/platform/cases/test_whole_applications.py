"""An application in one call: the same rules, record and number as step by step; what does not go through leaves nothing."""

import dataclasses
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from tests.platform import library
from tests.platform.desks import Desk
from tests.platform.identity.test_mandates import CONSENT
from tests.platform.library import CHINA, FRIEND, ITEM, READER
from tests.platform.replays.stage import picture

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import handlers, operations
from onedoor.platform.cases.models import Action, Case, CaseDocument, Draft, Material
from onedoor.platform.identity.models import Consent
from onedoor.platform.kernel.models import OutboxMessage

AT = datetime(2026, 9, 1, 9, 0, tzinfo=CHINA)
API = "/api/v1"
ANSWERS = {
    "name": READER.name,
    "id_number": READER.id_number,
    "student": False,
    "books": [{"title": "诗", "copies": 2}],
}


@pytest.fixture
def reader(desk: Desk) -> Client:
    desk.go(AT)
    return desk.client("reader")


def send(client: Client, path: str, body: dict[str, Any], *, key: str = "k", method: str = "post") -> HttpResponse:
    send = getattr(client, method)
    answer: HttpResponse = send(f"{API}{path}", body, content_type="application/json", headers={"Idempotency-Key": key})
    return answer


def whole(**more: Any) -> dict[str, Any]:
    return {"item": ITEM, "sections": {"reader": {"answers": ANSWERS}}, "hand_in": True} | more


def uploaded(client: Client) -> tuple[str, str]:
    """Begin a draft and send the photograph for it in parts; return both ids."""
    draft = send(client, "/drafts", {"item": ITEM}, key="begin").json()["id"]
    photo = picture()
    begun = {"code": "photo", "name": "a.jpg", "size": len(photo)}
    upload = send(client, f"/drafts/{draft}/uploads", begun, key="up").json()
    part = {"offset": 0, "file": SimpleUploadedFile("a.jpg", photo)}
    assert client.post(upload["parts"], part, headers={"Idempotency-Key": "part"}).status_code == 200
    return draft, upload["id"]


def recorded() -> list[str]:
    """Return what the audit record says that was done since the last time it was asked, looks left out."""
    rows = AuditEntry.objects.filter(outcome=AuditEntry.Outcome.DONE).order_by("pk")
    return list(rows.values_list("event", flat=True))


def test_it_is_recorded_numbered_and_followed_as_step_by_step(desk: Desk, reader: Client) -> None:
    library.publish(library.item(materials=[], one_at_a_time=False), valid_from=AT.date())
    before = len(recorded())
    draft = send(reader, "/drafts", {"item": ITEM}, key="1").json()
    section = {"answers": ANSWERS, "revision": draft["revision"]}
    saved = send(reader, f"/drafts/{draft['id']}/sections/reader", section, key="2", method="put").json()
    number = send(reader, f"/drafts/{draft['id']}/submission", {"revision": saved["revision"]}, key="3").json()[
        "number"
    ]
    send(reader, f"/cases/{number}/handing-in", {}, key="4")
    stepwise = recorded()[before:]
    told = send(reader, "/applications", whole(), key="5").json()
    assert recorded()[before + len(stepwise) :] == stepwise
    first, second = Case.objects.get(number=number), Case.objects.get(number=told["case"]["number"])
    assert (told["case"]["state"], told["code"], told["problems"]) == ("received", "", [])
    assert second.number[:-5] == first.number[:-5]
    assert second.number > first.number
    for name in (
        "declared",
        "receiving_organization_id",
        "deciding_organization_id",
        "delivery",
        "channel",
        "division",
    ):
        one, other = (getattr(case, name) for case in (first, second))
        assert one.content == other.content if name == "declared" else one == other
    kinds = [
        list(Action.objects.filter(case=one).order_by("seq").values_list("kind", flat=True)) for one in (first, second)
    ]
    assert kinds[0] == kinds[1] == ["submit", "hand_in"]
    papers = [list(CaseDocument.objects.filter(case=one).values_list("kind", flat=True)) for one in (first, second)]
    assert papers[0] == papers[1] == ["receipt"]
    keys = [OutboxMessage.objects.filter(key=f"case:{one.pk}").count() for one in (first, second)]
    assert keys[0] == keys[1] == 2


def test_papers_sent_in_parts_before_come_along(reader: Client) -> None:
    draft, upload = uploaded(reader)
    read = reader.get(f"{API}/drafts/{draft}").json()["revision"]
    told = send(
        reader, "/applications", whole(papers=[{"code": "photo", "upload": upload}], draft=draft, revision=read)
    )
    assert told.status_code == 200, told.content.decode()
    assert told.json()["draft"] == draft
    assert Material.objects.get(case__number=told.json()["case"]["number"]).code == "photo"
    assert reader.get(f"{API}/uploads").json()["items"] == []


def test_an_open_draft_is_only_taken_up_by_who_names_it_as_it_was_read(desk: Desk, reader: Client) -> None:
    library.publish(library.item(materials=[]), valid_from=AT.date())
    begun = send(reader, "/drafts", {"item": ITEM}, key="begin").json()
    section = {"answers": ANSWERS, "revision": begun["revision"]}
    saved = send(reader, f"/drafts/{begun['id']}/sections/reader", section, key="save", method="put").json()
    unnamed = whole(sections={})
    named = unnamed | {"draft": begun["id"], "revision": saved["revision"]}
    for key, body, status, code in (
        ("1", unnamed, 409, "cases.draft_open"),
        ("2", whole(), 409, "cases.draft_open"),
        ("3", named | {"revision": begun["revision"]}, 409, "onedoor.stale"),
        ("4", named | {"draft": str(uuid.uuid4())}, 422, "onedoor.invalid_input"),
        ("5", unnamed | {"draft": begun["id"]}, 422, "onedoor.invalid_input"),
    ):
        answer = send(reader, "/applications", body, key=key)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Case.objects.count() == 0
    assert send(reader, "/applications", named, key="6").json()["case"]["state"] == "received"


def test_a_repetition_gets_the_first_answer_and_no_second_case(desk: Desk, reader: Client) -> None:
    library.publish(library.item(materials=[]), valid_from=AT.date())
    first, second = (send(reader, "/applications", whole(), key="same") for _ in range(2))
    assert first.json() == second.json()
    assert Case.objects.count() == 1


def test_without_handing_in_it_may_be_taken_back_for_ten_minutes(desk: Desk, reader: Client) -> None:
    library.publish(library.item(materials=[]), valid_from=AT.date())
    told = send(reader, "/applications", whole(hand_in=False)).json()
    assert told["case"]["state"] == "submitted"
    assert send(reader, f"/cases/{told['case']['number']}/undoing", {}, key="undo").json()["draft"] == told["draft"]


def test_faults_name_section_and_field_and_nothing_is_kept(reader: Client) -> None:
    answers = ANSWERS | {"student": True, "books": [{"title": "诗", "copies": 9}], "id_number": FRIEND.id_number}
    before = OutboxMessage.objects.count()
    answer = send(reader, "/applications", whole(sections={"reader": {"answers": answers}}))
    assert (answer.status_code, answer.json()["code"]) == (422, "onedoor.invalid_input")
    pointers = {one["pointer"] for one in answer.json()["errors"]}
    assert pointers >= {"/sections/reader/answers/school", "/sections/reader/answers/books/0/copies"}
    assert (Draft.objects.count(), Case.objects.count(), OutboxMessage.objects.count()) == (0, 0, before)


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"sections": {"nobody": {"answers": {}}}}, "/sections/nobody"),
        ({"sections": {"reader": {"answers": {"nobody": "x"}}}}, "/sections/reader/answers/nobody"),
        ({"sections": {"reader": {"answers": {"books": "x"}}}}, "/sections/reader/answers/books"),
        ({"consents": ["nobody"]}, "/consents"),
    ],
)
def test_what_nobody_asks_for_is_refused_even_where_a_draft_would_be_kept(
    reader: Client, changed: dict[str, Any], pointer: str
) -> None:
    answer = send(reader, "/applications", whole(keep_draft=True, **changed))
    assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (422, [pointer])
    assert Draft.objects.count() == 0


def test_a_missing_paper_refuses_it_or_keeps_the_draft_when_that_is_asked(reader: Client) -> None:
    refused = send(reader, "/applications", whole(), key="1")
    assert (refused.status_code, refused.json()["code"]) == (422, "cases.materials_missing")
    assert Draft.objects.count() == 0
    kept = send(reader, "/applications", whole(keep_draft=True), key="2").json()
    assert (kept["case"], kept["code"]) == (None, "cases.materials_missing")
    assert "照片" in kept["problems"][0]["detail"]
    assert Draft.objects.get(pk=kept["draft"]).answers["student"] is False
    refusals = AuditEntry.objects.filter(outcome=AuditEntry.Outcome.REFUSED, event="cases.materials_missing")
    assert refusals.count() == 2


def household(answers: Mapping[str, Any], on: date) -> list[handlers.NamedPerson]:
    return [
        handlers.NamedPerson(one.name, one.id_number, "member", row, True) for row, one in enumerate((READER, FRIEND))
    ]


@pytest.fixture
def consented(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The card asks every adult of the household for a consent."""
    library.publish(library.item(materials=[], consents=[CONSENT | {"by": "adult_members"}]), valid_from=AT.date())
    handler = dataclasses.replace(handlers.for_item(ITEM), people=household)
    monkeypatch.setitem(handlers._handlers, ITEM, handler)


def test_a_consent_is_signed_for_oneself_and_those_who_have_not_signed_are_named(
    consented: None, desk: Desk, reader: Client
) -> None:
    refused = send(reader, "/applications", whole(consents=["check"]), key="1")
    assert (refused.status_code, refused.json()["code"]) == (422, "cases.consents_missing")
    kept = send(reader, "/applications", whole(consents=["check"], keep_draft=True), key="2").json()
    assert kept["code"] == "cases.consents_missing"
    (problem,) = kept["problems"]
    assert FRIEND.name in problem["detail"]
    assert READER.name not in problem["detail"]
    assert Consent.objects.get().person == desk.books.reader


def test_signed_by_everybody_it_is_handed_in(consented: None, reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = dataclasses.replace(handlers.for_item(ITEM), people=lambda answers, on: household(answers, on)[:1])
    monkeypatch.setitem(handlers._handlers, ITEM, alone)
    told = send(reader, "/applications", whole(consents=["check"])).json()
    assert told["case"]["state"] == "received"


def test_a_refused_paper_keeps_the_draft_when_that_is_asked(reader: Client) -> None:
    paper = {"code": "photo", "upload": str(uuid.uuid4())}
    kept = send(reader, "/applications", whole(papers=[paper], keep_draft=True)).json()
    assert (kept["case"], bool(kept["code"])) == (None, True)
    assert Draft.objects.get(pk=kept["draft"]).answers["student"] is False


def test_a_refused_handing_in_keeps_the_draft_and_no_case_when_that_is_asked(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**given: Any) -> Case:
        raise operations.CaseChanged

    library.publish(library.item(materials=[]), valid_from=AT.date())
    monkeypatch.setattr(operations, "hand_in_case", refuse)
    kept = send(reader, "/applications", whole(keep_draft=True)).json()
    assert (kept["case"], kept["code"]) == (None, "cases.changed")
    assert (Draft.objects.get(pk=kept["draft"]).submitted_as, Case.objects.count()) == (None, 0)


def test_nobody_applies_for_somebody_without_a_mandate_be_there_such_a_person_or_not(
    desk: Desk, reader: Client
) -> None:
    for key, person in enumerate((desk.books.friend.pk, 999_999)):
        for path, body in (
            ("/applications", whole(applicant=person)),
            ("/drafts", {"item": ITEM, "applicant": person}),
        ):
            answer = send(reader, path, body, key=f"{path}{key}")
            assert (answer.status_code, answer.json()["code"]) == (403, "mandate.missing")
    assert Draft.objects.count() == 0
