"""The parameter table at the desk: what holds today, each figure's history, and the form that enacts a new one."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.catalog import desk, operations
from onedoor.platform.kernel import clock, parameters
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted_day
from onedoor.web.parts.writes import attempt, keyed


def index(request: HttpRequest) -> HttpResponse:
    rows = desk.list_parameters(actor=actor_of(request), on=clock.today())
    context = {"rows": [(row, parameters.told(row.value)) for row in rows]}
    return render(request, "staff/parameters.html", context)


@keyed
def history(request: HttpRequest, key: str) -> HttpResponse:
    """Every row of a figure, and the form for a new value: from which day, on which document, or as a correction."""
    actor = actor_of(request)
    rows = desk.parameter_history(key=key, actor=actor)
    if not rows:
        raise operations.UnknownParameter
    context: dict[str, Any] = {
        "key": key,
        "rows": [(row, parameters.told(row.value)) for row in rows],
        "kind": parameters.KIND_WORDS[parameters.kind_of(rows[0].value)],
        "long": parameters.kind_of(rows[0].value) == "structure",
        "typed": request.POST or {"division": rows[0].division, "value": parameters.told(rows[0].value)},
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
            value=_value(request, rows[0].value, context["kind"]),
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


def _value(request: HttpRequest, like: Any, kind: str) -> Any:
    """:raises InvalidInput: what was typed is no value of that kind."""
    try:
        return parameters.read_value(request.POST.get("value", ""), like)
    except (ValueError, json.JSONDecodeError):
        raise InvalidInput({"value": f"数值应为{kind}，请核对后重填。"}) from None
