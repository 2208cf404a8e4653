"""What the worker does for places in each round; every piece is safe to run twice and short."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from onedoor.platform.appointments import figures, holding, making, seats
from onedoor.platform.appointments.models import Booking, CapacityPlan, Seat, Ticket, Waiting, free
from onedoor.platform.appointments.operations.waiting import promote
from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of

MACHINE = Actor.system("预约")
BATCH = 200
OPEN = (Ticket.State.WAITING, Ticket.State.CALLED, Ticket.State.PASSED)


def mind_holds(*, at: datetime) -> int:
    """Tidy up behind holds that have run out (their places are free already), and offer what is free to those who wait."""
    lapsed = Booking.objects.filter(state=Booking.State.HELD, held_until__lte=at).order_by("held_until")
    done = sum(_each(_lapse, one, at) for one in lapsed.values_list("pk", flat=True)[:BATCH])
    Waiting.objects.filter(state=Waiting.State.WAITING, day__lt=day_of(at)).update(state=Waiting.State.LAPSED)
    place = Seat.objects.filter(
        free(at), slot__plan=OuterRef("plan"), slot__day=OuterRef("day"), slot__starts_at__gt=at
    )
    waited_for = Waiting.objects.filter(Exists(place), state=Waiting.State.WAITING)
    for plan_id, day in waited_for.values_list("plan", "day").distinct().order_by("plan", "day")[:BATCH]:
        with transaction.atomic():
            promote(plan_id=plan_id, day=day, at=at)
    return done


def _each(act: Callable[[Any, datetime], bool], key: Any, at: datetime) -> bool:
    with transaction.atomic():
        return act(key, at)


def _lapse(booking_id: Any, at: datetime) -> bool:
    seat = Seat.objects.select_for_update().filter(booking_id=booking_id).first()
    booking = Booking.objects.select_related("slot", "plan__service_point__organization").get(pk=booking_id)
    if booking.state != Booking.State.HELD or booking.held_until > at:
        return False
    if seat is not None:
        seats.give_back(seat)
    holding.end(booking, Booking.State.LAPSED, at=at)
    offered = Waiting.objects.filter(booking=booking, state=Waiting.State.OFFERED)
    if offered.update(state=Waiting.State.LAPSED):
        holding.tell("lapsed", booking)
    audit.record("appointments.lapse", actor=MACHINE, at=at, target=booking.target, division=booking.plan.division)
    return True


def make_slots(*, at: datetime) -> int:
    """Make the slots of the day that comes into reach, for every plan that is open; the calendar may have changed too."""
    made = 0
    for plan_id in CapacityPlan.objects.filter(active=True).values_list("pk", flat=True):
        with transaction.atomic():
            plan = CapacityPlan.objects.select_for_update(of=("self",)).select_related("service_point__organization")
            made += making.make(plan.get(pk=plan_id), at=at)
    return made


def remind(*, at: datetime) -> int:
    """Remind whoever has booked, once, the hours ahead that hold for the place; what was booked later than that is not."""
    longest = timedelta(hours=72)
    due = Booking.objects.filter(
        state=Booking.State.BOOKED, reminded_at=None, slot__starts_at__gt=at, slot__starts_at__lte=at + longest
    ).order_by("slot__starts_at")
    done = 0
    for booking in due.select_related("slot", "plan__service_point__organization")[:BATCH]:
        read = figures.read(chain=identity.chain(booking.plan.division), on=day_of(at))
        ahead = timedelta(hours=read.reminder_hours)
        if booking.slot.starts_at - at > ahead:
            continue
        with transaction.atomic():
            fresh = Booking.objects.filter(pk=booking.pk, state=Booking.State.BOOKED, reminded_at=None)
            if fresh.update(reminded_at=at):
                booked_late = booking.booked_at is not None and booking.slot.starts_at - booking.booked_at <= ahead
                if booked_late:  # they have just read when it is
                    continue
                holding.tell("reminded", booking)
                done += 1
    return done


def close_days(*, at: datetime) -> int:
    """The day after, say of every booking nobody came for that it was not kept; tickets of past days end."""
    today = day_of(at)
    missed = Booking.objects.filter(state=Booking.State.BOOKED, slot__day__lt=today).order_by("pk")
    done = sum(_each(_miss, one, at) for one in missed.values_list("pk", flat=True)[:BATCH])
    left = Ticket.objects.filter(day__lt=today, state__in=OPEN).order_by("pk")
    return done + sum(_each(_close, one, at) for one in left.values_list("pk", flat=True)[:BATCH])


def _close(ticket_id: Any, at: datetime) -> bool:
    """Whoever was at a window was served; whoever still waited had come, so nobody counts it against them."""
    found = Ticket.objects.select_for_update(of=("self",)).filter(pk=ticket_id, state__in=OPEN)
    ticket = found.select_related("booking", "plan__service_point__organization").first()
    if ticket is None:
        return False
    served = ticket.state == Ticket.State.CALLED
    ticket.state, ticket.ended_at = Ticket.State.SERVED if served else Ticket.State.NO_SHOW, at
    ticket.save(update_fields=["state", "ended_at"])
    if ticket.booking is not None:
        holding.end(ticket.booking, Booking.State.SERVED if served else Booking.State.CANCELLED, at=at)
    told = {"target": ticket.target, "division": ticket.plan.division, "act": "closed"}
    audit.record("appointments.serve", actor=MACHINE, at=at, **told)
    return True


def _miss(booking_id: Any, at: datetime) -> bool:
    booking = Booking.objects.select_for_update(of=("self",)).select_related("plan__service_point__organization")
    found = booking.filter(pk=booking_id, state=Booking.State.BOOKED).first()
    if found is None:
        return False
    holding.end(found, Booking.State.NO_SHOW, at=at)
    holding.tell("missed", found)
    audit.record("appointments.miss", actor=MACHINE, at=at, target=found.target, division=found.plan.division)
    return True
