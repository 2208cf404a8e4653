"""Guardians and delegations at the window, village agents, limits, help with a form: who acts for whom, and proof of it."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.journeys.conftest import photo
from tests.platform import library
from tests.platform.identity.conftest import AT
from tests.platform.library import FRIEND, ITEM, LONG_AGO, MACHINE, READER, TOWN, Library

from onedoor.demonstration.cast import Citizen
from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.cases.operations.drafts import NotDelegable
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries
from onedoor.platform.identity.models import (
    AssistedFiling,
    Consent,
    Delegation,
    Guardianship,
    Login,
    Person,
    PersonRelation,
)
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.kernel.parameters import write_parameter
from onedoor.platform.messages.models import Message

TODAY = AT.date()
CHILDREN = {
    7: Citizen("seven", "周小七", date(2019, 3, 1), 41),
    8: Citizen("eight", "周小八", date(2018, 9, 1), 42),  # eight today
    15: Citizen("fifteen", "周十五", date(2011, 3, 1), 43),
    16: Citizen("sixteen", "周十六", date(2010, 9, 1), 44),  # sixteen today
    17: Citizen("seventeen", "周十七", date(2008, 9, 2), 45),  # of age tomorrow
}


def known(citizen: Citizen, at: datetime = LONG_AGO) -> Person:
    person = identity.ensure_person(
        name=citizen.name, id_number=citizen.id_number, division=TOWN, actor=MACHINE, at=at, phone="13800000001"
    )
    return identity.verify_person(person_id=person.pk, assurance=3, method="测试", actor=MACHINE, at=at)


def guard(books: Library, child: Citizen, **changes: Any) -> Guardianship:
    known(child)
    usual: dict[str, Any] = {
        "ward": (child.name, child.id_number),
        "guardian": (FRIEND.name, FRIEND.id_number),
        "basis": "parent",
        "document": "出生医学证明 P330012345",
        "evidence_digest": "0" * 64,
        "valid_from": TODAY,
        "actor": books.officer("clerk"),
        "at": AT,
    }
    return identity.record_guardianship(**usual | changes)


def begin(books: Library, person: Person, who: Person | None = None, at: datetime = AT) -> Draft:
    return operations.start_draft(item_code=ITEM, applicant_id=person.pk, actor=books.citizen(who or person), at=at)


@pytest.mark.parametrize(
    ("years", "alone_from", "may"),
    [(7, 16, False), (8, 16, False), (15, 16, False), (16, 16, True), (16, 18, False), (17, 16, True), (17, 18, False)],
)
def test_a_minor_applies_alone_only_from_sixteen_where_the_item_allows(
    books: Library, years: int, alone_from: int, may: bool
) -> None:
    if alone_from == 16:  # the item in force asks for eighteen, as every item does that says nothing
        library.publish(library.item(alone_from=16), valid_from=date(2026, 8, 1))
    child = known(CHILDREN[years])
    if may:
        assert begin(books, child).applicant == child
    else:
        with pytest.raises(queries.GuardianOnly):
            begin(books, child)


@pytest.mark.parametrize("years", sorted(CHILDREN))
def test_a_guardian_acts_by_the_same_door_as_an_agent(books: Library, years: int) -> None:
    row = guard(books, CHILDREN[years])
    draft = begin(books, row.ward, books.friend)
    assert (draft.applicant, draft.filled_by, draft.delegation_id) == (row.ward, books.friend, None)
    assert row.ward in queries.principals_for_item(agent_id=books.friend.pk, item=ITEM, on=TODAY)


def test_a_child_cannot_give_a_delegation(books: Library) -> None:
    child = known(CHILDREN[15])
    Delegation.objects.create(
        principal=child,
        agent=books.friend,
        items=[],
        scopes=["view", "submit"],
        valid_from=TODAY,
        valid_to=TODAY + timedelta(days=90),
        state="active",
        recorded_at=AT,
        recorded_by="测试",
    )
    with pytest.raises(queries.GuardianOnly):
        begin(books, child, books.friend)


def test_a_guardianship_ends_by_itself_on_the_eighteenth_birthday(books: Library) -> None:
    row = guard(books, CHILDREN[17])
    assert row.valid_to == date(2026, 9, 2)
    assert begin(books, row.ward, books.friend)
    tomorrow = AT + timedelta(days=1)
    with pytest.raises(queries.MandateMissing):
        begin(books, row.ward, books.friend, at=tomorrow)
    assert identity.end_with_majority(at=tomorrow) == 1
    assert identity.end_with_majority(at=tomorrow) == 0
    outbox.deliver_pending(at=tomorrow)
    told = Message.objects.filter(event="identity.guardianship_ended", channel="inbox")
    assert {message.recipient_id for message in told} == {row.ward_id, books.friend.pk}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"guardian": (FRIEND.name, READER.id_number)}, "guardian_id_number"),
        ({"ward": ("别名", CHILDREN[8].id_number)}, "ward_id_number"),
        ({"basis": "friend"}, "basis"),
        ({"document": ""}, "document"),
        ({"evidence_digest": ""}, "document"),
        ({"valid_from": TODAY + timedelta(days=1)}, "valid_from"),
        ({"ward": (READER.name, READER.id_number)}, "basis"),  # of age: no parent's right
    ],
)
def test_a_guardianship_without_proof_is_refused(books: Library, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        guard(books, CHILDREN[8], **changes)
    assert field in refused.value.problems


def test_an_adult_has_a_guardian_by_the_courts_finding_until_it_is_lifted(books: Library) -> None:
    row = guard(
        books, CHILDREN[8], ward=(READER.name, READER.id_number), basis="court", document="（2026）浙0113民特5号"
    )
    assert row.valid_to is None
    assert begin(books, books.reader, books.friend)
    identity.end_guardianship(
        guardianship_id=row.pk, reason="（2026）浙0113民特9号", actor=books.officer("clerk"), at=AT
    )
    with pytest.raises(queries.MandateMissing):
        begin(books, books.reader, books.friend)


def sit_as(person: Person, *, full: bool = True) -> Client:
    """A citizen at their own screen."""
    login = Login.objects.filter(person=person).first() or identity.open_citizen_login(
        person_id=person.pk, phone=f"1390000{person.pk:04d}", password="", actor=MACHINE, at=LONG_AGO
    )
    client = Client()
    client.force_login(login, backend="onedoor.platform.identity.backends.AccountBackend")
    session = client.session
    session["factors"], session["proved_at"] = ["code", "password"] if full else ["code"], datetime.now().timestamp()
    session.save()
    return client


def test_a_child_of_eight_is_heard_and_one_of_seven_is_not_asked(books: Library) -> None:
    with time_machine.travel(AT, tick=False):
        eight, seven = guard(books, CHILDREN[8]).ward, guard(books, CHILDREN[7]).ward
        client = sit_as(books.friend)
        assert "孩子本人的意见" in client.get(f"/items/{ITEM}/start/").content.decode()
        silent = client.post(f"/items/{ITEM}/start/", {"applicant": eight.pk, "opinion": " "})
        assert silent.status_code == 422
        assert not Draft.objects.exists()
        client.post(f"/items/{ITEM}/start/", {"applicant": eight.pk, "opinion": "我想自己去借书。"})
        draft = Draft.objects.get()
        assert queries.ward_opinion(f"draft:{draft.pk}") == "我想自己去借书。"
        assert client.post(f"/items/{ITEM}/start/", {"applicant": seven.pk}).status_code == 302


def test_the_officer_reads_what_the_child_says(books: Library, desk: Callable[[str], Client]) -> None:
    row = guard(books, CHILDREN[8])
    with time_machine.travel(AT, tick=False):
        guardian = books.citizen(books.friend)
        draft = begin(books, row.ward, books.friend)
        identity.record_opinion(
            ward_id=row.ward_id, reference=f"draft:{draft.pk}", text="我愿意。", actor=guardian, at=AT
        )
        typed = {"name": row.ward.name, "id_number": str(row.ward.id_number), "student": "no", "books-rows": "0"}
        books.citizen = lambda person=None, assurance=3: guardian  # type: ignore[method-assign]
        draft = books.fill(draft, typed, AT)
        books.attach(draft.pk, "photo", AT)
        draft.refresh_from_db()
        case = operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=guardian, at=AT)
        operations.hand_in_case(case_id=case.pk, actor=guardian, at=AT)
        assert "我愿意。" in desk("clerk").get(f"/staff/cases/{case.number}/").content.decode()


# A25


def test_a25_what_cannot_be_delegated_offers_no_agent_and_says_why(books: Library) -> None:
    with time_machine.travel(AT, tick=False):
        ask_and_confirm(books)
        client = sit_as(books.friend)
        offered = client.get(f"/items/{ITEM}/start/").content.decode()
        assert f"为{READER.name}代办" in offered
        library.publish(library.item(delegable=False), valid_from=date(2026, 8, 1))
        refused = client.get(f"/items/{ITEM}/start/").content.decode()
        assert f"为{READER.name}代办" not in refused
        assert "依法须由本人办理，不能委托他人" in refused
        assert "不能委托他人" in client.get(f"/items/{ITEM}/").content.decode()
        assert f'value="{ITEM}"' not in client.get("/me/delegations/").content.decode()
        with pytest.raises(NotDelegable):
            begin(books, books.reader, books.friend)


def ask_and_confirm(books: Library, **changes: Any) -> Delegation:
    usual: dict[str, Any] = {
        "principal_name": READER.name,
        "principal_id_number": READER.id_number,
        "items": [ITEM],
        "scopes": ["view", "submit"],
        "valid_to": date(2026, 12, 31),
    }
    asked = identity.ask_delegation(actor=books.citizen(books.friend), at=AT, **usual | changes)
    return identity.confirm_delegation(delegation_id=asked.pk, actor=books.citizen(), at=AT)


def hand_over(books: Library, at: datetime = AT) -> Case:
    friend = books.citizen(books.friend)
    draft = begin(books, books.reader, books.friend, at)
    draft = books.fill(draft, {"name": READER.name, "id_number": READER.id_number, "student": "no"}, at)
    books.attach(draft.pk, "photo", at)
    draft = Draft.objects.get(pk=draft.pk)
    return operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=friend, at=at)


def test_a_delegation_for_one_application_is_used_up_by_it(books: Library) -> None:
    delegation = ask_and_confirm(books, max_uses=1)
    case = hand_over(books)
    delegation.refresh_from_db()
    assert delegation.uses == 1
    assert queries.principals_for_item(agent_id=books.friend.pk, item=ITEM, on=TODAY) == []
    Case.objects.filter(pk=case.pk).update(item_code="library.other")
    with pytest.raises(queries.MandateUsedUp):
        hand_over(books)
    Case.objects.filter(pk=case.pk).update(item_code=ITEM)
    assert operations.hand_in_case(case_id=case.pk, actor=books.citizen(books.friend), at=AT)  # the first goes on


# The limit of R-DEL-3


def strangers(books: Library, number: int) -> None:
    for place in range(number):
        principal = known(Citizen(f"p{place}", f"委托人{place}", date(1960, 1, 1) + timedelta(days=place), 50))
        Delegation.objects.create(
            principal=principal,
            agent=books.friend,
            items=[],
            scopes=["view"],
            valid_from=TODAY,
            valid_to=TODAY + timedelta(days=30),
            state="active",
            recorded_at=AT,
            recorded_by="测试",
        )


def test_the_twentieth_stranger_is_the_last(books: Library) -> None:
    strangers(books, 19)
    assert ask_and_confirm(books).state == "active"
    with pytest.raises(identity.TooManyDelegations, match="20"):
        identity.ask_delegation(
            principal_name="委托人0",
            principal_id_number=Citizen("p0", "", date(1960, 1, 1), 50).id_number,
            items=[],
            scopes=["view"],
            valid_to=date(2026, 12, 31),
            actor=books.citizen(books.friend),
            at=AT,
        )


def test_relatives_do_not_count_and_the_number_is_a_parameter(books: Library) -> None:
    strangers(books, 3)
    write_parameter(
        key="identity.most_strangers",
        division="000000000000",
        value=3,
        document="测试",
        valid_from=date(2026, 1, 1),
        recorded_by="测试",
        at=AT,
    )
    with pytest.raises(identity.TooManyDelegations):
        ask_and_confirm(books)
    PersonRelation.objects.create(
        person=books.reader, relative=books.friend, relation="10", source="户口簿", recorded_at=AT, recorded_by="测试"
    )
    assert ask_and_confirm(books).state == "active"


def test_a_village_agent_is_one_by_office_and_without_limit(staffed: Library) -> None:
    strangers(staffed, 25)
    Login.objects.filter(username="helper").update(holder_index=staffed.friend.id_index)
    assert ask_and_confirm(staffed).kind == "village_agent"
    assert AuditEntry.objects.filter(event="identity.confirm_delegation").exists()
    Login.objects.filter(username="helper").update(is_active=False)
    assert not queries.is_village_agent(staffed.friend.pk, on=TODAY)


# At the window


def upload() -> Any:
    return photo("签字现场")


def test_a_delegation_is_given_at_the_window_with_a_witness_and_a_photo(
    staffed: Library, desk: Callable[[str], Client]
) -> None:
    with time_machine.travel(AT, tick=False):
        clerk = desk("clerk")
        form: dict[str, Any] = {
            "principal_name": READER.name,
            "principal_id_number": READER.id_number,
            "agent_name": FRIEND.name,
            "agent_id_number": FRIEND.id_number,
            "relation": "10",
            "items": [ITEM],
            "scopes": ["view", "submit"],
            "valid_to": "2026-11-30",
            "witness": "村委会李主任",
        }
        bare = clerk.post("/staff/window/delegate/", form | {"witness": ""})
        assert bare.status_code == 422
        for words in ("请填写见证人姓名", "请上传委托人签字", READER.id_number):
            assert words in bare.content.decode()
        done = clerk.post("/staff/window/delegate/", form | {"evidence": upload()})
        assert done.headers["Location"].endswith("?done=delegated")
    row = Delegation.objects.get()
    assert (row.state, row.confirmed_how, row.witness) == ("active", "窗口当面委托", "村委会李主任")
    assert queries.relatives_of(staffed.friend.pk) == {staffed.reader.pk}
    outbox.deliver_pending(at=AT)
    told = Message.objects.filter(event="identity.delegation_recorded", channel="inbox")
    assert {message.recipient_id for message in told} == {staffed.reader.pk, staffed.friend.pk}
    assert hand_over(staffed).agent == staffed.friend
    with time_machine.travel(AT, tick=False):  # the two of them and the window may see the photo, nobody else
        file = f"/files/{file_of(f'delegation:{row.pk}')}/"
        assert sit_as(staffed.reader).get(file).status_code == 200
        assert desk("clerk").get(file).status_code == 200
        assert desk("approver").get(file).status_code == 404


def file_of(target: str) -> int:
    from onedoor.platform.files.models import FileGrant

    return int(FileGrant.objects.get(target=target).file_id)


def test_a_guardianship_is_recorded_and_ended_at_the_window(staffed: Library, desk: Callable[[str], Client]) -> None:
    child = known(CHILDREN[8])
    with time_machine.travel(AT, tick=False):
        clerk = desk("clerk")
        form = {
            "ward_name": child.name,
            "ward_id_number": CHILDREN[8].id_number,
            "guardian_name": FRIEND.name,
            "guardian_id_number": FRIEND.id_number,
            "basis": "parent",
            "document": "出生医学证明 P330012345",
            "valid_from": TODAY.isoformat(),
        }
        assert clerk.post("/staff/window/guard/", form).status_code == 422
        assert clerk.post("/staff/window/guard/", form | {"evidence": upload()}).status_code == 302
        assert child.name in sit_as(staffed.friend).get("/me/delegations/").content.decode()
        who = {"name": child.name, "id_number": CHILDREN[8].id_number}
        page = clerk.post("/staff/window/person/", who).content.decode()
        number = re.search(r'name="guardianship" value="(\d+)"', page)
        assert number is not None
        assert CHILDREN[8].id_number not in page.replace(f'value="{CHILDREN[8].id_number}"', "")  # masked
        ending = who | {"act": "ended", "guardianship": number[1], "reason": "（2026）浙0113民特7号"}
        assert clerk.post("/staff/window/person/", ending).status_code == 302
    assert Guardianship.objects.get().revoked_at is not None
    assert AuditEntry.objects.filter(event="identity.find_person", outcome="looked").exists()


@pytest.mark.parametrize("name", ["reviewer", "approver", "supervisor", "auditor", "system", "security"])
@pytest.mark.parametrize("page", ["", "verify/", "delegate/", "guard/", "person/", "assist/"])
def test_only_the_window_opens_the_windows_pages(
    staffed: Library, desk: Callable[[str], Client], name: str, page: str
) -> None:
    assert desk(name).get(f"/staff/window/{page}").status_code == 403


# Help with a form (帮办)


def assisted(staffed: Library, client: Client) -> Any:
    form = {"name": READER.name, "id_number": READER.id_number, "item": ITEM}
    bare = client.post("/staff/window/assist/", form)
    assert bare.status_code == 422
    look = {"document": "resident_card", "method": "eye"}
    return client.post("/staff/window/assist/", form | look | {"evidence": upload()})


@pytest.mark.parametrize("name", ["clerk", "helper"])
def test_an_officer_fills_in_and_submits_for_somebody_present(
    staffed: Library, desk: Callable[[str], Client], name: str
) -> None:
    library.publish(library.item(consents=[CONSENT]), valid_from=date(2026, 8, 1))
    with time_machine.travel(AT, tick=False):
        client = desk(name)
        begun = assisted(staffed, client)
        assert begun.headers["Location"] == f"/items/{ITEM}/start/"
        start = client.get(f"/items/{ITEM}/start/").content.decode()
        assert f"为{READER.name}办理（本人在场）" in start
        assert "您正在窗口帮" in start
        client.post(f"/items/{ITEM}/start/", {"applicant": staffed.reader.pk})
        draft = Draft.objects.get()
        assert draft.filled_by == draft.applicant == staffed.reader
        place = f"/drafts/{draft.pk}"
        typed = {"name": READER.name, "id_number": READER.id_number, "student": "no", "books-rows": "0"}
        client.post(f"{place}/s/reader/", typed | {"revision": draft.revision})
        client.post(f"{place}/materials/", {"file_photo": upload()})
        assert draft.materials.count() == 1
        consents = client.get(f"{place}/consents/").content.decode()
        wanted = re.search(r'name="consent" value="(\d+)"', consents)
        assert wanted is not None
        client.post(f"{place}/consents/", {"consent": wanted[1]})
        assert Consent.objects.get().method == "paper"
        draft.refresh_from_db()
        client.post(f"{place}/review/", {"revision": draft.revision})
        case = Case.objects.get()
        assert client.get(f"/cases/{case.number}/submitted/").status_code == 200
    assert (case.channel, case.applicant, case.agent) == ("window", staffed.reader, None)
    entry = AuditEntry.objects.get(event="cases.submit")
    assert (entry.login_id, entry.person_id, entry.role) == (
        Login.objects.get(username=name).pk,
        staffed.reader.pk,
        "assisted",
    )
    outbox.deliver_pending(at=AT)
    assert Message.objects.filter(event="identity.assisted", recipient=staffed.reader, channel="inbox").count() == 1


CONSENT = {
    "code": "check",
    "title": "核对授权书",
    "by": "applicant",
    "purpose": "library.check",
    "sources": ["police.household"],
    "months": 12,
    "text": "我授权图书馆查询我的户籍信息。",
}


def test_help_opens_the_application_and_nothing_else_and_ends(staffed: Library, desk: Callable[[str], Client]) -> None:
    with time_machine.travel(AT, tick=False) as clock:
        client = desk("clerk")
        assisted(staffed, client)
        for page in ("/me/consents/", "/me/delegations/", "/me/looks/", "/me/signatures/"):
            answer = client.get(page)
            assert READER.name not in answer.content.decode().replace(f"帮<strong>{READER.name}", ""), page
        assert client.get("/staff/").status_code == 200  # the desk stays the officer's own
        clock.shift(timedelta(minutes=14))
        client.post("/staff/window/assist/", {"end": "1"})
        assert client.get(f"/items/{ITEM}/start/").status_code in (302, 401, 403)
        assisted(staffed, client)
        for _ in range(10):
            clock.shift(timedelta(minutes=13))
            client.get("/staff/")
        assert client.get(f"/items/{ITEM}/start/").status_code in (302, 401, 403)  # two hours are over
    assert AssistedFiling.objects.count() == 2


def test_one_officers_help_is_not_anothers(staffed: Library, desk: Callable[[str], Client]) -> None:
    with time_machine.travel(AT, tick=False):
        assisted(staffed, desk("clerk"))
        assert desk("second_clerk").get(f"/items/{ITEM}/start/").status_code in (302, 401, 403)


# Consents of children


def test_under_fourteen_the_guardian_signs_and_withdraws(books: Library) -> None:
    library.publish(library.item(consents=[CONSENT]), valid_from=date(2026, 8, 1))
    row = guard(books, CHILDREN[8])
    usual: dict[str, Any] = {
        "person_id": row.ward_id,
        "purpose": "library.check",
        "sources": ["police.household"],
        "months": 12,
        "text_digest": "0" * 64,
        "reference": "draft:x",
        "at": AT,
    }
    with pytest.raises(identity.GuardianConsents):
        identity.give_consent(method="self", actor=books.citizen(row.ward), **usual)
    draft = begin(books, row.ward, books.friend)
    operations.sign_consent(
        draft_id=draft.pk,
        consent="check",
        id_number=CHILDREN[8].id_number,
        actor=books.citizen(books.friend),
        at=AT,
    )
    consent = Consent.objects.get()
    assert (consent.person, consent.signed_by, consent.method) == (row.ward, books.friend, "guardian")
    with time_machine.travel(AT, tick=False):
        client = sit_as(books.friend)
        assert row.ward.name in client.get("/me/consents/").content.decode()
        assert sit_as(books.reader).post("/me/consents/", {"consent": consent.pk}).status_code == 404
        assert client.post("/me/consents/", {"consent": consent.pk}).status_code == 302
    consent.refresh_from_db()
    assert consent.revoked_at is not None


def test_each_use_of_a_consent_is_a_receipt_on_the_page_where_it_is_withdrawn(books: Library) -> None:
    from onedoor.platform.exchange.models import Query

    consent = identity.give_consent(
        person_id=books.reader.pk,
        purpose="library.check",
        sources=["police.household"],
        months=12,
        text_digest="0" * 64,
        reference="draft:x",
        method="self",
        actor=books.citizen(),
        at=AT,
    )
    for number in range(2):
        Query.objects.create(
            id=f"00000000-0000-0000-0000-00000000000{number}",
            connector="police.household",
            person=books.reader,
            consent=consent,
            purpose="library.check",
            legal_basis="《公共图书馆法》第三十六条",
            business="case:1",
            asked_by="第1图书局",
            asked_at=AT,
            state="answered",
        )
    with time_machine.travel(AT, tick=False):
        page = sit_as(books.reader).get("/me/consents/").content.decode()
    assert "凭它查过 2 次" in page
    assert "《公共图书馆法》第三十六条" in page
    assert "撤回授权" in page
