"""Settle a difference between what was declared and what a department found."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.cases import queries
from onedoor.platform.kernel import clock
from onedoor.services.assistance import operations
from onedoor.services.assistance import queries as assistance
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.writes import attempt, keyed


@keyed
def difference(request: HttpRequest, number: str) -> HttpResponse:
    actor = actor_of(request)
    case = queries.get_visible_case(number=number, actor=actor, at=clock.now(), on=clock.today())
    key = request.POST.get("key") or request.GET.get("key") or ""
    found = assistance.difference_of(case, key=key)
    problems: dict[str, str] = {}

    def perform() -> None:
        operations.settle_difference(
            difference_id=found.pk,
            settled=request.POST.get("settled", ""),
            reason=request.POST.get("reason", ""),
            actor=actor,
            at=clock.now(),
        )

    if request.method == "POST":
        _, refusal = attempt(request, perform)
        if refusal is None:
            return redirect("staff_case", number=number)
        problems = refusal.by_field
    context = {"case": case, "difference": found, "problems": problems, "typed": request.POST}
    return render(request, "staff/assistance/difference.html", context, status=422 if problems else 200)
