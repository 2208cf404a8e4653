"""Rows 19 and 55: a certificate in the store answers for the paper; the proof stays in the case; back to upload in a click."""

from datetime import date, datetime, timedelta

from tests.platform.desks import Desk, own, staff
from tests.platform.papers.stage import AT, Applicant, given, paper, publish, residence_permit, revoke

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import life
from onedoor.platform.cases.models import Action, Material
from onedoor.platform.certificates.models import CertificateUse
from onedoor.platform.kernel import outbox
from onedoor.platform.messages.models import Message

PROOF = paper("proof", "居住证明", waiver={"kind": "certificate", "source": "library.residence"})


def test_row_19_a_certificate_in_the_store_is_not_asked_for_and_its_proof_is_kept(
    desk: Desk, applicant: Applicant
) -> None:
    publish(PROOF)
    permit = residence_permit(desk.books, last_valid_on=date(2027, 7, 31))
    draft = applicant.begin()
    page = desk.page("reader", applicant.papers(draft))
    assert "不用交了。" in page
    assert "《居住证》" in page
    assert 'name="file_proof"' not in page
    case = applicant.submit(draft)

    row = given(case, "proof")
    assert (row.source, row.grade, row.file, row.certificate) == ("certificate", "A", None, permit)
    assert row.valid_until == date(2027, 7, 31)
    assert datetime.fromisoformat(row.evidence.pop("at")) == AT
    assert row.evidence == {"identifier": permit.identifier, "version": 1, "status": "01"}
    submitted = Action.objects.get(case=case, kind="submit")
    proof = {"material": "proof", "identifier": permit.identifier, "version": 1, "status": "01"}
    assert submitted.facts["waived"] == [proof]  # in the chain of hashes, so that nobody alters it
    assert "第 1 版" in desk.page("clerk", staff(case))
    assert "当时有效" in desk.page("clerk", staff(case))
    assert "电子证照，有效期至 2027-07-31" in desk.page("reader", own(case))


def test_row_55_the_holder_reads_what_the_certificate_was_taken_for(desk: Desk, applicant: Applicant) -> None:
    publish(PROOF)
    permit = residence_permit(desk.books)
    before = desk.page("reader", f"/me/certificates/{permit.identifier}/")
    assert "还没有用来代替材料" in before
    case = applicant.submit(applicant.begin())
    use = CertificateUse.objects.get(certificate=permit)
    assert use.target == f"case:{case.pk}"
    after = desk.page("reader", f"/me/certificates/{permit.identifier}/")
    assert "办理“借书证办理”，代替“居住证明”" in after
    assert AuditEntry.objects.get(event="certificates.use").details["used_for"] == case.target


def test_who_does_not_want_the_certificate_taken_uploads_after_one_click(desk: Desk, applicant: Applicant) -> None:
    publish(PROOF)
    residence_permit(desk.books)
    draft = applicant.begin()
    applicant.choose(draft, own="proof")
    page = desk.page("reader", applicant.papers(draft))
    assert 'name="file_proof"' in page
    assert "居住证明" in applicant.refused(draft)
    applicant.upload(draft, "proof")
    case = applicant.submit(draft)
    assert given(case, "proof").source == "upload"
    assert not CertificateUse.objects.exists()


def test_a_certificate_revoked_before_the_submission_answers_nothing(desk: Desk, applicant: Applicant) -> None:
    publish(PROOF)
    permit = residence_permit(desk.books)
    draft = applicant.begin()
    assert "不用交了。" in desk.page("reader", applicant.papers(draft))
    revoke(permit, at=AT)
    assert "居住证明" in applicant.refused(draft)
    assert 'name="file_proof"' in desk.page("reader", applicant.papers(draft))
    applicant.upload(draft, "proof")
    applicant.submit(draft)


def test_nobody_elses_certificate_and_none_that_has_run_out_is_taken(desk: Desk, applicant: Applicant) -> None:
    publish(PROOF)
    residence_permit(desk.books, person=desk.books.friend)
    residence_permit(desk.books, last_valid_on=date(2026, 8, 31))
    assert "居住证明" in applicant.refused(applicant.begin())


def test_a_certificate_revoked_while_the_case_runs_is_seen_on_both_sides(desk: Desk, applicant: Applicant) -> None:
    publish(PROOF)
    permit = residence_permit(desk.books)
    case = applicant.submit(applicant.begin())
    assert "已不再有效" not in desk.page("clerk", staff(case))
    revoke(permit, at=AT + timedelta(hours=1))
    desk.go(AT + timedelta(hours=2))
    outbox.deliver_pending(at=AT + timedelta(hours=2))
    page = desk.page("clerk", staff(case))
    assert "已撤销" in page
    assert "已不再有效" in page
    told = Message.objects.get(event="cases.certificate_ended", channel=Message.Channel.INBOX)
    assert told.recipient == desk.books.reader


def test_a_submission_taken_back_looks_the_certificate_up_anew(desk: Desk, applicant: Applicant) -> None:
    publish(PROOF)
    permit = residence_permit(desk.books)
    draft = applicant.begin()
    case = applicant.submit(draft, hand_in=False)
    desk.act("reader", own(case, "undo/"))
    assert not Material.objects.filter(draft=draft).exists()
    revoke(permit, at=AT)
    assert "居住证明" in applicant.refused(draft)
    told = life.fold(Action.objects.filter(case=case).order_by("seq"))
    assert told["chain"]
