"""A certificate is issued from a granted case and reissued when something on it changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.platform.library import MACHINE

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.certificates import faces, kinds, operations, queries
from onedoor.platform.certificates.models import Certificate, CertificateEvent
from onedoor.platform.files import rendering
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed
from onedoor.platform.kernel.models import OutboxMessage
from onedoor.standards.certificate_ids import parse_certificate_id

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HAIDIAN = "110108000000"


def test_a_granted_case_gives_version_001_with_a_sound_identifier_and_an_event(card):
    assert parse_certificate_id(card.identifier).check_ok
    assert card.identifier.startswith("1.2.156.3005.2.111000000009999936001.11110105000123457D.1101052026000001.001.")
    event = CertificateEvent.objects.get(certificate=card)
    assert (event.operation, event.to_status, event.at, event.actor_name) == ("issue", "01", AT, "王主任")


def test_the_paper_carries_the_same_number(card, librarian):
    assert card.number == "110105-2026-000001"
    assert faces.face_data(card)["number"] == card.number
    assert operations.record_print(certificate_id=card.pk, actor=librarian, at=AT) == 1
    with pytest.raises(InvalidInput, match="1 处"):
        operations.record_print(certificate_id=card.pk, actor=librarian, at=AT)
    assert operations.record_print(certificate_id=card.pk, reason="原件污损", actor=librarian, at=AT) == 2
    assert [event.reason for event in CertificateEvent.objects.filter(operation="print")] == ["", "原件污损"]
    assert Certificate.objects.get().number == card.number


def test_numbers_run_by_year_and_place_and_a_service_may_bring_its_own(issue):
    numbers = [issue(case_number=f"case {n}").number for n in range(2)]
    assert numbers == ["110105-2026-000001", "110105-2026-000002"]
    new_year = AT.replace(year=2026, month=12, day=31, hour=16, minute=0)  # midnight in China
    assert issue(case_number="case 3", at=new_year).number == "110105-2027-000001"
    own = issue(case_number="case 4", number="J110105-2026-000123")
    assert own.identifier.endswith(".J1101052026000123.001.R")
    old_style = issue(case_number="case 5", number="（1988）朝图字第123号")
    assert parse_certificate_id(old_style.identifier).check_ok


def test_a_case_gives_one_certificate_of_a_kind(issue):
    issue()
    with pytest.raises(operations.CertificateAlreadyIssued):
        issue()
    issue(subject="second reader")
    assert Certificate.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():  # the database stands behind the check
        Certificate.objects.filter(subject="second reader").update(subject="")


def test_issue_is_refused_without_the_post_or_with_an_unfit_face(issue, officer):
    for stranger in (Actor.anonymous(), officer("certificates.view"), officer("cases.certify", division=HAIDIAN)):
        with pytest.raises(NotAllowed):
            issue(actor=stranger)
    with pytest.raises(NotAllowed):
        issue(actor=officer("cases.certify", line="marriage"))
    for change, field in (
        ({"face": {"reading_room": "二层", "family": []}}, "face.evenings"),
        ({"holders": []}, "holders"),
        ({"holders": [operations.Holder("某公司", organization_code="91110105000123457D")]}, "holders"),
        ({"last_valid_on": date(2026, 11, 23)}, "last_valid_on"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            issue(**change)
        assert set(refusal.value.problems) == {field}
    assert not Certificate.objects.exists()
    issue(actor=Actor.system("制证"))
    assert Certificate.objects.count() == 1


def test_issue_is_told_and_recorded_without_personal_data(card, reader):
    message = OutboxMessage.objects.get(topic="certificates.issued")
    entry = AuditEntry.objects.get(event="certificates.issue")
    assert message.payload["certificate_id"] == card.pk
    assert entry.target == f"certificate:{card.pk}"
    for told in (message.payload, entry.details):
        assert reader.name not in str(told)


def test_a_rolled_back_decision_leaves_no_certificate_and_no_number(issue):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        issue()
        _ = 1 / 0
    assert not Certificate.objects.exists()
    assert issue().number == "110105-2026-000001"


def test_a_changed_name_gives_version_002_and_the_old_one_lapses_with_a_link(card, reader, librarian):
    new = operations.reissue_certificate(
        certificate_id=card.pk,
        reason="持证人更名",
        case_number="11010526120000007",
        holders=[operations.Holder("欧阳晓楠", person_id=reader.pk)],
        actor=MACHINE,
        at=AT + timedelta(days=30),
    )
    card.refresh_from_db()
    assert (card.status, new.status) == ("05", "01")
    assert new.succeeds == card
    assert new.identifier.split(".")[:8] == card.identifier.split(".")[:8]
    assert new.identifier.split(".")[8] == "002"
    assert parse_certificate_id(new.identifier).check_ok
    assert new.number == card.number
    assert (new.face, new.valid_from, new.last_valid_on) == (card.face, card.valid_from, card.last_valid_on)
    assert [holder.name for holder in new.holders.all()] == ["欧阳晓楠"]
    events = queries.list_events(identifier=new.identifier, actor=librarian, at=AT)
    assert [event.operation for event in events] == ["issue", "reissue", "issue"]
    assert queries.certificates_of_case(case_number="11010526120000007") == [new]
    assert queries.certificates_of_case(case_number=card.case_number) == [card]
    with pytest.raises(operations.CertificateNotAlive):
        operations.reissue_certificate(
            certificate_id=card.pk, reason="再换", case_number="x", actor=MACHINE, at=AT + timedelta(days=31)
        )


@pytest.mark.parametrize("change", ["change", "renew", "correct", "reissue"])
def test_each_kind_of_change_is_told_with_the_version_that_succeeds(card, librarian, change):
    new = operations.reissue_certificate(
        certificate_id=card.pk,
        change=change,
        reason="见决定",
        basis="第八条",
        document_number="朝图更〔2026〕1号",
        case_number=card.case_number,
        actor=MACHINE,
        at=AT,
    )
    event = CertificateEvent.objects.get(certificate=card, to_status="05")
    assert (event.operation, event.basis, event.document_number) == (change, "第八条", "朝图更〔2026〕1号")
    told = OutboxMessage.objects.get(topic="certificates.ended").payload
    assert (told["certificate_id"], told["operation"], told["succeeded_by"]) == (card.pk, change, new.pk)


def test_a_change_needs_a_reason_and_a_kind(card, librarian):
    for wrong, field in (({"reason": " "}, "reason"), ({"change": "swap"}, "change")):
        with pytest.raises(InvalidInput) as refusal:
            operations.reissue_certificate(
                **{"certificate_id": card.pk, "reason": "换证", "case_number": "x", "actor": MACHINE, "at": AT} | wrong
            )
        assert set(refusal.value.problems) == {field}
    assert Certificate.objects.get().status == "01"


def test_a_renewal_moves_the_period(card, librarian):
    new = operations.reissue_certificate(
        certificate_id=card.pk,
        reason="到期延续",
        case_number="11010527110000001",
        valid_from=date(2027, 11, 24),
        last_valid_on=None,
        actor=MACHINE,
        at=AT,
    )
    assert (new.valid_from, new.last_valid_on) == (date(2027, 11, 24), None)
    assert faces.face_data(new)["validity"] == "2027年11月24日起长期有效"


@pytest.mark.parametrize(
    "wanted",
    [
        {"change": "change"},
        {"holders": [operations.Holder("欧阳晓楠")]},
        {"face": {"reading_room": "三层"}},
        {"valid_from": AT.date()},
        {"last_valid_on": date(2099, 12, 31)},
    ],
)
def test_an_officer_changes_no_word_of_it(card, librarian, wanted):
    with pytest.raises(operations.ChangeNeedsCase):
        operations.reissue_certificate(
            certificate_id=card.pk, reason="换证", case_number="x", actor=librarian, at=AT, **wanted
        )
    assert Certificate.objects.get().status == "01"


def test_the_face_is_ready_for_printing(card):
    data = faces.face_data(card)
    assert data["title"] == "借书证"
    assert data["holders"] == "欧阳晓娜"
    assert data["lines"] == [{"label": "阅览室", "value": "二层"}, {"label": "夜间开放", "value": "是"}]
    assert data["tables"] == [{"label": "家庭成员", "header": ["姓名", "关系"], "rows": [["欧阳小宝", "子"]]}]
    assert data["validity"] == "2026年11月24日至2027年11月23日"
    assert data["check_url"] == f"https://onedoor.test/check/{card.token}/"
    assert data["qr_svg"].startswith("<svg ")


def test_the_face_is_set_as_pdf(card):
    if rendering.find_cjk_font() is None:
        pytest.skip("no Chinese font on this machine")
    pdf = faces.face_pdf(card)
    assert pdf.startswith(b"%PDF-")
    assert "借书证 110105-2026-000001".encode() in pdf  # the title in the readable part of a PDF/A


def test_kinds_are_registered_once_and_well_formed():
    library_card = kinds.kind("library.card")
    kinds.register(library_card)
    with pytest.raises(ValueError):
        kinds.register(kinds.CertificateKind(**{**vars(library_card), "title": "另一种借书证"}))
    with pytest.raises(ValueError):
        kinds.CertificateKind(**{**vars(library_card), "type_code": "111"})
    with pytest.raises(kinds.UnknownKind):
        kinds.kind("library.nothing")
