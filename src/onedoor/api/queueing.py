"""The queue of a day: tickets, the screen of a hall, the ticket machine, and the window that calls."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest

from onedoor.api.doors import anybody, caller, officer, who
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Line, Page, Told, whole
from onedoor.platform.appointments import operations, queries
from onedoor.platform.appointments.operations import Visitor
from onedoor.platform.kernel import clock

room = Room("queue")
SERVE = officer("appointments.serve")
OPEN = anybody(most=120, name="queue")
ACTS = {
    "recall": operations.recall,
    "pass": operations.pass_over,
    "back": operations.put_back,
    "finish": operations.finish,
    "no_show": operations.mark_no_show,
}


class QueueTicketOut(Told):
    """一个排队号：前面几人，大约等多少分钟。A ticket: how many come before it and how long that takes."""

    code: str
    number: str
    state: str
    window: str
    priority: str
    ahead: int
    minutes: int


class CalledOut(Told):
    """正在叫的号和窗口。A number that is called, and its window."""

    number: str
    window: str
    calls: int


class CallingScreenOut(Told):
    """大厅屏幕上的内容，没有个人信息。What the screen of a hall shows; no personal data."""

    point: str
    called: list[CalledOut]
    waiting: int
    passed: list[str]


class WalkInOut(Told):
    """一项业务今天还有几个现场号。How many walk-in tickets of a business are left today."""

    plan: int
    title: str
    free: int


class MachineTicketIn(Told):
    """凭预约号，或者取现场号。By the number of a booking, or a walk-in."""

    number: Line = ""
    plan: Id = 0
    priority: Line = ""


class HallOut(Told):
    """一个大厅。A hall."""

    id: int
    point: str
    address: str


class LineOut(Told):
    """队里的一位；姓名隐去部分。One in the line; the name is masked."""

    id: int
    number: str
    state: str
    name: str
    priority: str
    booked_for: datetime | None
    taken_at: datetime
    case_number: str


class QueueOut(Told):
    """窗口看到的队。The queue as a window sees it."""

    windows: list[str]
    current: LineOut | None
    waiting: list[LineOut]
    passed: list[LineOut]
    walk_ins: list[WalkInOut]
    served: int


class CallIn(Told):
    """哪个窗口叫号。The window that calls."""

    window: Line


class NumberIn(Told):
    """预约号。The number of a booking."""

    number: Line


class VisitorIn(Told):
    """到场的人，能填多少填多少；帮忙填表的写明怎么签的字。Whoever stands at the desk, as far as known."""

    plan: Id
    name: Line = ""
    id_number: Line = ""
    priority: Line = ""
    extra_reason: Line = ""
    helped: bool = False
    signed: Line = ""
    witness: Line = ""


class TicketActIn(Told):
    """对这个号做什么；转窗口的写明转到哪。What to do with a ticket."""

    act: Literal["recall", "pass", "back", "finish", "no_show", "transfer"]
    to: Line = ""


def ticket_out(standing: queries.Standing) -> dict[str, Any]:
    names = ("code", "number", "state", "window", "priority")
    told = {name: getattr(standing.ticket, name) for name in names}
    return told | {"ahead": standing.ahead, "minutes": standing.minutes}


def _line(line: Any) -> dict[str, Any]:
    ticket = line.ticket
    names = ("number", "state", "priority", "taken_at")
    told = {name: getattr(ticket, name) for name in names}
    case_number = ticket.booking.case_number if ticket.booking else ""
    return told | {"id": ticket.pk, "name": line.name, "booked_for": line.booked_for, "case_number": case_number}


def _walk_ins(rows: Any) -> list[dict[str, Any]]:
    return [{"plan": plan.pk, "title": plan.title, "free": left} for plan, left in rows]


@room.read("/queue/tickets/{code}", OPEN, "一个号排到哪了", QueueTicketOut)
def get_ticket(request: HttpRequest, code: Line) -> dict[str, Any]:
    """Tell how many come before a ticket; whoever has its code may ask."""
    return ticket_out(queries.ticket_standing(code=code, at=clock.now()))


@room.read("/queue/halls/{point_id}/screen", OPEN, "叫号屏", CallingScreenOut)
def get_screen(request: HttpRequest, point_id: Id) -> dict[str, Any]:
    """Read what the screen of a hall shows."""
    found = queries.screen(point_id=point_id, at=clock.now())
    called = [{"number": one.number, "window": one.window, "calls": one.calls} for one in found.called]
    return {"point": found.name, "called": called, "waiting": found.waiting, "passed": found.passed}


@room.read("/queue/machine", OPEN, "本机可取的号", Page[WalkInOut])
def get_machine(request: HttpRequest) -> dict[str, Any]:
    """List what the machine that asks gives tickets for; it is known by its cookie."""
    offered = queries.offered_at(point_id=caller(request).require_machine(), at=clock.now())
    return {"items": _walk_ins(offered), "next": None}


@room.write("/queue/machine/tickets", OPEN, "在自助终端取号", QueueTicketOut)
def take_at_machine(request: HttpRequest, sent: MachineTicketIn) -> dict[str, Any]:
    """Take a ticket at a machine, by the number of a booking or as a walk-in."""
    told = who(request)
    if sent.number.strip():
        ticket = operations.check_in_at_kiosk(number=sent.number, **told)
    else:
        ticket = operations.take_ticket_at_kiosk(plan_id=sent.plan, priority=sent.priority, **told)
    return ticket_out(queries.standing_of(ticket, at=told["at"]))


@room.read("/queue/halls", SERVE, "本单位的大厅", Page[HallOut])
def list_halls(request: HttpRequest) -> dict[str, Any]:
    """List the halls within reach."""
    rows = queries.halls(actor=caller(request))
    return whole(rows, lambda one: {"id": one.pk, "point": one.name, "address": one.address})


@room.read("/queue/halls/{point_id}", SERVE, "大厅的队", QueueOut)
def get_hall(request: HttpRequest, point_id: Id, window: Line = "") -> dict[str, Any]:
    """Read the queue of a hall as a window sees it."""
    found = queries.hall_board(point_id=point_id, window=window, **who(request))
    return {
        "windows": found.windows,
        "current": _line(found.current) if found.current else None,
        "waiting": [_line(one) for one in found.waiting],
        "passed": [_line(one) for one in found.passed],
        "walk_ins": _walk_ins(found.walk_ins),
        "served": found.served,
    }


@room.write("/queue/halls/{point_id}/calls", SERVE, "叫下一位", QueueTicketOut)
def call_next(request: HttpRequest, point_id: Id, sent: CallIn) -> dict[str, Any]:
    """Call whoever is next for a window."""
    ticket = operations.call_next(point_id=point_id, window=sent.window, **who(request))
    return ticket_out(queries.standing_of(ticket, at=clock.now()))


@room.write("/queue/halls/{point_id}/check-ins", SERVE, "凭预约号取号", QueueTicketOut)
def check_in_at_window(request: HttpRequest, point_id: Id, sent: NumberIn) -> dict[str, Any]:
    """Take the ticket of a booking for somebody at the desk."""
    ticket = operations.check_in_at_window(point_id=point_id, number=sent.number, **who(request))
    return ticket_out(queries.standing_of(ticket, at=clock.now()))


@room.write("/queue/tickets", SERVE, "取现场号", QueueTicketOut)
def take_ticket(request: HttpRequest, sent: VisitorIn) -> dict[str, Any]:
    """Give somebody at the desk a walk-in ticket; says who helped them and how they signed."""
    visitor = Visitor(**sent.dict(exclude={"plan"}))
    ticket = operations.take_ticket(plan_id=sent.plan, visitor=visitor, **who(request))
    return ticket_out(queries.standing_of(ticket, at=clock.now()))


@room.write("/queue/tickets/{ticket_id}/acts", SERVE, "办完、再叫、过号、重排、未到、转窗口", QueueTicketOut)
def act_on_ticket(request: HttpRequest, ticket_id: Id, sent: TicketActIn) -> dict[str, Any]:
    """Call a number again, pass it, put it back, finish it, say that nobody came, or send it to another window."""
    if sent.act == "transfer":
        ticket = operations.transfer(ticket_id=ticket_id, window=sent.to, **who(request))
    else:
        ticket = ACTS[sent.act](ticket_id=ticket_id, **who(request))
    return ticket_out(queries.standing_of(ticket, at=clock.now()))
