"""Draw the page of an act or perform it, the same way for every act: HTTP in, one operation, HTTP out."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.cases import queries
from onedoor.platform.cases.queries import Case
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.writes import attempt

NOT_OFFERED = "办件现在的状态或者您的岗位不能办理这一项。回到办件可以看到现在能做什么。"


def case_of(request: HttpRequest, number: str) -> Case:
    return queries.get_visible_case(number=number, actor=actor_of(request), at=clock.now(), on=clock.today())


def perform(
    request: HttpRequest,
    found: Case,
    template: str,
    write: Callable[[], object],
    context: dict[str, Any],
    *,
    step: str = "",
    page: str = "",
) -> HttpResponse:
    """
    Draw the page of an act, or perform it; a refusal is shown on the page with everything typed still there.

    With `step` or `page` (a deed beside the steps), nobody gets a form for what they cannot do now: the page says why.
    """
    context |= {"case": found, "typed": request.POST, "problems": {}}
    if request.method != "POST":
        reason = queries.why_not(case=found, actor=actor_of(request), step=step) if step else ""
        if page and page not in {deed.page for deed in queries.proceedings_of(found, actor=actor_of(request)).deeds}:
            reason = NOT_OFFERED
        if reason:
            return render(request, "staff/not_now.html", {"case": found, "reason": reason}, status=409)
        return render(request, template, context)
    _, refusal = attempt(request, write)
    if refusal is not None:
        context["problems"] = refusal.by_field
        return render(request, template, context, status=refusal.http_status)
    return redirect("staff_case", number=found.number)


def who(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "at": clock.now()}


def ground(request: HttpRequest) -> dict[str, Any]:
    """Return the structured ground of a form: code, words, advice, the articles picked and one typed besides."""
    typed = request.POST.get("other_basis", "").strip()
    return {
        "reason_code": request.POST.get("reason_code", ""),
        "reason": request.POST.get("reason", ""),
        "how_to_fix": request.POST.get("how_to_fix", ""),
        "basis": [*request.POST.getlist("basis"), *([typed] if typed else [])],
    }


def articles_of(case: Case, *more: str) -> list[str]:
    """Return the articles an officer picks from: those of the item, and what applies to every item."""
    return [*(f"{one.law}{one.article}" for one in case.item_version.item.legal_basis), *more]


def words(request: HttpRequest) -> dict[str, Any]:
    return {"reason": request.POST.get("reason", ""), "basis": request.POST.get("basis", "")}
