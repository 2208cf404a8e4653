"""What can be booked where and when: public, with numbers only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Count, Min, Q

from onedoor.platform.appointments import making, rules
from onedoor.platform.appointments.errors import PlanNotFound, SlotFull
from onedoor.platform.appointments.holding import slot_of
from onedoor.platform.appointments.models import CapacityPlan, Seat, Slot, Waiting, free
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.clock import CHINA, day_of

# A crowd asks this: written out, it costs a quarter of what the ORM takes to say the same.
IS_FULL = """
    SELECT EXISTS (SELECT 1 FROM appointments_slot WHERE id = %s AND starts_at > %s)
       AND NOT EXISTS (
           SELECT 1 FROM appointments_seat WHERE slot_id = %s AND (booking_id IS NULL OR held_until <= %s)
       )
       AND NOT EXISTS (SELECT 1 FROM appointments_booking WHERE asked_with = %s AND asked_with <> '')
"""
FULL = str(SlotFull())  # what everybody is told who finds a slot full


@dataclass(frozen=True)
class Business:
    """Something that can be booked at some office."""

    code: str
    title: str
    offices: int


@dataclass(frozen=True)
class Office:
    """An office that offers a business, how far it is, and its next free place."""

    plan: CapacityPlan
    steps: int  # up from where the person is to the first division both lie in
    next_at: datetime | None
    places: int  # free ones within the days given out

    @property
    def near(self) -> bool:
        return self.steps == 0


@dataclass(frozen=True)
class Day:
    """A day of an office: how many places are free, None where it is closed; and why it is closed where somebody said."""

    day: date
    free: int | None
    released: bool
    reason: str = ""


@dataclass(frozen=True)
class Time:
    """A slot as a person sees it."""

    slot: Slot
    free: int


def businesses() -> list[Business]:
    """Return what can be booked at all, by title."""
    rows = CapacityPlan.objects.filter(active=True).values("business").annotate(title=Min("title"), offices=Count("pk"))
    return [Business(row["business"], row["title"], row["offices"]) for row in rows.order_by("title")]


def can_be_booked(business: str) -> bool:
    return CapacityPlan.objects.filter(active=True, business=business).exists()


def offices(*, business: str, chain: Sequence[str], at: datetime) -> list[Office]:
    """
    Return the offices that offer a business, the nearest first, among equally near ones the one with a place soonest.

    Two questions, however many offices there are.
    """
    plans = list(
        CapacityPlan.objects.filter(active=True, business=business).select_related("service_point__organization")
    )
    found = []
    soonest = _soonest(plans, at)
    for plan in plans:
        next_at, places = soonest.get(plan.pk, (None, 0))
        steps = rules.nearness(chain, identity.chain(plan.division)) if len(chain) > 1 else 0
        found.append(Office(plan, steps, next_at, places))
    never = datetime.max.replace(tzinfo=CHINA)
    return sorted(found, key=lambda one: (one.steps, one.next_at or never, one.plan.pk))


def _soonest(plans: Sequence[CapacityPlan], at: datetime) -> dict[int, tuple[datetime | None, int]]:
    seats = Seat.objects.filter(free(at), slot__starts_at__gt=at)
    by_last_day: dict[date, list[int]] = {}  # there are many offices and few ways to give out days
    for plan in plans:
        by_last_day.setdefault(last_day(plan, at), []).append(plan.pk)
    given_out = Q(pk__in=[])
    for last, same in by_last_day.items():
        given_out |= Q(slot__plan__in=same, slot__day__lte=last)
    rows = seats.filter(given_out).values("slot__plan").annotate(first=Min("slot__starts_at"), places=Count("pk"))
    return {row["slot__plan"]: (row["first"], row["places"]) for row in rows}


def last_day(plan: CapacityPlan, at: datetime) -> date:
    """Return the last day of an office that is given out at a moment."""
    return rules.last_bookable_day(at.astimezone(CHINA), days_ahead=plan.days_ahead, release=plan.release_time)


def get_plan(*, plan_id: int) -> CapacityPlan:
    """:raises PlanNotFound: nothing of this number takes bookings."""
    found = CapacityPlan.objects.filter(pk=plan_id, active=True).select_related("service_point__organization").first()
    if found is None:
        raise PlanNotFound
    return found


def days_of(plan: CapacityPlan, *, at: datetime) -> list[Day]:
    """Return the days of an office from today to the one given out next; two questions."""
    slots = Slot.objects.filter(plan=plan, day__gte=day_of(at), starts_at__gt=at, capacity__gt=0)
    vacant = Q(seats__isnull=False) & (Q(seats__booking__isnull=True) | Q(seats__held_until__lte=at))
    rows = slots.values("day").annotate(vacant=Count("seats", filter=vacant)).values_list("day", "vacant")
    open_days, last = dict(rows), last_day(plan, at)
    special = {one.day: one for one in plan.special_days.filter(day__gte=day_of(at))}
    days = list(making.days_between(day_of(at), day_of(at) if plan.days_ahead < 1 else last))
    return [
        Day(
            day,
            open_days.get(day),
            released=day <= last,
            reason=special[day].reason if day in special else "",
        )
        for day in days
    ]


def times_of(plan: CapacityPlan, day: date, *, at: datetime) -> list[Time]:
    """Return the slots of a day that have not begun, with their free places; one question."""
    if day > last_day(plan, at):
        return []
    vacant = Q(seats__isnull=False) & (Q(seats__booking__isnull=True) | Q(seats__held_until__lte=at))
    slots = Slot.objects.filter(plan=plan, day=day, starts_at__gt=at, bookable__gt=0)
    rows = slots.annotate(vacant=Count("seats", filter=vacant)).order_by("starts_at")
    return [Time(slot, slot.vacant) for slot in rows]


def get_slot(*, slot_id: int) -> Slot:
    """:raises NotBookable: it is not offered."""
    return slot_of(slot_id)


def is_full(*, slot_id: int, request_key: str, at: datetime) -> bool:
    """
    Tell whether a slot has no free place at this very moment, in one question and without a lock.

    Not for whoever has got their place with this very form already: they are to have their first answer again.
    """
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(IS_FULL, [slot_id, moment, slot_id, moment, request_key])
        return bool(cursor.fetchone()[0])


def waiting_count(plan: CapacityPlan, day: date) -> int:
    """Return how many wait for a day."""
    return Waiting.objects.filter(plan=plan, day=day, state=Waiting.State.WAITING).count()
