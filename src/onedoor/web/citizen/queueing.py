"""叫号: the page of a ticket, the screen of a hall, the ticket machine; open to everybody, without any personal data."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.appointments import operations, queries
from onedoor.platform.kernel import clock
from onedoor.web.parts.inputs import posted
from onedoor.web.parts.limits import limited
from onedoor.web.parts.writes import attempt, keyed


@login_not_required
@limited("ticket", most=120)
def ticket(request: HttpRequest, code: str) -> HttpResponse:
    """Tell how many come before a number and how long that takes; the page draws itself anew."""
    standing = queries.ticket_standing(code=code, at=clock.now())
    return render(request, "citizen/queue/ticket.html", {"standing": standing, "ticket": standing.ticket})


@login_not_required
@limited("screen", most=120)
def screen(request: HttpRequest, point_id: int) -> HttpResponse:
    """Show in big type which number goes to which window; numbers only."""
    context = {"screen": queries.screen(point_id=point_id, at=clock.now()), "now": clock.now()}
    return render(request, "citizen/queue/screen.html", context)


@login_not_required
@limited("kiosk", most=120)
@keyed
def kiosk(request: HttpRequest, key: str) -> HttpResponse:
    """Take a ticket at the machine of a hall: by booking number, or as a walk-in."""
    problem, status = "", 200
    if request.method == "POST":
        taken, refusal = attempt(request, lambda: _take(request, key))
        if taken is not None:
            return redirect("ticket", taken.code)
        problem, status = str(refusal), refusal.http_status if refusal else 422
    device, offered = queries.kiosk(key=key, at=clock.now())
    context: dict[str, Any] = {"device": device, "offered": offered, "problem": problem, "typed": request.POST}
    return render(request, "citizen/queue/kiosk.html", context | {"priorities": queries.PRIORITIES}, status=status)


def _take(request: HttpRequest, key: str) -> Any:
    if request.POST.get("number", "").strip():
        return operations.check_in_at_kiosk(key=key, number=request.POST["number"], at=clock.now())
    return operations.take_ticket_at_kiosk(
        key=key, plan_id=posted(request, "plan"), priority=request.POST.get("priority", ""), at=clock.now()
    )
