"""谁用过我的数据: every use of my data, or of whom I act for, outside the office that holds it, as a list and as one receipt."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.cases import queries as cases
from onedoor.platform.exchange import operations
from onedoor.platform.exchange import queries as exchange
from onedoor.platform.kernel import clock
from onedoor.web.citizen.whose import whose_of
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import Garbled
from onedoor.web.parts.writes import attempt, keyed

PAGE = 30


def uses(request: HttpRequest) -> HttpResponse:
    """Show who asked what about me, when, for what and on which ground, which fields; newest first."""
    actor, whose = actor_of(request), whose_of(request)
    before = _receipt(request.GET.get("before", ""))
    found = exchange.uses_about(person_id=whose.person_id, actor=actor, on=clock.today(), before=before, most=PAGE)
    matters = cases.matters_of(businesses={use.business for use in found}, actor=actor)
    context = {
        "rows": [(use, matters.get(use.business)) for use in found],
        "next": found[-1].receipt if len(found) == PAGE else "",
        "first_page": before is None,
        "whose": whose,
    }
    return render(request, "citizen/uses.html", context)


@keyed
def use(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Show one use as a receipt, and let the person object to it."""
    actor, whose = actor_of(request), whose_of(request)
    asked: dict[str, Any] = {"receipt": receipt, "person_id": whose.person_id, "actor": actor}
    found = exchange.own_use(**asked, on=clock.today())
    problems: Mapping[str, str] = {}
    status = 200
    if request.method == "POST":
        kind, text = request.POST.get("kind", ""), request.POST.get("text", "")
        _, refusal = attempt(
            request,
            lambda: operations.object_to_use(**asked, kind=kind, text=text, at=clock.now()),
        )
        if refusal is None:
            return redirect(request.get_full_path())
        problems, status = refusal.by_field, refusal.http_status
    objections = exchange.own_objections(**asked, on=clock.today())
    context = {
        "use": found,
        "whose": whose,
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
