"""办不成的事: opened by anybody from an item, a refusal or at the window; followed by the log-in, or by a code told once."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.catalog import queries as catalog
from onedoor.platform.feedback import operations, queries, rules
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.web.citizen.complaints import answered
from onedoor.web.citizen.places import place_of
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted
from onedoor.web.parts.limits import limited
from onedoor.web.parts.refusals import names_nobody
from onedoor.web.parts.writes import attempt, keyed


@login_not_required
@limited("complaint", most=20, methods=("POST",))
@keyed
@names_nobody
def unsolved_new(request: HttpRequest) -> HttpResponse:
    """Take what somebody could not get done; at the window for whoever is helped there."""
    actor, on, place = actor_of(request), clock.today(), place_of(request)
    context: dict[str, Any] = {
        "place": place,
        "categories": rules.TICKET_CATEGORIES.items(),
        "days": queries.days_to_take(division=place.code, on=on),
        "known": actor.person_id is not None,
        "typed": request.POST,
        "unnamed": request.POST.get("named") == "no",
    }
    number, code = request.GET.get("case", ""), request.GET.get("item", "")
    if number:
        context["case"] = queries.case_for_ticket(number=number, actor=actor, on=on)
    else:
        context["organs"] = queries.organs_of_place(chain=identity.chain(place.code), on=on)
        if code:
            context["guide"] = guide = catalog.read_guide(code=code, chain=place.chain, on=on)
            context["chosen"] = guide.offering.organization_id if guide.offering else 0
    status = 200
    if request.method == "POST":
        context["chosen"] = posted(request, "organization", 0)
        filing = _filing(request, number, code)
        filed, refusal = attempt(request, lambda: operations.open_ticket(filing=filing, actor=actor, at=clock.now()))
        if refusal is None:
            told = {"complaint": filed.complaint, "code": operations.grouped(filed.code), "known": context["known"]}
            response = render(request, "citizen/complaints/done.html", told)
            response["Cache-Control"] = "private, no-store"
            return response
        context["problems"], status = refusal.by_field, refusal.http_status
    return render(request, "citizen/complaints/unsolved_new.html", context, status=status)


def _filing(request: HttpRequest, number: str, code: str) -> operations.TicketFiling:
    sent = request.POST
    return operations.TicketFiling(
        category=sent.get("category", ""),
        text=sent.get("text", ""),
        organization_id=posted(request, "organization", 0),
        item_code=code,
        case_number=number,
        anonymous=sent.get("named") == "no",
        name=sent.get("name", ""),
        contact=sent.get("contact", ""),
    )


@keyed
def unsolved(request: HttpRequest, number: str) -> HttpResponse:
    """One's own ticket: how it stands, what is asked, and closing it oneself."""
    actor = actor_of(request)
    context: dict[str, Any] = {"typed": request.POST, "own": True}
    status = 200
    if request.method == "POST":
        _, refusal = attempt(request, lambda: answered(request, number=number))
        if refusal is None:
            return redirect("unsolved", number=number)
        context["problems"], status = refusal.by_field, refusal.http_status
    context["complaint"] = queries.get_own_ticket(number=number, actor=actor, on=clock.today())
    response = render(request, "citizen/complaints/unsolved.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
