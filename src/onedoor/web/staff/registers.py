"""The registers an officer may see: which there are, a page of one, one entry with its history."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from onedoor.platform.cases import queries as cases
from onedoor.platform.kernel import clock
from onedoor.platform.registers import queries
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import whole


def index(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = {"registers": queries.visible_registers(actor=actor), "duties": cases.duty_counts(actor=actor)}
    return render(request, "staff/registers.html", context)


def entries(request: HttpRequest, code: str) -> HttpResponse:
    actor, number = actor_of(request), request.GET.get("number", "")
    before = whole(request.GET, "before", 0)
    register, rows = queries.list_entries(code=code, actor=actor, at=clock.now(), number=number, before=before)
    context = {
        "register": register,
        "rows": rows,
        "number": number,
        "next": rows[-1].id if len(rows) == queries.PAGE else None,
        "duties": cases.duty_counts(actor=actor),
    }
    return render(request, "staff/register.html", context)


def entry(request: HttpRequest, code: str, entry_id: int) -> HttpResponse:
    actor = actor_of(request)
    found = queries.read_entry(code=code, entry_id=entry_id, actor=actor, at=clock.now())
    return render(request, "staff/register_entry.html", {"entry": found, "duties": cases.duty_counts(actor=actor)})
