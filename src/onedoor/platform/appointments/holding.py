"""What holding a place takes, for whoever asks: a person who books, and the waiting list that offers."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from onedoor.platform.appointments import figures, rules, seats
from onedoor.platform.appointments.errors import (
    Blocked,
    BookingNotFound,
    DuplicatePerson,
    NotBookable,
    NotReleased,
    SlotOver,
)
from onedoor.platform.appointments.models import BookedPerson, Booking, CapacityPlan, Slot, Waiting
from onedoor.platform.identity import operations as identity_operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import CHINA, day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.standards.id_numbers import parse_citizen_id

LEVEL = 1  # a telephone number that answers is enough to book (unified identity, 9.2)
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that is read for something else


@dataclass(frozen=True)
class Partner:
    """Whoever comes along: with the number of their document, so that nobody is booked twice."""

    name: str = ""
    id_number: str = ""

    @property
    def given(self) -> bool:
        return bool(self.name.strip() or self.id_number.strip())


def slot_of(slot_id: int) -> Slot:
    """:raises NotBookable: there is no such slot, or its office takes no bookings now."""
    slot = Slot.objects.select_related("plan__service_point__organization").filter(pk=slot_id).first()
    if slot is None or not slot.plan.active:
        raise NotBookable
    return slot


def require_open(slot: Slot, *, at: datetime) -> None:
    """
    :raises SlotOver: it has begun.
    :raises NotReleased: its day is not given out yet.
    """
    if slot.starts_at <= at:
        raise SlotOver
    require_released(slot.plan, slot.day, at=at)


def require_released(plan: CapacityPlan, day: date, *, at: datetime) -> None:
    """:raises NotReleased: the day is not given out yet."""
    last = rules.last_bookable_day(at.astimezone(CHINA), days_ahead=plan.days_ahead, release=plan.release_time)
    if day > last:
        begins = day - timedelta(days=plan.days_ahead)
        raise NotReleased(release=f"{begins:%-m月%-d日} {plan.release_time:%H:%M} ")


def side_of(plan: CapacityPlan, person_id: int | None, *, actor: Actor, at: datetime) -> identity.Side:
    """
    Return for whom a place is asked, and by whom.

    :raises MandateMissing and its kin: the actor may not submit in this business for them.
    """
    return identity.require_side(
        person_id=person_id, item=plan.business, scope=identity.SUBMIT, actor=actor, on=day_of(at)
    )


def is_free(slot: Slot, at: datetime) -> bool:
    """A cheap look without a lock; places that fall free belong first to those who wait for this day."""
    if Waiting.objects.filter(plan_id=slot.plan_id, day=slot.day, state=Waiting.State.WAITING).exists():
        return False
    return seats.free_on(plan_id=slot.plan_id, day=slot.day, at=at).filter(slot=slot).exists()


def make_hold(
    slot: Slot,
    people: Sequence[int],
    *,
    until: datetime,
    case_number: str,
    channel: str,
    at: datetime,
    request_key: str = "",
    agent_id: int | None = None,
) -> Booking:
    """
    Write a hold with its people and take its place last, so that the place is locked for as short as can be.

    :raises SlotFull, DuplicatePerson: as `hold_place`.
    """
    forget_lapsed(people, slot.plan.business, at=at)
    booking = Booking.objects.create(
        number="".join(secrets.choice(ALPHABET) for _ in range(8)),
        plan=slot.plan,
        slot=slot,
        person_id=people[0],
        agent_id=agent_id,
        held_until=until,
        case_number=case_number,
        channel=channel,
        asked_with=request_key,
        made_at=at,
    )
    try:
        with transaction.atomic():
            BookedPerson.objects.bulk_create(
                BookedPerson(booking=booking, person_id=person, business=slot.plan.business)
                for person in sorted(
                    people
                )  # in one order, so that a couple that books twice at once does not deadlock
            )
    except IntegrityError:
        raise DuplicatePerson from None
    seats.take(slot_id=slot.pk, booking=booking, held_until=until, at=at)
    return booking


def forget_lapsed(people: Sequence[int], business: str, *, at: datetime) -> None:
    """Let holds that have run out bind their people no more; the places are free already."""
    BookedPerson.objects.filter(
        person__in=people,
        business=business,
        active=True,
        booking__state=Booking.State.HELD,
        booking__held_until__lte=at,
    ).update(active=False)


def people_of(plan: CapacityPlan, person_id: int, partner: Partner, *, actor: Actor, at: datetime) -> list[int]:
    """
    Return the people of a booking, whose it is first.

    :raises InvalidInput: nobody may come along, or they are not told rightly.
    """
    if not partner.given:
        return [person_id]
    problems = {}
    if plan.most_persons < 2:
        problems["partner_name"] = "这项业务一个号一个人，不用填同行人；同行的人请另外预约。"
    elif not partner.name.strip():
        problems["partner_name"] = "请填写同行人的姓名。"
    try:
        number = parse_citizen_id(partner.id_number).number
    except ValueError as error:
        raise InvalidInput(problems | {"partner_id_number": str(error)}) from None
    if problems:
        raise InvalidInput(problems)
    other = identity_operations.ensure_person(
        name=partner.name.strip(), id_number=number, division="", actor=actor, at=at
    )
    if other.name != partner.name.strip():
        raise InvalidInput({"partner_name": "姓名和身份证号对不上，请对照证件核对。"})
    if other.pk == person_id:
        raise InvalidInput({"partner_id_number": "这是来办的人本人的身份证号，请填写同行人的。"})
    return [person_id, other.pk]


def require_not_blocked(people: Sequence[int], read: figures.Figures, *, at: datetime) -> None:
    """:raises Blocked: one of them did not come too often."""
    missed = BookedPerson.objects.filter(person__in=people, booking__state=Booking.State.NO_SHOW)
    days: dict[int, list[datetime]] = {}
    for person, day in missed.values_list("person", "booking__slot__starts_at"):
        days.setdefault(person, []).append(day)
    for moments in days.values():
        until = rules.blocked_until(
            [day_of(one) for one in moments],
            most=read.no_shows,
            within_days=read.no_show_days,
            block_days=read.block_days,
        )
        if until is not None and day_of(at) <= until:
            ends = until + timedelta(days=1)
            raise Blocked(days=read.no_show_days, times=read.no_shows, until=f"{ends:%Y年%-m月%-d日}")


def end(booking: Booking, state: Booking.State, *, at: datetime) -> None:
    """Let a booking end; its people may book this business again."""
    booking.state, booking.ended_at = state, at
    booking.save(update_fields=["state", "ended_at"])
    booking.people.update(active=False)


def tell(what: str, booking: Booking) -> None:
    """Leave word for the people of a booking; it is sent after the commit, so the transaction stays short."""
    outbox.publish("appointments.tell", key=booking.target, what=what, booking=str(booking.pk))


def own_booking(booking_id: UUID, actor: Actor, *, at: datetime, scope: str = "") -> tuple[Booking, identity.Side]:
    """
    Return a booking the actor is one of the people of, or may look at for one of them, and in whose matter they come;
    with a `scope`, for whom they may do that besides.

    :raises BookingNotFound: there is none, or it is somebody else's; both look alike, also to who once acted for them.
    :raises MandateMissing and its kin: they may look at it, and no more.
    """
    person_id = actor.require_person()
    found = Booking.objects.select_related("slot", "plan__service_point__organization").filter(pk=booking_id)
    own = Exists(BookedPerson.objects.filter(booking=OuterRef("pk"), person=person_id))
    booking = found.annotate(is_own=own).first()
    if booking is None:
        raise BookingNotFound
    if booking.is_own:
        return booking, identity.Side(person_id)
    matter: dict[str, Any] = {"item": booking.plan.business, "actor": actor, "on": day_of(at)}
    refusal: OneDoorError = BookingNotFound()
    for one in booking.people.order_by("pk").values_list("person_id", flat=True):
        made_by = booking.agent_id if one == booking.person_id else None
        with suppress(*identity.NO_MANDATE):
            side = identity.require_look(person_id=one, agent_id=made_by, **matter)
            try:
                return booking, identity.require_side(person_id=one, scope=scope, **matter) if scope else side
            except identity.NO_MANDATE as error:
                refusal = error
    raise refusal
