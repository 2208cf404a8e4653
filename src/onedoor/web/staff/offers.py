"""免申即享 at the desk: how many were offered what, who was left out and why, and what people say is wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.bundles import operations, queries
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.writes import attempt, keyed, unkeyed
from onedoor.web.staff.performing import who


def coverage(request: HttpRequest) -> HttpResponse:
    """Show figures only: no person stands on this page."""
    actor = actor_of(request)
    told = queries.coverage(actor=actor)
    may_look = "cases.review" in actor.permissions
    context = {
        "told": told,
        "may_look": may_look,
        "contested": queries.contested_offers(actor=actor) if may_look else [],
    }
    return render(request, "staff/offers/coverage.html", context)


@unkeyed("a look: the purpose stays out of the address, and each look is recorded")
def left_out(request: HttpRequest, code: str, why: str) -> HttpResponse:
    """Ask for the purpose, then show who was left out, masked."""
    actor_of(request).require_one_of("cases.review")
    purpose, problem, rows = request.POST.get("purpose", ""), "", None
    if request.method == "POST":
        try:
            rows = queries.left_out_people(entitlement=code, why=why, purpose=purpose, **who(request))
        except InvalidInput as refusal:
            problem = refusal.by_field["purpose"]
    context = {"rows": rows, "purpose": purpose, "problem": problem}
    return render(request, "staff/offers/left_out.html", context, status=422 if problem else 200)


@keyed
def contested(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Read what somebody says is wrong, and answer it."""
    problems: dict[str, str] = {}
    if request.method == "POST":
        answer = request.POST.get("answer", "")
        _, refusal = attempt(
            request, lambda: operations.answer_contest(offer_id=offer_id, answer=answer, **who(request))
        )
        if refusal is None:
            return redirect("staff_offers")
        problems = refusal.by_field
    view = queries.get_contested(offer_id=offer_id, **who(request))
    context = {"view": view, "row": view.row, "problems": problems, "typed": request.POST}
    return render(request, "staff/offers/contested.html", context, status=422 if problems else 200)
