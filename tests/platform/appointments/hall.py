"""An office that offers the invented item for booking: 40 places a day, a week of working days, two windows."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from tests.platform.library import CHINA, COUNTY, ITEM, LONG_AGO, MACHINE, Library

from onedoor.demonstration.cast import Citizen
from onedoor.platform.appointments import operations
from onedoor.platform.appointments.models import CapacityPlan, Slot, Ticket
from onedoor.platform.appointments.operations import Offer, Partner, Visitor
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Login, Person, ServicePoint
from onedoor.platform.kernel.actors import Actor

# 20 May, a peak of marriages; in the tests it lies ahead of the library's years, on a Thursday.
PEAK = date(2027, 5, 20)
BEFORE = datetime(2027, 5, 18, 9, 0, tzinfo=CHINA)
DAY = datetime(2027, 5, 20, 8, 50, tzinfo=CHINA)
WEEK = {day: [("09:00", "11:00", 5), ("13:00", "15:00", 5)] for day in range(1, 6)}
OFFER = Offer(
    business=ITEM,
    title="",
    most_persons=2,
    slot_minutes=30,
    week=WEEK,
    walk_in_percent=30,
    days_ahead=7,
    release_time="08:00",
    windows=["1", "2"],
)
GRANDMA = Citizen("grandma", "王桂英", date(1949, 3, 4), 62)


@dataclass
class Hall:
    """The hall with its plan, its manager, its window and whoever comes."""

    books: Library
    point: ServicePoint
    plan: CapacityPlan

    @property
    def manager(self) -> Actor:
        return self.books.officer("county_items", PEAK)

    def clerk(self, name: str = "hall_clerk") -> Actor:
        login = Login.objects.get(username=name)
        return replace(self.books.officer(name, PEAK), login_id=login.pk)

    def slots(self, day: date = PEAK) -> list[Slot]:
        return list(Slot.objects.filter(plan=self.plan, day=day).order_by("starts_at"))

    def person(self, number: int) -> Person:
        """Return one of any number of people with an account."""
        born = date(1980, 1, 1) + timedelta(days=number)
        return identity.ensure_person(
            name=f"路人{number}",
            id_number=Citizen("p", "路人", born, 100 + number % 800).id_number,
            division=COUNTY,
            actor=MACHINE,
            at=LONG_AGO,
        )

    def citizen(self, person: Person) -> Actor:
        return Actor(kind="citizen", name="", person_id=person.pk, assurance=1)

    def hold(self, slot: Slot, person: Person, at: datetime = BEFORE, partner: Partner | None = None) -> Any:
        return operations.hold_place(slot_id=slot.pk, partner=partner or Partner(), actor=self.citizen(person), at=at)

    def book(self, slot: Slot, person: Person, at: datetime = BEFORE, partner: Partner | None = None) -> Any:
        booking = self.hold(slot, person, at, partner)
        return operations.confirm_booking(booking_id=booking.pk, actor=self.citizen(person), at=at)

    def walk_in(self, at: datetime = DAY, **known: Any) -> Ticket:
        return operations.take_ticket(plan_id=self.plan.pk, visitor=Visitor(**known), actor=self.clerk(), at=at)

    def next(self, at: datetime, window: str = "1") -> Ticket:
        return operations.call_next(point_id=self.point.pk, window=window, actor=self.clerk(), at=at)


def open_hall(books: Library, *, at: datetime = BEFORE, division: str = COUNTY, **changes: Any) -> Hall:
    """Open the hall of the county's library with a clerk of its own."""
    organ = books.organs[division]
    point = identity.set_service_point(
        organization_id=organ.pk,
        kind="hall",
        name="图书馆大厅",
        address="朝阳路 1 号",
        phone="010-10000",
        opening_hours="工作日 9:00–17:00",
        actor=MACHINE,
        at=LONG_AGO,
    )
    if "hall_clerk" not in books.posts:
        login = identity.open_officer_login(
            username="hall_clerk", name="官员大厅", password="x" * 12, one_time_secret="", actor=MACHINE, at=LONG_AGO
        )
        books.posts["hall_clerk"] = identity.appoint_officer(
            login_id=login.pk,
            organization_id=organ.pk,
            role="intake_clerk",
            division=division,
            lines=[],
            valid_from=date(2026, 1, 1),
            actor=MACHINE,
            at=LONG_AGO,
        ).pk
    plan = operations.set_plan(point_id=point.pk, offer=replace(OFFER, **changes), actor=MACHINE, at=at)
    return Hall(books, point, plan)


def clock(hour: int, minute: int = 0, day: date = PEAK) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=CHINA)
