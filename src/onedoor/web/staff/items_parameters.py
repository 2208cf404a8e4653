"""The parameter table at the desk: what holds today, each figure's history, and the form that enacts a new one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.catalog import desk, operations
from onedoor.platform.kernel import clock, definitions, parameters
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted_day
from onedoor.web.parts.writes import attempt, keyed


def index(request: HttpRequest) -> HttpResponse:
    rows = desk.list_parameters(actor=actor_of(request), on=clock.today())
    set_already = {row.key for row in rows}
    context = {
        "rows": [(row, definitions.find(row.key), parameters.told(row.value)) for row in rows],
        "unset": [
            (one, "" if one.default is None else parameters.told(one.default))
            for one in definitions.definitions()
            if one.key not in set_already
        ],
    }
    return render(request, "staff/parameters.html", context)


@keyed
def history(request: HttpRequest, key: str) -> HttpResponse:
    """Every row of a figure, and the form for a new value: from which day, on which document, or as a correction."""
    actor = actor_of(request)
    rows = desk.parameter_history(key=key, actor=actor)
    definition = definitions.find(key)
    if definition is None:
        raise operations.UnknownParameter
    shown = {"division": rows[0].division, "value": parameters.told(rows[0].value)} if rows else {}
    context: dict[str, Any] = {
        "key": key,
        "rows": [(row, parameters.told(row.value)) for row in rows],
        "definition": definition,
        "set_by": definitions.LEVELS[definition.lowest],
        "long": definition.kind == "structure",
        "typed": request.POST or shown,
        "problems": {},
        "today": clock.today(),
    }
    if request.method != "POST":
        return render(request, "staff/parameter.html", context)

    def perform() -> None:
        reason = request.POST.get("reason", "")
        operations.enact_parameter(
            key=key,
            division=request.POST.get("division", "").strip(),
            value=definitions.typed_value(request.POST.get("value", ""), definition),
            document=request.POST.get("document", ""),
            valid_from=posted_day(request, "valid_from"),
            reason=reason if request.POST.get("correction") else "",
            actor=actor,
            at=clock.now(),
        )

    _, refusal = attempt(request, perform)
    if refusal is not None:
        context["problems"] = refusal.by_field
        return render(request, "staff/parameter.html", context, status=refusal.http_status)
    return redirect("parameter", key=key)
