"""Bookings the house has to call off: the office is closed after all, or somebody has died. Nobody counts as not come."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from onedoor.platform.appointments import holding, seats
from onedoor.platform.appointments.models import Booking, CapacityPlan, Waiting
from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel.actors import Actor

MACHINE = Actor.system("预约")
STANDING = (Booking.State.HELD, Booking.State.BOOKED)


def call_off(booking_id: UUID, *, told: str, at: datetime) -> Booking | None:
    """
    Call one booking off and give its place back, inside the caller's transaction; None where it is over already.

    `told` names the words its people read, "" where nobody is to be told.
    """
    found = Booking.objects.select_related("slot", "plan__service_point__organization").get(pk=booking_id)
    seat = seats.lock_of(found)  # where there is one, it is what all other acts on the booking wait for
    found.refresh_from_db(fields=["state", "held_until"])
    if found.state != Booking.State.BOOKED and not found.is_held(at):
        return None
    if seat is not None:
        seats.give_back(seat)
    holding.end(found, Booking.State.CANCELLED, at=at)
    Waiting.objects.filter(booking=found, state=Waiting.State.OFFERED).update(state=Waiting.State.LAPSED)
    if told:
        holding.tell(told, found)
    audit.record("appointments.call_off", actor=MACHINE, at=at, target=found.target, division=found.plan.division)
    return found


def call_off_unwanted(plan: CapacityPlan, starts: Iterable[datetime], *, day: date, at: datetime) -> int:
    """Call off what is booked on a day for times at which the office is not open any more; the caller has locked the plan."""
    rows = Booking.objects.filter(plan=plan, slot__day=day, slot__starts_at__gt=at, state__in=STANDING)
    unwanted = rows.exclude(slot__starts_at__in=list(starts)).order_by("pk").values_list("pk", flat=True)
    return sum(call_off(one, told="closed", at=at) is not None for one in list(unwanted))
