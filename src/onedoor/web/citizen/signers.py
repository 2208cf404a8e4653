"""Several people sign one application: the applicant names and asks them, each reads it and signs or declines."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from onedoor.platform.cases import operations, queries
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import NotFound
from onedoor.web.citizen.journey import Journey
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted
from onedoor.web.parts.writes import attempt, keyed


@keyed
def draft_signers(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Name who signs as well, ask them, and see how far they are."""
    actor, at = actor_of(request), clock.now()
    draft = queries.get_draft(draft_id=draft_id, actor=actor, on=clock.today())
    if draft.submitted_as is not None:
        return redirect("case", number=draft.submitted_as.number)
    problems: dict[str, str] = {}
    if request.method == "POST":
        _, refusal = attempt(request, lambda: _change(request, draft_id))
        if refusal is None:
            return redirect("draft_signers", draft_id=draft_id)
        problems = refusal.by_field
    journey = Journey.of(draft, actor=actor, at=at)
    # Only what is wrong in the box that was filled in stands beside it; what the form lacks stands above, with its place.
    own = {key: text for key, text in problems.items() if key in ("name", "id_number", "phone")}
    context = {
        "draft": draft,
        "journey": journey,
        "signing": queries.signing_of(draft=draft, actor=actor, at=at),
        "problems": journey.linked({key: text for key, text in problems.items() if key not in own}),
        "own": own,
        "typed": request.POST if problems else {},
        "place_in_journey": journey.place("signers"),
    }
    return render(request, "citizen/signers.html", context, status=422 if problems else 200)


def _change(request: HttpRequest, draft_id: UUID) -> None:
    told: dict[str, Any] = {"draft_id": draft_id, "actor": actor_of(request), "at": clock.now()}
    if request.POST.get("drop"):
        operations.drop_signatory(signatory_id=posted(request, "drop"), **told)
    elif request.POST.get("ask"):
        operations.ask_signatories(**told)
    else:
        for name in ("role", "name", "id_number", "phone"):
            told[name] = request.POST.get(name, "")
        operations.name_signatory(**told)


def countersignatures(request: HttpRequest) -> HttpResponse:
    """List the applications of others that I sign, or have signed, for myself or for a ward."""
    asked = queries.countersignatures(actor=actor_of(request), at=clock.now())
    return render(request, "citizen/countersignatures.html", {"asked": asked})


@keyed
def countersignature(request: HttpRequest, signatory_id: int) -> HttpResponse:
    """Show just what is signed; sign it or decline."""
    problems: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        _, refusal = attempt(request, lambda: _answer(request, signatory_id))
        if refusal is None:
            return redirect(reverse("countersignatures"))
        if isinstance(refusal, NotFound):
            raise refusal
        problems, status = refusal.by_field, refusal.http_status
    shown = queries.get_countersigning(signatory_id=signatory_id, actor=actor_of(request), at=clock.now())
    context = {"shown": shown, "row": shown.about.row, "sections": shown.sections, "problems": problems}
    context |= {"problem": problems.get("", ""), "typed": request.POST}
    response = render(request, "citizen/countersignature.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _answer(request: HttpRequest, signatory_id: int) -> None:
    told: dict[str, Any] = {"signatory_id": signatory_id, "actor": actor_of(request), "at": clock.now()}
    if request.POST.get("act") == "decline":
        operations.decline_signature(reason=request.POST.get("reason", ""), **told)
    else:
        operations.countersign(digest=request.POST.get("digest", ""), **told)
