"""What the manager of an office sees: plans within reach, the week they make, who is booked on a day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from onedoor.platform.appointments import making, rules
from onedoor.platform.appointments.drafting import MANAGE
from onedoor.platform.appointments.errors import PlanNotFound
from onedoor.platform.appointments.models import Booking, CapacityPlan, SpecialDay
from onedoor.platform.appointments.operations.queue import SERVE
from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import ServicePoint
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.scopes import within_reach
from onedoor.standards.masks import mask_name

WEEK = 7


@dataclass(frozen=True)
class PreviewDay:
    """A day as a plan makes it: its slots, and what comes to it in all."""

    day: date
    slots: list[rules.SlotWanted]

    @property
    def places(self) -> int:
        return sum(one.capacity for one in self.slots)

    @property
    def bookable(self) -> int:
        return sum(one.bookable for one in self.slots)

    @property
    def walk_ins(self) -> int:
        return self.places - self.bookable


@dataclass(frozen=True)
class Booked:
    """A booking of a day; names are masked."""

    booking: Booking
    people: list[str]


def list_plans(*, actor: Actor) -> list[CapacityPlan]:
    """Return the plans of the offices within the manager's reach."""
    actor.require_one_of(MANAGE)
    return list(plans_in_reach(actor).order_by("service_point", "letter"))


def plans_in_reach(actor: Actor) -> QuerySet[CapacityPlan]:
    """Return the plans of the offices and business lines of a post."""
    here = within_reach(actor, prefix="service_point__organization__", field="division_id", by_line=False)
    found = CapacityPlan.objects.filter(here).select_related("service_point__organization")
    return found.filter(line__in=["", *actor.lines]) if actor.lines else found


def points(*, actor: Actor) -> list[ServicePoint]:
    """Return the service points within the manager's reach, for which a plan can be set."""
    actor.require_one_of(MANAGE)
    here = within_reach(actor, prefix="organization__", field="division_id", by_line=False)
    return list(ServicePoint.objects.filter(here).select_related("organization").order_by("organization", "pk"))


def managed_plan(*, plan_id: int, actor: Actor) -> CapacityPlan:
    """:raises PlanNotFound: there is none, or it is not within reach; both look alike."""
    actor.require_one_of(MANAGE, SERVE)
    found = plans_in_reach(actor).filter(pk=plan_id).first()
    if found is None:
        raise PlanNotFound
    return found


def preview(plan: CapacityPlan, *, at: datetime) -> list[PreviewDay]:
    """Return the next seven days as a plan makes them; it need not be saved."""
    first = day_of(at)
    days = making.wanted(plan, [first + timedelta(days=number) for number in range(WEEK)])
    return [PreviewDay(day, slots) for day, slots in days.items()]


def special_days(plan: CapacityPlan, *, on: date) -> list[SpecialDay]:
    """Return the special days to come."""
    return list(plan.special_days.filter(day__gte=on).order_by("day"))


def bookings_on(*, plan_id: int, day: date, actor: Actor, at: datetime) -> list[Booked]:
    """
    Return who is booked at an office on a day; the list is one look, and recorded.

    :raises PlanNotFound: the office is not within reach.
    """
    plan = managed_plan(plan_id=plan_id, actor=actor)
    kept = Booking.objects.filter(plan=plan, slot__day=day).exclude(
        state__in=[Booking.State.CANCELLED, Booking.State.LAPSED, Booking.State.HELD]
    )
    rows = kept.select_related("slot").prefetch_related("people__person").order_by("slot__starts_at", "made_at")
    found = [Booked(one, [mask_name(person.person.name) for person in one.people.all()]) for one in rows]
    audit.record_look("appointments.view_day", actor=actor, at=at, target=plan.target, division=plan.division)
    return found
