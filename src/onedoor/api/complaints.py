"""投诉举报: filed by anybody, followed by a code; handled by the organ above; reports for named posts alone."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import File, Form, UploadedFile

from onedoor.api.doors import anybody, caller, officer, who
from onedoor.api.public import Done, LeftOut
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Line, Page, Text, Told, page, whole
from onedoor.platform.feedback import operations, queries
from onedoor.platform.files.posted import require_room
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock

room = Room("complaints")
OPEN = anybody(most=20, name="complaint")
HANDLE = officer("complaints.handle")
ANY_POST = officer()  # whether a post is named for reports the query knows
EXPLAIN = officer("feedback.handle")
NAME = officer("identity.manage_security")


class ComplainedUnitOut(Told):
    """可以反映的单位。A unit that may be complained of."""

    id: int
    name: str


class ComplaintIn(Told):
    """投诉或者举报。A complaint or a report; anonymous unless `named`."""

    kind: Line
    category: Line
    organization_id: Id
    text: Text
    about: Line = ""
    named: bool = False
    name: Line = ""
    contact: Line = ""
    may_be_named: bool = False


class ComplaintFiledOut(Told):
    """已收到。Taken, with the code it is followed by, told once."""

    number: str
    code: str
    accept_due: date


class ComplaintCodeIn(Told):
    """查询码。The code of a complaint."""

    code: Line


class ComplaintAnswerIn(ComplaintCodeIn):
    """凭查询码补充。An answer to what was asked back."""

    text: Text


class ComplaintResolvedIn(ComplaintCodeIn):
    """解决了没有。Whether the reply has resolved it."""

    resolved: Line
    text: Text = ""


class ComplaintStepOut(Told):
    """经过的一步。One step."""

    title: str
    text: str
    by: str
    at: datetime


class TrackedOut(Told):
    """凭查询码看到的。What whoever holds the code reads."""

    number: str
    kind: str
    kind_title: str
    title: str
    organization: str
    state: str
    state_title: str
    filed_on: date
    accept_due: date
    reply_due: date | None
    closed_on: date | None
    resolved: str
    steps: list[ComplaintStepOut]


class ComplaintListedOut(Told):
    """列表里的一件。One of the list."""

    id: int
    number: str
    kind: str
    title: str
    category: str
    organization: str
    state: str
    state_title: str
    filed_on: date
    due_on: date | None
    left: LeftOut | None
    anonymous: bool


class InquiryOut(Told):
    """要求单位说明的事；反映人同意的才有姓名。What a unit is asked; a name only where its owner has agreed."""

    id: int
    question: str
    complainant: str
    asked_at: datetime
    due_on: date
    left: LeftOut | None
    answer: str
    answered_by: str
    answered_at: datetime | None


class ComplaintPaperOut(Told):
    """附的凭据。A paper given with it; the file is read by its number."""

    file_id: int
    name: str


class ComplaintOut(ComplaintListedOut):
    """一件投诉、举报或者办不成事的反映。A complaint, report or ticket for its handler."""

    text: str
    about: str
    name: str
    contact: str
    may_be_named: bool
    accept_due: date
    reply_due: date | None
    resolved: str
    transfers: int
    recused: int
    acts: list[str]
    steps: list[ComplaintStepOut]
    inquiries: list[InquiryOut]
    papers: list[ComplaintPaperOut]
    case_number: str
    outcome: str
    to_say_until: date | None


class ComplaintActIn(Told):
    """办理的一步。An act on a complaint; each needs its own fields."""

    act: Line
    note: Text = ""
    evidence: Text = ""
    reason: Line = ""
    organization_id: Id = 0
    username: Line = ""
    question: Text = ""
    outcome: Line = ""
    law: Text = ""
    otherwise: Text = ""


class InquiryAnswerIn(Told):
    """单位的说明。The unit's explanation."""

    answer: Text


class ReportPostIn(Told):
    """指定哪个岗位查阅举报。The post that is named for reports."""

    post_id: Id
    reason: Line


class ReportPostOut(Told):
    """能查阅举报的岗位。A post named for reports."""

    id: int
    post_id: int
    officer: str
    organization: str
    reason: str
    named_by: str
    named_at: datetime


@room.read("/complaints/units", OPEN, "可以反映的单位", Page[ComplainedUnitOut])
def list_units(request: HttpRequest, division: Line) -> dict[str, Any]:
    """List the units of a place, below it and above it."""
    chain = identity.chain(identity.division(division).code)
    return whole(queries.organs_of_place(chain=chain, on=clock.today()))


@room.write("/complaints", OPEN, "投诉、举报", ComplaintFiledOut)
def file(request: HttpRequest, sent: ComplaintIn) -> ComplaintFiledOut:
    """File a complaint or report; the code is told once."""
    given = sent.dict(exclude={"named"})
    filed = operations.file_complaint(filing=operations.Filing(**given, anonymous=not sent.named), **who(request))
    row = filed.complaint
    return ComplaintFiledOut(number=row.number, code=filed.code, accept_due=row.accept_due)


@room.ask("/complaints/tracked", OPEN, "凭查询码查进展", TrackedOut, why="reads; the code stays out of the address")
def track(request: HttpRequest, sent: ComplaintCodeIn) -> Any:
    """Show how a complaint stands to whoever holds its code."""
    return queries.track(code=sent.code)


@room.write("/complaints/answers", OPEN, "凭查询码补充", Done)
def answer(request: HttpRequest, sent: ComplaintAnswerIn) -> dict[str, Any]:
    """Answer what was asked back."""
    operations.answer_question(code=sent.code, text=sent.text, **who(request))
    return {"done": True}


@room.write("/complaints/resolutions", OPEN, "凭查询码说解决了没有", Done)
def resolve(request: HttpRequest, sent: ComplaintResolvedIn) -> dict[str, Any]:
    """Say whether the reply has resolved it: yes closes it, no takes it up again once."""
    operations.say_resolved(code=sent.code, resolved=sent.resolved, text=sent.text, **who(request))
    return {"done": True}


@room.write("/complaints/papers", OPEN, "凭查询码补交凭据", Done)
def add_paper(request: HttpRequest, code: Form[Line], file: File[UploadedFile]) -> dict[str, Any]:
    """Add a photo or a paper by the code; what the file was called is not kept."""
    require_room(request)
    operations.add_complaint_paper(code=code, content=file, **who(request))
    return {"done": True}


@room.write("/complaints/withdrawals", OPEN, "凭查询码自己办结", Done)
def withdraw(request: HttpRequest, sent: ComplaintCodeIn) -> dict[str, Any]:
    """Close a ticket by its code; a complaint or report is looked into, whoever takes it back."""
    operations.drop_ticket(code=sent.code, **who(request))
    return {"done": True}


@room.read("/complaints", HANDLE, "要办的投诉", Page[ComplaintListedOut])
def list_complaints(request: HttpRequest, closed: bool = False, before: Id = 0) -> dict[str, Any]:
    """List the complaints my organ has to handle; never about a unit I have a post in, nor about me."""
    rows = queries.list_complaints(actor=caller(request), on=clock.today(), closed=closed, before=before)
    return paged(rows, closed)


@room.read("/reports", ANY_POST, "要办的举报", Page[ComplaintListedOut])
def list_reports(request: HttpRequest, closed: bool = False, before: Id = 0) -> dict[str, Any]:
    """List the reports, under a post that is named for them; the look is recorded."""
    rows = queries.list_reports(actor=caller(request), at=clock.now(), closed=closed, before=before)
    return paged(rows, closed)


def paged(rows: list[queries.ListedComplaint], closed: bool) -> dict[str, Any]:
    if not closed:
        return whole(rows)
    return page(rows, size=queries.PAGE, cursor=lambda row: row.id, out=lambda row: row)


@room.read("/complaints/{complaint_id}", ANY_POST, "一件投诉或者举报", ComplaintOut)
def get_complaint(request: HttpRequest, complaint_id: Id) -> ComplaintOut:
    """Show one complaint, or one report under a named post; the look is recorded."""
    found = queries.get_complaint(complaint_id=complaint_id, actor=caller(request), at=clock.now())
    both = {**vars(found.listed), **vars(found)}
    both["papers"] = [{"file_id": file, "name": name} for file, name in found.papers]
    return ComplaintOut.model_validate({name: both[name] for name in ComplaintOut.model_fields})


@room.write("/complaints/{complaint_id}/acts", ANY_POST, "办理投诉举报", Done)
def act_on_complaint(request: HttpRequest, complaint_id: Id, sent: ComplaintActIn) -> dict[str, Any]:
    """Do the next thing: accept, decline, ask, go_on, transfer, recuse, ask_unit, reply, settle (a ticket), close."""
    about: dict[str, Any] = {"complaint_id": complaint_id, **who(request)}
    acts: dict[str, Callable[[], object]] = {
        "accept": lambda: operations.accept_complaint(**about),
        "decline": lambda: operations.decline_complaint(reason=sent.reason, note=sent.note, **about),
        "ask": lambda: operations.ask_complainant(note=sent.note, **about),
        "go_on": lambda: operations.go_on_unanswered(**about),
        "transfer": lambda: operations.transfer_complaint(
            organization_id=sent.organization_id, note=sent.note, **about
        ),
        "recuse": lambda: operations.recuse_officer(username=sent.username, **about),
        "ask_unit": lambda: operations.ask_unit(question=sent.question, **about),
        "reply": lambda: operations.reply_to_complaint(note=sent.note, evidence=sent.evidence, **about),
        "settle": lambda: operations.settle_ticket(
            outcome=sent.outcome, note=sent.note, law=sent.law, otherwise=sent.otherwise, **about
        ),
        "close": lambda: operations.close_complaint(**about),
    }
    if sent.act not in acts:
        raise operations.NoSuchAct
    acts[sent.act]()
    return {"done": True}


@room.read("/unit-inquiries", EXPLAIN, "要求本单位说明的事", Page[InquiryOut])
def list_inquiries(request: HttpRequest) -> dict[str, Any]:
    """List what my organ is asked to explain."""
    return whole(queries.list_inquiries(actor=caller(request), on=clock.today()))


@room.read("/unit-inquiries/{inquiry_id}", EXPLAIN, "要求说明的一件事", InquiryOut)
def get_inquiry(request: HttpRequest, inquiry_id: Id) -> Any:
    """Show what my organ is asked."""
    return queries.get_inquiry(inquiry_id=inquiry_id, actor=caller(request), on=clock.today())


@room.write("/unit-inquiries/{inquiry_id}/answer", EXPLAIN, "说明情况", Done)
def answer_inquiry(request: HttpRequest, inquiry_id: Id, sent: InquiryAnswerIn) -> dict[str, Any]:
    """Explain, as an officer of the organ that is asked."""
    operations.answer_inquiry(inquiry_id=inquiry_id, answer=sent.answer, **who(request))
    return {"done": True}


@room.read("/report-posts", NAME, "能查阅举报的岗位", Page[ReportPostOut])
def list_report_posts(request: HttpRequest) -> dict[str, Any]:
    """List the posts named for reports."""
    return whole(
        queries.report_posts(actor=caller(request)),
        lambda row: ReportPostOut(
            id=row.pk,
            post_id=row.post_id,
            officer=row.post.login.name,
            organization=row.post.organization.name,
            reason=row.reason,
            named_by=row.named_by,
            named_at=row.named_at,
        ),
    )


@room.write("/report-posts", NAME, "指定查阅举报的岗位", Done)
def name_post(request: HttpRequest, sent: ReportPostIn) -> dict[str, Any]:
    """Name a post for reports."""
    operations.name_post(post_id=sent.post_id, reason=sent.reason, **who(request))
    return {"done": True}


@room.remove("/report-posts/{access_id}", NAME, "撤销查阅举报的岗位", Done)
def end_report_access(request: HttpRequest, access_id: Id) -> dict[str, Any]:
    """End the access of a post to reports."""
    operations.end_report_access(access_id=access_id, **who(request))
    return {"done": True}
