"""A13: what a certificate or data prove is not asked for; whoever asks all the same opens a data-quality ticket."""

from datetime import timedelta
from typing import Any

from tests.journeys.conftest import photo
from tests.platform.desks import Desk, own, staff
from tests.platform.library import COUNTY, MACHINE
from tests.platform.papers.stage import AT, Applicant, given, paper, publish, residence_permit, revoke

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Action, Case, Material, QualityTicket
from onedoor.platform.certificates.models import CertificateUse
from onedoor.platform.kernel import outbox
from onedoor.platform.messages.models import Message

PROOF = paper("proof", "居住证明", waiver={"kind": "certificate", "source": "library.residence"})
ASK = {"ask-proof": "1", "code-proof": "unclear", "problem-proof": "看不清楚地址", "how-proof": "请重新拍一张清楚的"}
DOUBT = "证照上的地址是旧的，人已经搬走了。"
LATER = AT + timedelta(hours=2)


def with_certificate(desk: Desk, applicant: Applicant) -> Case:
    publish(PROOF)
    residence_permit(desk.books)
    return applicant.submit(applicant.begin())


def supplement(desk: Desk, case: Case, **more: Any) -> str:
    return desk.refused("clerk", staff(case, "supplement/"), 409, **ASK, **more)


def test_a13_a_clerk_who_asks_for_an_upload_is_blocked(desk: Desk, applicant: Applicant) -> None:
    case = with_certificate(desk, applicant)
    assert "不能要求再交" in desk.page("clerk", staff(case, "supplement/"))
    page = supplement(desk, case)
    assert "已有有效的证照或数据证明“居住证明”" in page
    assert "看不清楚地址" in page  # what was typed is still there
    case.refresh_from_db()
    assert (case.state, QualityTicket.objects.count()) == ("received", 0)


def test_a13_the_override_needs_a_ticket_and_the_steward_answers_it(desk: Desk, applicant: Applicant) -> None:
    case = with_certificate(desk, applicant)
    few = desk.refused("clerk", staff(case, "supplement/"), 422, **ASK, **{"doubt-proof": "不对"})
    assert "不少于 10 个字" in few
    desk.act("clerk", staff(case, "supplement/"), **ASK, **{"doubt-proof": DOUBT})
    case.refresh_from_db()
    assert case.state == "supplement_wait"
    ticket = QualityTicket.objects.get()
    assert (ticket.reason, ticket.raised_by, ticket.state) == (DOUBT, "官员clerk", "open")
    assert ticket.owner == desk.books.organs[COUNTY]  # who issued the certificate answers for it
    assert Action.objects.get(case=case, kind="ask_supplement").facts["tickets"] == [ticket.pk]
    assert DOUBT not in str(AuditEntry.objects.get(event="cases.doubt_data").details)

    assert "居住证" in desk.page("data_steward", "/staff/tickets/")
    url = f"/staff/tickets/{ticket.pk}/"
    assert DOUBT in desk.page("data_steward", url)
    desk.refused("data_steward", url, 422, found="mended", answer="改了")
    desk.refused("data_steward", url, 422, answer="与公安核对，地址确已变更并改正。")
    desk.act("data_steward", url, found="mended", answer="与公安核对，地址确已变更并改正。")
    desk.refused("data_steward", url, 409, found="sound", answer="与公安核对，地址没有变更过。")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.answered_by) == ("mended", "官员data_steward")
    for name in ("clerk", "approver"):
        assert desk.get(name, url).status_code == 403
    assert desk.get("data_steward", "/staff/tickets/999/").status_code == 404


def test_a13_holds_for_a_certificate_that_came_into_the_store_later(desk: Desk, applicant: Applicant) -> None:
    publish(PROOF)
    draft = applicant.begin()
    applicant.upload(draft, "proof")
    case = applicant.submit(draft)
    permit = residence_permit(desk.books)
    supplement(desk, case)
    assert "由居住证" in desk.page("clerk", staff(case, "papers/proof/certificate/"))
    desk.act("clerk", staff(case, "papers/proof/certificate/"))
    row = given(case, "proof")
    assert (row.source, row.certificate, row.grade) == ("certificate", permit, "A")
    assert Material.objects.get(case=case, source="upload").replaced_at is not None
    assert CertificateUse.objects.get(certificate=permit).target == case.target
    facts = Action.objects.get(case=case, kind="take_certificate").facts
    assert facts["waived"][0]["identifier"] == permit.identifier
    outbox.deliver_pending(at=AT)
    assert Message.objects.filter(event="cases.take_certificate", recipient=desk.books.reader).exists()
    desk.refused("clerk", staff(case, "papers/proof/certificate/"), 409)


def test_a13_who_wants_to_give_the_paper_themselves_may_be_asked_for_it(desk: Desk, applicant: Applicant) -> None:
    publish(PROOF)
    residence_permit(desk.books)
    draft = applicant.begin()
    applicant.choose(draft, own="proof")
    applicant.upload(draft, "proof")
    case = applicant.submit(draft)
    desk.refused("clerk", staff(case, "papers/proof/certificate/"), 409)  # nor is it taken over their head
    desk.act("clerk", staff(case, "supplement/"), **ASK)


def test_a13_holds_for_data_of_a_department(desk: Desk, applicant: Applicant) -> None:
    publish(paper("proof", "居住证明", waiver={"kind": "data", "source": "library.residents"}))
    draft = applicant.begin()
    operations.waive_material(
        draft_id=draft.pk,
        material="proof",
        proof="公安机关",
        as_of=AT.date(),
        actor=MACHINE,
        at=AT,
    )
    case = applicant.submit(draft)
    assert "部门数据：公安机关" in desk.page("clerk", staff(case, "supplement/"))
    supplement(desk, case)
    desk.act("clerk", staff(case, "supplement/"), **ASK, **{"doubt-proof": DOUBT})
    ticket = QualityTicket.objects.get()
    assert (ticket.certificate, ticket.division, ticket.owner) == (None, case.division, case.receiving_organization)


def test_a_revoked_certificate_may_be_asked_for_also_in_a_later_round(desk: Desk, applicant: Applicant) -> None:
    publish(PROOF, paper("photo", "照片"))
    permit = residence_permit(desk.books)
    draft = applicant.begin()
    applicant.upload(draft, "photo")
    case = applicant.submit(draft)
    first = {"ask-photo": "1", "code-photo": "unclear", "problem-photo": "看不清楚脸", "how-photo": "请在亮处重新拍"}
    desk.act("clerk", staff(case, "supplement/"), **first)
    desk.act("reader", own(case, "supplement/"), file_photo=photo("新的一张照片"), hand_in="1")
    revoke(permit, at=LATER)
    desk.go(LATER)
    desk.act("clerk", staff(case, "supplement/"), **ASK)  # it fell away since; nobody overlooked it
    case.refresh_from_db()
    assert (case.state, case.supplement_round) == ("supplement_wait", 2)


def test_after_a_revocation_the_person_uploads_without_being_asked_and_nothing_is_granted_before(
    desk: Desk, applicant: Applicant
) -> None:
    case = with_certificate(desk, applicant)
    permit = given(case, "proof").certificate
    assert permit is not None
    desk.act("clerk", staff(case, "accept/"))
    revoke(permit, at=LATER)
    desk.go(LATER)
    assert "去补交" in desk.page("reader", own(case))
    assert "证照已失效" in desk.page("clerk", staff(case))
    url = own(case, "papers/")
    assert "代替它的电子证照已不再有效" in desk.page("reader", url)
    assert "请先选择或拍摄" in desk.refused("reader", url, 422, give="proof")
    desk.refused("reader", url, 422, give="photo", file_photo=photo("不该交的"))
    desk.act("reader", url, give="proof", file_proof=photo("自己的居住证明"))
    row = given(case, "proof")
    assert (row.source, row.grade) == ("upload", "C")
    assert "去补交" not in desk.page("reader", own(case))
    assert Action.objects.filter(case=case, kind="give_paper").count() == 1


def test_the_person_may_object_while_the_case_runs(desk: Desk, applicant: Applicant) -> None:
    case = with_certificate(desk, applicant)
    assert "改为自己交" in desk.page("reader", own(case))
    desk.act("reader", own(case, "papers/"), give="proof", file_proof=photo("自己的居住证明"))
    assert given(case, "proof").source == "upload"
    assert desk.get("reader", own(case, "papers/")).status_code == 200


def test_another_certificate_of_the_kind_takes_the_place_of_a_revoked_one(desk: Desk, applicant: Applicant) -> None:
    case = with_certificate(desk, applicant)
    old = given(case, "proof").certificate
    assert old is not None
    new = residence_permit(desk.books)
    revoke(old, at=LATER)
    desk.go(LATER)
    assert "去补交" not in desk.page("reader", own(case))  # the officer takes the other one
    desk.act("clerk", staff(case, "papers/proof/certificate/"))
    assert given(case, "proof").certificate == new
