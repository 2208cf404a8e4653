"""The sources of other departments: how good they are, every call behind a figure, their announced pauses."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.exchange import operations, queries
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.web.parts import refusals
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import typed_moment
from onedoor.web.parts.writes import once


def index(request: HttpRequest) -> HttpResponse:
    rows = queries.source_figures(actor=actor_of(request), at=clock.now())
    return render(request, "staff/sources/index.html", {"rows": rows})


def source(request: HttpRequest, code: str) -> HttpResponse:
    """One source: its latest calls, its announced pauses, and a form to enter one."""
    actor, outcome = actor_of(request), request.GET.get("outcome", "")
    page = queries.read_source(code=code, actor=actor, at=clock.now(), outcome=outcome)
    problems: Mapping[str, str] = {}
    status = 200

    def perform() -> dict[str, Any]:
        operations.plan_window(
            source=code,
            starts_at=typed_moment(request, "starts_at"),
            ends_at=typed_moment(request, "ends_at"),
            reason=request.POST.get("reason", ""),
            actor=actor,
            at=clock.now(),
        )
        return {}

    if request.method == "POST":
        try:
            once(request, "exchange.plan_window", perform)
            return redirect("source", code=code)
        except OneDoorError as refusal:
            problems, status = refusals.shown(request, refusal)
    context = {
        "page": page,
        "row": page.figures,
        "outcome": outcome,
        "outcomes": queries.OUTCOMES,
        "typed": request.POST,
        "problems": problems,
    }
    return render(request, "staff/sources/source.html", context, status=status)
