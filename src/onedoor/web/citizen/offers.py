"""免申即享: what the platform offers by itself, why, and the person's answer: take it, decline it, or say the data are wrong."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.bundles import operations, queries
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.web.citizen.whose import whose_is, whose_of
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import Garbled
from onedoor.web.parts.writes import attempt, keyed


@keyed
def offers(request: HttpRequest) -> HttpResponse:
    """
    List one's offers, or those of somebody one acts for; and, of one's own, the switch by which nothing is checked by
    itself any more.
    """
    actor, whose = actor_of(request), whose_of(request, done=True)
    if request.method == "POST":
        change = {"off": operations.refuse_checks, "on": operations.allow_checks}.get(request.POST.get("checks", ""))
        if change is None:
            raise Garbled
        change(actor=actor, at=clock.now())
        return redirect("offers")
    context = {
        "whose": whose,
        "offers": queries.my_offers(actor=actor, at=clock.now(), person_id=whose.person_id),
        "allowed": queries.checks_allowed(actor=actor),
    }
    return render(request, "citizen/offers/list.html", context)


@keyed
def offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Explain one offer and take the answer."""
    problems: dict[str, str] = {}
    if request.method == "POST":
        _, refusal = attempt(request, lambda: _answer(request, offer_id))
        if refusal is None:
            return redirect("offer", offer_id=offer_id)
        problems = refusal.by_field
    actor = actor_of(request)
    view = queries.get_offer(offer_id=offer_id, actor=actor, on=clock.today())
    context = {
        "view": view,
        "row": view.row,
        "whose": whose_is(view.row.person, actor=actor),
        "problems": problems,
        "typed": request.POST,
    }
    return render(request, "citizen/offers/offer.html", context, status=422 if problems else 200)


def _answer(request: HttpRequest, offer_id: int) -> object:
    who: dict[str, Any] = {"actor": actor_of(request), "at": clock.now()}
    answer = request.POST.get("answer", "")
    if answer == "accept":
        return operations.accept_offer(offer_id=offer_id, **who)
    if answer == "decline":
        return operations.decline_offer(offer_id=offer_id, **who)
    if answer == "wrong":
        return operations.contest_offer(offer_id=offer_id, text=request.POST.get("text", ""), **who)
    raise InvalidInput({"answer": "请选择接受、不需要，或者说明信息有误。"})
