"""Deaths stated in one's own organization or below it: the list, and one to compare with its paper and settle."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.cases import queries as cases
from onedoor.platform.identity import operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import whole
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.performing import who

ANSWERS = {"confirm": True, "reject": False}


def index(request: HttpRequest) -> HttpResponse:
    """List the statements of the officer's organization and those below it, those that wait first."""
    actor = actor_of(request)
    rows = identity.list_deaths(actor=actor, before=whole(request.GET, "before", 0))
    settled = [row for row in rows if row.standing != "waiting"]
    context = {"rows": rows, "duties": cases.duty_counts(actor=actor)}
    context["older"] = settled[-1].id if len(settled) >= identity.MOST_SETTLED else None
    return render(request, "staff/deaths/list.html", context)


@keyed
def death(request: HttpRequest, statement_id: int) -> HttpResponse:
    """One statement with its paper: confirm it, or send it back with the reason."""
    actor = actor_of(request)
    row = identity.get_death(statement_id=statement_id, actor=actor, at=clock.now())
    problems: dict[str, str] = {}
    status = 200

    def write() -> Any:
        answer = request.POST.get("answer", "")
        if answer not in ANSWERS:
            raise InvalidInput({"answer": "请选择确认或者退回。"})
        note = request.POST.get("note", "")
        return operations.settle_death(statement_id=row.id, confirmed=ANSWERS[answer], note=note, **who(request))

    if request.method == "POST":
        _, refusal = attempt(request, write)
        if refusal is None:
            return redirect("death", statement_id=row.id)
        problems, status = refusal.by_field, refusal.http_status
    context = {"row": row, "problems": problems, "typed": request.POST, "duties": cases.duty_counts(actor=actor)}
    context["may_settle"] = row.is_own or "identity.deaths" in actor.permissions
    response = render(request, "staff/deaths/one.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
