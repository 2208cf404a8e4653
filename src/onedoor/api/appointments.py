"""Appointments of a person: offices with room, days, times; a place held, confirmed, moved, given back, waited for."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from onedoor.api.doors import anybody, caller, looked_for, person, who
from onedoor.api.public import Done
from onedoor.api.queueing import QueueTicketOut, ticket_out
from onedoor.api.rooms import Room
from onedoor.api.schemas import Day, Id, Line, Page, Told, whole
from onedoor.platform.appointments import operations, queries
from onedoor.platform.appointments.operations import Partner
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock

room = Room("appointments")
LOOK = anybody(most=120, name="appointments")


class BusinessOut(Told):
    """可以预约的业务。Something that can be booked."""

    business: str
    title: str
    offices: int


class OfficeOut(Told):
    """一个办事点：最早哪个时间有号，还有几个。An office with its next free place."""

    plan: int
    title: str
    point: str
    address: str
    distance: int
    next_at: datetime | None
    free: int


class DayOut(Told):
    """一天有几个号；不开的为空。A day with its free places, null where the office is closed."""

    day: date
    free: int | None
    reason: str


class TimeOut(Told):
    """一个时段。A slot."""

    slot: int
    starts_at: datetime
    ends_at: datetime
    free: int


class ExpectedOut(Told):
    """半小时里预计的人数。How many are expected in a half hour."""

    starts: str
    expected: float


class TimesOut(Told):
    """一天的时段、预计人数和候补人数。The slots of a day, what is expected, and how many wait."""

    times: list[TimeOut]
    forecast: list[ExpectedOut]
    waiting: int


class PartnerIn(Told):
    """同行人，没有的留空。Whoever comes along; empty for nobody."""

    partner_name: Line = ""
    partner_id_number: Line = ""


class WaitIn(PartnerIn):
    """给谁候补：本人不填。For whom one waits: 0 for oneself, else somebody one acts for."""

    person: Id = 0


class HoldIn(WaitIn):
    """为哪件办件来。Which case it is for, where there is one."""

    case_number: Line = ""


class BookingOut(Told):
    """一个预约；同行人姓名隐去部分。A booking; names are masked."""

    id: UUID
    number: str
    state: str
    title: str
    point: str
    address: str
    starts_at: datetime
    held_until: datetime | None
    people: list[str]
    case_number: str


class BookingMoveIn(Told):
    """改到哪个时段。The slot to move to."""

    slot: Id


class WaitOut(Told):
    """候补的一天和位次。A day waited for, and the place in line."""

    id: int
    day: date
    title: str
    point: str
    place: int


def booking_out(view: queries.BookingView) -> dict[str, Any]:
    booking = view.booking
    return {
        "id": booking.pk,
        "number": "" if view.is_held or view.has_lapsed else booking.number,
        "state": "lapsed" if view.has_lapsed else booking.state,
        "title": booking.plan.title,
        "point": booking.plan.service_point.name,
        "address": booking.plan.service_point.address,
        "starts_at": booking.slot.starts_at,
        "held_until": booking.held_until if view.is_held else None,
        "people": view.people,
        "case_number": booking.case_number,
    }


def _booking(request: HttpRequest, booking_id: UUID) -> dict[str, Any]:
    return booking_out(queries.get_booking(booking_id=booking_id, **who(request)))


@room.read("/appointments/businesses", LOOK, "可以预约的业务", Page[BusinessOut])
def list_businesses(request: HttpRequest) -> dict[str, Any]:
    """List what can be booked."""
    rows = queries.businesses()
    return whole(rows, lambda one: {"business": one.code, "title": one.title, "offices": one.offices})


@room.read("/appointments/offices", LOOK, "有号的办事点，近的在前", Page[OfficeOut])
def list_offices(request: HttpRequest, code: Line, division: Line = "000000000000") -> dict[str, Any]:
    """List the offices that offer a business, the nearest first, each with its next free place."""
    rows = queries.offices(business=code, chain=identity.chain(division), at=clock.now())
    return whole(
        rows,
        lambda one: {
            "plan": one.plan.pk,
            "title": one.plan.title,
            "point": one.plan.service_point.name,
            "address": one.plan.service_point.address,
            "distance": one.steps,
            "next_at": one.next_at,
            "free": one.places,
        },
    )


@room.read("/appointments/offices/{plan_id}/days", LOOK, "办事点哪天有号", Page[DayOut])
def list_days(request: HttpRequest, plan_id: Id) -> dict[str, Any]:
    """List the days given out, with their free places."""
    return whole(queries.days_of(queries.get_plan(plan_id=plan_id), at=clock.now()), vars)


@room.read("/appointments/offices/{plan_id}/days/{day}", LOOK, "一天的时段", TimesOut)
def list_times(request: HttpRequest, plan_id: Id, day: Day) -> dict[str, Any]:
    """List the slots of a day with their free places, how many are expected when, and how many wait."""
    plan, at = queries.get_plan(plan_id=plan_id), clock.now()
    times = [
        {"slot": one.slot.pk, "starts_at": one.slot.starts_at, "ends_at": one.slot.ends_at, "free": one.free}
        for one in queries.times_of(plan, day, at=at)
    ]
    expected = queries.forecast(plan, day, at=at).value
    forecast = [{"starts": f"{one.starts:%H:%M}", "expected": one.total} for one in expected]
    return {"times": times, "forecast": forecast, "waiting": queries.waiting_count(plan, day)}


@room.write("/appointments/slots/{slot_id}/holds", person, "为本人或委托人保留一个号", BookingOut)
def hold(request: HttpRequest, slot_id: Id, sent: HoldIn) -> dict[str, Any]:
    """Hold a place for some minutes; it has to be confirmed before they are over."""
    partner = Partner(sent.partner_name, sent.partner_id_number)
    key = request.headers.get("Idempotency-Key", "")
    held = operations.hold_place(
        slot_id=slot_id,
        partner=partner,
        case_number=sent.case_number,
        request_key=key,
        person_id=sent.person or None,
        **who(request),
    )
    return _booking(request, held.pk)


@room.read("/appointments/bookings", person, "我的预约", Page[BookingOut])
def my_bookings(request: HttpRequest, person: Id = 0) -> dict[str, Any]:
    """List what I, or a person I act for, have booked, and what they are to come along to."""
    return whole(queries.my_bookings(person_id=looked_for(request, person), **who(request)), booking_out)


@room.read("/appointments/bookings/{booking_id}", person, "一个预约", BookingOut)
def get_booking(request: HttpRequest, booking_id: UUID) -> dict[str, Any]:
    """Show a booking of mine."""
    return _booking(request, booking_id)


@room.write("/appointments/bookings/{booking_id}/confirmation", person, "确认预约", BookingOut)
def confirm(request: HttpRequest, booking_id: UUID) -> dict[str, Any]:
    """Confirm a held place."""
    operations.confirm_booking(booking_id=booking_id, **who(request))
    return _booking(request, booking_id)


@room.write("/appointments/bookings/{booking_id}/cancellation", person, "取消预约", BookingOut)
def cancel(request: HttpRequest, booking_id: UUID) -> dict[str, Any]:
    """Give a place back; the first who waits is offered it."""
    operations.cancel_booking(booking_id=booking_id, **who(request))
    return _booking(request, booking_id)


@room.write("/appointments/bookings/{booking_id}/move", person, "预约改期", BookingOut)
def move(request: HttpRequest, booking_id: UUID, sent: BookingMoveIn) -> dict[str, Any]:
    """Move a booking to another slot of the same office."""
    operations.move_booking(booking_id=booking_id, slot_id=sent.slot, **who(request))
    return _booking(request, booking_id)


@room.write("/appointments/bookings/{booking_id}/check-in", person, "凭预约取号", QueueTicketOut)
def check_in(request: HttpRequest, booking_id: UUID) -> dict[str, Any]:
    """Take the ticket of a booking on its day."""
    ticket = operations.check_in(booking_id=booking_id, **who(request))
    return ticket_out(queries.standing_of(ticket, at=clock.now()))


@room.write("/appointments/offices/{plan_id}/days/{day}/waiting", person, "候补一天的号", Done)
def wait(request: HttpRequest, plan_id: Id, day: Day, sent: WaitIn) -> dict[str, Any]:
    """Wait for a place on a day that is full."""
    partner = Partner(sent.partner_name, sent.partner_id_number)
    operations.join_waiting(plan_id=plan_id, day=day, partner=partner, person_id=sent.person or None, **who(request))
    return {"done": True}


@room.read("/appointments/waiting", person, "我的候补", Page[WaitOut])
def my_waiting(request: HttpRequest, person: Id = 0) -> dict[str, Any]:
    """List the days I, or a person I act for, wait for, with the place in line."""
    return whole(
        queries.my_waiting(actor=caller(request), on=clock.today(), person_id=looked_for(request, person)),
        lambda one: {
            "id": one.pk,
            "day": one.day,
            "title": one.plan.title,
            "point": one.plan.service_point.name,
            "place": one.place,
        },
    )


@room.write("/appointments/waiting/{waiting_id}/leaving", person, "退出候补", Done)
def leave(request: HttpRequest, waiting_id: Id) -> dict[str, Any]:
    """Stop waiting for a day."""
    operations.leave_waiting(waiting_id=waiting_id, **who(request))
    return {"done": True}
