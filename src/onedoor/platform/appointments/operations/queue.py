"""The queue of a day: tickets taken from web, kiosk and window, called, passed, transferred, finished."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from onedoor.platform.appointments import figures, holding, rules, seats
from onedoor.platform.appointments.errors import (
    BookingNotFound,
    BookingOver,
    NobodyWaits,
    NotToday,
    OtherBusiness,
    PlanNotFound,
    TicketMoved,
    TicketNotFound,
    WalkInsUsedUp,
    WindowBusy,
)
from onedoor.platform.appointments.models import Booking, CapacityPlan, Seat, Slot, Ticket, TicketEvent, free
from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import operations as identity_operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import numbers, outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.standards.id_numbers import parse_citizen_id

SERVE = "appointments.serve"
CHECK_IN_STATES = (Booking.State.BOOKED,)


@dataclass(frozen=True)
class Visitor:
    """Who stands at the desk, as far as they are known, and what help they get; everything may stay empty."""

    name: str = ""
    id_number: str = ""
    priority: str = ""
    extra_reason: str = ""  # a ticket beyond the day's share of walk-ins
    helped: bool = False  # the officer fills in for them
    signed: str = ""
    witness: str = ""


@transaction.atomic
def check_in(*, booking_id: Any, actor: Actor, at: datetime) -> Ticket:
    """
    Take the ticket of a booking on its day, as the person on the web; taking it again gives the same ticket.

    :raises NotToday, BookingOver, BookingNotFound: there is nothing to check in.
    """
    actor.require_level(holding.LEVEL)
    booking, side = holding.own_booking(booking_id, actor, at=at, scope=identity.SUBMIT)
    return _check_in(booking, actor=actor, channel=actor.channel, at=at, **side.audited)


@transaction.atomic
def check_in_at_kiosk(*, number: str, actor: Actor, at: datetime) -> Ticket:
    """
    Take the ticket of a booking by its number at the machine of a hall.

    :raises NotAtMachine: it is no registered machine; :raises BookingNotFound: no such booking at this hall.
    """
    booking = _booking_at(actor.require_machine(), number)
    return _check_in(booking, actor=actor, channel="kiosk", at=at)


@transaction.atomic
def check_in_at_window(*, point_id: int, number: str, actor: Actor, at: datetime) -> Ticket:
    """Take the ticket of a booking by its number for somebody at the desk."""
    booking = _booking_at(point_id, number)
    require_serving(booking.plan, actor)
    return _check_in(booking, actor=actor, channel="window", at=at)


def _booking_at(point_id: int, number: str) -> Booking:
    found = Booking.objects.select_related("slot", "plan__service_point__organization")
    booking = found.filter(plan__service_point_id=point_id, number=number.strip().upper()).first()
    if booking is None:
        raise BookingNotFound
    return booking


def _check_in(booking: Booking, *, actor: Actor, channel: str, at: datetime, **audited: Any) -> Ticket:
    seats.lock_of(booking)  # two taps wait for each other here
    booking.refresh_from_db(fields=["state"])
    standing = Ticket.objects.filter(booking=booking).first()
    if standing is not None:
        return standing
    if booking.state not in CHECK_IN_STATES:
        raise BookingOver(state=booking.get_state_display())
    if booking.slot.day != day_of(at):
        raise NotToday(day=f"{booking.slot.day:%-m月%-d日}")
    read = figures.read(chain=identity.chain(booking.plan.division), on=day_of(at))
    ages = [identity.age_of(person, on=day_of(at)) for person in booking.people.values_list("person", flat=True)]
    age = max((one for one in ages if one is not None), default=None)
    priority = rules.priority_of("", age=age, senior_age=read.senior_age)
    booking.state = Booking.State.CHECKED_IN
    booking.save(update_fields=["state"])
    told = {"booking": booking, "person_id": booking.person_id, "priority": priority, "channel": channel}
    return _issue(booking.plan, told, actor=actor, at=at, **audited)


@transaction.atomic
def take_ticket_at_kiosk(*, plan_id: int, priority: str, actor: Actor, at: datetime) -> Ticket:
    """
    Take a walk-in ticket at the machine of a hall, for whoever came in by their card or for nobody in particular.

    What class somebody says they are of is looked at by the window; the age of whoever is known speaks for itself.

    :raises NotAtMachine: it is no registered machine.
    :raises WalkInsUsedUp: today's share of walk-ins is gone; the desk can still help.
    """
    plan = _plan_at(actor.require_machine(), plan_id)
    _require_walk_in(plan, at)
    read = figures.read(chain=identity.chain(plan.division), on=day_of(at))
    age = identity.age_of(actor.person_id, on=day_of(at)) if actor.person_id else None
    told = {
        "person_id": actor.person_id,
        "priority": rules.priority_of(priority, age=age, senior_age=read.senior_age),
        "channel": "kiosk",
    }
    return _issue(plan, told, actor=actor, at=at)


@transaction.atomic
def take_ticket(*, plan_id: int, visitor: Visitor, actor: Actor, at: datetime) -> Ticket:
    """
    Give somebody at the desk a walk-in ticket, on paper, without a phone or an account; with help it says who helped.

    :raises WalkInsUsedUp: today's share is gone and no reason for an extra ticket is said.
    :raises InvalidInput: the number of the document is mistyped, or a fingerprint has no witness.
    """
    plan = _plan(plan_id)
    require_serving(plan, actor)
    person_id = _visitor(visitor, actor=actor, at=at)
    if not visitor.extra_reason.strip():
        _require_walk_in(plan, at)
    read = figures.read(chain=identity.chain(plan.division), on=day_of(at))
    age = identity.age_of(person_id, on=day_of(at)) if person_id else None
    told: dict[str, Any] = {
        "person_id": person_id,
        "priority": rules.priority_of(visitor.priority, age=age, senior_age=read.senior_age),
        "channel": "window",
        "extra_reason": visitor.extra_reason.strip()[:60],
        "signed": visitor.signed,
        "witness": visitor.witness.strip()[:80],
    }
    if visitor.helped:
        told |= {"helper_login_id": actor.require_login(), "helper_name": actor.name}
    return _issue(plan, told, actor=actor, at=at)


def _visitor(visitor: Visitor, *, actor: Actor, at: datetime) -> int | None:
    problems = {}
    if visitor.signed not in ("", *Ticket.Signed.values):
        problems["signed"] = "请选择签字方式。"
    if visitor.signed == Ticket.Signed.FINGERPRINT and not visitor.witness.strip():
        problems["witness"] = "按指印的，请填写见证人姓名。"
    number = ""
    if visitor.id_number.strip():
        try:
            number = parse_citizen_id(visitor.id_number).number
        except ValueError as error:
            problems["id_number"] = str(error)
        if not visitor.name.strip():
            problems["name"] = "请填写姓名。"
    if problems:
        raise InvalidInput(problems)
    if not number:
        return None
    person = identity_operations.ensure_person(
        name=visitor.name.strip(), id_number=number, division="", actor=actor, at=at
    )
    if person.name != visitor.name.strip():
        raise InvalidInput({"name": "姓名和身份证号对不上，请看证件核对。"})
    return int(person.pk)


def walk_ins_left(plan: CapacityPlan, *, at: datetime) -> int:
    """Return how many walk-in tickets a day still has: its share, and places of slots begun that nobody booked."""
    slots = Slot.objects.filter(plan=plan, day=day_of(at))
    kept = sum(one.capacity - one.bookable for one in slots)
    unsold = Seat.objects.filter(free(at), slot__in=slots, slot__starts_at__lte=at).count()
    taken = Ticket.objects.filter(plan=plan, day=day_of(at), booking__isnull=True, extra_reason="").count()
    return max(0, kept + unsold - taken)


def _require_walk_in(plan: CapacityPlan, at: datetime) -> None:
    if walk_ins_left(plan, at=at) < 1:
        raise WalkInsUsedUp


def _issue(plan: CapacityPlan, told: dict[str, Any], *, actor: Actor, at: datetime, **audited: Any) -> Ticket:
    day = day_of(at)
    number = numbers.next_number(f"ticket:{plan.pk}:{day:%Y%m%d}")
    if told.get("booking") is None and not told.get("extra_reason") and walk_ins_left(plan, at=at) < 1:
        raise WalkInsUsedUp  # asked again behind the lock of the numbers: two machines at the last ticket
    ticket = Ticket.objects.create(
        code=secrets.token_urlsafe(12),
        service_point_id=plan.service_point_id,
        plan=plan,
        day=day,
        number=f"{plan.letter}{number:03d}",
        taken_at=at,
        **told,
    )
    _note(ticket, "taken", actor=actor, at=at)
    where = {"target": ticket.target, "division": plan.division}
    audit.record("appointments.take_ticket", actor=actor, at=at, **where, **audited)
    return ticket


def _note(ticket: Ticket, act: str, *, actor: Actor, at: datetime, text: str = "") -> None:
    TicketEvent.objects.create(ticket=ticket, act=act, window=ticket.window, note=text, at=at, by=actor.login_id)


@transaction.atomic
def call_next(*, point_id: int, window: str, actor: Actor, at: datetime) -> Ticket:
    """
    Call whoever is next for a window; two windows never call the same number.

    :raises WindowBusy: the window has somebody already; :raises NobodyWaits: nobody is there for it.
    """
    plans = plans_of_window(point_id, window, actor)
    today = {"service_point_id": point_id, "day": day_of(at)}
    busy = Ticket.objects.filter(**today, state=Ticket.State.CALLED, window=window).first()
    if busy is not None:
        raise WindowBusy(number=busy.number)
    read = figures.read(chain=identity.chain(plans[0].division), on=day_of(at))
    rows = Ticket.objects.filter(
        **today, state=Ticket.State.WAITING, plan__in=plans, wanted_window__in=["", window]
    ).values_list("pk", "priority", "taken_at", "booking__slot__starts_at")
    line = rules.queue_order((rules.InQueue(*row) for row in rows), late_minutes=read.late_minutes)
    for one in line:
        if _claim(one.key, window, today, at):
            ticket = Ticket.objects.get(pk=one.key)
            _note(ticket, "called", actor=actor, at=at)
            division = plans[0].division
            audit.record("appointments.call", actor=actor, at=at, target=ticket.target, division=division)
            return ticket
    raise NobodyWaits


def _claim(ticket_id: Any, window: str, today: dict[str, Any], at: datetime) -> bool:
    """
    Call a waiting number to a window; False where another window was quicker.

    :raises WindowBusy: somebody else has just called one to this window; the database lets it have one.
    """
    waiting = Ticket.objects.filter(pk=ticket_id, state=Ticket.State.WAITING)
    called = {"state": Ticket.State.CALLED, "window": window, "called_at": at, "calls": F("calls") + 1}
    try:
        with transaction.atomic():
            return bool(waiting.update(**called))
    except IntegrityError:
        busy = Ticket.objects.filter(**today, state=Ticket.State.CALLED, window=window).first()
        raise WindowBusy(number=busy.number if busy else "") from None


@transaction.atomic
def recall(*, ticket_id: int, actor: Actor, at: datetime) -> Ticket:
    """Call a number once more; the screen shows it anew."""
    ticket = _lock(ticket_id, actor, Ticket.State.CALLED)
    ticket.calls, ticket.called_at = ticket.calls + 1, at
    return _keep(ticket, "recalled", ["calls", "called_at"], actor=actor, at=at)


@transaction.atomic
def pass_over(*, ticket_id: int, actor: Actor, at: datetime) -> Ticket:
    """Let a number that did not come wait aside; whoever turns up is put back in line."""
    ticket = _lock(ticket_id, actor, Ticket.State.CALLED)
    ticket.state = Ticket.State.PASSED
    return _keep(ticket, "passed", ["state"], actor=actor, at=at)


@transaction.atomic
def put_back(*, ticket_id: int, actor: Actor, at: datetime) -> Ticket:
    """Put somebody who was passed back in line, at the end of their class."""
    ticket = _lock(ticket_id, actor, Ticket.State.PASSED)
    ticket.state, ticket.window, ticket.taken_at = Ticket.State.WAITING, "", at
    return _keep(ticket, "put_back", ["state", "window", "taken_at"], actor=actor, at=at)


@transaction.atomic
def transfer(*, ticket_id: int, window: str, actor: Actor, at: datetime) -> Ticket:
    """
    Send somebody on to another window of the same hall; they keep their place in line there.

    :raises OtherBusiness: no such window in this hall.
    """
    ticket = _lock(ticket_id, actor, Ticket.State.CALLED)
    plans = CapacityPlan.objects.filter(service_point_id=ticket.service_point_id)
    fitting = [plan for plan in plans if window in plan.windows and window != ticket.window]
    if not fitting:
        raise OtherBusiness
    if ticket.plan not in fitting:
        ticket.plan = fitting[0]
    ticket.state, ticket.wanted_window = Ticket.State.WAITING, window
    return _keep(ticket, "transferred", ["state", "wanted_window", "plan"], actor=actor, at=at, text=window)


@transaction.atomic
def finish(*, ticket_id: int, actor: Actor, at: datetime) -> Ticket:
    """End a visit: the booking is used, and whoever listens hears that somebody was served."""
    ticket = _lock(ticket_id, actor, Ticket.State.CALLED)
    ticket.state, ticket.ended_at = Ticket.State.SERVED, at
    if ticket.booking is not None:
        holding.end(ticket.booking, Booking.State.SERVED, at=at)
    outbox.publish(
        "appointments.served",
        key=ticket.target,
        service_point=ticket.service_point_id,
        window=ticket.window,
        ticket=ticket.pk,
        person_id=ticket.person_id,
        item_code=ticket.plan.business,
        logins=_hands_of(ticket, actor),
        at=at.isoformat(),
    )
    return _keep(ticket, "served", ["state", "ended_at"], actor=actor, at=at)


def _hands_of(ticket: Ticket, actor: Actor) -> list[int]:
    """Return every officer who had to do with a visit."""
    logins = {*ticket.events.values_list("by", flat=True), ticket.helper_login_id, actor.login_id}
    return sorted(login for login in logins if login is not None)


@transaction.atomic
def mark_no_show(*, ticket_id: int, actor: Actor, at: datetime) -> Ticket:
    """Say that somebody with a ticket did not come; a booking counts as not kept."""
    ticket = _lock(ticket_id, actor, Ticket.State.CALLED, Ticket.State.PASSED)
    ticket.state, ticket.ended_at = Ticket.State.NO_SHOW, at
    if ticket.booking is not None:
        holding.end(ticket.booking, Booking.State.NO_SHOW, at=at)
    return _keep(ticket, "no_show", ["state", "ended_at"], actor=actor, at=at)


def _lock(ticket_id: int, actor: Actor, *states: Ticket.State) -> Ticket:
    actor.require_one_of(SERVE)
    found = Ticket.objects.select_for_update(of=("self",)).filter(pk=ticket_id)
    ticket = found.select_related("plan__service_point__organization", "booking").first()
    if ticket is None or not may_serve(ticket.plan, actor):
        raise TicketNotFound
    if ticket.state not in states:
        raise TicketMoved(number=ticket.number, state=ticket.get_state_display())
    return ticket


def _keep(ticket: Ticket, act: str, fields: list[str], *, actor: Actor, at: datetime, text: str = "") -> Ticket:
    ticket.save(update_fields=fields)
    _note(ticket, act, actor=actor, at=at, text=text)
    told = {"target": ticket.target, "division": ticket.plan.division, "act": act}
    audit.record("appointments.serve", actor=actor, at=at, **told)
    return ticket


def may_serve(plan: CapacityPlan, actor: Actor) -> bool:
    return actor.may(SERVE, division=plan.division, line=plan.line)


def require_serving(plan: CapacityPlan, actor: Actor) -> None:
    """:raises PlanNotFound: the office is not within the officer's reach."""
    actor.require_one_of(SERVE)
    if not may_serve(plan, actor):
        raise PlanNotFound


def plans_of_window(point_id: int, window: str, actor: Actor) -> list[CapacityPlan]:
    """
    Return what a window of a hall handles.

    :raises PlanNotFound: the hall is not within reach; :raises OtherBusiness: it has no such window.
    """
    actor.require_one_of(SERVE)
    found = CapacityPlan.objects.filter(service_point_id=point_id).select_related("service_point__organization")
    plans = [plan for plan in found.order_by("letter") if may_serve(plan, actor)]
    if not plans:
        raise PlanNotFound
    fitting = [plan for plan in plans if window in plan.windows]
    if not fitting:
        raise OtherBusiness
    return fitting


def _plan(plan_id: int) -> CapacityPlan:
    plan = CapacityPlan.objects.select_related("service_point__organization").filter(pk=plan_id).first()
    if plan is None:
        raise PlanNotFound
    return plan


def _plan_at(point_id: int, plan_id: int) -> CapacityPlan:
    plan = _plan(plan_id)
    if plan.service_point_id != point_id:
        raise PlanNotFound
    return plan
