"""谁用过我的数据: every use of my data outside the office that holds it, as a list and as one receipt."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from onedoor.platform.cases import queries as cases
from onedoor.platform.exchange import queries as exchange
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import Garbled

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


def use(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Show one use as a receipt."""
    actor = actor_of(request)
    found = exchange.own_use(receipt=receipt, actor=actor)
    matter = cases.matters_of(businesses={found.business}, actor=actor).get(found.business)
    return render(request, "citizen/use.html", {"use": found, "matter": matter})


def _receipt(text: str) -> UUID | None:
    """:raises Garbled: the address names no receipt."""
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Garbled from None
