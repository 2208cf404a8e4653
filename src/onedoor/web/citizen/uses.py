"""谁用过我的数据: every use of my data outside the office that holds it, as a list and as one receipt."""

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.cases import queries as cases
from onedoor.platform.exchange import operations
from onedoor.platform.exchange import queries as exchange
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import Garbled
from onedoor.web.parts.writes import attempt, keyed

PAGE = 30


def uses(request: HttpRequest) -> HttpResponse:
    """Show who asked what about me, when, for what and on which ground, which fields; newest first."""
    actor = actor_of(request)
    before = _receipt(request.GET.get("before", ""))
    found = exchange.uses_about(person_id=actor.require_person(), actor=actor, before=before, most=PAGE)
    matters = cases.matters_of(businesses={use.business for use in found}, actor=actor)
    context = {
        "rows": [(use, matters.get(use.business)) for use in found],
        "next": found[-1].receipt if len(found) == PAGE else "",
        "first_page": before is None,
    }
    return render(request, "citizen/uses.html", context)


@keyed
def use(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Show one use as a receipt, and let the person object to it."""
    actor = actor_of(request)
    found = exchange.own_use(receipt=receipt, actor=actor)
    problems: Mapping[str, str] = {}
    status = 200
    if request.method == "POST":
        kind, text = request.POST.get("kind", ""), request.POST.get("text", "")
        _, refusal = attempt(
            request,
            lambda: operations.object_to_use(receipt=receipt, kind=kind, text=text, actor=actor, at=clock.now()),
        )
        if refusal is None:
            return redirect("use", receipt=receipt)
        problems, status = refusal.by_field, refusal.http_status
    objections = exchange.own_objections(receipt=receipt, actor=actor)
    context = {
        "use": found,
        "matter": cases.matters_of(businesses={found.business}, actor=actor).get(found.business),
        "objections": objections,
        "may_object": not any(one.state == "submitted" for one in objections),
        "kinds": exchange.OBJECTION_KINDS,
        "typed": request.POST,
        "problems": problems,
    }
    return render(request, "citizen/use.html", context, status=status)


def _receipt(text: str) -> UUID | None:
    """:raises Garbled: the address names no receipt."""
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Garbled from None
