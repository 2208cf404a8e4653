"""What an office offers for booking: its plans, special days, the week they make, who is booked on a day."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest

from onedoor.api.appointments import ExpectedOut
from onedoor.api.doors import caller, officer, who
from onedoor.api.public import Done
from onedoor.api.rooms import Room
from onedoor.api.schemas import Day, Id, Line, Page, Told, whole
from onedoor.platform.appointments import operations, queries
from onedoor.platform.appointments.operations import Offer
from onedoor.platform.kernel import clock

room = Room("plans")
MANAGE = officer("appointments.manage")
LOOK = officer("appointments.manage", "appointments.serve")


class StretchIn(Told):
    """一段开放时间，每个时段几个号。A stretch of a day with the places of each slot."""

    starts: Line
    ends: Line
    places: Id


class StretchOut(Told):
    """一段开放时间，每个时段几个号。A stretch of a day with the places of each slot."""

    starts: str
    ends: str
    places: int


class PlanIn(Told):
    """一个办事点开放一项业务：每周七天的时间、现场号、放号、窗口。What a service point offers of a business."""

    point_id: Id
    business: Line
    title: Line = ""
    most_persons: Id = 1
    slot_minutes: Id = 30
    week: list[list[StretchIn]]
    walk_in_percent: Id = 30
    days_ahead: Id = 7
    release_time: Line = "08:00"
    windows: list[Line]
    active: bool = True


class PlanListedOut(Told):
    """列表里的一个号源安排。A plan in the list."""

    id: int
    point: str
    business: str
    title: str
    letter: str
    active: bool


class PreviewOut(Told):
    """一天的号：总数、可预约、留给现场。The places of a day."""

    day: date
    places: int
    bookable: int
    walk_ins: int


class SpecialDayOut(Told):
    """一个特殊日。A special day."""

    day: date
    hours: list[StretchOut]
    reason: str


class PlanOut(PlanListedOut):
    """一个号源安排和它今后七天的号。A plan with the seven days it makes."""

    most_persons: int
    slot_minutes: int
    week: list[list[StretchOut]]
    walk_in_percent: int
    days_ahead: int
    release_time: str
    windows: list[str]
    preview: list[PreviewOut]
    special_days: list[SpecialDayOut]


class SpecialDayIn(Told):
    """一天不开（不填时间）或者另开。A day closed, or open otherwise."""

    day: Day
    hours: list[StretchIn] = []
    reason: Line


class BookedOut(Told):
    """一个预约；姓名隐去部分。A booking; names are masked."""

    number: str
    starts_at: datetime
    state: str
    people: list[str]
    case_number: str


class DayBookedOut(Told):
    """一天约了谁、预计多少人。Who is booked on a day, and how many are expected."""

    bookings: list[BookedOut]
    forecast: list[ExpectedOut]


def _stretches(rows: Any) -> list[tuple[str, str, int]]:
    return [(one.starts, one.ends, one.places) for one in rows]


def _hours(rows: Any) -> list[dict[str, Any]]:
    return [{"starts": start, "ends": end, "places": places} for start, end, places in rows]


def _listed(plan: Any) -> dict[str, Any]:
    names = ("business", "title", "letter", "active")
    told = {name: getattr(plan, name) for name in names}
    return told | {"id": plan.pk, "point": plan.service_point.name}


def _plan(plan: Any) -> dict[str, Any]:
    names = ("most_persons", "slot_minutes", "walk_in_percent", "days_ahead", "windows")
    told = _listed(plan) | {name: getattr(plan, name) for name in names}
    preview = [
        {name: getattr(one, name) for name in ("day", "places", "bookable", "walk_ins")}
        for one in queries.preview(plan, at=clock.now())
    ]
    special = [
        {"day": one.day, "hours": _hours(one.hours), "reason": one.reason}
        for one in queries.special_days(plan, on=clock.today())
    ]
    week = [_hours(plan.week.get(str(day), [])) for day in range(1, 8)]
    release = f"{plan.release_time:%H:%M}"
    return told | {"week": week, "release_time": release, "preview": preview, "special_days": special}


@room.read("/appointments/plans", MANAGE, "本单位的号源安排", Page[PlanListedOut])
def list_plans(request: HttpRequest) -> dict[str, Any]:
    """List what the offices within reach offer."""
    return whole(queries.list_plans(actor=caller(request)), _listed)


@room.write("/appointments/plans", MANAGE, "开放或者修改一项业务的预约", PlanOut)
def set_plan(request: HttpRequest, sent: PlanIn) -> dict[str, Any]:
    """Offer a business at a service point, or change how; the places of the coming days follow at once."""
    week = {day: _stretches(rows) for day, rows in enumerate(sent.week[:7], start=1)}
    offer = Offer(week=week, **sent.dict(exclude={"point_id", "week"}))
    return _plan(operations.set_plan(point_id=sent.point_id, offer=offer, **who(request)))


@room.read("/appointments/plans/{plan_id}", LOOK, "一个号源安排", PlanOut)
def get_plan(request: HttpRequest, plan_id: Id) -> dict[str, Any]:
    """Show a plan with the week it makes and its special days."""
    return _plan(queries.managed_plan(plan_id=plan_id, actor=caller(request)))


@room.write("/appointments/plans/{plan_id}/special-days", MANAGE, "登记特殊日", Done)
def set_special_day(request: HttpRequest, plan_id: Id, sent: SpecialDayIn) -> dict[str, Any]:
    """Close an office on a day, or open it otherwise than the week says."""
    given: dict[str, Any] = {"day": sent.day, "hours": _stretches(sent.hours), "reason": sent.reason}
    operations.set_special_day(plan_id=plan_id, **given, **who(request))
    return {"done": True}


@room.remove("/appointments/plans/{plan_id}/special-days/{day}", MANAGE, "撤销特殊日", Done)
def drop_special_day(request: HttpRequest, plan_id: Id, day: Day) -> dict[str, Any]:
    """Let a day be as the week says again."""
    operations.drop_special_day(plan_id=plan_id, day=day, **who(request))
    return {"done": True}


@room.read("/appointments/plans/{plan_id}/days/{day}", LOOK, "一天约了谁、预计多少人", DayBookedOut)
def get_day(request: HttpRequest, plan_id: Id, day: Day) -> dict[str, Any]:
    """List who is booked on a day, a look that is recorded, and how many are expected in each half hour."""
    rows = queries.bookings_on(plan_id=plan_id, day=day, **who(request))
    plan = queries.managed_plan(plan_id=plan_id, actor=caller(request))
    expected = queries.forecast(plan, day, at=clock.now()).value
    bookings = [
        {
            "number": one.booking.number,
            "starts_at": one.booking.slot.starts_at,
            "state": one.booking.state,
            "people": one.people,
            "case_number": one.booking.case_number,
        }
        for one in rows
    ]
    return {
        "bookings": bookings,
        "forecast": [{"starts": f"{one.starts:%H:%M}", "expected": one.total} for one in expected],
    }
