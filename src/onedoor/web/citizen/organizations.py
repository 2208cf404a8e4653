"""我的单位: take over an organization's account, say who acts for it and until when, see what they did."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.cases import queries as cases
from onedoor.platform.catalog import queries as catalog
from onedoor.platform.identity import operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import Garbled, posted, posted_day
from onedoor.web.parts.scopes import SCOPES, TICKED
from onedoor.web.parts.writes import attempt, keyed

USUAL = timedelta(days=180)  # what the form proposes; the figure says how long it may be at the most
DONE = {
    "bound": "单位账号已由您接管。",
    "appointed": "已授权，对方会收到通知。",
    "renewed": "已续期。",
    "suspended": "已暂停。",
    "confirmed": "已确认，可以继续办事。",
    "dropped": "授权已终止。",
    "reset": "已终止全部授权。",
}


@keyed
def organizations(request: HttpRequest) -> HttpResponse:
    """List the organizations one acts for, and take over the account of one as its legal representative."""
    actor, problems = actor_of(request), {}
    if request.method == "POST":
        made, refusal = attempt(
            request,
            lambda: operations.bind_entity(uscc=request.POST.get("uscc", ""), actor=actor, at=clock.now()),
        )
        if refusal is None:
            return _back(made.pk, "bound")
        problems = {"uscc": next(iter(refusal.by_field.values()))}
    context = {
        "standings": identity.my_entities(actor=actor, on=clock.today()),
        "problems": problems,
        "typed": request.POST if problems else {},
    }
    return render(request, "citizen/organizations/list.html", context, status=422 if problems else 200)


def _back(entity_id: int, done: str) -> HttpResponse:
    response = redirect("my_organization", entity_id=entity_id)
    response["Location"] += f"?done={done}"
    return response


@keyed
def organization(request: HttpRequest, entity_id: int) -> HttpResponse:
    """Show one organization: who represents it, its people and what they may do, its cases; renew, rest, confirm, drop."""
    actor, problem = actor_of(request), ""
    identity.get_entity(entity_id=entity_id, actor=actor, on=clock.today())  # before anything is written
    if request.method == "POST":
        done, refusal = attempt(request, lambda: _change(request, entity_id, actor))
        if refusal is None:
            return _back(entity_id, done)
        problem = "".join(refusal.by_field.values())
    return render(
        request,
        "citizen/organizations/one.html",
        _shown(entity_id, actor) | {"problem": problem, "done": DONE.get(request.GET.get("done", ""), "")},
        status=422 if problem else 200,
    )


def _change(request: HttpRequest, entity_id: int, actor: Actor) -> str:
    """Do what the button says, and return the word for what was done."""
    act = request.POST.get("act", "")
    by: dict[str, Any] = {"actor": actor, "at": clock.now()}
    if act == "reset":
        operations.reset_operators(entity_id=entity_id, **by)
        return "reset"
    chosen: dict[str, Any] = {"delegation_id": posted(request, "operator")} | by
    if act == "renew":
        operations.renew_operator(valid_to=posted_day(request, "valid_to"), **chosen)
        return "renewed"
    acts: dict[str, tuple[Any, str]] = {
        "suspend": (operations.suspend_operator, "suspended"),
        "confirm": (operations.confirm_operator, "confirmed"),
        "drop": (operations.drop_operator, "dropped"),
    }
    if act not in acts:
        raise Garbled
    perform, done = acts[act]
    perform(**chosen)
    return done


def _shown(entity_id: int, actor: Actor) -> dict[str, Any]:
    on = clock.today()
    titles = {item.code: item.title for item in catalog.list_items(on=on)}
    found = cases.entity_cases(entity_id=entity_id, actor=actor, on=on)
    labels = dict(SCOPES)
    operators: list[dict[str, Any]] = [
        {
            "row": row,
            "role": row.get_kind_display(),
            "what": "、".join(titles.get(code, code) for code in row.items) or "单位的全部事项",
            "may": "、".join(labels[code] for code in row.scopes if code in labels),
            "run_out": row.valid_to < on,
            "done": [case for case in found if case.agent_id == row.agent_id],
        }
        for row in identity.operators_of(entity_id=entity_id, actor=actor, on=on)
    ]
    return {
        "standing": identity.get_entity(entity_id=entity_id, actor=actor, on=on),
        "operators": [one for one in operators if one["row"].state != "revoked"],
        "former": [one for one in operators if one["row"].state == "revoked"],
        "resting": [one for one in operators if one["row"].state == "suspended"],
        "representatives": identity.representatives_of(entity_id=entity_id, actor=actor, on=on),
        "standings_of_cases": cases.standings_of(found, at=clock.now()),
        "until": on + USUAL,
    }


@keyed
def appoint(request: HttpRequest, entity_id: int) -> HttpResponse:
    """Authorize somebody by name and number: as what, for which items and acts, until when, how often."""
    actor, on, problems = actor_of(request), clock.today(), {}
    standing = identity.get_entity(entity_id=entity_id, actor=actor, on=on)
    if not standing.may_appoint:
        raise identity.EntityHidden
    if request.method == "POST":
        _, refusal = attempt(request, lambda: _appoint(request, entity_id, actor))
        if refusal is None:
            return _back(entity_id, "appointed")
        problems = refusal.by_field
    items = [item for item in catalog.list_items(on=on) if item.audience == "organization"]
    context = {
        "standing": standing,
        "items": [(item.code, item.title) for item in items],
        "scopes": SCOPES,
        "roles": operations.ROLES if standing.role == "legal_rep" else operations.ROLES[:1],
        "until": on + USUAL,
        "problems": problems,
        "typed": request.POST,
        "chosen_items": request.POST.getlist("items"),
        "chosen_scopes": request.POST.getlist("scopes") if problems else TICKED,
    }
    return render(request, "citizen/organizations/appoint.html", context, status=422 if problems else 200)


def _appoint(request: HttpRequest, entity_id: int, actor: Actor) -> None:
    operations.appoint_operator(
        entity_id=entity_id,
        name=request.POST.get("name", ""),
        id_number=request.POST.get("id_number", ""),
        role=request.POST.get("role", ""),
        items=request.POST.getlist("items"),
        scopes=request.POST.getlist("scopes"),
        valid_to=posted_day(request, "valid_to"),
        max_uses=posted(request, "max_uses", 0) or None,
        actor=actor,
        at=clock.now(),
    )
