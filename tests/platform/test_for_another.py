"""What may be looked at and done for somebody where no application is meant, at every room's door."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.platform.appointments.hall import BEFORE, open_hall
from tests.platform.bundles import elders
from tests.platform.bundles.society import open_society
from tests.platform.desks import Desk
from tests.platform.exchange.shared import BORROWERS, CHECK, DATASET
from tests.platform.identity.test_mandates import delegated
from tests.platform.library import CHINA, FRIEND, ITEM, LONG_AGO, MACHINE, READER, Library
from tests.platform.registers.paid import granted, line, report

from onedoor.platform.appointments import operations as appointment_operations
from onedoor.platform.appointments import queries as appointments
from onedoor.platform.appointments.errors import BookingNotFound
from onedoor.platform.appointments.models import Booking
from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.bundles import proactive
from onedoor.platform.bundles.models import ProactiveOffer
from onedoor.platform.cases.models import Case
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.exchange import operations as exchange
from onedoor.platform.exchange.models import DataObjection
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries
from onedoor.platform.identity.models import Delegation, Person
from onedoor.platform.identity.queries import sides
from onedoor.platform.kernel import outbox
from onedoor.platform.messages.models import Message

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
OBJECTION = {"kind": "wrong", "text": "他是学生读者，不是成人读者。"}


@pytest.fixture
def office(desk: Desk) -> Desk:
    """The library's pages, with an account for the friend who acts for the reader."""
    identity.open_citizen_login(
        person_id=desk.books.friend.pk, phone="13800000001", password="x" * 12, actor=MACHINE, at=LONG_AGO
    )
    desk.go(AT)
    return desk


@pytest.fixture
def receipt(office: Desk) -> str:
    BORROWERS.clear()
    BORROWERS.add(office.books.reader.pk)
    about: dict[str, Any] = {"source": DATASET.code, "purpose": CHECK.code, "business": "case:1"}
    people = [office.books.reader.pk]
    answer = exchange.use_dataset(**about, person_ids=people, actor=MACHINE, at=AT)
    BORROWERS.clear()
    return answer.receipt


def test_a_mandate_for_some_items_covers_those_and_their_line(books: Library) -> None:
    on, friend, reader = AT.date(), books.citizen(books.friend), books.reader.pk
    with pytest.raises(queries.MandateMissing):
        queries.require_seen(person_id=reader, actor=friend, on=on)
    delegated(books, items=[], scopes=["view", "submit"])
    with pytest.raises(queries.MandateMissing):  # to follow a case, and to hand one in, opens nothing else
        queries.require_seen(person_id=reader, actor=friend, on=on)
    assert queries.acted_for(actor=friend, on=on) == []
    delegated(books, items=[ITEM, "museum.*"], scopes=["affairs"])
    seen = queries.require_seen(person_id=reader, actor=friend, on=on)
    assert [seen.covers(one) for one in (ITEM, "museum.tour", "archive.copy", "")] == [True, True, False, False]
    with pytest.raises(queries.MandateMissing):  # to look is not to act
        queries.require_side(person_id=reader, item=ITEM, scope="collect", actor=friend, on=on)
    with pytest.raises(queries.MandateExpired):
        queries.require_side(person_id=reader, item=ITEM, scope="affairs", actor=friend, on=date(2027, 1, 1))
    assert [one.pk for one in queries.acted_for(actor=friend, on=on)] == [reader]
    assert queries.acted_for(actor=friend, on=date(2027, 1, 1)) == []


def test_who_used_the_data_of_somebody_is_read_and_objected_to_for_them(office: Desk, receipt: str) -> None:
    reader = office.books.reader.pk
    mine, one = f"/me/uses/?person={reader}", f"/me/uses/{receipt}/?person={reader}"
    assert office.get("friend", mine).status_code == 403
    assert "替谁看" not in office.page("friend", "/me/uses/")
    delegated(office.books, items=[ITEM], scopes=["affairs", "submit"])
    assert office.get("friend", mine).status_code == 403  # the uses of somebody's data belong to no item
    delegated(office.books, items=[], scopes=["affairs"])
    assert "看回执" in office.page("friend", mine)
    assert office.refused("friend", one, 403, **OBJECTION)
    delegated(office.books, items=[], scopes=["view", "submit"], max_uses=2)
    office.act("friend", one, **OBJECTION)
    objection = DataObjection.objects.get()
    assert (objection.person_id, objection.agent_id) == (reader, office.books.friend.pk)
    entry = AuditEntry.objects.get(event="exchange.object")
    assert (entry.person_id, entry.details["principal"]) == (office.books.friend.pk, reader)
    assert f"{FRIEND.name}代为提出的异议" in office.page("reader", f"/me/uses/{receipt}/")
    assert f"{FRIEND.name}替您对一次数据使用提出了异议" in office.page("reader", "/me/messages/")
    steward = office.books.officer("steward") if "steward" in office.books.posts else MACHINE
    exchange.answer_objection(objection_id=objection.pk, upheld=True, answer="已核对，改为学生。", actor=steward, at=AT)
    told = Message.objects.filter(event="exchange.objection_answered", channel="inbox")
    assert {row.recipient_id for row in told} == {reader, office.books.friend.pk}


def test_a_place_is_booked_moved_and_given_back_for_somebody(office: Desk) -> None:
    hall = open_hall(office.books)
    office.go(BEFORE)
    reader, friend = office.books.reader, office.books.friend
    first, second, *_ = hall.slots()
    asked = {"person": str(reader.pk)}
    assert "给谁约" not in office.page("friend", f"/appointments/slots/{first.pk}/")
    office.refused("friend", f"/appointments/slots/{first.pk}/", 403, **asked)
    delegated(office.books, items=[ITEM], scopes=["view"], at=BEFORE, valid_to=date(2027, 12, 31))
    office.refused("friend", f"/appointments/slots/{first.pk}/", 403, **asked)
    delegated(office.books, items=[ITEM], scopes=["view", "submit"], at=BEFORE, valid_to=date(2027, 12, 31))
    assert "给谁约" in office.page("friend", f"/appointments/slots/{first.pk}/")
    office.act("friend", f"/appointments/slots/{first.pk}/", **asked)
    booking = Booking.objects.get()
    assert (booking.person_id, booking.agent_id) == (reader.pk, friend.pk)
    assert [one.person_id for one in booking.people.all()] == [reader.pk]
    page = f"/appointments/bookings/{booking.pk}/"
    office.act("friend", page, act="confirm")
    office.act("friend", f"{page}move/", slot=str(second.pk))
    assert booking.plan.title in office.page("friend", f"/me/appointments/?person={reader.pk}")
    assert booking.plan.title not in office.page("friend", "/me/appointments/")
    assert "谁约的" in office.page("reader", page)
    entry = AuditEntry.objects.get(event="appointments.book")
    assert (entry.person_id, entry.details["principal"]) == (friend.pk, reader.pk)
    while outbox.deliver_pending(at=BEFORE):
        pass
    told = Message.objects.filter(event="appointments.booked", channel="inbox")
    assert {row.recipient_id for row in told} == {reader.pk, friend.pk}
    identity.revoke_delegation(
        delegation_id=Delegation.objects.latest("pk").pk, actor=office.books.citizen(), at=BEFORE
    )
    office.refused("friend", page, 404, act="cancel")  # there is nothing for who once acted, as for any stranger
    office.act("reader", page, act="cancel")


def test_what_somebody_booked_alone_is_seen_where_they_let_their_affairs_be_seen(books: Library) -> None:
    hall = open_hall(books)
    friend, reader = books.citizen(books.friend), books.reader.pk
    alone = hall.book(hall.slots()[0], books.reader)

    def seen() -> list[Booking]:
        return [one.booking for one in appointments.my_bookings(actor=friend, at=BEFORE, person_id=reader)]

    delegated(books, items=[ITEM], scopes=["view", "submit"], at=BEFORE, valid_to=date(2027, 12, 31))
    assert seen() == []
    for act in (appointments.get_booking, appointment_operations.cancel_booking):
        with pytest.raises(BookingNotFound):
            act(booking_id=alone.pk, actor=friend, at=BEFORE)
    delegated(books, items=[ITEM], scopes=["affairs"], at=BEFORE, valid_to=date(2027, 12, 31))
    assert seen() == [alone]
    assert appointments.get_booking(booking_id=alone.pk, actor=friend, at=BEFORE).booking == alone


def test_an_offer_is_answered_for_somebody_and_uses_the_mandate_up(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    books, reader, friend = office.books, office.books.reader, office.books.friend
    society = open_society(books, account=False)
    Person.objects.filter(pk=reader.pk).update(born_on=date(1960, 5, 6))
    with elders.offered(monkeypatch):
        proactive.run_due(at=AT)
        offer = ProactiveOffer.objects.get()
        page = f"/offers/{offer.pk}/"
        office.refused("friend", page, 404, answer="decline")
        delegated(books, items=["library.card"], scopes=["affairs", "submit"])  # another item
        office.refused("friend", page, 404, answer="accept")
        mandate = delegated(books, items=[elders.ELDERS.item], scopes=["view", "submit"], max_uses=1)
        office.refused("friend", page, 404, answer="accept")  # what was offered to somebody is theirs to show
        delegated(books, items=[elders.ELDERS.item], scopes=["affairs"])
        assert elders.ELDERS.title in office.page("friend", f"/offers/?person={reader.pk}")
        assert f"您在替<strong>{READER.name}" in office.page("friend", page)
        office.act("friend", page, answer="accept")
        case = Case.objects.get()
        assert (case.applicant_id, case.agent_id, case.delegation_id) == (reader.pk, friend.pk, mandate.pk)
        mandate.refresh_from_db()
        assert mandate.uses == 1
        assert AuditEntry.objects.get(event="bundles.accept_offer").details["principal"] == reader.pk
        society.hear(AT)
        assert f"{FRIEND.name}替您答复了“长者储物柜”：已接受" in office.page("reader", "/me/messages/")


def test_what_somebody_receives_is_seen_by_who_acts_in_that_line(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = office.books.reader.pk
    with granted(monkeypatch, reader):
        report(office.books, "B1", line(office.books, "1", 7))
        pages = [f"/me/{name}/?person={reader}" for name in ("benefits", "payments")]
        assert [office.get("friend", one).status_code for one in pages] == [403, 403]
        delegated(office.books, items=["museum.*"], scopes=["affairs"])
        assert not any("购书补贴" in office.page("friend", one) for one in pages)
        delegated(office.books, items=["library.*"], scopes=["view", "submit"])
        assert not any("购书补贴" in office.page("friend", one) for one in pages)
        delegated(office.books, items=["library.*"], scopes=["affairs"])
        assert all("购书补贴" in office.page("friend", one) for one in pages)
        assert not any("购书补贴" in office.page("friend", one.partition("?")[0]) for one in pages)


def test_what_only_the_person_may_do_is_neither_seen_nor_done_under_a_mandate_for_every_item(
    books: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall, friend = open_hall(books), books.citizen(books.friend)
    booking = hall.book(hall.slots()[0], books.reader)
    delegated(books, items=[], scopes=["view", "submit", "affairs"], at=BEFORE, valid_to=date(2027, 12, 31))
    asked: dict[str, Any] = {"actor": friend, "at": BEFORE, "person_id": books.reader.pk}
    assert [one.booking for one in appointments.my_bookings(**asked)] == [booking]
    monkeypatch.setattr("onedoor.platform.identity.queries.sides._personal", [lambda on: {ITEM}])
    assert appointments.my_bookings(**asked) == []
    with pytest.raises(BookingNotFound):
        appointment_operations.cancel_booking(booking_id=booking.pk, actor=friend, at=BEFORE)
    booking.refresh_from_db()
    assert booking.state != "cancelled"


def test_which_items_are_the_persons_alone_is_said_by_the_item(books: Library) -> None:
    on = AT.date()
    assert sides.personal_items(on) == set()
    ItemVersion.objects.filter(code=ITEM).update(
        definition=ItemVersion.objects.get(code=ITEM).definition | {"delegable": False}
    )
    assert sides.personal_items(on) == {ITEM}


def test_a_ticket_taken_for_another_is_recorded_under_both_names_and_so_is_a_look(office: Desk) -> None:
    books = office.books
    hall, friend = open_hall(books), books.citizen(books.friend)
    slot = hall.slots()[0]
    booking = hall.book(slot, books.reader)
    mandate = delegated(
        books, items=[ITEM], scopes=["view", "submit", "affairs"], at=BEFORE, valid_to=date(2027, 12, 31)
    )
    office.go(BEFORE)
    client = office.client("friend")
    for address in ("/me/appointments/", "/api/v1/appointments/bookings"):
        assert client.get(f"{address}?person={books.reader.pk}").status_code == 200, address
    assert AuditEntry.objects.filter(event="identity.look_for_another").count() == 2
    look = AuditEntry.objects.filter(event="identity.look_for_another").latest("pk")
    assert (look.person_id, look.target) == (books.friend.pk, f"person:{books.reader.pk}")
    appointment_operations.check_in(booking_id=booking.pk, actor=friend, at=slot.starts_at - timedelta(minutes=5))
    entry = AuditEntry.objects.filter(person_id=books.friend.pk, event="appointments.take_ticket").get()
    assert entry.details == {"principal": books.reader.pk, "delegation": mandate.pk}


def test_a_mandate_used_up_by_its_application_still_books_the_place_it_needs(books: Library) -> None:
    hall = open_hall(books)
    told: dict[str, Any] = {"items": [ITEM], "scopes": ["view", "submit"], "max_uses": 1}
    one = delegated(books, at=BEFORE, valid_to=date(2027, 12, 31), **told)
    Delegation.objects.filter(pk=one.pk).update(uses=1)
    whose: dict[str, Any] = {"actor": books.citizen(books.friend), "at": BEFORE, "person_id": books.reader.pk}
    held = appointment_operations.hold_place(
        slot_id=hall.slots()[0].pk, partner=appointment_operations.Partner(), **whose
    )
    assert held.person_id == books.reader.pk
