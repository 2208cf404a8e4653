"""A visit from the phone to the window: booked, reminded, checked in, called, served; and a place by the waiting list."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from onedoor.platform.appointments.models import Booking, Seat, Ticket
from onedoor.platform.identity import operations as identity
from onedoor.platform.kernel.models import OutboxMessage
from onedoor.platform.messages.models import Message
from tests.journeys.conftest import work  # noqa: F401  a fixture
from tests.platform.appointments.hall import BEFORE, GRANDMA, PEAK, clock, open_hall
from tests.platform.conftest import books, desk  # noqa: F401  fixtures
from tests.platform.desks import Desk
from tests.platform.library import FRIEND, ITEM, MACHINE, READER

DAY_PAGE = f"{PEAK:%Y-%m-%d}/"


def link(page: str, pattern: str) -> str:
    found = re.search(pattern, page)
    assert found is not None, page
    return found[1]


@pytest.fixture
def hall_desk(desk: Desk) -> Desk:  # noqa: F811
    """The reader's and the friend's browsers, three weeks before the peak; the hall is open for booking."""
    desk.go(BEFORE)
    identity.open_citizen_login(
        person_id=desk.books.friend.pk, phone="13900000000", password="x" * 12, actor=MACHINE, at=BEFORE
    )
    open_hall(desk.books)
    return desk


def hold(at: Desk, who: str, at_hour: str = "09:00", **fields: Any) -> Any:
    """Go from the item's page to a held place, as a browser without script does."""
    item = at.page(who, f"/items/{ITEM}/")
    offices = at.page(who, link(item, r'href="(/appointments/\?business=[^"]+)"'))
    days = at.page(who, link(offices, r'href="(/appointments/offices/\d+/)"'))
    times = at.page(who, link(days, rf'href="(/appointments/offices/\d+/{DAY_PAGE})"'))
    slot = link(times, rf'href="(/appointments/slots/\d+/)"><strong class="number">{at_hour}')
    assert "约这个时间？" in at.page(who, slot)
    return at.post(who, slot, **fields)


def test_from_the_phone_to_the_window(hall_desk: Desk, work: Callable[[], None]) -> None:  # noqa: F811
    held = hold(hall_desk, "reader", partner_name=FRIEND.name, partner_id_number=FRIEND.id_number)
    url = held["Location"]
    assert "请确认预约" in hall_desk.page("reader", url)
    hall_desk.act("reader", url, act="confirm")
    booking = Booking.objects.get()
    page = hall_desk.page("reader", url)
    assert booking.number in page
    assert "欧**娜" in page
    again = hold(hall_desk, "friend", "09:30", partner_name=READER.name, partner_id_number=READER.id_number)
    assert again.status_code == 409
    assert "每人同时只能有一个预约" in again.content.decode()
    hall_desk.go(clock(9, 30, PEAK - timedelta(days=1)))
    work()
    assert Message.objects.filter(event="appointments.reminded", channel="inbox").count() == 2
    hall_desk.go(clock(8, 50))
    ticket_page = hall_desk.post("reader", url, act="check_in")["Location"]
    ticket = Ticket.objects.get()
    anybody = Client()
    waiting = anybody.get(ticket_page).content.decode()
    assert ticket.number in waiting
    assert "前面还有" in waiting
    queue = f"/staff/queue/{ticket.service_point_id}/"
    hall_desk.act("hall_clerk", queue, act="next", window="1")
    assert "请到 1 窗口" in anybody.get(ticket_page).content.decode()
    screen = anybody.get(f"/queue/screens/{ticket.service_point_id}/").content.decode()
    assert ticket.number in screen
    assert "欧" not in screen
    hall_desk.go(clock(9, 10))
    hall_desk.act("hall_clerk", queue, act="finish", window="1", ticket=ticket.pk)
    served = OutboxMessage.objects.get(topic="appointments.served").payload
    assert hall_desk.books.officer("hall_clerk").login_id in served.pop("logins")  # they never see its rating
    assert served | {"at": ""} == {
        "service_point": ticket.service_point_id,
        "window": "1",
        "ticket": ticket.pk,
        "person_id": hall_desk.books.reader.pk,
        "item_code": ITEM,
        "at": "",
    }
    assert Booking.objects.get().state == "served"


def test_who_waits_gets_the_place_that_falls_free(hall_desk: Desk, work: Callable[[], None]) -> None:  # noqa: F811
    Seat.objects.filter(slot__day=PEAK).exclude(slot__starts_at=clock(9), number=1).delete()
    url = hold(hall_desk, "reader")["Location"]
    hall_desk.act("reader", url, act="confirm")
    plan = Booking.objects.get().plan_id
    day = f"/appointments/offices/{plan}/{DAY_PAGE}"
    assert "加入候补" in hall_desk.page("friend", day)
    full = hall_desk.refused("friend", f"/appointments/slots/{Booking.objects.get().slot_id}/", 409)
    assert "已约满" in full
    hall_desk.act("friend", day)
    assert "第 1 位" in hall_desk.page("friend", "/me/appointments/")
    hall_desk.act("reader", url, act="cancel")
    work()
    assert Message.objects.filter(recipient=hall_desk.books.friend, event="appointments.offered").exists()
    offer = Booking.objects.get(person=hall_desk.books.friend)
    assert "等您确认" in hall_desk.page("friend", "/me/")
    hall_desk.act("friend", f"/appointments/bookings/{offer.pk}/", act="confirm")
    assert Booking.objects.get(pk=offer.pk).state == "booked"


def test_a_senior_without_a_phone_gets_a_paper_ticket_at_the_desk(hall_desk: Desk) -> None:
    hall_desk.go(clock(8, 50))
    booking_free = Booking.objects.count()
    plan = Seat.objects.first().slot.plan  # type: ignore[union-attr]
    queue = f"/staff/queue/{plan.service_point_id}/"
    fields = {"name": GRANDMA.name, "id_number": GRANDMA.id_number, "helped": "yes", "signed": "fingerprint"}
    typed = {"act": "take", "window": "1", "plan": plan.pk, **fields}
    assert "请填写见证人姓名" in hall_desk.refused("hall_clerk", queue, 422, **typed)
    taken = hall_desk.post("hall_clerk", queue, **typed, witness="社区李主任")
    assert taken.status_code == 200
    assert "高龄优先" in taken.content.decode()
    ticket = Ticket.objects.get()
    assert (ticket.helper_name, ticket.signed, ticket.booking_id) == ("官员大厅", "fingerprint", None)
    assert Booking.objects.count() == booking_free
