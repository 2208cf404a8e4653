"""What a program sends about papers beyond their upload."""

from dataclasses import replace
from datetime import timedelta

from tests.platform.papers.stage import Applicant, publish
from tests.platform.replays.machines import API, like, nothing
from tests.platform.replays.machines_more import operation
from tests.platform.replays.papers import CLEAN, LEASE, with_commitment, with_promise
from tests.platform.replays.stage import AT, Sent, Stage, picture

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case
from onedoor.platform.files import operations as files

FINDING = "查馆藏系统，有三本书逾期一年未还。"
REASON = "馆藏记录清楚，当事人没有异议。"


@operation("/drafts/{draft_id}/materials/{code}/choice")
def choose_paper(stage: Stage) -> Sent:
    publish(LEASE)
    draft = Applicant(stage.desk).begin()
    return Sent("reader", f"{API}/drafts/{draft.pk}/materials/lease/choice", {"choice": "later"})


@operation("/drafts/{draft_id}/materials/{code}/commitment")
def sign_commitment(stage: Stage) -> Sent:
    publish(CLEAN)
    draft = Applicant(stage.desk).begin()
    return Sent("reader", f"{API}/drafts/{draft.pk}/materials/clean/commitment")


def begun(stage: Stage, target: str) -> str:
    """Let the reader begin a file of which the part is still to come."""
    actor = stage.books.citizen()
    return str(
        files.begin_upload(target=target, purpose="photo", name="a.jpg", size=9, sha256="", actor=actor, at=AT).pk
    )


@operation("/drafts/{draft_id}/uploads")
def begin_for_draft(stage: Stage) -> Sent:
    return Sent(
        "reader", f"{API}/drafts/{stage.books.draft(AT).pk}/uploads", {"code": "photo", "name": "a.jpg", "size": 9}
    )


@operation("/cases/{number}/uploads")
def begin_for_case(stage: Stage) -> Sent:
    return Sent("reader", f"{API}/cases/{stage.books.received(AT).number}/uploads", {"code": "photo", "size": 9})


@operation("/uploads/{upload_id}/parts")
def add_part(stage: Stage) -> Sent:
    upload = begun(stage, stage.books.draft(AT).target)
    return Sent("reader", f"{API}/uploads/{upload}/parts", {"offset": 0, "file": b"123456789"})


@operation("/uploads/{upload_id}", "delete")
def end_upload(stage: Stage) -> Sent:
    return Sent("reader", f"{API}/uploads/{begun(stage, stage.books.draft(AT).target)}")


@operation("/cases/{number}/papers/{code}")
def give_papers(stage: Stage) -> Sent:
    case = with_promise(stage)
    return Sent("reader", f"{API}/cases/{case.number}/papers/lease", {"files": picture()})


like("return_overdue", "/cases/{number}/overdue-return")
like("take_certificate", "/cases/{number}/papers/{code}/certificate")
like("check_original", "/cases/{number}/papers/{code}/original", nothing)
like("quality_ticket", "/quality-tickets/{ticket_id}/answer", lambda sent: {"mended": True, "answer": sent["answer"]})


def promise(case: Case) -> str:
    return f"{API}/cases/{case.number}/commitments/{case.commitments.get().pk}"


@operation("/cases/{number}/commitments/{commitment_id}/retraction")
def retract_commitment(stage: Stage) -> Sent:
    return Sent("reader", f"{promise(with_commitment(stage))}/retraction")


@operation("/cases/{number}/commitments/{commitment_id}/check")
def check_commitment(stage: Stage) -> Sent:
    return Sent("reviewer", f"{promise(with_commitment(stage))}/check", {"outcome": "broken", "finding": FINDING})


def broken(stage: Stage) -> Case:
    case = with_commitment(stage)
    operations.check_commitment(
        commitment_id=case.commitments.get().pk,
        outcome="broken",
        finding=FINDING,
        actor=stage.books.officer("reviewer"),
        at=AT,
    )
    return case


@operation("/cases/{number}/commitments/{commitment_id}/statement")
def answer_breach(stage: Stage) -> Sent:
    fields = {"statement": "书是家人拿走的，我这周就去归还。"}
    return Sent("reader", f"{promise(broken(stage))}/statement", fields)


@operation("/cases/{number}/commitments/{commitment_id}/settlement")
def settle_breach(stage: Stage) -> Sent:
    case = broken(stage)
    stage.desk.go(AT + timedelta(days=30))
    return Sent("approver", f"{promise(case)}/settlement", {"upheld": True, "reason": REASON})


@operation("/cases/{number}/commitments/{commitment_id}/repair")
def repair_credit(stage: Stage) -> Sent:
    sent = settle_breach(stage)
    operations.settle_breach(
        commitment_id=int(sent.url.split("/")[-2]),
        upheld=True,
        reason=REASON,
        actor=stage.books.officer("approver"),
        at=AT + timedelta(days=30),
    )
    url = sent.url.replace("/settlement", "/repair")
    return replace(sent, url=url, fields={"reason": "逾期的三本书已经全部归还并交清了费用。"})
