"""A27, A28: from a granted case to its certificate, and from a later case to the certificate's next version."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from tests.platform import library
from tests.platform.desks import Desk, staff
from tests.platform.library import CHINA, MACHINE, READER, Library

from onedoor.platform.cases import handlers, operations
from onedoor.platform.cases.models import Action, Case, CaseDocument, StoredJudgement
from onedoor.platform.cases.operations import duties
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.cases.states import Kind
from onedoor.platform.certificates import kinds
from onedoor.platform.certificates import operations as certificates
from onedoor.platform.certificates.kinds import CertificateKind, FaceField
from onedoor.platform.certificates.models import Certificate, CertificateEvent
from onedoor.platform.kernel.crypto import Signature, canonical_json, sm3, verify
from onedoor.platform.kernel.models import OutboxMessage
from onedoor.standards.certificate_ids import parse_certificate_id
from onedoor.standards.judgement import Judgement

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
LATER = AT + timedelta(days=8)
PASS = CertificateKind(
    code="library.pass",
    title="阅览证",
    line="library",
    type_code="111000000009999936002",
    type_code_is_placeholder=True,
    holder="person",
    face=(FaceField("reader", "读者"),),
)
kinds.register(PASS)


def certify(case: Case, *, at: datetime) -> None:
    """The machine's step: the first certificate of a person, or the next version of the one they have."""
    organ, name = case.deciding_organization, str(case.declared.content["name"])
    holders = [certificates.Holder(name=name, person_id=case.applicant_id)]
    common: dict[str, Any] = {"case_number": case.number, "face": {"reader": name}, "actor": MACHINE, "at": at}
    old = Certificate.objects.filter(kind=PASS.code, status="01").first()
    if old is None:
        issuer = certificates.Issuer(organization_id=organ.pk, name=organ.name, code=organ.uscc)
        place = {"division": case.deciding_organization.division_id, "valid_from": date(2026, 9, 10)}
        made = certificates.issue_certificate(
            kind=PASS.code, holders=holders, issuer=issuer, last_valid_on=None, **place, **common
        )
    else:
        made = certificates.reissue_certificate(certificate_id=old.pk, reason="持证人更名", holders=holders, **common)
    operations.complete_step(
        case_id=case.pk,
        step="certify",
        outcome="issued",
        note="",
        facts={"certificate": made.identifier},
        actor=MACHINE,
        at=at,
    )


@pytest.fixture
def passes(books: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """The library's item with a certificate at its end."""
    handler = replace(library.HANDLER, openers={"certify": certify})
    monkeypatch.setitem(handlers._handlers, library.ITEM, handler)
    whole = library.item().model_dump(mode="json", by_alias=True)
    last = {"code": "certify", "title": "制证", "by": "machine", "after": ["decide"], "state": "certifying"}
    result = {"name": "阅览证", "kind": "certificate"}
    library.publish(library.item(steps=[*whole["steps"], last], result=result), valid_from=date(2026, 8, 1))
    return books


def to_decide(books: Library, at: datetime = AT, **answers: str) -> Case:
    """Return a case whose notice has ended; it can be decided twenty days after `at`."""
    case = books.received(at, **answers)
    operations.accept_case(case_id=case.pk, actor=books.officer("clerk"), at=at)
    books.step(case, "visit", at, "surveyor", "second_surveyor")
    books.step(case, "opinion", at, "reviewer")
    operations.post_notice(case_id=case.pk, step="notice", actor=books.officer("reviewer"), at=at)
    duties.close_ended_notices(at=at + timedelta(days=20))
    return case


def decided(books: Library, at: datetime = AT, *, granted: bool = True, **answers: str) -> Case:
    case = to_decide(books, at, **answers)
    operations.decide_case(
        case_id=case.pk,
        ruling=Ruling(granted, **library.DENIED),
        actor=books.officer("approver"),
        at=at + timedelta(days=20),
    )
    return Case.objects.get(pk=case.pk)


def granted_on_the_page(desk: Desk, at: datetime = AT, **answers: str) -> Case:
    case = to_decide(desk.books, at, **answers)
    desk.go(at + timedelta(days=20))
    desk.act("approver", staff(case, "decide/"), decision="grant")
    return Case.objects.get(pk=case.pk)


def test_a27_a_granted_case_issues_its_certificate_in_the_same_commit(desk: Desk, passes: Library) -> None:
    case = granted_on_the_page(desk)
    certificate = Certificate.objects.get(case_number=case.number)
    assert certificate.number in desk.page("reader", f"/me/certificates/{certificate.identifier}/")
    assert parse_certificate_id(certificate.identifier).check_ok
    assert certificate.version == 1
    assert certificate.identifier.split(".")[8] == "001"
    event = CertificateEvent.objects.get(certificate=certificate)
    assert (event.operation, event.to_status) == ("issue", "01")
    assert OutboxMessage.objects.filter(topic="certificates.issued").count() == 1
    from onedoor.platform.certificates.faces import face_data

    assert face_data(certificate)["number"] == certificate.number
    assert (case.state, case.result) == ("completed", "granted")
    kinds_of = list(Action.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))
    assert kinds_of[-4:] == [Kind.GRANT, Kind.DELIVER, Kind.COMPLETE_STEP, Kind.FINISH]
    done = Action.objects.get(case=case, step="certify")
    assert done.facts["certificate"] == certificate.identifier


def test_a27_when_the_certificate_fails_nothing_is_decided(
    desk: Desk, passes: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(case: Case, *, at: datetime) -> None:
        certify(case, at=at)
        raise RuntimeError("no ink")

    handler = replace(library.HANDLER, openers={"certify": broken})
    monkeypatch.setitem(handlers._handlers, library.ITEM, handler)
    with pytest.raises(RuntimeError):
        granted_on_the_page(desk)
    assert Case.objects.get().state == "deciding"
    assert not Certificate.objects.exists()
    assert not CertificateEvent.objects.exists()
    assert not CaseDocument.objects.filter(kind="grant").exists()
    assert not OutboxMessage.objects.filter(topic__in=["cases.grant", "certificates.issued"]).exists()


def test_a28_a_change_of_name_gives_version_002_with_a_link_and_the_old_one_is_superseded(
    desk: Desk, passes: Library
) -> None:
    granted_on_the_page(desk)
    old = Certificate.objects.get()
    case = granted_on_the_page(desk, AT + timedelta(days=40), name="欧阳晓楠")
    new = Certificate.objects.get(case_number=case.number)
    old.refresh_from_db()
    assert (new.version, new.identifier.split(".")[8], new.succeeds) == (2, "002", old)
    assert (old.status, new.status) == ("05", "01")
    assert parse_certificate_id(new.identifier).check_ok
    assert new.number == old.number
    assert [holder.name for holder in new.holders.all()] == ["欧阳晓楠"]
    assert [holder.name for holder in old.holders.all()] == [READER.name]


def test_a_denied_case_gives_none_and_is_closed(passes: Library) -> None:
    case = decided(passes, granted=False)
    assert not Certificate.objects.exists()
    assert (case.state, case.result) == ("completed", "denied")
    assert not case.steps.filter(ended_at__isnull=True).exists()


def test_a_decision_keeps_what_the_rule_said_and_is_signed(passes: Library) -> None:
    case = decided(passes)
    action = Action.objects.get(case=case, kind=Kind.GRANT)
    stored = StoredJudgement.objects.get(case=case)
    assert (action.facts["judgement"], action.facts["digest"]) == (stored.pk, stored.digest)
    assert stored.digest == sm3(canonical_json(stored.content)).hex()
    letter = CaseDocument.objects.get(case=case, kind="grant")
    assert action.facts["document"] == letter.number
    assert letter.content["organ"] == case.deciding_organization.name
    assert letter.content["recipient"] == READER.name
    assert "准予办证。" in letter.content["paragraphs"]
    assert any("《公共图书馆法》第三十六条" in point for point in letter.content["points"])
    digest = sm3(canonical_json(letter.content))
    assert digest.hex() == letter.digest
    assert verify(digest, Signature.parse(letter.signature))


def test_a_denial_says_facts_reasons_basis_and_both_remedies(passes: Library) -> None:
    case = decided(passes, granted=False)
    letter = CaseDocument.objects.get(case=case, kind="denial")
    text = json.dumps(letter.content, ensure_ascii=False)
    for words in ("不予办证", "经核实不住在本区", "《公共图书馆法》", "六十日内", "行政复议", "六个月内", "行政诉讼"):
        assert words in text
    action = Action.objects.get(case=case, kind=Kind.DENY)
    assert "经核实" not in str(action.facts)
    assert action.note.text == "经核实不住在本区，不予办理。"


def test_papers_of_an_organ_are_numbered_without_gaps(passes: Library) -> None:
    library.publish(library.item(one_at_a_time=False), valid_from=date(2026, 8, 2))
    approver = passes.officer("approver")
    cases = [passes.accepted(AT + timedelta(hours=hour)) for hour in range(3)]
    words = {"reason": "申请人已经搬离本区居住。", "basis": "《公共图书馆法》", "actor": approver, "at": LATER}
    with pytest.raises(RuntimeError), transaction.atomic():
        operations.terminate_case(case_id=cases[0].pk, **words)
        raise RuntimeError
    numbers = [operations.terminate_case(case_id=case.pk, **words).number for case in cases]
    assert [number[number.index("〕") + 1 :] for number in numbers] == ["1号", "2号", "3号"]
    assert len({number[: number.index("〕")] for number in numbers}) == 1


def test_the_rule_is_asked_again_at_the_decision(passes: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """What held at the opinion need not hold any more."""
    days: list[date] = []

    def judge(case: Case, on: date) -> Judgement:
        days.append(on)
        return library.judge(case, on)

    monkeypatch.setitem(
        handlers._handlers, library.ITEM, replace(library.HANDLER, openers={"certify": certify}, judge=judge)
    )
    decided(passes)
    assert days[-1] == date(2026, 9, 21)
