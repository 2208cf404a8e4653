"""The waiting list of a day that is full: who is first is offered what falls free, with a time to accept."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from onedoor.platform.appointments import figures, holding, seats
from onedoor.platform.appointments.errors import (
    AlreadyWaiting,
    BookingNotFound,
    DuplicatePerson,
    NotBookable,
    PlanNotFound,
    SlotFull,
    StillFree,
)
from onedoor.platform.appointments.holding import LEVEL, Partner
from onedoor.platform.appointments.models import BookedPerson, Booking, CapacityPlan, Slot, Waiting
from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.messages.reach import quiet_until

MACHINE = Actor.system("候补")


@transaction.atomic
def join_waiting(
    *,
    plan_id: int,
    day: date,
    partner: Partner,
    actor: Actor,
    at: datetime,
    case_number: str = "",
    person_id: int | None = None,
) -> Waiting:
    """
    Wait for a place on a day that is full, for oneself or for `person_id` for whom one acts.

    :raises StillFree: there are places; :raises AlreadyWaiting: the person waits for that day already.
    :raises DuplicatePerson, Blocked, NotReleased, NotBookable, InvalidInput: as when booking.
    """
    actor.require_person()
    actor.require_level(LEVEL)
    found = CapacityPlan.objects.select_related("service_point__organization").filter(pk=plan_id)
    plan = found.first()
    if plan is None:
        raise PlanNotFound
    if not plan.active or not Slot.objects.filter(plan=plan, day=day, starts_at__gt=at, bookable__gt=0).exists():
        raise NotBookable
    holding.require_released(plan, day, at=at)
    side = holding.side_of(plan, person_id, actor=actor, at=at)
    people = holding.people_of(plan, side.person_id, partner, actor=actor, at=at)
    read = figures.read(chain=identity.chain(plan.division), on=day_of(at))
    holding.require_not_blocked(people, read, at=at)
    holding.forget_lapsed(people, plan.business, at=at)
    if BookedPerson.objects.filter(person__in=people, business=plan.business, active=True).exists():
        raise DuplicatePerson
    line = Waiting.objects.filter(plan=plan, day=day, state=Waiting.State.WAITING)
    if seats.free_on(plan_id=plan.pk, day=day, at=at).exists() and not line.exists():
        raise StillFree
    try:
        with transaction.atomic():
            waiting = Waiting.objects.create(
                plan=plan,
                day=day,
                person_id=side.person_id,
                agent_id=side.agent_id,
                partner_id=people[1] if len(people) > 1 else None,
                case_number=case_number,
                joined_at=at,
            )
    except IntegrityError:
        raise AlreadyWaiting from None
    where = {"target": waiting.target, "division": plan.division}
    audit.record("appointments.wait", actor=actor, at=at, **where, **side.audited)
    return waiting


@transaction.atomic
def leave_waiting(*, waiting_id: int, actor: Actor, at: datetime) -> None:
    """
    Stop waiting; leaving twice changes nothing. An offer is declined by cancelling what is held.

    :raises BookingNotFound: neither the actor waits there nor anybody whose affairs they may look at.
    :raises MandateMissing and its kin: they may look at it, and no more.
    """
    actor.require_person()
    found = Waiting.objects.select_for_update(of=("self",)).select_related("plan").filter(pk=waiting_id).first()
    if found is None:
        raise BookingNotFound
    matter: dict[str, Any] = {"person_id": found.person_id, "item": found.plan.business, "actor": actor}
    try:
        identity.require_look(agent_id=found.agent_id, on=day_of(at), **matter)
    except identity.NO_MANDATE:
        raise BookingNotFound from None
    side = identity.require_side(scope=identity.SUBMIT, on=day_of(at), **matter)
    if found.state == Waiting.State.WAITING:
        found.state = Waiting.State.LEFT
        found.save(update_fields=["state"])
        audit.record("appointments.leave_waiting", actor=actor, at=at, target=found.target, **side.audited)


def promote(*, plan_id: int, day: date, at: datetime) -> int:
    """
    Offer the free places of a day to those who wait, in their order, each held for them with a time to accept; return
    how many were offered. Runs inside the transaction of whoever gave a place back, so nobody slips in between.
    """
    offered = 0
    line = Waiting.objects.filter(plan_id=plan_id, day=day, state=Waiting.State.WAITING).order_by("joined_at", "pk")
    for waiting in line.select_related("plan__service_point__organization", "person").select_for_update(of=("self",)):
        free = seats.free_on(plan_id=plan_id, day=day, at=at).select_related("slot").order_by("slot__starts_at")
        seat = free.first()
        if seat is None:
            break
        offered += _offer(waiting, seat.slot, at)
    return offered


def _offer(waiting: Waiting, slot: Slot, at: datetime) -> bool:
    plan = waiting.plan
    slot.plan = plan
    read = figures.read(chain=identity.chain(plan.division), on=day_of(at))
    told_at = quiet_until(at, division=waiting.person.division_id or "")  # nobody's phone rings at night
    until = min(max(at, told_at) + timedelta(minutes=read.accept_minutes), slot.starts_at)
    people = [waiting.person_id, *([waiting.partner_id] if waiting.partner_id else [])]
    case_number = waiting.case_number
    try:
        with transaction.atomic():
            held = {"until": until, "case_number": case_number, "channel": "system", "agent_id": waiting.agent_id}
            booking: Booking | None = holding.make_hold(slot, people, **held, at=at)  # type: ignore[arg-type]
    except DuplicatePerson:  # they have booked elsewhere meanwhile
        booking = None
    except SlotFull:
        return False
    waiting.booking, waiting.state = booking, Waiting.State.OFFERED if booking else Waiting.State.LAPSED
    waiting.save(update_fields=["booking", "state"])
    if booking is None:
        return False
    holding.tell("offered", booking)
    audit.record("appointments.offer", actor=MACHINE, at=at, target=booking.target, division=plan.division)
    return True
