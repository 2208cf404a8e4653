"""The registers an officer may see: which there are, a page of one, one entry with its history."""

from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from onedoor.platform.cases import queries as cases
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.registers import queries
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import read_day, whole


def index(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = {"registers": queries.visible_registers(actor=actor), "duties": cases.duty_counts(actor=actor)}
    return render(request, "staff/registers.html", context)


def entries(request: HttpRequest, code: str) -> HttpResponse:
    actor, number = actor_of(request), request.GET.get("number", "")
    before = whole(request.GET, "before", 0)
    view, problems = _view(request)
    register, rows = queries.list_entries(
        code=code, actor=actor, at=clock.now(), number=number, view=view, before=before
    )
    kept = {name: request.GET.get(name, "") for name in ("number", "on", "known")}
    context = {
        "view": view,
        "typed": kept,
        "kept": urlencode({name: text for name, text in kept.items() if text}),
        "problems": problems,
        "register": register,
        "rows": rows,
        "next": rows[-1].id if len(rows) == queries.PAGE else None,
        "duties": cases.duty_counts(actor=actor),
    }
    return render(request, "staff/register.html", context, status=422 if problems else 200)


def _view(request: HttpRequest) -> tuple[queries.View | None, dict[str, str]]:
    """Return the two times a visitor asks for, and what is wrong with how they were typed."""
    days: dict[str, date] = {}
    problems: dict[str, str] = {}
    for name in ("on", "known"):
        text = request.GET.get(name, "").strip()
        try:
            if text:
                days[name] = read_day(text, name)
        except InvalidInput as refusal:
            problems |= refusal.by_field
    if problems:
        return None, problems
    return queries.view_of(on=days.get("on"), known=days.get("known"), today=clock.today()), {}


def entry(request: HttpRequest, code: str, entry_id: int) -> HttpResponse:
    actor = actor_of(request)
    found = queries.read_entry(code=code, entry_id=entry_id, actor=actor, at=clock.now())
    return render(request, "staff/register_entry.html", {"entry": found, "duties": cases.duty_counts(actor=actor)})
