"""Make the slots and places of coming days as a plan wants them; what is booked stays, whatever the plan says now."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from onedoor.platform.appointments import rules
from onedoor.platform.appointments.models import CapacityPlan, Seat, Slot, hours_from
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import calendars
from onedoor.platform.kernel.clock import CHINA, day_of


def days_between(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def wanted(plan: CapacityPlan, days: Iterable[date]) -> dict[date, list[rules.SlotWanted]]:
    """Return the slots a plan wants on some days."""
    calendar = calendars.calendar(identity.chain(plan.division))
    special = {}
    if plan.pk:
        special = {one.day: [hours_from(row) for row in one.hours] for one in plan.special_days.all()}
    return {
        day: rules.slots_of(
            rules.hours_on(day, week=plan.hours_of_week, special=special, is_workday=calendar.is_workday),
            minutes=plan.slot_minutes,
            walk_in_percent=plan.walk_in_percent,
        )
        for day in days
    }


def make(plan: CapacityPlan, *, at: datetime) -> int:
    """
    Bring the slots from today to the last day that will be bookable tomorrow up to date; return how many were made.

    The caller has locked the plan. A slot the plan no longer wants goes, or, where somebody is booked, keeps no free place.
    """
    first = day_of(at)
    days = list(days_between(first, first + timedelta(days=plan.days_ahead + 1)))
    standing = {slot.starts_at: slot for slot in plan.slots.filter(day__range=(days[0], days[-1]))}
    fresh: list[Slot] = []
    for day, slots in wanted(plan, days).items():
        for one in slots:
            starts_at = datetime.combine(day, one.starts, tzinfo=CHINA)
            slot = standing.pop(starts_at, None)
            if slot is None:
                ends_at = datetime.combine(day, one.ends, tzinfo=CHINA)
                kept = {"capacity": one.capacity, "bookable": one.bookable}
                fresh.append(Slot(plan=plan, day=day, starts_at=starts_at, ends_at=ends_at, **kept))
            elif (slot.capacity, slot.bookable) != (one.capacity, one.bookable) and starts_at > at:
                _resize(slot, one.capacity, one.bookable, at)
    for slot in standing.values():
        if slot.starts_at > at:
            _resize(slot, 0, 0, at)
    Slot.objects.bulk_create(fresh)
    Seat.objects.bulk_create(Seat(slot=slot, number=number) for slot in fresh for number in range(1, slot.bookable + 1))
    return len(fresh)


def _resize(slot: Slot, capacity: int, bookable: int, at: datetime) -> None:
    """Let a slot have so many places; taken ones stay, so it may keep more than the plan wants."""
    seats = list(slot.seats.select_for_update().order_by("number"))
    spare = [seat for seat in seats if seat.booking_id is None]
    surplus = spare[max(0, len(spare) - max(0, len(seats) - bookable)) :]
    Seat.objects.filter(pk__in=[seat.pk for seat in surplus]).delete()
    left = len(seats) - len(surplus)
    last = max((seat.number for seat in seats), default=0)
    Seat.objects.bulk_create(Seat(slot=slot, number=last + n) for n in range(1, bookable - left + 1))
    slot.bookable = max(bookable, left)
    slot.capacity = max(capacity, slot.bookable)
    if slot.capacity == 0 and not slot.bookings.exists():
        slot.delete()
        return
    slot.save(update_fields=["capacity", "bookable"])
