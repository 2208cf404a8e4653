"""An authority's own offering of an item: drafted, reviewed, published, ended."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.catalog import desk, operations
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.items import deed_page
from onedoor.web.staff.overrides import (
    override_groups,
    own_groups,
    read_overrides,
    read_own,
)


@keyed
def draft(request: HttpRequest, code: str) -> HttpResponse:
    """Draft the next version of the own authority's offering: its own elements, and only what the item has opened."""
    actor = actor_of(request)
    found = desk.own_offering(code=code, actor=actor, on=clock.today())
    own: Mapping[str, Any] = found.newest.own if found.newest else {}
    overrides: Mapping[str, Any] = found.newest.overrides if found.newest else {}
    problems: Mapping[str, str] = {}
    status = 200
    if request.method == "POST":
        own, overrides = read_own(request.POST), read_overrides(found.item, request.POST)

        def perform() -> object:
            return operations.draft_offering(
                item_code=code,
                division=found.organization.division_id,
                organization_id=found.organization.pk,
                own=own,
                overrides=overrides,
                actor=actor,
                at=clock.now(),
            )

        saved, refusal = attempt(request, perform)
        if refusal is None:
            return redirect("staff_offering", code=code, offering_id=saved.pk)
        problems, status = refusal.by_field, refusal.http_status
    context = {
        "code": code,
        "item": found.item,
        "organization": found.organization,
        "groups": [*own_groups(own), *override_groups(found.item, overrides)],
        "problems": problems,
    }
    return render(request, "staff/offering_draft.html", context, status=status)


@keyed
def offering(request: HttpRequest, code: str, offering_id: int) -> HttpResponse:
    actor, today = actor_of(request), clock.today()
    view = desk.read_offering(offering_id=offering_id, actor=actor, on=today)
    return deed_page(request, view, "staff/offering.html", {"code": code, "adjusted": desk.adjusted(view)})
