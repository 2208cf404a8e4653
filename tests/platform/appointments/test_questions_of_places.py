"""How many questions a booking asks of the database: the same with one office or ten, one booking or twenty."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.platform.appointments.hall import BEFORE, DAY, OFFER, PEAK, Hall, open_hall
from tests.platform.library import COUNTY, LONG_AGO, MACHINE, Library

from onedoor.platform.appointments import jobs, operations, queries
from onedoor.platform.appointments.models import Booking, Ticket
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries as identity_queries
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.kernel.models import OutboxMessage


def asked(act: Callable[[], Any]) -> int:
    """Return how many questions an act asks; the marks of nested transactions are none."""
    with CaptureQueriesContext(connection) as captured:
        act()
    marks = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return sum(not one["sql"].startswith(marks) for one in captured.captured_queries)


def test_a_place_is_held_and_confirmed_with_the_same_few_questions_however_full_it_is(hall: Hall) -> None:
    slot, people = hall.slots()[0], [hall.person(number) for number in range(4)]
    hall.book(slot, people[0])  # whatever is read once is read
    first = asked(lambda: hall.hold(slot, people[1]))
    for number in range(20, 40):
        hall.book(hall.slots()[1 + number % 7], hall.person(number))
    assert asked(lambda: hall.hold(slot, people[2])) == first <= 12
    held = Booking.objects.get(person=people[2])
    confirm = asked(lambda: operations.confirm_booking(booking_id=held.pk, actor=hall.citizen(people[2]), at=BEFORE))
    assert confirm <= 8


def test_a_full_slot_is_told_with_one_question(hall: Hall) -> None:
    slot = hall.slots()[0]
    assert asked(lambda: queries.is_full(slot_id=slot.pk, request_key="k1", at=BEFORE)) == 1


def test_the_list_of_offices_and_the_days_of_one_ask_the_same_whatever_there_is(hall: Hall, books: Library) -> None:
    def offices() -> Any:
        return queries.offices(business=OFFER.business, chain=identity_queries.chain(COUNTY), at=BEFORE)

    offices()
    first, days = asked(offices), asked(lambda: queries.days_of(hall.plan, at=BEFORE))
    for number in range(5):
        point = identity.set_service_point(
            organization_id=books.organs[COUNTY].pk,
            kind="hall",
            name=f"分馆 {number}",
            address="和平路",
            phone="",
            opening_hours="",
            actor=MACHINE,
            at=LONG_AGO,
        )
        operations.set_plan(point_id=point.pk, offer=OFFER, actor=MACHINE, at=BEFORE)
    assert len(offices()) == 6
    assert asked(offices) == first == 2
    assert asked(lambda: queries.days_of(hall.plan, at=BEFORE)) == days == 2


def test_the_morning_after_tickets_end_and_only_who_did_not_come_has_missed_it(hall: Hall) -> None:
    came, stayed_away = hall.person(1), hall.person(2)
    booking = hall.book(hall.slots()[0], came)
    hall.book(hall.slots()[0], stayed_away)
    operations.check_in(booking_id=booking.pk, actor=hall.citizen(came), at=DAY)
    jobs.close_days(at=DAY.replace(day=PEAK.day + 1))
    assert Ticket.objects.get().state == "no_show"
    assert Booking.objects.get(person=came).state == "cancelled"
    assert Booking.objects.get(person=stayed_away).state == "no_show"
    assert OutboxMessage.objects.filter(payload__what="missed").count() == 1


def test_who_has_just_booked_is_not_reminded_of_it(hall: Hall) -> None:
    hall.book(hall.slots()[0], hall.person(1), BEFORE)
    evening = DAY - timedelta(hours=12)
    hall.book(hall.slots()[0], hall.person(2), evening)
    jobs.remind(at=evening + timedelta(minutes=1))
    reminded = OutboxMessage.objects.filter(payload__what="reminded").values_list("payload__booking", flat=True)
    assert [Booking.objects.get(pk=one).person for one in reminded] == [hall.person(1)]


def test_a_hall_has_as_many_businesses_as_there_are_letters_and_says_so(hall: Hall) -> None:
    offer = {"title": "其他业务", "windows": ["9"]}
    for number in range(25):
        set_plan(hall, business=f"own.{number}", **offer)
    with pytest.raises(InvalidInput) as refused:
        set_plan(hall, business="own.more", **offer)
    assert "最多安排 26 项" in refused.value.problems["business"]


def set_plan(hall: Hall, **changes: Any) -> None:
    operations.set_plan(point_id=hall.point.pk, offer=replace(OFFER, **changes), actor=MACHINE, at=BEFORE)


def test_a_second_hall_of_the_same_office_has_a_line_of_its_own(hall: Hall, books: Library) -> None:
    other = open_hall(books, business="library.renewal", title="换证", windows=["3"])
    hall.walk_in()
    ticket = other.walk_in()
    assert ticket.number == "B001"
    assert queries.ticket_standing(code=ticket.code, at=DAY).ahead == 0


def test_what_is_expected_is_counted_by_the_database_and_today_teaches_nothing(hall: Hall) -> None:
    def came(days_ago: int, hour: int, minute: int, number: int) -> None:
        at = DAY.replace(hour=hour, minute=minute) - timedelta(days=days_ago)
        for one in range(number):
            mark = f"{days_ago}-{hour}-{minute}-{one}"
            told = {
                "code": mark,
                "number": f"A{Ticket.objects.count()}",
                "day": at.date(),
                "taken_at": at,
                "channel": "kiosk",
            }
            Ticket.objects.create(service_point=hall.point, plan=hall.plan, **told)

    def expected() -> dict[str, tuple[float, int]]:
        found = queries.forecast(hall.plan, PEAK + timedelta(days=7), at=DAY.replace(hour=10))
        return {f"{one.starts:%H:%M}": (one.expected, one.booked) for one in found.value}

    jobs.make_slots(at=DAY)
    came(7, 9, 29, 3)
    came(7, 9, 30, 2)
    came(14, 9, 0, 1)
    came(0, 9, 0, 9)  # this morning, of a day that is not over
    first = asked(expected)
    found = expected()
    assert (found["09:00"], found["09:30"]) == ((2.0, 0), (1.0, 0))
    for days_ago in range(21, 63, 7):
        came(days_ago, 9, 45, 4)
    assert asked(expected) == first == 3
