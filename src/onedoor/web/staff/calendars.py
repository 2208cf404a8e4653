"""The work calendar at the desk: which years are published, and the import of a notice with what it moves."""

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.cases import operations, queries
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.place_names import names_of

LATEST = 3  # years shown at once; earlier ones on demand
SHOWN = 20  # moved limits named one by one; the others are counted
TYPED = ("number", "division", "off", "worked", "document")


@keyed
def calendar(request: HttpRequest) -> HttpResponse:
    """Show the years; read a notice, show what it moves, and import it when that is confirmed."""
    actor, on = actor_of(request), clock.today()
    years = queries.calendar_years(actor=actor)
    context: dict[str, Any] = {
        "years": years[:LATEST],
        "earlier": years[LATEST:],
        "names": names_of(year.division for year in years),
        "typed": request.POST,
        "problems": {},
        "next": on.year + 1,
    }
    if request.method != "POST":
        return render(request, "staff/calendar.html", context)

    def perform() -> Any:
        notice = operations.read_notice(**{name: request.POST.get(name, "").strip() for name in TYPED})
        if request.POST.get("confirm"):
            operations.import_calendar(notice=notice, actor=actor, at=clock.now())
            return None
        return notice, *operations.preview_calendar(notice, actor=actor, on=on)

    done, refusal = attempt(request, perform)
    if refusal is not None:
        context["problems"] = refusal.by_field
        return render(request, "staff/calendar.html", context, status=refusal.http_status)
    if done is None:
        return redirect("calendar")
    notice, moved, reached = done
    context |= {
        "notice": notice,
        "reached": reached,
        "moved": moved[:SHOWN],
        "more": max(0, len(moved) - SHOWN),
        "spans": [_words(days, number) for days, number in sorted(Counter(one.days for one in moved).items())],
        "looked_at": min(reached, operations.MOST_LOOKED_AT),
    }
    return render(request, "staff/calendar.html", context)


def _words(days: int, number: int) -> str:
    return f"{number} 个时限{'推后' if days > 0 else '提前'} {abs(days)} 天"
