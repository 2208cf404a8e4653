"""The network between nodes: who is joined, how far messages have come, what waits for a person."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from onedoor.platform.kernel import clock
from onedoor.platform.network import operations, queries
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import Garbled
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.handing import number, problems_of

TAGS = {"invited": "wait", "active": "good", "suspended": "bad", "left": "plain"}


@keyed
def nodes(request: HttpRequest) -> HttpResponse:
    """List the nodes with what waits at each, and this node's own card; a new key of its own is made here."""
    actor = actor_of(request)
    if request.method == "POST":
        operations.change_key(
            international=request.POST.get("suite") == "intl", actor=actor_of(request), at=clock.now()
        )
        return redirect(f"{reverse('nodes')}?done=1")
    lines = [(line, TAGS[line.node.state]) for line in queries.list_nodes(actor=actor)]
    context = {
        "lines": lines,
        "card": queries.own_card(actor=actor),
        "approves": "network.approve" in actor.permissions,
        "done": request.GET.get("done", ""),
        "duties": [],
    }
    return render(request, "staff/network/list.html", context)


@keyed
def new_node(request: HttpRequest) -> HttpResponse:
    """Enter another node by its card."""
    actor = actor_of(request)
    actor.require_one_of("network.manage")
    problems: dict[str, str] = {}
    if request.method == "POST":
        card = request.POST.get("card", "")
        made, refusal = attempt(request, lambda: operations.invite_node(card=card, actor=actor, at=clock.now()))
        if refusal is None:
            return redirect("node", node_code=made.code)
        if not refusal.by_field:
            raise refusal
        problems = dict(refusal.by_field)
    context = {"typed": request.POST, "problems": problems, "duties": []}
    return render(request, "staff/network/new.html", context, status=422 if problems else 200)


@keyed
def node(request: HttpRequest, node_code: str) -> HttpResponse:
    """Show one node, with what this administrator may do about it and about what waits."""
    actor = actor_of(request)
    found = queries.get_node(node_code=node_code, actor=actor)
    problems: dict[str, str] = {}
    if request.method == "POST":
        problems = problems_of(request, lambda: _change(request, node_code))
        if not problems:
            return redirect(f"{reverse('node', args=[node_code])}?done=1")
    context = {
        "shown": found,
        "tag": TAGS[found.line.node.state],
        "problems": problems,
        "typed": request.POST if problems else {},
        "manages": "network.manage" in actor.permissions,
        "approves": "network.approve" in actor.permissions,
        "done": request.GET.get("done", ""),
        "duties": [],
    }
    return render(request, "staff/network/node.html", context, status=422 if problems else 200)


def _change(request: HttpRequest, node_code: str) -> None:
    """Do the one thing the posted form asks for."""
    who: dict[str, Any] = {"actor": actor_of(request), "at": clock.now()}
    act, note = request.POST.get("act", ""), request.POST.get("note", "")
    if act == "approve":
        operations.approve_node(code=node_code, **who)
    elif act in ("suspend", "leave"):
        operations.suspend_node(code=node_code, reason=note, leaves=act == "leave", **who)
    elif act == "resume":
        operations.resume_node(code=node_code, **who)
    elif act == "renew":
        operations.renew_node(code=node_code, card=request.POST.get("card", ""), **who)
    elif act in ("take_card", "leave_card"):
        operations.settle_renewal(code=node_code, take=act == "take_card", **who)
    elif act == "own_card":
        operations.note_own_card(code=node_code, **who)
    elif act == "revoke":
        operations.revoke_key(code=node_code, key_id=request.POST.get("key", ""), reason=note, **who)
    elif act == "retry":
        operations.retry_parked(message_id=_message(request), **who)
    elif act == "set_aside":
        operations.set_aside(message_id=_message(request), note=note, **who)
    elif act == "settle":
        operations.settle_incident(incident_id=number(request, "row"), note=note, **who)
    elif act in ("take", "keep"):
        operations.settle_conflict(conflict_id=number(request, "row"), take=act == "take", note=note, **who)


def _message(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("message", ""))
    except ValueError:
        raise Garbled from None
