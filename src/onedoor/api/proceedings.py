"""What officers do to a case beside its steps: delivery, hearing, relatives, revocation, transfer, voiding, differences."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest

from onedoor.api.acts import ReasonIn
from onedoor.api.cases import SEEN, ActOut, case_of, standing
from onedoor.api.doors import caller, officer, person, somebody, who
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Line, Page, Text, Told, whole
from onedoor.platform.cases import operations, queries
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import NotFound

room = Room("acts")
HEARS = officer("cases.review", "cases.decide")


class DeliverIn(Told):
    """送达一份决定或者通知。How a decision or notice is delivered."""

    method: Line
    receiver: Line = ""
    reference: Line = ""
    received_on: date | None = None


class ReceiverIn(Told):
    """谁签收的。Who received it."""

    receiver: Line
    received_on: date | None = None


class ConfirmIn(Told):
    """第二审批人的复核意见。What the second approver says."""

    agreed: bool
    note: Text = ""


class ProposedOut(Told):
    """拟定的决定。A decision proposed to the second approver."""

    granted: bool
    reason_code: str
    reason: str
    how_to_fix: str
    basis: list[str]


class PresiderOut(Told):
    """可以主持听证的人。Who may preside over a hearing."""

    post: int
    name: str


class InformIn(Told):
    """告知听证权利的理由。Why the applicant may be heard."""

    reason: Text


class ScheduleIn(Told):
    """听证的时间、地点和主持人。When, where and under whom the hearing is held."""

    held_at: datetime
    place: Line
    is_public: bool = True
    presider: Id


class HearingRecordIn(Told):
    """听证笔录。The record of a hearing."""

    record: Text


class SignedIn(Told):
    """谁签署了笔录。Who signed the record."""

    signed_by: Line


class RelationIn(Told):
    """与申请人一方的亲属关系。How the officer is related."""

    relation: Line


class RevocationIn(ReasonIn):
    """拟撤销（revoke）或注销（cancel）。To revoke or to cancel."""

    ending: Line


class RevocationDecisionIn(Told):
    """撤销的决定。The decision about a revocation."""

    upheld: bool
    reason: Text


class VoidIn(Told):
    """哪一件是重复录入的，原件是哪一件，技术原因。Which case was entered twice, beside which, and why."""

    number: Line
    original: Line
    reason: Text


class VoidOut(Told):
    """作废申请。A request to void a case."""

    id: int
    number: str
    original: str
    asked_by: str
    asked_at: datetime
    confirmed_at: datetime | None


class ObjectionOut(Told):
    """一条异议。An objection to a notice."""

    id: int
    notice: int
    case_number: str
    text: str
    contact: str
    raised_at: datetime
    finding: str
    closed_at: datetime | None


class FindingIn(Told):
    """调查结论。What the inquiry found."""

    finding: Text


class ConflictOut(Told):
    """来源与申报不一致的一项。A fact a source tells otherwise than the applicant."""

    id: int
    label: str
    declared: str
    found: str
    source_words: str
    as_of: date | None
    state: str
    raised_at: datetime
    explain_due_on: date
    explanations: list[str]
    settled: str
    reason: str
    settled_at: datetime | None


class ExplanationIn(Told):
    """当事人的说明。What speaks for what was declared."""

    text: Text


class ConflictSettleIn(Told):
    """以哪一方为准（declared 申报，found 查得），为什么。Which side holds, and why."""

    settled: Line
    reason: Text


@room.write("/cases/{number}/deliveries", officer("cases.deliver"), "送达文书", ActOut)
def deliver(request: HttpRequest, number: Line, sent: DeliverIn, seen: int = SEEN) -> dict[str, Any]:
    """Deliver a decision or notice, or send it off."""
    case = case_of(request, number, seen=seen)
    operations.deliver_document(case_id=case.pk, **sent.dict(), **who(request))
    return standing(case)


@room.write("/cases/{number}/deliveries/arrival", officer("cases.deliver"), "确认送达", ActOut)
def confirm_delivery(request: HttpRequest, number: Line, sent: ReceiverIn, seen: int = SEEN) -> dict[str, Any]:
    """Note that what was posted has arrived."""
    case = case_of(request, number, seen=seen)
    operations.confirm_delivery(case_id=case.pk, **sent.dict(), **who(request))
    return standing(case)


@room.read("/cases/{number}/proposed-decision", officer("cases.decide"), "拟定的决定", ProposedOut)
def get_proposed(request: HttpRequest, number: Line) -> Any:
    """Read what the first approver means to decide."""
    found = queries.proposed_ruling(case_of(request, number))
    if found is None:
        raise NotFound
    return found


@room.write("/cases/{number}/confirmation", officer("cases.decide"), "复核决定", ActOut)
def confirm(request: HttpRequest, number: Line, sent: ConfirmIn, seen: int = SEEN) -> dict[str, Any]:
    """Confirm or oppose, as the second approver, what the first one means to decide."""
    case = case_of(request, number, seen=seen)
    operations.confirm_decision(case_id=case.pk, **sent.dict(), **who(request))
    return standing(case)


@room.read("/cases/{number}/presiders", HEARS, "可以主持听证的人", Page[PresiderOut])
def get_presiders(request: HttpRequest, number: Line) -> dict[str, Any]:
    """List the colleagues who may preside over the hearing: those who did no step of the case."""
    found = queries.presiders(case_of(request, number), actor=caller(request), on=clock.today())
    return whole(found, lambda row: {"post": row[0], "name": row[1]})


@room.write("/cases/{number}/hearing/information", HEARS, "告知听证权利", ActOut)
def inform_hearing(request: HttpRequest, number: Line, sent: InformIn, seen: int = SEEN) -> dict[str, Any]:
    """Tell the applicant of the right to a hearing."""
    case = case_of(request, number, seen=seen)
    operations.inform_hearing_right(case_id=case.pk, reason=sent.reason, **who(request))
    return standing(case)


@room.write("/cases/{number}/hearing/schedule", HEARS, "通知听证", ActOut)
def schedule_hearing(request: HttpRequest, number: Line, sent: ScheduleIn, seen: int = SEEN) -> dict[str, Any]:
    """Set time, place and presider of the hearing."""
    case = case_of(request, number, seen=seen)
    given = sent.dict(exclude={"presider"})
    operations.schedule_hearing(case_id=case.pk, presiding_post=sent.presider, **given, **who(request))
    return standing(case)


@room.write("/cases/{number}/hearing/record", HEARS, "登记听证笔录", ActOut)
def hold_hearing(request: HttpRequest, number: Line, sent: HearingRecordIn, seen: int = SEEN) -> dict[str, Any]:
    """Write the record of the hearing that was held."""
    case = case_of(request, number, seen=seen)
    operations.hold_hearing(case_id=case.pk, record=sent.record, **who(request))
    return standing(case)


@room.write("/cases/{number}/hearing/signature", HEARS, "笔录签署", ActOut)
def sign_hearing(request: HttpRequest, number: Line, sent: SignedIn, seen: int = SEEN) -> dict[str, Any]:
    """Note who signed the record."""
    case = case_of(request, number, seen=seen)
    operations.sign_hearing_record(case_id=case.pk, signed_by=sent.signed_by, **who(request))
    return standing(case)


@room.write("/cases/{number}/relatives", officer("cases.view"), "申报近亲属关系", ActOut)
def declare_relative(request: HttpRequest, number: Line, sent: RelationIn, seen: int = SEEN) -> dict[str, Any]:
    """Declare to be a near relative of somebody in the case."""
    case = case_of(request, number, seen=seen)
    operations.declare_relative(case_id=case.pk, relation=sent.relation, **who(request))
    return standing(case)


@room.write("/cases/{number}/transfer", officer("cases.review"), "转报上级", ActOut)
def transfer(request: HttpRequest, number: Line, sent: ReasonIn, seen: int = SEEN) -> dict[str, Any]:
    """Send a case up to the superior organ."""
    case = case_of(request, number, seen=seen)
    operations.transfer_case(case_id=case.pk, **sent.dict(), **who(request))
    return standing(case)


@room.write("/cases/{number}/revocation", HEARS, "提出撤销、注销或吊销", ActOut)
def propose_revocation(request: HttpRequest, number: Line, sent: RevocationIn, seen: int = SEEN) -> dict[str, Any]:
    """Tell a person that the organ means to revoke or cancel what it granted; it answers with the new proceeding."""
    case = case_of(request, number, seen=seen)
    return standing(operations.propose_revocation(case_id=case.pk, **sent.dict(), **who(request)))


@room.write("/cases/{number}/revocation/decision", officer("cases.decide"), "决定撤销", ActOut)
def decide_revocation(
    request: HttpRequest, number: Line, sent: RevocationDecisionIn, seen: int = SEEN
) -> dict[str, Any]:
    """Decide a revocation after the person could be heard."""
    case = case_of(request, number, seen=seen)
    operations.decide_revocation(case_id=case.pk, **sent.dict(), **who(request))
    return standing(case)


@room.read("/void-requests", officer("cases.void", "supervision.order"), "作废申请", Page[VoidOut])
def list_voids(request: HttpRequest) -> dict[str, Any]:
    """List the requests to void a case within reach, the open ones first."""
    return whole(queries.void_requests(actor=caller(request)), _void)


def _void(row: Any) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("asked_by", "asked_at", "confirmed_at")}
    return {"id": row.pk, "number": row.case.number, "original": row.original.number, **told}


@room.write("/void-requests", officer("cases.void"), "申请作废重复办件", VoidOut)
def ask_void(request: HttpRequest, sent: VoidIn) -> dict[str, Any]:
    """Ask to void a case that a technical fault entered twice."""
    return _void(
        operations.request_void(number=sent.number, original_number=sent.original, reason=sent.reason, **who(request))
    )


@room.write("/void-requests/{asked_id}/confirmation", officer("supervision.order"), "批准作废", ActOut)
def confirm_void(request: HttpRequest, asked_id: Id) -> dict[str, Any]:
    """Confirm, as a supervisor, what the administrator has asked."""
    return standing(operations.confirm_void(request_id=asked_id, **who(request)))


@room.read("/objections/{objection_id}", officer("cases.review"), "一条异议", ObjectionOut)
def get_objection(request: HttpRequest, objection_id: Id) -> dict[str, Any]:
    """Read an objection to the notice of a case within reach."""
    return _objection(queries.get_objection(objection_id=objection_id, actor=caller(request)))


def _objection(found: Any) -> dict[str, Any]:
    told = {name: getattr(found, name) for name in ("text", "contact", "raised_at", "finding", "closed_at")}
    return {"id": found.pk, "notice": found.notice_id, "case_number": found.notice.case.number, **told}


@room.write("/objections/{objection_id}/closing", officer("cases.review"), "办结异议", ObjectionOut)
def close_objection(request: HttpRequest, objection_id: Id, sent: FindingIn) -> dict[str, Any]:
    """Close an objection with what the inquiry found."""
    queries.get_objection(objection_id=objection_id, actor=caller(request))
    closed = operations.close_objection(objection_id=objection_id, finding=sent.finding, **who(request))
    return _objection(closed)


@room.read("/cases/{number}/conflicts", somebody, "申报与查得不符", Page[ConflictOut])
def list_conflicts(request: HttpRequest, number: Line) -> dict[str, Any]:
    """List what sources say otherwise than it was declared, both sides with the source."""
    return whole(queries.conflicts_of(case_of(request, number), actor=caller(request)).rows, _conflict)


def _conflict(row: Any) -> dict[str, Any]:
    names = ("label", "declared", "found", "source_words", "as_of", "state", "raised_at", "explain_due_on", "settled")
    explained = [one.text for one in row.explanations.all()]
    told = {name: getattr(row, name) for name in (*names, "reason", "settled_at")}
    return {"id": row.pk, "explanations": explained} | told


@room.write("/cases/{number}/conflicts/{conflict_id}/explanation", person, "说明不符的情况", ActOut)
def explain_conflict(request: HttpRequest, number: Line, conflict_id: Id, sent: ExplanationIn) -> dict[str, Any]:
    """Say how something really is that a source tells otherwise than the application does."""
    case = case_of(request, number)
    row = queries.conflict_of(case, conflict_id=conflict_id)
    operations.explain_conflict(conflict_id=row.pk, text=sent.text, **who(request))
    return standing(case)


@room.write("/cases/{number}/conflicts/{conflict_id}/settlement", officer("cases.settle"), "核实不符的情况", ActOut)
def settle_conflict(
    request: HttpRequest, number: Line, conflict_id: Id, sent: ConflictSettleIn, seen: int = SEEN
) -> dict[str, Any]:
    """Settle as declared or as found, with what was checked."""
    case = case_of(request, number, seen=seen)
    row = queries.conflict_of(case, conflict_id=conflict_id)
    operations.settle_conflict(conflict_id=row.pk, **sent.dict(), **who(request))
    return standing(case)
