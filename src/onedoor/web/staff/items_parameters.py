"""The parameter table at the desk: what holds today, each figure's history, what is proposed and how it is reviewed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.catalog import deeds, desk, operations, proposals
from onedoor.platform.kernel import clock, definitions, parameters
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted_day, whole
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.place_names import names_of


def index(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    rows = desk.list_parameters(actor=actor, on=clock.today())
    set_already = {row.key for row in rows}
    waiting = proposals.open_proposals(actor=actor)
    context = {
        "names": names_of([*(row.division for row in rows), *(one.division for one in waiting)]),
        "rows": [(row, definitions.find(row.key), parameters.told(row.value)) for row in rows],
        "unset": [
            (one, "" if one.default is None else parameters.told(one.default))
            for one in definitions.definitions()
            if one.key not in set_already
        ],
        "waiting": _told(waiting),
    }
    return render(request, "staff/parameters.html", context)


def _told(found: list[Any]) -> list[tuple[Any, str, str]]:
    """Return proposals with the name of their figure and their value as it is shown."""
    named = ((one, definitions.find(one.key)) for one in found)
    return [(one, known.title if known else one.key, parameters.told(one.value)) for one, known in named]


@keyed
def history(request: HttpRequest, key: str) -> HttpResponse:
    """Every row of a figure, what was proposed for it, and the form that proposes a new value or a correction."""
    actor = actor_of(request)
    rows = desk.parameter_history(key=key, actor=actor)
    definition = definitions.find(key)
    if definition is None:
        raise operations.UnknownParameter
    proposed, typed = proposals.proposals_of(key=key, actor=actor), request.POST or _begin_with(request, rows)
    at_place = str(typed.get("division", ""))
    names = names_of([*(row.division for row in rows), *(one.division for one in proposed), at_place])
    context: dict[str, Any] = {
        "key": key,
        "names": names,
        "typed_place": names.get(at_place, ""),
        "rows": [(row, parameters.told(row.value)) for row in rows],
        "proposals": _told(proposed),
        "definition": definition,
        "set_by": definitions.LEVELS[definition.lowest],
        "long": definition.kind == "structure",
        "typed": typed,
        "problems": {},
    }
    if request.method != "POST":
        return render(request, "staff/parameter.html", context)
    made, refusal = attempt(request, lambda: _propose(request, definition))
    if refusal is not None:
        context["problems"] = refusal.by_field
        return render(request, "staff/parameter.html", context, status=refusal.http_status)
    return redirect("parameter_proposal", proposal_id=made.pk)


def _begin_with(request: HttpRequest, rows: list[Any]) -> dict[str, Any]:
    """Return what the form begins with: an earlier proposal that is to be made anew, else the newest figure."""
    earlier = whole(request.GET, "anew", 0)
    if earlier:
        sent = proposals.read_proposal(proposal_id=earlier, actor=actor_of(request)).proposal
        shown = {name: getattr(sent, name) for name in ("division", "document", "reason")}
        day = sent.valid_from.isoformat()
        return shown | {"value": parameters.told(sent.value), "valid_from": day, "correction": bool(sent.reason)}
    return {"division": rows[0].division, "value": parameters.told(rows[0].value)} if rows else {}


def _propose(request: HttpRequest, definition: definitions.Definition) -> Any:
    reason = request.POST.get("reason", "")
    return operations.propose_parameter(
        key=definition.key,
        division=request.POST.get("division", "").strip(),
        value=definitions.typed_value(request.POST.get("value", ""), definition),
        document=request.POST.get("document", ""),
        valid_from=posted_day(request, "valid_from"),
        reason=reason if request.POST.get("correction") else "",
        actor=actor_of(request),
        at=clock.now(),
    )


@keyed
def proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """What would change, beside what holds; another person approves it or sends it back, the proposer may withdraw it."""
    view = proposals.read_proposal(proposal_id=proposal_id, actor=actor_of(request))
    context: dict[str, Any] = {"view": view, "row": view.proposal, "typed": request.POST, "problems": {}}
    context["names"] = names_of([view.proposal.division, (view.proposal.before or {}).get("division", "")])
    context["deeds"] = [(deed, proposals.DEEDS[deed]) for deed in view.possible]
    if request.method != "POST":
        return render(request, "staff/parameter_proposal.html", context)

    def perform() -> None:
        deed, opinion = request.POST.get("deed", ""), request.POST.get("opinion", "")
        deeds.settle(deed, proposal_id=proposal_id, opinion=opinion, actor=actor_of(request), at=clock.now())

    _, refusal = attempt(request, perform)
    if refusal is not None:
        context["problems"] = refusal.by_field
        return render(request, "staff/parameter_proposal.html", context, status=refusal.http_status)
    return redirect(request.path)
