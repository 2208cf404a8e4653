"""Suspended, resumed, ended, lapsed: who may, and what anybody who checks then sees at once."""

from datetime import UTC, datetime, timedelta

import pytest

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.certificates import operations, queries
from onedoor.platform.certificates.models import CertificateEvent
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed
from onedoor.platform.kernel.models import OutboxMessage

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HAIDIAN = "110108000000"
MACHINE = Actor.system("办件")


def word(card, at: datetime = AT) -> tuple[str, bool]:
    check = queries.verify(token=card.token, at=at)
    assert check is not None
    return check.word, check.in_force


def revoke(card, *, actor, **changes):
    usual = {
        "ending": "revoke",
        "reason": "隐瞒住址取得",
        "basis": "《图书馆借阅办法》第九条",
        "document_number": "朝图撤〔2026〕3号",
        "actor": actor,
        "at": AT,
    }
    return operations.end_certificate(certificate_id=card.pk, **usual | changes)


def void(card, *, actor, **changes):
    usual = {"reason": "照面上的姓名印错了一个字。", "basis": "《图书馆借阅办法》第九条", "actor": actor, "at": AT}
    return operations.void_certificate(certificate_id=card.pk, **usual | changes)


@pytest.mark.parametrize(
    ("ending", "status", "shown"),
    [("revoke", "03", "已撤销"), ("cancel", "04", "已注销"), ("withdraw", "07", "已吊销")],
)
def test_an_ended_certificate_shows_as_ended_at_once(card, ending, status, shown):
    assert word(card) == ("有效", True)
    revoke(card, actor=MACHINE, ending=ending)
    assert word(card) == (shown, False)
    event = CertificateEvent.objects.get(operation=ending)
    assert (event.from_status, event.to_status, event.document_number) == ("01", status, "朝图撤〔2026〕3号")
    message = OutboxMessage.objects.get(topic="certificates.ended")
    assert (message.key, message.payload["status"]) == (f"certificate:{card.pk}", status)
    assert AuditEntry.objects.filter(event="certificates.end", target=f"certificate:{card.pk}").count() == 1


def test_no_officer_ends_one_however_high_the_post(card, director, librarian, officer):
    for stranger in (Actor.anonymous(), librarian, director, officer("cases.decide")):
        with pytest.raises(NotAllowed):
            revoke(card, actor=stranger)
    assert word(card) == ("有效", True)


def test_ending_needs_the_grounds_and_a_living_certificate(card, librarian):
    for missing in ("reason", "basis", "document_number"):
        with pytest.raises(InvalidInput) as refusal:
            revoke(card, actor=MACHINE, **{missing: " "})
        assert set(refusal.value.problems) == {missing}
    for unknown in ("forget", "void"):
        with pytest.raises(InvalidInput):
            revoke(card, actor=MACHINE, ending=unknown)
    assert word(card) == ("有效", True)
    revoke(card, actor=MACHINE)
    with pytest.raises(operations.CertificateNotAlive, match="撤销"):
        revoke(card, actor=MACHINE, ending="cancel")
    with pytest.raises(operations.CertificateNotAlive):
        operations.record_print(certificate_id=card.pk, actor=librarian, at=AT)


def test_what_was_made_by_mistake_is_void_at_once(card, director, librarian, officer):
    for stranger in (Actor.anonymous(), librarian, officer("certificates.stop", division=HAIDIAN)):
        with pytest.raises(NotAllowed):
            void(card, actor=stranger)
    for missing, words in (("reason", "错字"), ("basis", " ")):
        with pytest.raises(InvalidInput) as refusal:
            void(card, actor=director, **{missing: words})
        assert set(refusal.value.problems) == {missing}
    assert word(card) == ("有效", True)
    void(card, actor=director)
    assert word(card) == ("已作废", False)
    event = CertificateEvent.objects.get(operation="void")
    assert (event.from_status, event.to_status) == ("01", "99")
    assert OutboxMessage.objects.get(topic="certificates.ended").payload["status"] == "99"
    assert AuditEntry.objects.filter(event="certificates.void", target=f"certificate:{card.pk}").count() == 1
    with pytest.raises(operations.CertificateNotAlive):
        void(card, actor=director)


def test_suspension_comes_and_goes(card, director, librarian):
    with pytest.raises(operations.CertificateNotAlive):
        operations.resume_certificate(certificate_id=card.pk, reason="还书", basis="", actor=director, at=AT)
    with pytest.raises(InvalidInput):
        operations.suspend_certificate(certificate_id=card.pk, reason="", basis="", actor=director, at=AT)
    with pytest.raises(NotAllowed):
        operations.suspend_certificate(certificate_id=card.pk, reason="逾期", basis="", actor=librarian, at=AT)
    operations.suspend_certificate(certificate_id=card.pk, reason="逾期未还", basis="第七条", actor=director, at=AT)
    assert word(card) == ("已暂扣", False)
    operations.resume_certificate(certificate_id=card.pk, reason="已还书", basis="第七条", actor=director, at=AT)
    assert word(card) == ("有效", True)
    operations.suspend_certificate(certificate_id=card.pk, reason="逾期未还", basis="第七条", actor=director, at=AT)
    revoke(card, actor=MACHINE, ending="withdraw")
    assert word(card) == ("已吊销", False)


def test_the_last_day_still_counts_and_the_check_does_not_wait_for_the_nightly_run(card):
    last_evening = datetime.fromisoformat("2027-11-23T23:59:00+08:00")
    midnight = last_evening + timedelta(minutes=1)
    machine = Actor.system("证照到期")
    assert word(card, at=last_evening) == ("有效", True)
    assert word(card, at=midnight) == ("已过期", False)
    assert operations.lapse_certificates(actor=machine, at=last_evening) == 0
    assert operations.lapse_certificates(actor=machine, at=midnight) == 1
    assert operations.lapse_certificates(actor=machine, at=midnight) == 0
    assert word(card, at=midnight) == ("已失效", False)


def test_before_its_first_day_it_is_not_in_force(card):
    assert word(card, at=AT - timedelta(days=1)) == ("尚未生效", False)
