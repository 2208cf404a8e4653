"""A person's own bookings, waits and tickets."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from onedoor.platform.appointments.holding import own_booking
from onedoor.platform.appointments.models import Booking, Ticket, Waiting
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.standards.masks import mask_name

PAGE = 50


@dataclass(frozen=True)
class BookingView:
    """A booking as one of its people sees it; of the other only the masked name."""

    booking: Booking
    people: list[str]
    ticket: Ticket | None
    at: datetime

    @property
    def is_held(self) -> bool:
        return self.booking.is_held(self.at)

    @property
    def is_booked(self) -> bool:
        return self.booking.state == Booking.State.BOOKED

    @property
    def has_lapsed(self) -> bool:
        return self.booking.state == Booking.State.LAPSED or (
            self.booking.state == Booking.State.HELD and not self.is_held
        )

    @property
    def state(self) -> str:
        return str(Booking.State.LAPSED.label if self.has_lapsed else self.booking.get_state_display())

    @property
    def may_change(self) -> bool:
        return self.is_booked and self.booking.slot.starts_at > self.at

    @property
    def may_check_in(self) -> bool:
        return self.is_booked and self.booking.slot.day == day_of(self.at)

    @property
    def agent(self) -> str:
        """Return who has booked it for them, masked; "" for themselves."""
        return mask_name(self.booking.agent.name) if self.booking.agent else ""

    @property
    def minutes_left(self) -> int:
        return max(0, -(-int((self.booking.held_until - self.at).total_seconds()) // 60))


def get_booking(*, booking_id: UUID, actor: Actor, at: datetime) -> BookingView:
    """:raises BookingNotFound: there is none, or it is somebody else's; both look alike."""
    booking, _ = own_booking(booking_id, actor, at=at)
    people = [mask_name(identity.name_of(one.person_id)) for one in booking.people.order_by("pk")]
    return BookingView(booking, people, Ticket.objects.filter(booking=booking).first(), at)


def my_bookings(*, actor: Actor, at: datetime, person_id: int | None = None) -> list[BookingView]:
    """
    Return the actor's bookings, or those of `person_id` for whom they act, those to come first; those they were to come
    along with too.

    :raises MandateMissing and its kin: nothing of that person is the actor's to see.
    """
    seen = identity.require_seen(person_id=person_id, actor=actor, on=day_of(at), done=True)
    mine = Booking.objects.filter(seen.rows("plan__business", agent="agent"), people__person=seen.person_id)
    found = mine.select_related("slot", "plan__service_point").order_by("-slot__starts_at")[:PAGE]
    tickets = {one.booking_id: one for one in Ticket.objects.filter(booking__in=found)}
    views = [BookingView(one, [], tickets.get(one.pk), at) for one in found]
    return sorted(views, key=lambda one: not (one.is_held or one.is_booked))


def coming_bookings(*, actor: Actor, at: datetime) -> list[BookingView]:
    """Return what the actor has booked or still has to confirm."""
    return [one for one in my_bookings(actor=actor, at=at) if one.is_held or (one.is_booked and one.may_change)]


def my_waiting(*, actor: Actor, on: date, person_id: int | None = None) -> list[Waiting]:
    """Return the days the actor waits for, or `person_id` for whom they act, with the place in line as `place`."""
    seen = identity.require_seen(person_id=person_id, actor=actor, on=on, done=True)
    mine = Waiting.objects.filter(seen.rows("plan__business", agent="agent"), person=seen.person_id)
    rows = mine.filter(state=Waiting.State.WAITING).select_related("plan__service_point")
    found = list(rows.order_by("day"))
    for one in found:
        line = Waiting.objects.filter(plan=one.plan_id, day=one.day, state=Waiting.State.WAITING)
        one.place = line.filter(joined_at__lt=one.joined_at).count() + 1  # type: ignore[attr-defined]
    return found
