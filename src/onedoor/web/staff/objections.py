"""Objections to data that people or officers have raised: looked into and answered by the steward."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.cases import queries as cases
from onedoor.platform.exchange import operations, queries
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import whole
from onedoor.web.parts.writes import attempt, keyed

ANSWERS = {"upheld": True, "rejected": False}


def index(request: HttpRequest) -> HttpResponse:
    lines, today = (
        queries.list_objections(actor=actor_of(request), before=whole(request.GET, "before", 0)),
        clock.today(),
    )
    context = {
        "lines": [(one, cases.working_days_left(today, one.row.due_on)) for one in lines],
        "next": lines[-1].row.pk if len(lines) == queries.PAGE else None,
    }
    return render(request, "staff/objections/index.html", context)


@keyed
def objection(request: HttpRequest, objection_id: int) -> HttpResponse:
    """One objection, and its answer."""
    actor = actor_of(request)
    line = queries.get_data_objection(objection_id=objection_id, actor=actor)
    problems: Mapping[str, str] = {}
    status = 200

    def perform() -> object:
        found = request.POST.get("found", "")
        if found not in ANSWERS:
            raise InvalidInput({"found": "请选择核查结果。"})
        return operations.answer_objection(
            objection_id=objection_id,
            upheld=ANSWERS[found],
            answer=request.POST.get("answer", ""),
            actor=actor,
            at=clock.now(),
        )

    if request.method == "POST":
        _, refusal = attempt(request, perform)
        if refusal is None:
            return redirect("data_objection", objection_id=objection_id)
        problems, status = refusal.by_field, refusal.http_status
    context = {"line": line, "row": line.row, "typed": request.POST, "problems": problems}
    return render(request, "staff/objections/objection.html", context, status=status)
