"""An application whose item has changed while it was being filled in: what is different, and how to go on."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.cases import operations, queries
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.writes import keyed


@keyed
def changes(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Show what has changed for the person, then carry the draft over to the version in force."""
    actor = actor_of(request)
    draft = queries.get_draft(draft_id=draft_id, actor=actor, on=clock.today())
    if request.method == "POST":
        operations.carry_over(draft_id=draft_id, actor=actor, at=clock.now())
        return redirect("draft", draft_id=draft_id)
    found = queries.changes_since_begun(draft, on=clock.today())
    if found is None:
        return redirect("draft", draft_id=draft_id)
    return render(request, "citizen/changes.html", {"draft": draft, "changes": found})
