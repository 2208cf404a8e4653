"""号源 at the desk: what a service point offers for booking, the week it makes, special days, who is booked, what to expect."""

import re
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.appointments import operations, queries
from onedoor.platform.appointments.operations import Offer
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput, NotFound
from onedoor.web.parts import charts
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted, read_day, typed_day
from onedoor.web.parts.writes import attempt, keyed

DAYS = [(number, f"周{name}") for number, name in enumerate("一二三四五六日", start=1)]
STRETCH = re.compile(r"^(\d{1,2}:\d{2})\s*[-–—至到~]\s*(\d{1,2}:\d{2})\s*[×x*＊ ]\s*(\d{1,3})$")
Stretch = tuple[str, str, int]


def read_hours(text: str, field: str) -> list[Stretch]:
    """
    Read the hours of a day as a manager types them: 09:00-12:00×5，13:00-17:00×5; nothing typed is a day of rest.

    :raises InvalidInput: it cannot be read as that.
    """
    hours = []
    for part in re.split(r"[，,；;、\n]", text.replace("：", ":")):
        if not part.strip():
            continue
        found = STRETCH.match(part.strip())
        if found is None:
            raise InvalidInput({field: "请按 09:00-12:00×5 的样子填写，几段之间用逗号隔开；×后面是每个时段的号数。"})
        hours.append((found[1].zfill(5), found[2].zfill(5), int(found[3])))
    return hours


def told_hours(rows: Any) -> str:
    """Return the hours of a day as they are typed."""
    return "，".join(f"{start}-{end}×{places}" for start, end, places in rows)


def plans(request: HttpRequest) -> HttpResponse:
    """List what the offices within reach offer."""
    actor = actor_of(request)
    context = {"plans": queries.list_plans(actor=actor), "points": queries.points(actor=actor)}
    return render(request, "staff/appointments/plans.html", context)


@keyed
def plan_new(request: HttpRequest) -> HttpResponse:
    """Offer one more business at a service point, after a look at the week it makes."""
    actor = actor_of(request)
    context: dict[str, Any] = {"points": [(one.pk, one.name) for one in queries.points(actor=actor)]}
    typed = request.POST or {
        "slot_minutes": "30",
        "walk_in_percent": "30",
        "days_ahead": "7",
        "release_time": "08:00",
        "most_persons": "1",
        "windows": "1，2",
        "active": "yes",
        "point": request.GET.get("point", ""),
        **{f"day_{number}": "09:00-12:00×5，13:30-17:00×5" for number, _ in DAYS[:5]},
    }
    return _set(request, context, typed, point=posted(request, "point", 0) if request.method == "POST" else 0)


@keyed
def plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Change what an office offers, close or open single days, see the week it makes."""
    actor, at = actor_of(request), clock.now()
    found = queries.managed_plan(plan_id=plan_id, actor=actor)
    if request.method == "POST" and request.POST.get("act") in ("special", "drop"):
        return _special(request, found)
    typed = request.POST or {
        "business": found.business,
        "title": found.title,
        "most_persons": str(found.most_persons),
        "slot_minutes": str(found.slot_minutes),
        "walk_in_percent": str(found.walk_in_percent),
        "days_ahead": str(found.days_ahead),
        "release_time": f"{found.release_time:%H:%M}",
        "windows": "，".join(found.windows),
        "active": "yes" if found.active else "",
        **{f"day_{number}": told_hours(found.week.get(str(number), [])) for number, _ in DAYS},
    }
    return _set(request, _context(found, at), typed, point=found.service_point_id)


def _context(found: Any, at: Any) -> dict[str, Any]:
    return {
        "plan": found,
        "special": queries.special_days(found, on=clock.today()),
        "preview": queries.preview(found, at=at),
        "tomorrow": clock.today() + timedelta(days=1),
    }


def _set(request: HttpRequest, context: dict[str, Any], typed: Any, *, point: int) -> HttpResponse:
    problems: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        keep = request.POST.get("act") == "save"

        def perform() -> Any:
            given: dict[str, Any] = {
                "point_id": point,
                "offer": _offer(request),
                "actor": actor_of(request),
                "at": clock.now(),
            }
            return operations.set_plan(**given) if keep else queries.draft_plan(**given)

        done, refusal = attempt(request, perform)
        if refusal is not None:
            problems, status = refusal.by_field, refusal.http_status
        elif keep:
            return redirect("plan", done.pk)
        else:
            context |= {"preview": queries.preview(done, at=clock.now()), "is_draft": True}
    context |= {"typed": typed, "problems": problems, "days": [(f"day_{number}", name) for number, name in DAYS]}
    return render(request, "staff/appointments/plan.html", context, status=status)


def _offer(request: HttpRequest) -> Offer:
    """:raises InvalidInput: the hours of a day cannot be read."""
    typed = request.POST
    problems: dict[str, str] = {}
    week: dict[int, list[Stretch]] = {}
    for number, _ in DAYS:
        try:
            week[number] = read_hours(typed.get(f"day_{number}", ""), f"day_{number}")
        except InvalidInput as refusal:
            problems |= refusal.problems
    if problems:
        raise InvalidInput(problems)
    return Offer(
        business=typed.get("business", ""),
        title=typed.get("title", ""),
        most_persons=_number(typed.get("most_persons")),
        slot_minutes=_number(typed.get("slot_minutes")),
        week=week,
        walk_in_percent=_number(typed.get("walk_in_percent")),
        days_ahead=_number(typed.get("days_ahead")),
        release_time=typed.get("release_time", "").replace("：", ":"),
        windows=re.split(r"[，,、\s]+", typed.get("windows", "")),
        active=typed.get("active") == "yes",
    )


def _number(text: Any) -> int:
    """Return what was typed as a number, -1 where it is none, which no figure may be."""
    return int(text) if isinstance(text, str) and text.strip().isdecimal() and len(text) < 6 else -1


def _special(request: HttpRequest, found: Any) -> HttpResponse:
    actor, at, act = actor_of(request), clock.now(), request.POST["act"]

    def perform() -> Any:
        day = typed_day(request, "day")
        if act == "drop":
            return operations.drop_special_day(plan_id=found.pk, day=day, actor=actor, at=at)
        hours = read_hours(request.POST.get("hours", ""), "hours")
        reason = request.POST.get("reason", "")
        return operations.set_special_day(plan_id=found.pk, day=day, hours=hours, reason=reason, actor=actor, at=at)

    _, refusal = attempt(request, perform)
    if refusal is None:
        return redirect("plan", found.pk)
    context = _context(found, at) | {
        "typed": request.POST,
        "problems": refusal.by_field,
        "days": [],
        "only_special": True,
    }
    return render(request, "staff/appointments/plan.html", context, status=refusal.http_status)


def plan_day(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Show who is booked on a day, and how many are expected in each half hour."""
    actor, at = actor_of(request), clock.now()
    found = queries.managed_plan(plan_id=plan_id, actor=actor)
    try:
        day = read_day(request.GET.get("day") or clock.today().isoformat(), "day")
    except InvalidInput:
        raise NotFound from None
    expected = queries.forecast(found, day, at=at)
    context = {
        "plan": found,
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "bookings": queries.bookings_on(plan_id=plan_id, day=day, actor=actor, at=at),
        "columns": charts.columns([(f"{row.starts:%H:%M}", row.total) for row in expected.value]),
        "judgement": expected,
        "quiet": queries.quieter(expected.value),
    }
    return render(request, "staff/appointments/day.html", context)
