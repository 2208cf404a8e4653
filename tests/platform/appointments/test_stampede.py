"""Forty people at once on one slot, each over a connection of their own: as many places as there are, and an answer for all."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from tests.platform.appointments.hall import BEFORE, DAY, Hall, open_hall
from tests.platform.files.conftest import at_once, where_writers_race
from tests.platform.library import Library

from onedoor.platform.appointments import operations, queries
from onedoor.platform.appointments.errors import WindowBusy
from onedoor.platform.appointments.models import BookedPerson, Booking, Seat, Ticket
from onedoor.platform.kernel.errors import OneDoorError

CROWD = 40


@pytest.fixture
def hall(books: Library) -> Hall:
    return open_hall(books)


def rush(hall: Hall, *, confirms: bool, attempts: int = CROWD, people: int = CROWD) -> Counter[str]:
    """Let everybody hold a place of the first slot at the same moment, and confirm it; return what they were told."""
    slot, together = hall.slots()[0], threading.Barrier(attempts)
    crowd = [hall.person(number) for number in range(people)]
    told: Counter[str] = Counter()
    lock = threading.Lock()

    def run(number: int) -> None:
        person = crowd[number % people]
        try:
            together.wait()
            booking = hall.hold(slot, person)
            if confirms:
                operations.confirm_booking(booking_id=booking.pk, actor=hall.citizen(person), at=BEFORE)
            answer = "held"
        except OneDoorError as refusal:
            answer = refusal.code
        finally:
            connection.close()
        with lock:
            told[answer] += 1

    threads = [threading.Thread(target=run, args=[number]) for number in range(attempts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


@where_writers_race
@pytest.mark.django_db(transaction=True)
def test_no_place_is_sold_twice_and_everybody_is_answered(hall: Hall) -> None:
    slot = hall.slots()[0]
    told = rush(hall, confirms=True)
    assert told == {"held": slot.bookable, "appointment.full": CROWD - slot.bookable}
    assert Booking.objects.filter(state=Booking.State.BOOKED).count() == slot.bookable
    assert Seat.objects.filter(slot=slot, booking__state=Booking.State.BOOKED).count() == slot.bookable


@where_writers_race
@pytest.mark.django_db(transaction=True)
def test_nobody_gets_two_places_by_asking_many_times_at_once(hall: Hall) -> None:
    told = rush(hall, confirms=False, people=2)
    assert told["held"] == 2
    assert set(told) <= {"held", "appointment.duplicate_person", "appointment.full"}
    assert BookedPerson.objects.filter(active=True).count() == Seat.objects.filter(booking__isnull=False).count() == 2


@where_writers_race
@pytest.mark.django_db(transaction=True)
def test_two_browsers_at_one_window_call_one_number(hall: Hall) -> None:
    for _ in range(8):
        hall.walk_in(at=DAY)
    together, told = threading.Barrier(4), []

    def call() -> None:
        together.wait()
        try:
            told.append(hall.next(DAY).number)
        except WindowBusy as refusal:
            told.append(refusal.code)

    at_once(call, call, call, call)
    assert Ticket.objects.filter(state=Ticket.State.CALLED).count() == 1
    assert Counter(told)["queue.window_busy"] == 3


@where_writers_race
@pytest.mark.django_db(transaction=True)
def test_what_a_dead_process_held_is_free_by_time_alone(hall: Hall) -> None:
    slot = hall.slots()[0]
    assert rush(hall, confirms=False)["held"] == slot.bookable
    assert queries.is_full(slot_id=slot.pk, request_key="", at=BEFORE)
    later = BEFORE + timedelta(minutes=10)
    assert not queries.is_full(slot_id=slot.pk, request_key="", at=later)  # nobody has tidied up anything
    for number in range(slot.bookable):
        hall.book(slot, hall.person(100 + number), later)
    assert queries.is_full(slot_id=slot.pk, request_key="", at=later)


def test_whoever_sends_the_form_that_got_the_last_place_again_is_not_told_that_all_is_full(hall: Hall) -> None:
    slot = hall.slots()[0]
    for number in range(slot.bookable - 1):
        hall.book(slot, hall.person(number))
    operations.hold_place(
        slot_id=slot.pk,
        partner=operations.Partner(),
        request_key="k1",
        actor=hall.citizen(hall.books.reader),
        at=BEFORE,
    )
    assert queries.is_full(slot_id=slot.pk, request_key="another", at=BEFORE)
    assert not queries.is_full(slot_id=slot.pk, request_key="k1", at=BEFORE)
