"""Draw the page of an act or perform it, the same way for every act: HTTP in, one operation, HTTP out."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.cases import operations, queries
from onedoor.platform.cases.queries import Case
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted
from onedoor.web.parts.writes import attempt

NOT_OFFERED = "办件现在的状态或者您的岗位不能办理这一项。回到办件可以看到现在能做什么。"


def case_of(request: HttpRequest, number: str) -> Case:
    """Return the case of an act's page; when the act is sent, nobody else can act on it until this one is over."""
    held = request.method == "POST"
    return queries.get_visible_case(number=number, actor=actor_of(request), at=clock.now(), on=clock.today(), held=held)


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

    If the case has changed since the page was drawn, nothing is done: the page says what happened and who did it.

    With `step` or `page` (a deed beside the steps), nobody gets a form for what they cannot do now: the page says why.
    """
    context |= {"case": found, "typed": request.POST, "problems": {}}
    if request.method != "POST":
        reason = _why_not(request, found, step, page)
        if reason:
            return render(request, "staff/not_now.html", {"case": found, "reason": reason}, status=409)
        return render(request, template, context)
    seen = posted(request, "seen")

    def write_if_unchanged() -> None:
        operations.require_unchanged(found, seen=seen)
        write()

    _, refusal = attempt(request, write_if_unchanged)
    if isinstance(refusal, operations.CaseChanged):
        context["changed"] = queries.timeline(found, for_citizen=False, after=seen)
        context["why_not"] = _why_not(request, found, step, page)
        return render(request, template, context, status=refusal.http_status)
    if refusal is not None:
        context["problems"] = refusal.by_field
        return render(request, template, context, status=refusal.http_status)
    return redirect("staff_case", number=found.number)


def _why_not(request: HttpRequest, found: Case, step: str, page: str) -> str:
    if page and page not in {deed.page for deed in queries.proceedings_of(found, actor=actor_of(request)).deeds}:
        return NOT_OFFERED
    return queries.why_not(case=found, actor=actor_of(request), step=step) if step else ""


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
