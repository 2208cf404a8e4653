"""
Helped at the window: what has effect in law is done for a person only once the officer has looked at their document.

The look counts as level 3 for the person helped, under that help and nowhere else; whoever is no officer gives none.
"""

import re
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.platform.library import ITEM, MACHINE, READER
from tests.platform.replays.stage import API_RECIPES, AT, RECIPES, Sent, Stage, set_out
from tests.platform.replays.test_hundred import arrive, call, changed, everything, stage
from tests.platform.replays.test_levels import API, CALLS, PAGES, PROVED, level_of

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Action, Case
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import AssistedFiling, IdentityCheck, Login, Person
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.messages.models import Message
from onedoor.web.parts.assisting import APPLYING

assert stage  # the fixture of the hundred arrivals
CARD = {"document": "resident_card", "method": "eye"}
ACTS = sorted(name for name in PAGES if name in APPLYING and level_of(name, RECIPES[name]) == PROVED)
HELPED_CALLS = [
    ("post", f"{API}/drafts/{{draft_id}}/consents"),
    ("post", f"{API}/drafts/{{draft_id}}/submission"),
    ("post", f"{API}/cases/{{number}}/supplement"),
]


def known_as(level: int) -> None:
    Person.objects.filter(**Person.by_number.at(READER.id_number)).update(assurance=level)


def post(client: Client, url: str, **fields: Any) -> Any:
    return client.post(url, {"idempotency_key": uuid.uuid4().hex, **fields})


def act(stage: Stage, client: Client, sent: Sent) -> Any:
    return arrive(stage, client, sent, idempotency_key=uuid.uuid4().hex)


def unchecked(answer: Any) -> None:
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "先核验证件" in page
    assert "再验证一次身份" not in page  # the person types nothing here


@pytest.mark.parametrize("level", [1, 4])
@pytest.mark.parametrize("name", ACTS)
def test_an_act_at_the_window_waits_for_the_look_and_is_handed_in_after_it(stage: Stage, name: str, level: int) -> None:
    sent = replace(set_out(RECIPES[name], stage), who="clerk")
    known_as(level)  # whatever level they have under their own log-in
    stage.help_reader()
    clerk, before = stage.client(sent), everything()
    refused = act(stage, clerk, sent)
    unchecked(refused)
    assert changed(before, everything()) == {"audit_auditentry"}
    way = re.search(r'href="(/staff/window/assist/check/[^"]+)"', refused.content.decode())
    assert way is not None
    assert READER.name in clerk.get(way[1]).content.decode()
    checked = post(clerk, way[1], **CARD)
    assert checked.headers["Location"] == "/login/held/"
    assert clerk.get("/login/held/").status_code == 200
    assert act(stage, clerk, sent).status_code == 302
    check, done = IdentityCheck.objects.get(), AuditEntry.objects.latest("pk")
    assert (done.person_id, done.role, done.details["identity_check"]) == (stage.books.reader.pk, "assisted", check.pk)
    stage.books.reader.refresh_from_db()
    assert stage.books.reader.assurance == level  # the look raises nobody for good


@pytest.mark.parametrize(("method", "path"), HELPED_CALLS)
def test_a_call_at_the_window_waits_for_the_look(stage: Stage, method: str, path: str) -> None:
    assert (method, path) in CALLS
    sent = replace(set_out(API_RECIPES[method, path], stage), who="clerk")
    known_as(2)
    stage.help_reader()
    clerk, before = stage.client(sent), everything()
    refused = call(clerk, method, sent, uuid.uuid4().hex)
    assert (refused.status_code, refused.json()["code"]) == (403, "identity.document_unchecked")
    assert "先核验证件" in refused.json()["detail"]
    assert changed(before, everything()) == {"audit_auditentry"}
    assert clerk.get(f"{API}/window/assistance").json()["identity_check"] is None
    look = Sent("clerk", f"{API}/window/assistance/identity-check", CARD)
    looked = call(clerk, "post", look, uuid.uuid4().hex)
    told = looked.json()["identity_check"]
    assert (told["document"], told["method"]) == ("resident_card", "eye")
    assert call(clerk, method, sent, uuid.uuid4().hex).status_code in (200, 201)


def test_the_case_and_the_person_are_told_of_the_look(stage: Stage, work: Any) -> None:
    sent = replace(set_out(RECIPES["draft_review"], stage), who="clerk")
    stage.help_reader(document="residence_permit", method="machine")
    clerk = stage.client(sent)
    assert act(stage, clerk, sent).status_code == 302
    check = IdentityCheck.objects.get()
    assert Action.objects.get(kind="submit").facts["identity_check"] == check.pk
    assert (check.filing.post_id, check.recorded_at, check.recorded_by) == (stage.books.posts["clerk"], AT, "官员clerk")
    entry = AuditEntry.objects.get(event="identity.check_identity")
    assert (entry.target, entry.details["method"]) == (f"person:{stage.books.reader.pk}", "machine")
    work()
    message = Message.objects.get(event="identity.assisted", recipient=stage.books.reader, channel="inbox")
    assert "核验了您的港澳台居民居住证" in message.text
    told = "核验了港澳台居民居住证（机器读取）"
    case = operations.hand_in_case(case_id=Case.objects.get().pk, actor=stage.books.citizen(), at=AT)
    assert told in clerk.get(f"/staff/cases/{case.number}/").content.decode()
    assert told in stage.desk.page("reader", f"/cases/{case.number}/")
    assert "已核验港澳台居民居住证（机器读取）" in clerk.get("/staff/window/").content.decode()


def test_a_look_taken_later_is_told_by_itself(stage: Stage, work: Any) -> None:
    stage.help_reader()
    clerk = stage.client(Sent("clerk", ""))
    assert "还没有核验证件" in clerk.get("/staff/window/").content.decode()
    answer = post(clerk, "/staff/window/assist/check/", **CARD)
    assert answer.headers["Location"] == "/staff/window/?done=checked"
    work()
    message = Message.objects.get(event="identity.identity_checked", recipient=stage.books.reader, channel="inbox")
    assert "核验了您的居民身份证" in message.text


def test_the_look_ends_with_the_help_and_is_not_anothers(stage: Stage) -> None:
    sent = replace(set_out(RECIPES["draft_review"], stage), who="clerk")
    stage.help_reader(**CARD)
    clerk = stage.client(sent)
    post(clerk, "/staff/window/assist/", end="1")
    assert act(stage, clerk, sent).status_code in (302, 401, 404)  # nobody is helped any more
    assert not Action.objects.exists()
    stage.help_reader()  # the same person, a new visit
    unchecked(act(stage, clerk, sent))
    post(clerk, "/staff/window/assist/check/", **CARD)
    stage.desk.go(AT + timedelta(hours=2))  # the longest a visit lasts
    assert act(stage, stage.client(sent), sent).status_code in (302, 401, 404)
    assert not Action.objects.exists()


def test_whoever_is_no_officer_gives_no_level(stage: Stage) -> None:
    books = stage.books
    stage.help_reader(**CARD)  # an officer helps the reader at the same moment
    known_as(4)
    identity.open_citizen_login(person_id=books.friend.pk, phone="13800000002", password="x" * 12, actor=MACHINE, at=AT)
    friend = stage.client(Sent("friend", ""))
    for url in ("/staff/window/assist/", "/staff/window/assist/check/"):
        assert post(friend, url, name=READER.name, id_number=READER.id_number, **CARD).status_code == 403
    look = Sent("friend", f"{API}/window/assistance/identity-check", CARD)
    assert call(friend, "post", look, uuid.uuid4().hex).status_code == 403
    asked = identity.ask_delegation(
        principal_name=READER.name,
        principal_id_number=READER.id_number,
        items=[],
        scopes=["view", "submit", "sign"],
        valid_to=(AT + timedelta(days=30)).date(),
        actor=books.citizen(books.friend),
        at=AT,
    )
    identity.confirm_delegation(delegation_id=asked.pk, actor=books.citizen(), at=AT)
    draft = operations.start_draft(
        item_code=ITEM, applicant_id=books.reader.pk, actor=books.citizen(books.friend), at=AT
    )
    Person.objects.filter(pk=books.friend.pk).update(assurance=2)
    refused = post(friend, f"/drafts/{draft.pk}/review/", revision=draft.revision, delivery="post")
    assert refused.status_code == 403
    assert "再验证一次身份" in refused.content.decode()


def test_an_officer_does_not_look_at_their_own_document(stage: Stage) -> None:
    stage.help_reader()
    login = Login.objects.get(username="clerk")
    clerk = replace(stage.books.officer("clerk"), login_id=login.pk, own_person_id=stage.books.reader.pk)
    with pytest.raises(InvalidInput) as refused:
        identity.check_identity(**CARD, actor=clerk, at=AT)
    assert "另一个窗口" in refused.value.problems["document"]


@pytest.mark.parametrize(
    ("look", "field"),
    [
        ({"document": "library_card", "method": "eye"}, "请选择看的是什么证件"),
        ({"document": "resident_card", "method": ""}, "请选择证件是怎么核的"),
        ({**CARD, "document_valid_to": "2026-08-31"}, "证件已过有效期"),
    ],
)
def test_a_look_that_proves_nothing_is_refused_beside_its_field(stage: Stage, look: dict[str, str], field: str) -> None:
    stage.help_reader()
    clerk = stage.client(Sent("clerk", ""))
    page = post(clerk, "/staff/window/assist/check/", **look)
    assert page.status_code == 422
    assert field in page.content.decode()
    begun = {"name": READER.name, "id_number": READER.id_number}
    assert field in post(clerk, "/staff/window/assist/", **begun, **look).content.decode()
    assert not IdentityCheck.objects.exists()
    assert AssistedFiling.objects.count() == 1


def test_a_second_look_and_a_look_at_nobody_are_refused(stage: Stage) -> None:
    clerk = stage.client(Sent("clerk", ""))
    assert "没有在帮谁办理" in clerk.get("/staff/window/assist/check/").content.decode()
    nobody = post(clerk, "/staff/window/assist/check/", **CARD)
    assert nobody.status_code == 422
    assert "没有在帮谁办理" in nobody.content.decode()
    stage.help_reader(**CARD)
    assert "不用再核" in post(clerk, "/staff/window/assist/check/", **CARD).content.decode()
    assert IdentityCheck.objects.count() == 1
