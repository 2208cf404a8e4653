"""叫号: the page of a ticket, the screen of a hall; open to everybody, without any personal data."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from onedoor.platform.appointments import queries
from onedoor.platform.kernel import clock
from onedoor.web.parts.limits import limited


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
