"""预约: choose office, day and time, hold a place, confirm, move, cancel, wait; one question a page, no script needed."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode

from onedoor.platform.appointments import operations, queries
from onedoor.platform.appointments.operations import Partner
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import NotFound
from onedoor.platform.kernel.replays import KEY_FIELD
from onedoor.web.citizen.places import place_of
from onedoor.web.citizen.whose import whose_of
from onedoor.web.parts import charts
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted
from onedoor.web.parts.writes import attempt, keyed

OFFICES_SHOWN = 12


def day_in(text: str) -> date:
    """:raises NotFound: the address names no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound from None


def _carried(request: HttpRequest) -> str:
    """Return the part of the address that says which case a booking is for."""
    number = request.GET.get("case", "")
    return f"?{urlencode({'case': number})}" if number else ""


@login_not_required
def appointments(request: HttpRequest) -> HttpResponse:
    """Ask which business, then which office: the nearest first, each with its next free place."""
    business = request.GET.get("business", "")
    place = place_of(request)
    context: dict[str, Any] = {"place": place, "businesses": queries.businesses(), "carried": _carried(request)}
    if business:
        offices = queries.offices(business=business, chain=place.chain, at=clock.now())
        context |= {"business": business, "offices": offices[:OFFICES_SHOWN]}
    return render(request, "citizen/appointments/offices.html", context)


@login_not_required
def days(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Show the days of an office with what is free, and when the day will be quiet."""
    plan = queries.get_plan(plan_id=plan_id)
    found = queries.days_of(plan, at=clock.now())
    context = {"plan": plan, "days": found, "carried": _carried(request), "weeks": _weeks(found)}
    return render(request, "citizen/appointments/days.html", context)


def _weeks(days: list[Any]) -> list[list[Any]]:
    """Return the days in rows of a week from Monday to Sunday, None where a row begins or ends outside."""
    if not days:
        return []
    cells = [None] * days[0].day.weekday() + days
    cells += [None] * (-len(cells) % 7)
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


@login_not_required
@keyed
def times(request: HttpRequest, plan_id: int, day: str) -> HttpResponse:
    """Show the times of a day; where none is free, other offices with room and the waiting list."""
    plan, wanted = queries.get_plan(plan_id=plan_id), day_in(day)
    problem, typed, problems = "", request.POST, {}
    if request.method == "POST":
        waiting, refusal = attempt(request, lambda: _wait(request, plan_id, wanted))
        if waiting is not None:
            return redirect("my_appointments")
        assert refusal is not None
        problems = refusal.by_field
        problem = problems.pop("", "")
    at = clock.now()
    found = queries.times_of(plan, wanted, at=at)
    full = bool(found) and not any(one.free for one in found)
    chain = place_of(request).chain
    others = [
        one
        for one in (queries.offices(business=plan.business, chain=chain, at=at) if full else [])
        if one.plan.pk != plan.pk and one.next_at
    ]
    expected = queries.forecast(plan, wanted, at=at)
    context = {
        "plan": plan,
        "day": wanted,
        "times": found,
        "full": full,
        "others": others[:3],
        "line": queries.waiting_count(plan, wanted) if full else 0,
        "columns": charts.columns([(f"{row.starts:%H:%M}", row.total) for row in expected.value]),
        "quiet": queries.quieter(expected.value),
        "carried": _carried(request),
        "problem": problem,
        "problems": problems,
        "typed": typed,
        "principals": _others(request, plan.business) if full else [],
    }
    return render(request, "citizen/appointments/times.html", context, status=422 if problem or problems else 200)


def _partner(request: HttpRequest) -> Partner:
    return Partner(request.POST.get("partner_name", ""), request.POST.get("partner_id_number", ""))


def _wait(request: HttpRequest, plan_id: int, day: date) -> Any:
    return operations.join_waiting(
        plan_id=plan_id,
        day=day,
        partner=_partner(request),
        person_id=posted(request, "person", 0) or None,
        actor=actor_of(request),
        at=clock.now(),
    )


def _others(request: HttpRequest, business: str) -> list[Any]:
    """Return for whom else the person may book this business."""
    own = actor_of(request).person_id
    return identity.principals_for_item(agent_id=own, item=business, on=clock.today()) if own else []


@keyed
def slot(request: HttpRequest, slot_id: int) -> HttpResponse:
    """Ask who comes, and hold the place for some minutes."""
    found = queries.get_slot(slot_id=slot_id)
    problems: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        booking, refusal = attempt(
            request,
            lambda: operations.hold_place(
                slot_id=slot_id,
                partner=_partner(request),
                case_number=request.POST.get("case_number", ""),
                request_key=request.POST.get(KEY_FIELD, ""),
                person_id=posted(request, "person", 0) or None,
                actor=actor_of(request),
                at=clock.now(),
            ),
        )
        if booking is not None:
            return redirect("booking", booking.pk)
        assert refusal is not None
        problems, status = refusal.by_field, refusal.http_status
    context = {
        "slot": found,
        "plan": found.plan,
        "problems": problems,
        "typed": request.POST,
        "principals": _others(request, found.plan.business),
        "case_number": request.POST.get("case_number") or request.GET.get("case", ""),
    }
    return render(request, "citizen/appointments/slot.html", context, status=status)


@keyed
def booking(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Show a booking: confirm it while it is held, take the ticket on the day, cancel."""
    actor, problem, status = actor_of(request), "", 200
    if request.method == "POST":
        act = {
            "confirm": operations.confirm_booking,
            "cancel": operations.cancel_booking,
            "check_in": operations.check_in,
        }.get(request.POST.get("act", ""))
        if act is None:
            raise NotFound
        done, refusal = attempt(request, lambda: act(booking_id=booking_id, actor=actor, at=clock.now()))
        if refusal is None:
            return redirect("ticket", done.code) if "check_in" in request.POST.values() else redirect(request.path)
        problem, status = str(refusal), refusal.http_status
    view = queries.get_booking(booking_id=booking_id, actor=actor, at=clock.now())
    context = {"view": view, "booking": view.booking, "plan": view.booking.plan, "problem": problem}
    return render(request, "citizen/appointments/booking.html", context, status=status)


@keyed
def move(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Choose another day and time for a booking; the old place stays until the new one is there."""
    actor, problem, status = actor_of(request), "", 200
    if request.method == "POST":
        done, refusal = attempt(
            request,
            lambda: operations.move_booking(
                booking_id=booking_id, slot_id=posted(request, "slot"), actor=actor, at=clock.now()
            ),
        )
        if done is not None:
            return redirect("booking", booking_id)
        assert refusal is not None
        problem, status = str(refusal), refusal.http_status
    at = clock.now()
    view = queries.get_booking(booking_id=booking_id, actor=actor, at=at)
    plan = view.booking.plan
    chosen = request.GET.get("day", "")
    context = {
        "view": view,
        "plan": plan,
        "weeks": _weeks(queries.days_of(plan, at=at)),
        "day": day_in(chosen) if chosen else None,
        "times": queries.times_of(plan, day_in(chosen), at=at) if chosen else [],
        "problem": problem,
    }
    return render(request, "citizen/appointments/move.html", context, status=status)


@keyed
def my_appointments(request: HttpRequest) -> HttpResponse:
    """Show what I, or somebody I act for, have booked and wait for; leave a waiting list."""
    actor, whose = actor_of(request), whose_of(request, done=True)
    if request.method == "POST":
        operations.leave_waiting(waiting_id=posted(request, "waiting"), actor=actor, at=clock.now())
        return redirect(request.get_full_path())
    asked: dict[str, Any] = {"actor": actor, "person_id": whose.person_id}
    context = {
        "whose": whose,
        "views": queries.my_bookings(**asked, at=clock.now()),
        "waiting": queries.my_waiting(**asked, on=clock.today()),
    }
    return render(request, "citizen/appointments/mine.html", context)


class FullSlotMiddleware:
    """
    Tell a crowd at a full slot so before anything else is asked: who they are, their session, their form.

    The answer is true at the moment it is given (one question, no write, no lock), and no refusal of a right, so it is
    not recorded as one. Whoever has a place by this very form already goes on to their first answer.
    """

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        self._start = reverse("appointments") + "slots/"
        self._page = ""  # the same for everybody

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and request.path.startswith(self._start):
            number = request.path[len(self._start) :].strip("/")
            if number.isdecimal() and len(number) < 18 and self._is_full(request, int(number)):
                self._page = self._page or render_to_string("citizen/appointments/full.html", {"refusal": queries.FULL})
                answer = HttpResponse(self._page, status=409)
                answer._has_been_logged = True  # type: ignore[attr-defined]  # a crowd is no warning to the operator
                return answer
        response: HttpResponse = self.get_response(request)
        return response

    def _is_full(self, request: HttpRequest, slot_id: int) -> bool:
        plain = request.content_type == "application/x-www-form-urlencoded"  # no files are read for this
        key = request.POST.get(KEY_FIELD, "") if plain else ""
        return queries.is_full(slot_id=slot_id, request_key=key if key.isalnum() else "", at=clock.now())
