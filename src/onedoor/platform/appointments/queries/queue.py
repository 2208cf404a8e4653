"""The queue of a day: what the screen shows, what a ticket tells, what a window has before it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import BooleanField, Case, Count, QuerySet, When
from django.db.models.functions import ExtractHour

from onedoor.platform.appointments import figures, rules
from onedoor.platform.appointments.drafting import MANAGE
from onedoor.platform.appointments.errors import PlanNotFound, TicketNotFound
from onedoor.platform.appointments.models import Booking, CapacityPlan, Slot, Ticket
from onedoor.platform.appointments.operations.queue import SERVE, walk_ins_left
from onedoor.platform.appointments.queries.office import plans_in_reach
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import ServicePoint
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import CHINA, day_of
from onedoor.standards.judgement import Judgement
from onedoor.standards.masks import mask_name

SHOWN = 5  # calls on a screen, in type that is read from ten metres away
LATEST = 20  # visits whose length is looked at
PAST_DAYS = 70
PRIORITIES = [(one.value, str(one.label)) for one in Ticket.Priority]
SIGNED = [(one.value, str(one.label)) for one in Ticket.Signed]


@dataclass(frozen=True)
class Standing:
    """Where a ticket stands: how many come before it and how long that takes."""

    ticket: Ticket
    ahead: int
    minutes: int

    @property
    def waits(self) -> bool:
        return self.ticket.state == Ticket.State.WAITING


@dataclass(frozen=True)
class Screen:
    """What hangs in the hall: numbers and windows, no person."""

    name: str
    called: list[Ticket]
    waiting: int
    passed: list[str]


@dataclass(frozen=True)
class Line:
    """A ticket in the list of a window."""

    ticket: Ticket
    name: str
    booked_for: datetime | None


@dataclass(frozen=True)
class Board:
    """What a window works with: who is at it, who waits for it, who was passed."""

    point: ServicePoint
    plans: list[CapacityPlan]
    windows: list[str]
    current: Line | None
    waiting: list[Line]
    passed: list[Line]
    walk_ins: list[tuple[CapacityPlan, int]]
    served: int


def screen(*, point_id: int, at: datetime) -> Screen:
    """:raises TicketNotFound: there is no such hall, or nobody queues there."""
    point = ServicePoint.objects.filter(pk=point_id).first()
    if point is None or not CapacityPlan.objects.filter(service_point=point).exists():
        raise TicketNotFound
    today = Ticket.objects.filter(service_point=point, day=day_of(at))
    called = list(today.filter(state=Ticket.State.CALLED).order_by("-called_at")[:SHOWN])
    passed = today.filter(state=Ticket.State.PASSED).order_by("-called_at").values_list("number", flat=True)
    return Screen(point.name, called, today.filter(state=Ticket.State.WAITING).count(), list(passed[:SHOWN]))


def ticket_standing(*, code: str, at: datetime) -> Standing:
    """
    Return a ticket by its secret code, with who comes before it.

    :raises TicketNotFound: no such ticket.
    """
    found = Ticket.objects.filter(code=code).select_related("plan__service_point__organization", "booking__slot")
    ticket = found.first()
    if ticket is None:
        raise TicketNotFound
    if ticket.state != Ticket.State.WAITING or ticket.day != day_of(at):
        return Standing(ticket, 0, 0)
    line = [one.key for one in _order(ticket.plan, at)]
    ahead = line.index(ticket.pk) if ticket.pk in line else 0
    return Standing(ticket, ahead, _minutes(ticket.plan, ahead, at))


def standing_of(ticket: Ticket, *, at: datetime) -> Standing:
    """Return where a ticket just taken stands."""
    return ticket_standing(code=ticket.code, at=at)


def _order(plan: CapacityPlan, at: datetime) -> list[rules.InQueue]:
    """Return the line of those who are called by the windows of a plan."""
    read = figures.read(chain=identity.chain(plan.division), on=day_of(at))
    shared = [one.pk for one in _beside(plan) if set(one.windows) & set(plan.windows)]
    waiting = Ticket.objects.filter(plan__in=shared, day=day_of(at), state=Ticket.State.WAITING)
    rows = waiting.values_list("pk", "priority", "taken_at", "booking__slot__starts_at")
    return rules.queue_order((rules.InQueue(*row) for row in rows), late_minutes=read.late_minutes)


def _beside(plan: CapacityPlan) -> list[CapacityPlan]:
    return list(CapacityPlan.objects.filter(service_point_id=plan.service_point_id))


def _minutes(plan: CapacityPlan, ahead: int, at: datetime) -> int:
    served = Ticket.objects.filter(plan=plan, state=Ticket.State.SERVED, called_at__isnull=False).order_by("-ended_at")
    moments = served.values_list("called_at", "ended_at")[:LATEST]
    spans = [(ended - called).total_seconds() / 60 for called, ended in moments if called and ended]
    windows = len(plan.windows)
    return rules.waiting_minutes(ahead, each=rules.minutes_each(spans, otherwise=_guess(plan)), windows=windows)


def _guess(plan: CapacityPlan) -> float:
    """Return how long the plan means a visit to take: a slot, its places shared by the windows."""
    capacities = [int(row[2]) for rows in plan.week.values() for row in rows]
    return plan.slot_minutes * len(plan.windows) / max([1, *capacities])


def offered_at(*, point_id: int, at: datetime) -> list[tuple[CapacityPlan, int]]:
    """Return what a hall gives tickets for, and how many walk-in tickets are left."""
    plans = CapacityPlan.objects.filter(service_point=point_id, active=True).order_by("letter")
    return [(plan, walk_ins_left(plan, at=at)) for plan in plans]


def halls(*, actor: Actor) -> list[ServicePoint]:
    """Return the halls within the officer's reach at which something is offered."""
    actor.require_one_of(SERVE, MANAGE)
    found = plans_in_reach(actor).values("service_point")
    return list(ServicePoint.objects.filter(pk__in=found).select_related("organization").order_by("pk"))


def hall_board(*, point_id: int, window: str, actor: Actor, at: datetime) -> Board:
    """
    Return the queue of a hall as a window sees it; names are masked.

    :raises PlanNotFound: the hall is not within reach.
    """
    actor.require_one_of(SERVE)
    plans = list(plans_in_reach(actor).filter(service_point=point_id).order_by("letter"))
    if not plans:
        raise PlanNotFound
    today = Ticket.objects.filter(plan__in=plans, day=day_of(at))
    rows = list(today.select_related("plan", "booking__slot", "person"))
    mine = [one for one in plans if not window or window in one.windows]
    waiting = {one.pk: one for one in rows if one.state == Ticket.State.WAITING and one.plan in mine}
    fitting = [one for one in waiting.values() if one.wanted_window in ("", window) or not window]
    read = figures.read(chain=identity.chain(plans[0].division), on=day_of(at))
    order = rules.queue_order(
        (
            rules.InQueue(one.pk, one.priority, one.taken_at, one.booking.slot.starts_at if one.booking else None)
            for one in fitting
        ),
        late_minutes=read.late_minutes,
    )
    current = [one for one in rows if one.state == Ticket.State.CALLED and one.window == window and window]
    return Board(
        point=plans[0].service_point,
        plans=plans,
        windows=sorted({name for plan in plans for name in plan.windows}),
        current=_line(current[0]) if current else None,
        waiting=[_line(waiting[one.key]) for one in order],
        passed=[_line(one) for one in rows if one.state == Ticket.State.PASSED],
        walk_ins=[(plan, walk_ins_left(plan, at=at)) for plan in plans],
        served=sum(one.state == Ticket.State.SERVED for one in rows),
    )


def _line(ticket: Ticket) -> Line:
    name = mask_name(ticket.person.name) if ticket.person else ""
    return Line(ticket, name, ticket.booking.slot.starts_at if ticket.booking else None)


def forecast(plan: CapacityPlan, day: date, *, at: datetime) -> Judgement:
    """
    Return how many people are expected in each half hour of a day, from the days that are over; three questions.

    The database counts: what comes back is a row a half hour, however many people came.
    """
    slots = Slot.objects.filter(plan=plan, day=day).order_by("starts_at")
    stretches = [(one.starts_at.astimezone(CHINA), one.ends_at.astimezone(CHINA)) for one in slots if one.capacity]
    halves = sorted({half for start, end in stretches for half in _halves(start, end)})
    until = min(day, day_of(at))  # today is not over: half a day is no day to learn from
    taken = Ticket.objects.filter(
        plan=plan, day__gte=until - timedelta(days=PAST_DAYS), day__lt=until, booking__isnull=True
    )
    past: dict[date, Counter[time]] = {}
    for then, hour, late, number in _by_half_hours(taken).values_list("day", "hour", "late", "number"):
        past.setdefault(then, Counter())[time(hour, 30 if late else 0)] += number
    kept = Booking.objects.filter(plan=plan, slot__day=day).exclude(
        state__in=[Booking.State.CANCELLED, Booking.State.LAPSED, Booking.State.HELD]
    )
    booked: Counter[time] = Counter()
    for moment, number in kept.values_list("slot__starts_at").annotate(number=Count("pk")).order_by():
        booked[rules.half_hour_of(moment.astimezone(CHINA).time())] += number
    return rules.forecast(day, halves=halves, past=past, booked=booked)


def _by_half_hours(taken: QuerySet[Ticket]) -> QuerySet[Any]:
    """Return how many tickets were taken, by day and half hour of our clocks."""
    told = taken.annotate(
        hour=ExtractHour("taken_at", tzinfo=CHINA),
        late=Case(When(taken_at__minute__gte=30, then=True), default=False, output_field=BooleanField()),
    )
    return told.values("day", "hour", "late").annotate(number=Count("pk")).order_by()


def _halves(start: datetime, end: datetime) -> list[time]:
    first = datetime.combine(start.date(), rules.half_hour_of(start.time()))
    number = -(-(end.replace(tzinfo=None) - first) // rules.HALF_HOUR)
    return [(first + n * rules.HALF_HOUR).time() for n in range(number)]
