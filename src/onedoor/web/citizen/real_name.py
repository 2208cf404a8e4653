"""实名等级: how surely I am known, and every way to be known better; none of them needs a face (R-ID-1)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from onedoor.platform.identity import operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.outside.providers import opened
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import PROVED
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import next_address
from onedoor.web.parts.writes import attempt, keyed


@keyed
def real_name(request: HttpRequest) -> HttpResponse:
    """Show the level and the ways; have a bank compare a card, and go on with what was to be done once it has."""
    actor, onward, problems = actor_of(request), next_address(request, ""), {}
    if request.method == "POST":
        _, refusal = attempt(
            request,
            lambda: operations.ask_bank_check(card=request.POST.get("card", ""), actor=actor, at=clock.now()),
        )
        if refusal is None:
            return redirect(f"{reverse('my_real_name')}?{urlencode({'next': onward})}")
        problems = {"card": next(iter(refusal.by_field.values()))}
    context = {
        "real": identity.own_real_name(actor=actor, on=clock.today()),
        "session_level": actor.assurance,
        "next": onward,
        "outside_ways": [one for one in opened(for_officers=False) if max(one.levels.values(), default=0) >= PROVED],
        "problems": problems,
    }
    return render(request, "citizen/real_name.html", context, status=422 if problems else 200)
