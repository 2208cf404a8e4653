"""The sources of other departments: how good they are, every call behind a figure, their announced pauses."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.exchange import operations, queries
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import typed_moment
from onedoor.web.parts.writes import attempt, keyed


def index(request: HttpRequest) -> HttpResponse:
    rows = queries.source_figures(actor=actor_of(request), at=clock.now())
    return render(request, "staff/sources/index.html", {"rows": rows})


@keyed
def source(request: HttpRequest, code: str) -> HttpResponse:
    """One source: its latest calls, its announced pauses, and a form to enter one."""
    actor, outcome = actor_of(request), request.GET.get("outcome", "")
    page = queries.read_source(code=code, actor=actor, at=clock.now(), outcome=outcome)
    problems: Mapping[str, str] = {}
    status = 200

    def perform() -> object:
        return operations.plan_window(
            source=code,
            starts_at=typed_moment(request, "starts_at"),
            ends_at=typed_moment(request, "ends_at"),
            reason=request.POST.get("reason", ""),
            actor=actor,
            at=clock.now(),
        )

    if request.method == "POST":
        _, refusal = attempt(request, perform)
        if refusal is None:
            return redirect("source", code=code)
        problems, status = refusal.by_field, refusal.http_status
    context = {
        "page": page,
        "row": page.figures,
        "outcome": outcome,
        "outcomes": queries.OUTCOMES,
        "typed": request.POST,
        "problems": problems,
    }
    return render(request, "staff/sources/source.html", context, status=status)
