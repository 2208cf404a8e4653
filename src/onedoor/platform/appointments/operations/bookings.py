"""A place for one or two people: held, confirmed, moved, cancelled."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from onedoor.platform.appointments import figures, holding, seats
from onedoor.platform.appointments.errors import (
    BookingOver,
    HoldExpired,
    NotBookable,
    SlotFull,
    SlotOver,
)
from onedoor.platform.appointments.holding import LEVEL, Partner
from onedoor.platform.appointments.models import Booking, Seat, Waiting
from onedoor.platform.appointments.operations.waiting import promote
from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.access import CaseNotFound
from onedoor.platform.cases.models import Case
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of


@transaction.atomic
def hold_place(
    *,
    slot_id: int,
    partner: Partner,
    actor: Actor,
    at: datetime,
    case_number: str = "",
    request_key: str = "",
    person_id: int | None = None,
) -> Booking:
    """
    Hold a place for the actor, or for `person_id` for whom they act, and for whoever comes along, for some minutes; what
    is not confirmed is free again by time alone.

    :raises SlotFull, SlotOver, NotReleased, NotBookable: the slot cannot be had.
    :raises DuplicatePerson: one of the two has this business booked already, whoever made that booking.
    :raises Blocked: somebody did not come too often; the day it ends is told.
    :raises InvalidInput: the one who comes along is not told rightly, or none may come.
    :raises CaseNotFound: the case it is for is none of theirs.
    :raises MandateMissing and its kin: one may not act for that person in this business.
    """
    actor.require_person()
    actor.require_level(LEVEL)
    slot = holding.slot_of(slot_id)
    side = holding.side_of(slot.plan, person_id, actor=actor, at=at)
    holding.require_open(slot, at=at)
    if case_number and not Case.objects.filter(number=case_number, applicant_id=side.person_id).exists():
        raise CaseNotFound
    if not holding.is_free(slot, at):
        raise SlotFull
    read = figures.read(chain=identity.chain(slot.plan.division), on=day_of(at))
    people = holding.people_of(slot.plan, side.person_id, partner, actor=actor, at=at)
    holding.require_not_blocked(people, read, at=at)
    until = at + timedelta(minutes=read.hold_minutes)
    booking = holding.make_hold(
        slot,
        people,
        until=until,
        case_number=case_number,
        channel=actor.channel,
        request_key=request_key,
        agent_id=side.agent_id,
        at=at,
    )
    where = {"target": booking.target, "division": slot.plan.division}
    audit.record("appointments.hold", actor=actor, at=at, **where, **side.audited)
    return booking


@transaction.atomic
def confirm_booking(*, booking_id: UUID, actor: Actor, at: datetime) -> Booking:
    """
    Make a held place the person's own; confirming twice changes nothing.

    :raises HoldExpired: the time to confirm is over.
    """
    actor.require_level(LEVEL)
    booking, side = holding.own_booking(booking_id, actor, at=at, scope=identity.SUBMIT)
    seat = seats.lock_of(booking)
    booking.refresh_from_db(fields=["state", "held_until"])
    if booking.state == Booking.State.BOOKED:
        return booking
    if seat is None or not booking.is_held(at):
        raise HoldExpired
    seat.held_until = None
    seat.save(update_fields=["held_until"])
    booking.state, booking.booked_at = Booking.State.BOOKED, at
    booking.save(update_fields=["state", "booked_at"])
    Waiting.objects.filter(booking=booking).update(state=Waiting.State.TAKEN)
    holding.tell("booked", booking)
    where = {"target": booking.target, "division": booking.plan.division}
    audit.record("appointments.book", actor=actor, at=at, **where, **side.audited)
    return booking


@transaction.atomic
def move_booking(*, booking_id: UUID, slot_id: int, actor: Actor, at: datetime) -> Booking:
    """
    Move a booking to another slot of the same business and office; the old place stays until the new one is there.

    :raises SlotFull, SlotOver, NotReleased, NotBookable: the new slot cannot be had; nothing changes.
    :raises BookingOver: it is not a booking any more.
    """
    actor.require_level(LEVEL)
    booking, side = holding.own_booking(booking_id, actor, at=at, scope=identity.SUBMIT)
    slot = holding.slot_of(slot_id)
    if slot.plan_id != booking.plan_id:
        raise NotBookable
    holding.require_open(slot, at=at)
    old_seat = _lock_booked(booking)
    if slot.pk == booking.slot_id:
        return booking
    if booking.slot.starts_at <= at:
        raise SlotOver
    if not holding.is_free(slot, at):
        raise SlotFull
    old_day = booking.slot.day
    seats.give_back(old_seat)
    seats.take(slot_id=slot.pk, booking=booking, held_until=None, at=at)
    booking.slot, booking.reminded_at = slot, None
    booking.save(update_fields=["slot", "reminded_at"])
    promote(plan_id=booking.plan_id, day=old_day, at=at)
    holding.tell("moved", booking)
    where = {"target": booking.target, "division": booking.plan.division}
    audit.record("appointments.move", actor=actor, at=at, **where, **side.audited)
    return booking


@transaction.atomic
def cancel_booking(*, booking_id: UUID, actor: Actor, at: datetime) -> Booking:
    """
    Give a place back, as whoever booked or whoever was to come along; the first who waits for that day is offered it.

    Cancelling twice changes nothing.

    :raises BookingOver: it has been used, or has run out.
    """
    actor.require_level(LEVEL)
    booking, side = holding.own_booking(booking_id, actor, at=at, scope=identity.SUBMIT)
    seat = seats.lock_of(booking)
    booking.refresh_from_db(fields=["state", "held_until"])
    if booking.state == Booking.State.CANCELLED:
        return booking
    if booking.state != Booking.State.BOOKED and not booking.is_held(at):
        raise BookingOver(state=booking.get_state_display())
    was_booked = booking.state == Booking.State.BOOKED
    if seat is not None:
        seats.give_back(seat)
    holding.end(booking, Booking.State.CANCELLED, at=at)
    Waiting.objects.filter(booking=booking, state=Waiting.State.OFFERED).update(state=Waiting.State.LAPSED)
    promote(plan_id=booking.plan_id, day=booking.slot.day, at=at)
    if was_booked:
        holding.tell("cancelled", booking)
    where = {"target": booking.target, "division": booking.plan.division}
    audit.record("appointments.cancel", actor=actor, at=at, **where, **side.audited)
    return booking


def _lock_booked(booking: Booking) -> Seat:
    """:raises BookingOver: it is not a booking any more."""
    seat = seats.lock_of(booking)
    booking.refresh_from_db(fields=["state"])
    if seat is None or booking.state != Booking.State.BOOKED:
        raise BookingOver(state=booking.get_state_display())
    return seat
