"""热线: calls, work orders with their acts, the dispatch catalogue; an order by number and code."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import File, Form
from ninja.files import UploadedFile
from pydantic import Field

from onedoor.api.doors import anybody, caller, officer, who
from onedoor.api.public import Done, LeftOut
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Line, Page, Text, Told, page, whole
from onedoor.platform.channels import operations, queries
from onedoor.platform.files.posted import evidence_of
from onedoor.platform.kernel import clock

room = Room("hotline")
OPEN = anybody(most=20, name="hotline")
ALL = officer("channels.take", "channels.review", "channels.handle")
DESK = officer("channels.take", "channels.review")
TAKE = officer("channels.take")
REVIEW = officer("channels.review")
HANDLE = officer("channels.handle")
Small = Annotated[int, Field(ge=0, le=999)]


class CallersCaseOut(Told):
    """来电人的一件办件。A case of the caller."""

    number: str
    title: str
    state_title: str


class CallersOrderOut(Told):
    """来电人以前的一张工单。An earlier order of the caller's phone."""

    number: str
    topic: str
    state_title: str
    received_at: datetime


class CallerIn(Told):
    """核实来电人：三样都要对得上。What a caller says of themselves; all three have to agree."""

    caller_phone: Line
    caller_name: Line
    last_four: Line


class CallerOut(Told):
    """核实了的来电人。A caller who was verified."""

    name: str
    cases: list[CallersCaseOut]
    orders: list[CallersOrderOut]


class OrderIn(Told):
    """登记一张工单。A call as it is written down; with `last_four` the caller is verified first."""

    category: Line
    content: Text
    division: Line
    urgency: Line = "normal"
    emergency: Line = ""
    topic: Line = ""
    channel: Line = "phone"
    hotline_id: Id = 0
    caller_name: Line = ""
    caller_phone: Line = ""
    last_four: Line = ""
    consents: bool = False
    about_id: Id = 0
    case_number: Line = ""


class FiledOrderOut(Told):
    """工单号和查询码，只给一次。Number and code of a new order; the code is told once."""

    id: int
    number: str
    code: str


class BeginIn(Told):
    """为来电人开始填表。An application begun for a caller."""

    item: Line
    caller_phone: Line
    division: Line


class HandedOut(Told):
    """草稿码和这台设备的通行码，只给一次。What opens the draft: the code for the caller, the key for this desk."""

    title: str
    code: str
    key: str


class WorkOrderListedOut(Told):
    """列表里的一张工单。An order in the list; never who called."""

    id: int
    number: str
    topic: str
    category_title: str
    urgency: str
    urgency_title: str
    state: str
    state_title: str
    organization: str
    left: LeftOut | None
    received_at: datetime


class OrderActOut(Told):
    """工单经过的一步。One thing that happened to an order."""

    act: str
    title: str
    text: str
    facts: dict[str, Any]
    actor_name: str
    organization: str
    at: datetime


class ProofFileOut(Told):
    """办理凭证。A file that proves the handling."""

    id: int
    name: str


class WorkOrderOut(WorkOrderListedOut):
    """一张工单。An order with its history and what can be done now; the unit complained of does not learn who called."""

    content: str
    emergency: str
    channel: str
    hotline: str
    caller_name: str
    caller_phone: str
    hidden: bool
    about: str
    case_number: str
    joint: list[str]
    dispatched_at: datetime | None
    sign_due: datetime | None
    object_until: date | None
    due_on: date | None
    extended_to: date | None
    extension: str
    extension_days: int
    respond_due: datetime | None
    responded_at: datetime | None
    revisit_due: date | None
    closed_at: datetime | None
    transfers: int
    reworks: int
    merged_into: str
    merged_here: list[str]
    counts: bool
    unit_resolved: str
    responded: str
    resolved: str
    satisfied: str
    history: list[OrderActOut]
    proofs: list[ProofFileOut]
    acts: list[str]


class OrderActIn(Told):
    """对工单做的一步。An act on an order; each needs its own fields."""

    act: Line
    text: Text = ""
    reason: Line = ""
    into: Line = ""
    organization_id: Id = 0
    joint: list[Id] = []
    better: Line = ""
    upheld: bool = False
    days: Small = 0
    granted: bool = False
    way: Line = ""
    contact: Text = ""
    responded: Line = ""
    resolved: Line = ""
    satisfied: Line = ""


class OrderReplyIn(Told):
    """答复工单。A reply with the contact it rests on; the proof comes as a file."""

    answer: Text
    unit_resolved: Line
    way: Line
    contact: Text


class OrderCodeIn(Told):
    """工单号和查询码。Number and code of an order."""

    number: Line
    code: Line


class SayIn(OrderCodeIn):
    """诉求人说结果怎么样。What the caller says of the result."""

    responded: Line
    resolved: Line
    satisfied: Line
    text: Text = ""


class FollowedOrderOut(Told):
    """凭查询码看到的工单。An order as its caller sees it."""

    number: str
    topic: str
    state: str
    state_title: str
    organization: str
    received_at: datetime
    due_on: date | None
    answer: str
    answered_at: datetime | None
    may_say: bool
    said: dict[str, str]


class DispatchRuleOut(Told):
    """派单目录的一行。A row of the dispatch catalogue."""

    id: int
    topic: str
    organization: str
    department_only: bool
    document: str
    valid_from: date


class HotlineLineOut(Told):
    """一个热线号码。A telephone number people call."""

    id: int
    number: str
    title: str
    mode: str
    mode_title: str


class HotlineDutyOut(Told):
    """一班值班。Who is on duty, phone masked."""

    id: int
    name: str
    phone: str
    begins_at: datetime
    ends_at: datetime


class CatalogueOut(Told):
    """派单目录、热线号码、值班。What a desk works with."""

    rules: list[DispatchRuleOut]
    lines: list[HotlineLineOut]
    duty: list[HotlineDutyOut]


class DispatchRuleIn(Told):
    """列入派单目录。A topic and who handles it, from today on."""

    topic: Line
    organization_id: Id
    department_only: bool = False
    document: Line


class HotlineLineIn(Told):
    """登记热线号码。A number and how it stands to 12345."""

    number: Line
    title: Line
    mode: Line


class DutyIn(Told):
    """登记值班。Who is called for an emergency."""

    name: Line
    phone: Line
    begins_at: datetime
    ends_at: datetime


@room.ask(
    "/hotline/callers", TAKE, "核实来电人", CallerOut, why="a look: each is recorded; nothing stands in the address"
)
def look_up_caller(request: HttpRequest, sent: CallerIn) -> Any:
    """Show a caller's cases and orders once phone, name and last four characters agree."""
    return _verified(request, sent.caller_phone, sent.caller_name, sent.last_four)


def _verified(request: HttpRequest, phone: str, name: str, last_four: str) -> queries.Caller:
    return queries.look_up_caller(phone=phone, name=name, last_four=last_four, **who(request))


@room.write("/hotline/orders", TAKE, "登记工单", FiledOrderOut)
def file_order(request: HttpRequest, sent: OrderIn) -> FiledOrderOut:
    """Write down a call as a work order."""
    given = sent.dict(exclude={"last_four", "hotline_id", "about_id"})
    known = _verified(request, sent.caller_phone, sent.caller_name, sent.last_four) if sent.last_four else None
    call = operations.Call(
        **given,
        hotline_id=sent.hotline_id or None,
        about_id=sent.about_id or None,
        person_id=known.person_id if known else None,
    )
    filed = operations.file_order(call=call, **who(request))
    return FiledOrderOut(id=filed.order.pk, number=filed.order.number, code=filed.code)


@room.write("/hotline/drafts", TAKE, "为来电人开始申请", HandedOut)
def begin_for_caller(request: HttpRequest, sent: BeginIn) -> HandedOut:
    """Begin an application for a caller; the key opens the early draft here, the code for the caller."""
    opened = operations.hand_over(item_code=sent.item, phone=sent.caller_phone, division=sent.division, **who(request))
    return HandedOut(title=opened.draft.item_version.title, code=opened.code, key=opened.key)


@room.read("/hotline/orders", ALL, "热线工单", Page[WorkOrderListedOut])
def list_orders(request: HttpRequest, finished: bool = False, before: Id = 0) -> dict[str, Any]:
    """List the orders I have to do with: open ones all, the most urgent first, or ended ones page by page."""
    rows = queries.list_orders(actor=caller(request), at=clock.now(), ended=finished, before=before)
    if not finished:
        return whole(rows)
    return page(rows, size=queries.PAGE, cursor=lambda row: row.id, out=lambda row: row)


@room.read("/hotline/orders/{order_id}", ALL, "一张热线工单", WorkOrderOut)
def get_order(request: HttpRequest, order_id: Id) -> WorkOrderOut:
    """Show one order; the look is recorded."""
    found = queries.get_order(order_id=order_id, actor=caller(request), at=clock.now())
    both = {**vars(found.listed), **vars(found)}
    return WorkOrderOut.model_validate({name: both[name] for name in WorkOrderOut.model_fields})


@room.write("/hotline/orders/{order_id}/acts", ALL, "办理热线工单", Done)
def act_on_order(request: HttpRequest, order_id: Id, sent: OrderActIn) -> dict[str, Any]:
    """
    Do the next thing about an order: answer, refuse, merge, explain, dispatch, respond, sign, object, confirm,
    ask_extension, grant_extension, contact, assist, revisit, return, close. A reply has an address of its own.
    """
    about: dict[str, Any] = {"order_id": order_id, **who(request)}
    organ, note = sent.organization_id, dict[str, Any](note=sent.text)
    acts: dict[str, Callable[[], object]] = {
        "answer": lambda: operations.answer_directly(answer=sent.text, **about),
        "refuse": lambda: operations.refuse_order(reason=sent.reason, text=sent.text, **about),
        "merge": lambda: operations.merge_order(into=sent.into, **about),
        "explain": lambda: operations.explain_order(text=sent.text, **about),
        "dispatch": lambda: operations.dispatch_order(organization_id=organ, joint=sent.joint, **note, **about),
        "respond": lambda: operations.respond_to_emergency(**note, **about),
        "sign": lambda: operations.sign_order(**about),
        "object": lambda: operations.object_to_order(reason=sent.text, better=sent.better, **about),
        "confirm": lambda: operations.decide_objection(
            upheld=sent.upheld, organization_id=organ or None, **note, **about
        ),
        "ask_extension": lambda: operations.ask_extension(days=sent.days, reason=sent.text, **about),
        "grant_extension": lambda: operations.decide_extension(granted=sent.granted, **note, **about),
        "contact": lambda: operations.contact_caller(way=sent.way, note=sent.contact, **about),
        "assist": lambda: operations.write_joint_part(text=sent.text, **about),
        "revisit": lambda: operations.revisit_order(
            said=operations.Said(sent.responded, sent.resolved, sent.satisfied), **note, **about
        ),
        "return": lambda: operations.return_for_rework(**note, **about),
        "close": lambda: operations.close_order(**note, **about),
    }
    if sent.act not in acts:
        raise operations.NoSuchAct
    acts[sent.act]()
    return {"done": True}


@room.write("/hotline/orders/{order_id}/reply", HANDLE, "答复热线工单", Done)
def reply_to_order(
    request: HttpRequest, order_id: Id, sent: Form[OrderReplyIn], evidence: File[UploadedFile]
) -> dict[str, Any]:
    """Reply to an order, with the contact and a file that proves what was done."""
    paper = evidence_of(request)
    done = operations.reply_to_order(
        order_id=order_id,
        answer=sent.answer,
        resolved=sent.unit_resolved,
        way=sent.way,
        contact=sent.contact,
        evidence_digest=paper.digest,
        **who(request),
    )
    paper.keep(name="办理凭证", target=done.target, **who(request))
    return {"done": True}


@room.ask("/hotline/followed", OPEN, "凭查询码看工单", FollowedOrderOut, why="reads; the code stays out of the address")
def follow_order(request: HttpRequest, sent: OrderCodeIn) -> Any:
    """Show how far an order is to whoever holds its number and code."""
    return queries.follow_order(number=sent.number, code=sent.code)


@room.write("/hotline/said", OPEN, "诉求人说结果怎么样", Done)
def say(request: HttpRequest, sent: SayIn) -> dict[str, Any]:
    """Say by number and code whether one was contacted, whether it is resolved, whether one is content."""
    said = operations.Said(sent.responded, sent.resolved, sent.satisfied)
    operations.say_by_code(number=sent.number, code=sent.code, said=said, text=sent.text, **who(request))
    return {"done": True}


@room.read("/hotline/catalogue", DESK, "派单目录、号码、值班", CatalogueOut)
def get_catalogue(request: HttpRequest) -> dict[str, Any]:
    """Show the dispatch catalogue, the lines and who is on duty."""
    actor = caller(request)
    return {
        "rules": queries.list_rules(actor=actor, on=clock.today()),
        "lines": queries.list_lines(actor=actor),
        "duty": queries.list_duty(actor=actor, at=clock.now()),
    }


@room.write("/hotline/rules", REVIEW, "列入派单目录", Done)
def set_rule(request: HttpRequest, sent: DispatchRuleIn) -> dict[str, Any]:
    """Say who handles a topic from today on."""
    operations.set_rule(**sent.dict(), division=caller(request).division, **who(request))
    return {"done": True}


@room.write("/hotline/lines", REVIEW, "登记热线号码", Done)
def open_line(request: HttpRequest, sent: HotlineLineIn) -> dict[str, Any]:
    """Enter a telephone number people call."""
    operations.open_line(**sent.dict(), division=caller(request).division, **who(request))
    return {"done": True}


@room.write("/hotline/duty", REVIEW, "登记值班", Done)
def name_duty_officer(request: HttpRequest, sent: DutyIn) -> dict[str, Any]:
    """Enter who is called for an emergency, from when to when."""
    operations.name_duty_officer(**sent.dict(), division=caller(request).division, **who(request))
    return {"done": True}
