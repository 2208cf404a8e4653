"""What people and offices send about appointments and queues: one recipe for each address, pages and API alike."""

from datetime import timedelta
from typing import Any

from tests.platform.appointments.hall import OFFER, WEEK, Hall, open_hall
from tests.platform.library import ITEM
from tests.platform.replays.machines import API, Fields, like, nothing, only
from tests.platform.replays.stage import AT, Sent, Stage, posts, sends

from onedoor.platform.appointments import operations
from onedoor.platform.appointments.models import Seat, Slot

TOMORROW = AT.date() + timedelta(days=1)


def hall_of(stage: Stage) -> Hall:
    return open_hall(stage.books, at=AT)


def tomorrow(hall: Hall, place: int = 0) -> Slot:
    return hall.slots(TOMORROW)[place]


@sends("appointment_times")
def times(stage: Stage) -> Sent:
    hall = hall_of(stage)
    Seat.objects.filter(slot__day=TOMORROW).exclude(number=1, slot=tomorrow(hall)).delete()
    hall.book(tomorrow(hall), stage.books.friend, AT)
    return Sent("reader", f"/appointments/offices/{hall.plan.pk}/{TOMORROW}/", {"partner_name": ""})


@sends("appointment_slot")
def slot(stage: Stage) -> Sent:
    return Sent("reader", f"/appointments/slots/{tomorrow(hall_of(stage)).pk}/", {"partner_name": ""})


@sends("booking")
def booking(stage: Stage) -> Sent:
    hall = hall_of(stage)
    held = hall.hold(tomorrow(hall), stage.books.reader, AT)
    return Sent("reader", f"/appointments/bookings/{held.pk}/", {"act": "confirm"})


@sends("booking_move")
def move(stage: Stage) -> Sent:
    hall = hall_of(stage)
    booked = hall.book(tomorrow(hall), stage.books.reader, AT)
    return Sent("reader", f"/appointments/bookings/{booked.pk}/move/", {"slot": tomorrow(hall, 1).pk})


@sends("my_appointments")
def mine(stage: Stage) -> Sent:
    sent = times(stage)
    plan_id = int(sent.url.split("/")[3])
    waiting = operations.join_waiting(
        plan_id=plan_id, day=TOMORROW, partner=operations.Partner(), actor=stage.books.citizen(), at=AT
    )
    return Sent("reader", "/me/appointments/", {"waiting": waiting.pk})


@sends("hall")
def hall(stage: Stage) -> Sent:
    opened = hall_of(stage)
    opened.walk_in(AT)
    return Sent("hall_clerk", f"/staff/queue/{opened.point.pk}/", {"act": "next", "window": "1"})


def typed_plan(hall: Hall) -> Fields:
    days = {f"day_{day}": "，".join(f"{one}-{two}×{n}" for one, two, n in rows) for day, rows in WEEK.items()}
    rest = {"title": "换证", "most_persons": "1", "slot_minutes": "30", "walk_in_percent": "40", "days_ahead": "3"}
    rest |= {"release_time": "09:00", "windows": "3", "active": "yes", "act": "save"}
    return {"point": hall.point.pk, "business": "library.renewal", **days, **rest}


@sends("plan_new")
def plan_new(stage: Stage) -> Sent:
    return Sent("county_items", "/staff/appointments/new/", typed_plan(hall_of(stage)))


@sends("plan")
def plan(stage: Stage) -> Sent:
    hall = hall_of(stage)
    return Sent("county_items", f"/staff/appointments/{hall.plan.pk}/", typed_plan(hall) | {"business": ITEM})


def as_offer(fields: Fields) -> Fields:
    week = [[{"starts": one, "ends": two, "places": n} for one, two, n in WEEK.get(day, [])] for day in range(1, 8)]
    return {"point_id": fields["point"], "business": fields["business"], "title": fields["title"], "week": week} | {
        "windows": list(OFFER.windows)
    }


def booked(stage: Stage, hall: Hall, day: Any = TOMORROW) -> Any:
    return hall.book(hall.slots(day)[-1], stage.books.reader, AT)


@posts(f"{API}/appointments/bookings/{{booking_id}}/cancellation")
def cancellation(stage: Stage) -> Sent:
    return Sent("reader", f"{API}/appointments/bookings/{booked(stage, hall_of(stage)).pk}/cancellation")


@posts(f"{API}/appointments/bookings/{{booking_id}}/check-in")
def check_in(stage: Stage) -> Sent:
    today = booked(stage, hall_of(stage), AT.date())
    return Sent("reader", f"{API}/appointments/bookings/{today.pk}/check-in")


@posts(f"{API}/appointments/offices/{{plan_id}}/days/{{day}}/waiting")
def wait(stage: Stage) -> Sent:
    page = times(stage).url.split("/")
    return Sent("reader", f"{API}/appointments/offices/{page[3]}/days/{page[4]}/waiting", {"partner_name": ""})


@posts(f"{API}/queue/halls/{{point_id}}/check-ins")
def check_in_at_window(stage: Stage) -> Sent:
    hall = hall_of(stage)
    number = booked(stage, hall, AT.date()).number
    return Sent("hall_clerk", f"{API}/queue/halls/{hall.point.pk}/check-ins", {"number": number})


@posts(f"{API}/queue/tickets")
def take(stage: Stage) -> Sent:
    return Sent("hall_clerk", f"{API}/queue/tickets", {"plan": hall_of(stage).plan.pk, "priority": "pregnant"})


@posts(f"{API}/queue/tickets/{{ticket_id}}/acts")
def act(stage: Stage) -> Sent:
    hall = hall_of(stage)
    hall.walk_in(AT)
    return Sent("hall_clerk", f"{API}/queue/tickets/{hall.next(AT).pk}/acts", {"act": "finish"})


@posts(f"{API}/appointments/plans/{{plan_id}}/special-days")
def special_day(stage: Stage) -> Sent:
    hall = hall_of(stage)
    fields = {"day": TOMORROW.isoformat(), "hours": [], "reason": "系统升级"}
    return Sent("county_items", f"{API}/appointments/plans/{hall.plan.pk}/special-days", fields)


@posts(f"{API}/appointments/plans/{{plan_id}}/special-days/{{day}}", "delete")
def drop_special_day(stage: Stage) -> Sent:
    hall = hall_of(stage)
    told = {"plan_id": hall.plan.pk, "day": TOMORROW, "actor": hall.manager, "at": AT}
    operations.set_special_day(hours=[], reason="系统升级", **told)
    return Sent("county_items", f"{API}/appointments/plans/{hall.plan.pk}/special-days/{TOMORROW}")


like("appointment_slot", "/appointments/slots/{slot_id}/holds")
like("booking", "/appointments/bookings/{booking_id}/confirmation", nothing)
like("booking_move", "/appointments/bookings/{booking_id}/move")
like("my_appointments", "/appointments/waiting/{waiting_id}/leaving", nothing)
like("hall", "/queue/halls/{point_id}/calls", only("window"))
like("plan_new", "/appointments/plans", as_offer)
