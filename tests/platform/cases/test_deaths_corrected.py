"""A death that was none: two officers take it back; what can hold again does, and what cannot is said."""

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from tests.platform import library
from tests.platform.desks import Desk, staff
from tests.platform.identity.bereaved import CORRECTION, PAPER, WHO, bury, give_back
from tests.platform.library import CHINA, COUNTY, FRIEND, MACHINE, READER, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import deaths, operations
from onedoor.platform.cases.models import Action, Case, Draft
from onedoor.platform.certificates import deaths as certificate_deaths
from onedoor.platform.certificates import kinds
from onedoor.platform.certificates import operations as certificates
from onedoor.platform.certificates.kinds import CertificateKind, FaceField
from onedoor.platform.certificates.models import Certificate, CertificateEvent
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import (
    DeathEffect,
    DeathStatement,
    Delegation,
    Guardianship,
    Login,
    Person,
)
from onedoor.platform.kernel import outbox
from onedoor.platform.messages.models import Message

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
URL = "/staff/window/person/"
CARD = CertificateKind(
    code="library.mourned_card",
    title="借书证",
    line="library",
    type_code="111000000009999936009",
    type_code_is_placeholder=True,
    holder="person",
    covers="family",
    face=(FaceField("family", "家庭成员", columns=(FaceField("name", "姓名"),)),),
)
kinds.register(CARD)


@pytest.fixture
def at_work(books: Library) -> Iterator[Desk]:
    with time_machine.travel(AT, tick=False) as traveller:
        yield Desk(books, traveller)


def hear(at: datetime = AT) -> None:
    outbox.deliver_pending(at=at)


def card(books: Library, *family: str, number: str = "J1") -> Certificate:
    organ = books.organs[COUNTY]
    return certificates.issue_certificate(
        kind=CARD.code,
        holders=[certificates.Holder(name=books.reader.name, person_id=books.reader.pk)],
        issuer=certificates.Issuer(organization_id=organ.pk, name=organ.name, code=organ.uscc),
        division=COUNTY,
        valid_from=date(2026, 9, 1),
        last_valid_on=None,
        face={"family": [{"name": name} for name in family]},
        case_number=number,
        actor=MACHINE,
        at=AT,
    )


def status(certificate: Certificate) -> str:
    return str(Certificate.objects.get(pk=certificate.pk).get_status_display())


def delegate(books: Library) -> Delegation:
    """The friend may act for the reader."""
    asked = identity.ask_delegation(
        principal_name=READER.name,
        principal_id_number=READER.id_number,
        items=[],
        scopes=["view", "submit"],
        valid_to=date(2026, 12, 31),
        actor=books.citizen(books.friend),
        at=AT,
    )
    return identity.confirm_delegation(delegation_id=asked.pk, actor=books.citizen(), at=AT)


def guard(books: Library) -> Guardianship:
    return Guardianship.objects.create(
        ward=books.friend,
        guardian=books.reader,
        basis="court",
        document="（2026）京 0105 民特 1 号",
        valid_from=date(2026, 1, 1),
        recorded_at=AT,
        recorded_by="测试",
    )


def correct(desk: Desk) -> DeathStatement:
    """Through the pages: the clerk finds the person and states it, a colleague confirms."""
    desk.act("clerk", URL, **(WHO | {"act": "corrected"}), **CORRECTION)
    row = DeathStatement.objects.get(kind="correction", settlement=None)
    desk.act("second_clerk", f"/staff/deaths/{row.pk}/", answer="confirm")
    return row


def test_a_mistake_gives_back_what_it_can_and_says_what_it_cannot(books: Library, at_work: Desk) -> None:
    given, bound, sole = delegate(books), guard(books), card(books, READER.name)
    shared = card(books, READER.name, FRIEND.name, number="J2")
    case, draft = books.received(AT), books.draft(AT)
    bury(books, books.reader)
    hear()
    assert Delegation.objects.get().state == "revoked"
    assert Guardianship.objects.get().revoked_at is not None
    assert (status(sole), status(shared)) == ("暂扣", "有效")
    assert not Draft.objects.filter(pk=draft.pk).exists()
    told = at_work.page("reviewer", f"/staff/deaths/{DeathStatement.objects.get().pk}/")
    for sentence in (
        "委托 1 份",
        "监护 1 项",
        "已暂扣证照 1 张",
        "1 张还涉及其他人",
        "草稿 1 份已删除",
        "办件 1 件已记下",
    ):
        assert sentence in told

    found = at_work.post("clerk", URL, name=READER.name, id_number=READER.id_number).content.decode()
    assert "更正死亡登记" in found
    row = correct(at_work)
    hear()
    person = Person.objects.get(pk=books.reader.pk)
    assert (person.deceased_on, person.assurance) == (None, 0)
    given.refresh_from_db()
    bound.refresh_from_db()
    assert (given.state, given.revoked_at, bound.revoked_at) == ("active", None, None)
    assert (status(sole), status(shared)) == ("有效", "有效")
    assert [one.kind for one in Action.objects.filter(case=case).order_by("seq")][-2:] == ["note_death", "note_mistake"]
    page = at_work.page("second_clerk", f"/staff/deaths/{row.pk}/")
    for sentence in (
        "委托 1 份恢复",
        "监护 1 项恢复",
        "证照 1 张恢复",
        "草稿 1 份不能恢复",
        "办件 1 件照常办理",
        "重新核验身份",
    ):
        assert sentence in page
    assert f"/staff/deaths/{DeathStatement.objects.get(kind='death').pk}/" in page, "the history stays"
    assert "申请人已于" not in at_work.page("clerk", staff(case))


def test_the_account_is_closed_at_once_and_opened_when_the_identity_is_shown_anew(
    books: Library, at_work: Desk
) -> None:
    client = at_work.client("reader")
    assert client.get("/me/").status_code == 200
    bury(books, books.reader)
    assert client.get("/me/").status_code == 302, "at once, before any room has heard"
    give_back(books, books.reader)
    hear()
    assert client.get("/me/").status_code == 302
    assert not Login.objects.get(person=books.reader).is_active
    seen = {"name": READER.name, "id_number": READER.id_number, "division": "", "phone": "", "document_valid_to": ""}
    at_work.act("clerk", "/staff/window/verify/", **seen, witness_note="本人持身份证原件到场，核对一致。")
    assert Login.objects.get(person=books.reader).is_active
    assert at_work.page("reader", "/me/")
    assert AuditEntry.objects.filter(event="identity.reopen_login").count() == 1


def test_each_room_hearing_twice_changes_nothing_more(books: Library, at_work: Desk) -> None:
    delegate(books)
    card(books, READER.name)
    books.received(AT)
    death = bury(books, books.reader)
    hear()
    back = give_back(books, books.reader)
    hear()

    def counted() -> list[int]:
        return [one.objects.count() for one in (Action, CertificateEvent, DeathEffect, Message, AuditEntry, Draft)]

    before = counted()
    told = {"statement_id": death.pk, "person_id": books.reader.pk}
    deaths.hear_of_death(told, at=AT)
    certificate_deaths.hear_of_death(told, at=AT)
    told = {"statement_id": back.pk, "person_id": books.reader.pk, "death_id": death.pk}
    deaths.hear_of_correction(told, at=AT)
    certificate_deaths.hear_of_correction(told, at=AT)
    assert counted() == before


def test_what_went_on_meanwhile_stays(books: Library, at_work: Desk) -> None:
    """A delegation past its day, a guardian replaced, a case terminated, a certificate revoked: each is said."""
    given, bound, sole, case = delegate(books), guard(books), card(books, READER.name), books.received(AT)
    bury(books, books.reader)
    hear()
    words = {"reason": "申请人已于八月三十日死亡。", "basis": "《公共图书馆法》"}
    operations.terminate_case(case_id=case.pk, **words, actor=books.officer("approver"), at=AT)
    certificates.end_certificate(
        certificate_id=sole.pk, ending="cancel", **words, document_number="文1号", actor=MACHINE, at=AT
    )
    other = Person.objects.create(
        name="赵三", sex="1", id_number="x", id_index="third person", recorded_at=AT, recorded_by="测试"
    )
    Guardianship.objects.create(
        ward=books.friend,
        guardian=other,
        basis="court",
        document="新",
        valid_from=AT.date(),
        recorded_at=AT,
        recorded_by="测试",
    )
    later = AT + timedelta(days=150)
    row = give_back(books, books.reader, later)
    hear(later)
    given.refresh_from_db()
    bound.refresh_from_db()
    assert given.state == "revoked"
    assert bound.revoked_at is not None
    assert status(sole) == "注销"
    assert Case.objects.get(pk=case.pk).state == "terminated"
    told = " ".join(one for effect in DeathEffect.objects.filter(statement=row) for one in effect.facts["told"])
    for sentence in ("委托 1 份没有恢复", "监护 1 项没有恢复", "证照 1 张没有恢复", "办件 1 件其间已经办结"):
        assert sentence in told


def test_an_officer_who_suspended_it_again_is_not_overruled(books: Library, at_work: Desk) -> None:
    sole = card(books, READER.name)
    bury(books, books.reader)
    hear()
    grounds: dict[str, Any] = {"reason": "另有违规，先行暂扣", "basis": "《借阅办法》"}
    certificates.resume_certificate(certificate_id=sole.pk, **grounds, actor=MACHINE, at=AT)
    certificates.suspend_certificate(certificate_id=sole.pk, **grounds, actor=books.officer("cert_officer"), at=AT)
    give_back(books, books.reader)
    hear()
    assert status(sole) == "暂扣"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"paper": "medical"}, "请选择证明的种类"),
        ({"reason": "错了"}, "请写明登记错在哪里"),
        ({"paper_number": ""}, "请填写证明的编号"),
    ],
)
def test_what_a_correction_has_to_say(books: Library, at_work: Desk, wrong: dict[str, str], sentence: str) -> None:
    bury(books, books.reader)
    page = at_work.refused("clerk", URL, 422, **(WHO | {"act": "corrected"}), **(CORRECTION | wrong))
    assert sentence in page
    assert "朝阳医院" in page, "what was typed is kept"


def test_only_a_court_gives_back_whom_a_court_has_declared_dead(books: Library, at_work: Desk) -> None:
    court = {"paper": "court", "judged_on": date(2026, 8, 30)}
    bury(books, books.reader, **court)
    form = WHO | {"act": "corrected"} | CORRECTION
    assert "法院撤销宣告死亡的判决书" in at_work.refused("clerk", URL, 422, **form)
    at_work.act("clerk", URL, **(form | {"paper": "court_revoked"}))


def test_the_correction_too_needs_a_second_officer(books: Library, at_work: Desk) -> None:
    bury(books, books.reader)
    at_work.act("clerk", URL, **(WHO | {"act": "corrected"}), **CORRECTION)
    row = DeathStatement.objects.get(kind="correction")
    assert "不能自己确认" in at_work.refused("clerk", f"/staff/deaths/{row.pk}/", 403, answer="confirm")
    assert Person.objects.get(pk=books.reader.pk).deceased_on == date(2026, 8, 30)


def test_whoever_lives_needs_no_correction_and_may_die_once_more(books: Library, at_work: Desk) -> None:
    at_work.refused("clerk", URL, 422, **(WHO | {"act": "corrected"}), **CORRECTION)
    bury(books, books.reader)
    give_back(books, books.reader)
    hear()
    at_work.act("clerk", URL, **WHO, **PAPER)
    assert DeathStatement.objects.filter(kind="death").count() == 2


def test_those_left_behind_are_told_and_the_dead_are_not(books: Library, at_work: Desk) -> None:
    delegate(books)
    hear()
    bury(books, books.reader)
    hear()
    sent = Message.objects.filter(event="identity.died", channel="inbox")
    assert [one.recipient_id for one in sent] == [books.friend.pk]
    assert READER.name not in sent.get().text
    give_back(books, books.reader)
    hear()
    back = Message.objects.filter(event="identity.death_corrected", channel="inbox")
    assert {one.recipient_id for one in back} == {books.friend.pk, books.reader.pk}


def test_an_agents_draft_goes_with_the_applicant_and_a_dead_agents_stays(books: Library, at_work: Desk) -> None:
    delegate(books)
    started = operations.start_draft(
        item_code=library.ITEM, applicant_id=books.reader.pk, actor=books.citizen(books.friend), at=AT
    )
    bury(books, books.friend)
    hear()
    assert Draft.objects.filter(pk=started.pk).exists()
    assert at_work.page("reader", f"/drafts/{started.pk}/")
    give_back(books, books.friend)
    bury(books, books.reader)
    hear()
    assert not Draft.objects.filter(pk=started.pk).exists()
    assert Message.objects.get(event="cases.draft_gone", channel="inbox").recipient_id == books.friend.pk


def test_a_program_corrects_too(books: Library, at_work: Desk) -> None:
    bury(books, books.reader)
    key = uuid.uuid4().hex
    sent = {name: WHO[name] for name in ("name", "id_number")} | CORRECTION
    answer = at_work.client("clerk").post(
        "/api/v1/window/death-corrections", sent, content_type="application/json", headers={"Idempotency-Key": key}
    )
    assert answer.status_code == 200, answer.content
    colleague = at_work.client("second_clerk")
    shown = colleague.get(f"/api/v1/window/deaths/{answer.json()['id']}").json()
    assert shown["reason"] == CORRECTION["reason"]
    assert [one["kind"] for one in shown["history"]] == ["death"]


def test_a_dead_officer_does_not_come_in_either(books: Library, at_work: Desk) -> None:
    login = Login.objects.get(username="surveyor")
    login.holder_number = FRIEND.id_number
    for column, value in Login.by_holder.values(FRIEND.id_number).items():
        setattr(login, column, value)
    login.save()
    client = at_work.client("surveyor")
    assert client.get("/staff/").status_code == 200
    bury(books, books.friend)
    assert client.get("/staff/").status_code == 302
    row = give_back(books, books.friend)
    told = DeathEffect.objects.get(statement=row).facts["told"]
    assert any("工作账号没有恢复" in one for one in told)
