"""What is sent about complaints and reports: by anybody, and by officers."""

from typing import Any

from tests.platform.library import TOWN
from tests.platform.replays.machines import like, only
from tests.platform.replays.stage import AT, Sent, Stage, picture, posts, sends

from onedoor.platform.feedback import operations
from onedoor.platform.feedback.models import Complaint
from onedoor.platform.kernel.actors import Actor

TEXT = "十一月二十日去办证，工作人员让我跑了三趟，说话很难听。"
EXPLAINED = "当天系统故障，窗口没有解释清楚，已经道歉。"
NOTE = "请说一下是哪一天、几号窗口的事。"


def filing(stage: Stage, kind: str = "complaint") -> operations.Filing:
    category = "attitude" if kind == "complaint" else "fraud"
    return operations.Filing(kind, category, stage.books.organs[TOWN].pk, TEXT)


def filed(stage: Stage) -> Complaint:
    return _filed(stage).complaint


def _filed(stage: Stage) -> operations.Filed:
    return operations.file_complaint(filing=filing(stage), actor=Actor.anonymous(), at=AT)


def ticket(stage: Stage) -> operations.Filed:
    about = operations.TicketFiling("papers", TEXT, organization_id=stage.books.organs[TOWN].pk)
    return operations.open_ticket(filing=about, actor=stage.books.citizen(), at=AT)


def by_supervisor(stage: Stage, row: Complaint) -> dict[str, Any]:
    return {"complaint_id": row.pk, "actor": stage.books.officer("supervisor"), "at": AT}


@sends("complain")
def complain(stage: Stage) -> Sent:
    fields = {"category": "complaint:attitude", "organization": stage.books.organs[TOWN].pk, "text": TEXT}
    return Sent("", "/complaints/", fields)


@sends("complaint_answer")
def complaint_answer(stage: Stage) -> Sent:
    taken = _filed(stage)
    operations.accept_complaint(**by_supervisor(stage, taken.complaint))
    operations.ask_complainant(note=NOTE, **by_supervisor(stage, taken.complaint))
    return Sent("", "/complaints/answer/", {"code": taken.code, "text": "十一月二十日，三号窗口。"})


@sends("unsolved_new")
def unsolved_new(stage: Stage) -> Sent:
    fields = {"category": "papers", "organization": stage.books.organs[TOWN].pk, "text": TEXT}
    return Sent("reader", "/unsolved/new/", fields)


@sends("unsolved")
def unsolved(stage: Stage) -> Sent:
    row = ticket(stage).complaint
    operations.accept_complaint(**by_supervisor(stage, row))
    operations.ask_complainant(note=NOTE, **by_supervisor(stage, row))
    return Sent("reader", f"/unsolved/{row.number}/", {"act": "answer", "text": "十一月二十日，三号窗口。"})


@sends("complaint")
def complaint(stage: Stage) -> Sent:
    return Sent("supervisor", f"/staff/complaints/{filed(stage).pk}/", {"act": "accept"})


@sends("inquiry")
def inquiry(stage: Stage) -> Sent:
    row = filed(stage)
    operations.accept_complaint(**by_supervisor(stage, row))
    asked = operations.ask_unit(question="请说明三号窗口当天的情况。", **by_supervisor(stage, row))
    return Sent("clerk", f"/staff/inquiries/{asked.pk}/", {"answer": EXPLAINED})


@sends("report_access")
def report_access(stage: Stage) -> Sent:
    fields = {"post": stage.books.posts["supervisor"], "reason": "负责举报的专人。"}
    return Sent("secadmin", "/staff/report-access/", fields)


def as_filing(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "complaint",
        "category": "attitude",
        "organization_id": fields["organization"],
        "text": fields["text"],
    }


def as_ticket(fields: dict[str, Any]) -> dict[str, Any]:
    return {"category": fields["category"], "organization_id": fields["organization"], "text": fields["text"]}


like("complain", "/complaints", as_filing)
like("complaint_answer", "/complaints/answers")
like("unsolved_new", "/unsolved-matters", as_ticket)
like("unsolved", "/me/unsolved-matters/{number}/acts")
like("complaint", "/complaints/{complaint_id}/acts", only("act"))
like("inquiry", "/unit-inquiries/{inquiry_id}/answer")
like("report_access", "/report-posts", lambda fields: {"post_id": fields["post"], "reason": fields["reason"]})


@posts("/api/v1/complaints/resolutions")
def resolve(stage: Stage) -> Sent:
    taken = _filed(stage)
    operations.accept_complaint(**by_supervisor(stage, taken.complaint))
    operations.reply_to_complaint(note=NOTE, evidence=EXPLAINED, **by_supervisor(stage, taken.complaint))
    return Sent("", "/api/v1/complaints/resolutions", {"code": taken.code, "resolved": "yes"})


@posts("/api/v1/complaints/withdrawals")
def withdraw(stage: Stage) -> Sent:
    return Sent("", "/api/v1/complaints/withdrawals", {"code": ticket(stage).code})


@posts("/api/v1/complaints/papers")
def add_paper(stage: Stage) -> Sent:
    fields = {"code": _filed(stage).code, "file": picture("窗口")}
    return Sent("reader", "/api/v1/complaints/papers", fields)


@posts("/api/v1/me/unsolved-matters/{number}/papers")
def add_own_paper(stage: Stage) -> Sent:
    number = ticket(stage).complaint.number
    return Sent("reader", f"/api/v1/me/unsolved-matters/{number}/papers", {"file": picture("证明")})


@posts("/api/v1/report-posts/{access_id}", "delete")
def end_report_access(stage: Stage) -> Sent:
    access = operations.name_post(
        post_id=stage.books.posts["supervisor"],
        reason="负责举报的专人。",
        actor=stage.books.officer("secadmin"),
        at=AT,
    )
    return Sent("secadmin", f"/api/v1/report-posts/{access.pk}")
