"""What is sent about papers beyond their upload: one recipe for each address."""

from datetime import datetime, timedelta

from tests.platform.desks import own, staff
from tests.platform.library import CHINA
from tests.platform.papers.stage import Applicant, paper, publish, residence_permit
from tests.platform.replays.stage import AT, Sent, Stage, picture, sends

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case
from onedoor.platform.cases.operations.desk import Defect

PROOF = paper("proof", "居住证明", waiver={"kind": "certificate", "source": "library.residence"})
LEASE = paper("lease", "租约", tolerance={})
CLEAN = paper(
    "clean",
    "无欠书证明",
    commitment={
        "told": "办证须证明没有未还的图书。",
        "text": "我承诺没有未还的图书。",
        "liability": "承诺不实的，撤销借书证。",
        "check": "data",
        "within": {"days": 10},
    },
)


def with_promise(stage: Stage) -> Case:
    """Return an accepted case whose lease is promised for later."""
    publish(LEASE)
    applicant = Applicant(stage.desk)
    draft = applicant.begin()
    applicant.choose(draft, later="lease")
    case = applicant.submit(draft)
    operations.accept_case(case_id=case.pk, actor=stage.books.officer("clerk"), at=AT)
    return case


@sends("papers_owed")
def papers_owed(stage: Stage) -> Sent:
    return Sent("reader", own(with_promise(stage), "papers/"), {"give": "lease", "file_lease": picture()})


@sends("receive_paper")
def receive_paper(stage: Stage) -> Sent:
    return Sent("clerk", staff(with_promise(stage), "papers/lease/receive/"), {"evidence": picture()})


@sends("return_overdue")
def return_overdue(stage: Stage) -> Sent:
    case = with_promise(stage)
    stage.desk.go(datetime(2026, 9, 30, 9, tzinfo=CHINA))
    return Sent("clerk", staff(case, "return/"))


@sends("take_certificate")
def take_certificate(stage: Stage) -> Sent:
    publish(PROOF)
    applicant = Applicant(stage.desk)
    draft = applicant.begin()
    applicant.upload(draft, "proof")
    case = applicant.submit(draft)
    residence_permit(stage.books, at=AT)
    return Sent("clerk", staff(case, "papers/proof/certificate/"))


@sends("quality_ticket")
def quality_ticket(stage: Stage) -> Sent:
    publish(PROOF)
    residence_permit(stage.books, at=AT - timedelta(days=1))
    applicant = Applicant(stage.desk)
    case = applicant.submit(applicant.begin())
    operations.request_supplement(
        case_id=case.pk,
        defects=[Defect("proof", problem="地址看不清楚", how_to_fix="请重新拍一张", basis="《公共图书馆法》")],
        doubts={"proof": "证照上的地址是旧的，人已经搬走了。"},
        actor=stage.books.officer("clerk"),
        at=AT,
    )
    number = case.quality_tickets.get().pk
    answer = "与公安机关核对，地址确已变更并改正。"
    return Sent("data_steward", f"/staff/tickets/{number}/", {"found": "mended", "answer": answer})


@sends("commitment")
def commitment(stage: Stage) -> Sent:
    case = with_commitment(stage)
    number = case.commitments.get().pk
    return Sent("reader", own(case, f"commitments/{number}/"), {"retract": "1"})


@sends("staff_commitment")
def staff_commitment(stage: Stage) -> Sent:
    case = with_commitment(stage)
    number = case.commitments.get().pk
    fields = {"deed": "check", "outcome": "broken", "finding": "查馆藏系统，有三本书逾期一年未还。"}
    return Sent("reviewer", staff(case, f"commitments/{number}/"), fields)


def with_commitment(stage: Stage) -> Case:
    """Return a case in which a promise stands in place of a paper."""
    publish(CLEAN)
    applicant = Applicant(stage.desk)
    draft = applicant.begin()
    applicant.choose(draft, promise="clean")
    return applicant.submit(draft)
