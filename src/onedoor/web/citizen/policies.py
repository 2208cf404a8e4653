"""The library of policies and answers: what holds at a place, each document with its clauses under anchors."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from onedoor.platform.kernel import clock
from onedoor.platform.knowledge import queries
from onedoor.web.citizen.places import place_of
from onedoor.web.citizen.services import SERVICES


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List what holds for the place, by kind and field."""
    place, kind, line = place_of(request), request.GET.get("kind", ""), request.GET.get("line", "")
    entries = queries.list_public_entries(chain=place.chain, on=clock.today(), kind=kind, line=line)
    context = {
        "entries": entries,
        "place": place,
        "kinds": queries.KINDS,
        "kind": kind,
        "services": SERVICES,
        "line": line,
    }
    return render(request, "citizen/policies.html", context)


@login_not_required
@require_safe
def entry(request: HttpRequest, number: str) -> HttpResponse:
    """Show a document or a question with every clause; what has ended says so."""
    found = queries.read_public_entry(number=number, on=clock.today())
    return render(request, "citizen/policy.html", {"entry": found, "version": found.version})
