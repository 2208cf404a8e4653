"""Places: what a plan makes of a day, who gets one, and that nobody gets two."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from tests.platform.appointments.hall import BEFORE, DAY, GRANDMA, OFFER, PEAK, Hall, clock, open_hall
from tests.platform.identity.bereaved import bury, give_back
from tests.platform.library import COUNTY, FRIEND, READER, Library

from onedoor.platform.appointments import jobs, operations, queries
from onedoor.platform.appointments.errors import (
    Blocked,
    DuplicatePerson,
    HoldExpired,
    NobodyWaits,
    NotReleased,
    SlotFull,
    StillFree,
    TicketNotFound,
    WalkInsUsedUp,
    WindowBusy,
)
from onedoor.platform.appointments.models import Booking, Seat, Ticket, Waiting
from onedoor.platform.appointments.operations import Partner
from onedoor.platform.cases.access import CaseNotFound
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed
from onedoor.platform.messages.models import Message
from onedoor.platform.messages.reach import quiet_until

READER_TOO = Partner(READER.name, READER.id_number)
FRIEND_TOO = Partner(FRIEND.name, FRIEND.id_number)


def test_of_forty_places_twelve_are_kept_for_walk_ins_and_twenty_eight_can_be_booked(hall: Hall) -> None:
    slots = hall.slots()
    assert (sum(one.capacity for one in slots), sum(one.bookable for one in slots)) == (40, 28)
    assert {one.bookable for one in slots} <= {3, 4}
    assert Seat.objects.filter(slot__in=slots).count() == 28
    for _ in range(12):
        hall.walk_in()
    with pytest.raises(WalkInsUsedUp):
        hall.walk_in()
    assert hall.walk_in(extra_reason="腿脚不便，远道而来").extra_reason


def test_a_couple_that_books_twice_with_swapped_partners_is_refused(hall: Hall) -> None:
    first, second = hall.slots()[:2]
    hall.book(first, hall.books.reader, partner=FRIEND_TOO)
    with pytest.raises(DuplicatePerson) as refused:
        hall.hold(second, hall.books.friend, partner=READER_TOO)
    assert refused.value.code == "appointment.duplicate_person"
    with pytest.raises(DuplicatePerson):
        hall.hold(second, hall.books.friend)
    assert Booking.objects.count() == 1


def test_a_senior_without_a_phone_gets_a_paper_ticket_with_the_helper_on_record(hall: Hall) -> None:
    hall.walk_in(at=clock(8, 40))
    ticket = hall.walk_in(
        name=GRANDMA.name, id_number=GRANDMA.id_number, helped=True, signed="fingerprint", witness="社区李主任"
    )
    assert (ticket.priority, ticket.channel, ticket.witness) == ("senior", "window", "社区李主任")
    assert (ticket.helper_login_id, ticket.helper_name) == (hall.clerk().login_id, "官员大厅")
    assert hall.next(clock(9)).pk == ticket.pk
    with pytest.raises(InvalidInput):
        hall.walk_in(signed="fingerprint")


def test_a_hold_ends_by_time_alone(hall: Hall) -> None:
    slot, person = hall.slots()[0], hall.person(1)
    held = [hall.hold(slot, hall.person(n)) for n in range(2, 2 + slot.bookable)]
    with pytest.raises(SlotFull):
        hall.hold(slot, person)
    later = BEFORE + timedelta(minutes=10)
    hall.book(slot, person, later)
    with pytest.raises(HoldExpired):
        operations.confirm_booking(booking_id=held[0].pk, actor=hall.citizen(held[0].person), at=later)
    hall.book(slot, held[0].person, later)  # a hold that has run out binds nobody
    assert Seat.objects.filter(slot=slot, booking__state=Booking.State.BOOKED).count() == 2
    jobs.mind_holds(at=later)
    assert Booking.objects.filter(state=Booking.State.LAPSED).count() == slot.bookable


def test_the_day_so_many_days_ahead_is_bookable_from_the_hour_on(hall: Hall) -> None:
    slot = hall.slots()[0]
    week_before = clock(8, day=PEAK - timedelta(days=7))
    with pytest.raises(NotReleased):
        hall.hold(slot, hall.person(1), week_before - timedelta(minutes=1))
    hall.book(slot, hall.person(1), week_before)


def test_who_does_not_come_three_times_may_not_book_for_two_weeks_and_is_told_until_when(hall: Hall) -> None:
    person = hall.person(1)
    for day in (PEAK - timedelta(days=2), PEAK - timedelta(days=1), PEAK):
        at = clock(8, 10, day)
        hall.book(hall.slots(day)[0], person, at)
        jobs.close_days(at=clock(7, day=day + timedelta(days=1)))
    jobs.make_slots(at=DAY + timedelta(days=1))
    with pytest.raises(Blocked) as refused:
        hall.hold(hall.slots(PEAK + timedelta(days=4))[0], person, DAY + timedelta(days=1))
    assert "2027年6月4日" in str(refused.value)
    jobs.make_slots(at=DAY + timedelta(days=15))
    hall.book(hall.slots(PEAK + timedelta(days=18))[0], person, DAY + timedelta(days=15))


def test_who_waits_is_offered_what_falls_free_in_order_and_with_a_time_to_accept(hall: Hall) -> None:
    people = [hall.person(n) for n in range(28)]
    seats = [slot for slot in hall.slots() for _ in range(slot.bookable)]
    with pytest.raises(StillFree):
        operations.join_waiting(
            plan_id=hall.plan.pk, day=PEAK, partner=Partner(), actor=hall.citizen(people[0]), at=BEFORE
        )
    bookings = [hall.book(slot, person) for slot, person in zip(seats, people, strict=True)]
    first, second, stranger = hall.person(50), hall.person(51), hall.person(52)
    for n, one in enumerate((first, second)):
        at = BEFORE + timedelta(minutes=n)
        operations.join_waiting(plan_id=hall.plan.pk, day=PEAK, partner=Partner(), actor=hall.citizen(one), at=at)
    now = BEFORE + timedelta(minutes=5)
    operations.cancel_booking(booking_id=bookings[9].pk, actor=hall.citizen(people[9]), at=now)
    offer = Waiting.objects.get(person=first)
    assert (offer.state, offer.booking.slot, offer.booking.held_until) == (
        "offered",
        bookings[9].slot,
        now + timedelta(minutes=120),
    )
    with pytest.raises(SlotFull):
        hall.hold(bookings[9].slot, stranger, now)
    over = now + timedelta(minutes=121)
    with pytest.raises(SlotFull):  # it has run out, but somebody else waits longer
        hall.hold(bookings[9].slot, stranger, over)
    jobs.mind_holds(at=over)
    promoted = Waiting.objects.get(person=second).booking
    operations.confirm_booking(booking_id=promoted.pk, actor=hall.citizen(second), at=over)
    assert Waiting.objects.get(person=second).state == "taken"
    assert Waiting.objects.get(person=first).state == "lapsed"


def test_what_falls_free_at_night_is_held_until_the_first_in_line_could_read_of_it(hall: Hall) -> None:
    people = [hall.person(n) for n in range(28)]
    seats = [slot for slot in hall.slots() for _ in range(slot.bookable)]
    bookings = [hall.book(slot, person) for slot, person in zip(seats, people, strict=True)]
    waits = hall.person(50)
    about = {"plan_id": hall.plan.pk, "day": PEAK, "partner": Partner()}
    operations.join_waiting(**about, actor=hall.citizen(waits), at=BEFORE)
    night = clock(23, 0, BEFORE.date())
    operations.cancel_booking(booking_id=bookings[27].pk, actor=hall.citizen(people[27]), at=night)
    rings = quiet_until(night, division=COUNTY)
    assert rings > night
    assert Waiting.objects.get(person=waits).booking.held_until == rings + timedelta(minutes=120)


def test_nobody_waits_at_a_window_for_the_dead(hall: Hall, work: Callable[[], None]) -> None:
    books, friend = hall.books, hall.books.friend
    alone = hall.book(hall.slots()[0], books.reader, partner=Partner(FRIEND.name, FRIEND.id_number))
    Waiting.objects.create(
        plan=hall.plan, day=PEAK + timedelta(days=30), person=hall.person(3), partner=books.reader, joined_at=BEFORE
    )
    with time_machine.travel(BEFORE, tick=False):
        bury(books, books.reader, BEFORE)
        work()
    alone.refresh_from_db()
    assert alone.state == "cancelled"
    assert not Seat.objects.filter(booking=alone).exists()
    assert Waiting.objects.get().state == "left"
    told = Message.objects.filter(event="appointments.died")
    assert {one.recipient for one in told} == {friend}  # whoever was to come along; the dead are not written to
    hall.book(hall.slots()[0], friend)  # and may book again
    with time_machine.travel(BEFORE + timedelta(hours=1), tick=False):
        give_back(books, books.reader, BEFORE + timedelta(hours=1))
        work()
    words = Message.objects.get(event="appointments.not_restored", channel="inbox")
    assert words.recipient == books.reader
    assert "已取消的预约 1 个不能恢复" in str(words.text)


def test_a_booking_moves_to_another_day_and_its_place_goes_to_who_waits(hall: Hall) -> None:
    slot = hall.slots()[0]
    booking = hall.book(slot, hall.books.reader)
    other = hall.slots(PEAK + timedelta(days=1))[0]
    operations.move_booking(booking_id=booking.pk, slot_id=other.pk, actor=hall.citizen(hall.books.reader), at=BEFORE)
    booking.refresh_from_db()
    assert (booking.slot, booking.seat.slot) == (other, other)
    assert queries.times_of(hall.plan, PEAK, at=BEFORE)[0].free == slot.bookable


def test_a_booking_is_for_a_case_of_ones_own_and_the_window_sees_which(hall: Hall, books: Library) -> None:
    case = books.received(BEFORE)
    slot = hall.slots()[0]
    with pytest.raises(CaseNotFound):
        operations.hold_place(
            slot_id=slot.pk,
            partner=Partner(),
            case_number=case.number,
            actor=hall.citizen(books.friend),
            at=BEFORE,
        )
    held = operations.hold_place(
        slot_id=slot.pk, partner=Partner(), case_number=case.number, actor=hall.citizen(books.reader), at=BEFORE
    )
    operations.confirm_booking(booking_id=held.pk, actor=hall.citizen(books.reader), at=BEFORE)
    hall_time = clock(8, 50)
    operations.check_in(booking_id=held.pk, actor=hall.citizen(books.reader), at=hall_time)
    hall.next(hall_time)
    board = queries.hall_board(point_id=hall.point.pk, window="1", actor=hall.clerk(), at=hall_time)
    assert board.current is not None
    assert board.current.ticket.booking.case_number == case.number


def test_a_number_is_called_again_passed_put_back_transferred_and_finished_or_not_come(hall: Hall) -> None:
    first, second = hall.walk_in(at=clock(8, 40)), hall.walk_in(at=clock(8, 41))
    who = {"actor": hall.clerk(), "at": clock(9)}
    assert hall.next(clock(9)).pk == first.pk
    with pytest.raises(WindowBusy):
        hall.next(clock(9))
    assert operations.recall(ticket_id=first.pk, **who).calls == 2
    operations.pass_over(ticket_id=first.pk, **who)
    assert hall.next(clock(9)).pk == second.pk
    operations.put_back(ticket_id=first.pk, **who)
    operations.transfer(ticket_id=second.pk, window="2", **who)
    assert hall.next(clock(9, 1), "1").pk == first.pk  # the other is wanted at the second window
    assert hall.next(clock(9, 1), "2").pk == second.pk
    operations.finish(ticket_id=second.pk, **who)
    operations.mark_no_show(ticket_id=first.pk, **who)
    assert list(first.events.order_by("pk").values_list("act", flat=True)) == [
        *("taken", "called", "recalled", "passed", "put_back", "called", "no_show"),
    ]
    with pytest.raises(NobodyWaits):
        hall.next(clock(9, 2))


def test_whoever_was_passed_elsewhere_is_nobody_elses_to_serve(hall: Hall, books: Library) -> None:
    ticket = hall.walk_in()
    hall.next(DAY)
    with pytest.raises(TicketNotFound):
        operations.finish(ticket_id=ticket.pk, actor=books.officer("elsewhere", PEAK), at=DAY)


def test_a_manager_sets_what_is_offered_and_nobody_elsewhere_does(hall: Hall, books: Library) -> None:
    for offer, problem in (
        ({"walk_in_percent": 20}, "walk_in_percent"),
        ({"week": {1: [("12:00", "09:00", 3)]}}, "day_1"),
        ({"windows": []}, "windows"),
    ):
        with pytest.raises(InvalidInput) as refused:
            operations.set_plan(point_id=hall.point.pk, offer=replace(OFFER, **offer), actor=hall.manager, at=BEFORE)
        assert problem in refused.value.problems
    with pytest.raises(NotAllowed):
        operations.set_plan(point_id=hall.point.pk, offer=OFFER, actor=books.officer("elsewhere", PEAK), at=BEFORE)


def test_a_day_that_is_closed_calls_off_what_is_booked_and_opens_again(hall: Hall, work: Callable[[], None]) -> None:
    booking = hall.book(hall.slots()[0], hall.books.reader)
    kept = hall.book(hall.slots(PEAK + timedelta(days=1))[0], hall.person(2))
    told = {"plan_id": hall.plan.pk, "day": PEAK, "actor": hall.manager, "at": BEFORE}
    operations.set_special_day(hours=[], reason="系统升级", **told)
    work()
    message = Message.objects.get(event="appointments.closed", channel="inbox")
    assert (message.recipient, "系统升级" in message.text) == (hall.books.reader, True)
    jobs.close_days(at=clock(7, day=PEAK + timedelta(days=1)))
    assert [Booking.objects.get(pk=one.pk).state for one in (booking, kept)] == ["cancelled", "booked"]
    assert queries.times_of(hall.plan, PEAK, at=BEFORE) == []
    assert not Seat.objects.filter(slot__day=PEAK).exists()
    operations.drop_special_day(**told)
    assert Seat.objects.filter(slot__day=PEAK).count() == 28


def test_an_office_full_for_days_names_nearer_ones_first_with_their_next_free_place(books: Library, hall: Hall) -> None:
    other = open_hall(books, division="330113000000")
    found = queries.offices(business=OFFER.business, chain=["330113000000", "000000000000"], at=BEFORE)
    assert [one.plan for one in found] == [other.plan, hall.plan]
    assert found[0].next_at == clock(9, 30, BEFORE.date()) or found[0].next_at is not None


def test_tickets_are_called_in_one_line_and_each_number_once(hall: Hall) -> None:
    booking = hall.book(hall.slots()[0], hall.books.reader)
    early = hall.walk_in(at=clock(8, 30))
    booked = operations.check_in_at_window(
        point_id=hall.point.pk, number=booking.number, actor=hall.clerk(), at=clock(8, 40)
    )
    late = hall.walk_in(at=clock(9, 5))
    pregnant = hall.walk_in(at=clock(9, 6), priority="pregnant")
    at = clock(9, 7)
    order = [hall.next(at, "1"), hall.next(at, "2")]
    for ticket in order:
        operations.finish(ticket_id=ticket.pk, actor=hall.clerk(), at=at)
    order += [hall.next(at, "1"), hall.next(at, "2")]
    assert [one.pk for one in order] == [pregnant.pk, early.pk, booked.pk, late.pk]
    assert Ticket.objects.get(pk=booked.pk).calls == 1
