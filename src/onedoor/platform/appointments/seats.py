"""
Take and give back single places. The database holds the capacity: a place is a row, taken under its lock, once.

Whoever finds a row locked takes another; only when every free one is in somebody's hands do they wait for these. So
nobody is told that a slot is full because of somebody who gets no place in the end, and a crowd does not queue up
behind the first row.
"""

from datetime import date, datetime

from django.db import connection
from django.db.models import QuerySet

from onedoor.platform.appointments.errors import SlotFull
from onedoor.platform.appointments.models import Booking, Seat, free


def take(*, slot_id: int, booking: Booking, held_until: datetime | None, at: datetime) -> Seat:
    """
    Give a booking a free place of a slot; with `held_until` only until then.

    :raises SlotFull: at this moment none is free, and none in anybody's hands came back.
    """
    seat = _locked_free(slot_id, at)
    if seat is None:
        raise SlotFull
    seat.booking, seat.held_until = booking, held_until
    seat.save(update_fields=["booking", "held_until"])
    return seat


def _locked_free(slot_id: int, at: datetime) -> Seat | None:
    found = Seat.objects.filter(free(at), slot_id=slot_id).order_by("number")
    if not connection.features.has_select_for_update_skip_locked:
        return found.first()  # SQLite has locked the whole file for this transaction
    return found.select_for_update(skip_locked=True).first() or found.select_for_update().first()


def lock_of(booking: Booking) -> Seat | None:
    """Return the place of a booking under lock, None where it has lost it."""
    return Seat.objects.select_for_update().filter(booking=booking).first()


def give_back(seat: Seat) -> None:
    seat.booking, seat.held_until = None, None
    seat.save(update_fields=["booking", "held_until"])


def free_on(*, plan_id: int, day: date, at: datetime) -> QuerySet[Seat]:
    """Return the free places of a day that have not begun."""
    return Seat.objects.filter(free(at), slot__plan_id=plan_id, slot__day=day, slot__starts_at__gt=at)
