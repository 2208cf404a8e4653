"""叫号 at the window: who waits, who is next, walk-in tickets and check-in for whoever stands at the desk."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from onedoor.platform.appointments import operations, queries
from onedoor.platform.appointments.operations import Visitor
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import NotFound
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted
from onedoor.web.parts.writes import attempt, keyed

ACTS = {
    "recall": operations.recall,
    "pass": operations.pass_over,
    "back": operations.put_back,
    "finish": operations.finish,
    "no_show": operations.mark_no_show,
}


def halls(request: HttpRequest) -> HttpResponse:
    """Choose the hall one works in."""
    return render(request, "staff/queue/halls.html", {"halls": queries.halls(actor=actor_of(request))})


@keyed
def hall(request: HttpRequest, point_id: int) -> HttpResponse:
    """Work with the queue of a hall as one of its windows (`window` in the address)."""
    window = request.POST.get("window") or request.GET.get("window", "")
    problems: dict[str, str] = {}
    status, taken = 200, None
    if request.method == "POST":
        done, refusal = attempt(request, lambda: _act(request, point_id, window))
        if refusal is not None:
            problems, status = refusal.by_field, refusal.http_status
        elif request.POST.get("act") in ("take", "check_in"):
            taken = done
        else:
            return redirect(f"{reverse('hall', args=[point_id])}?{urlencode({'window': window})}")
    at = clock.now()
    board = queries.hall_board(point_id=point_id, window=window, actor=actor_of(request), at=at)
    context: dict[str, Any] = {
        "board": board,
        "window": window,
        "problems": problems,
        "typed": request.POST if problems else {},
        "taken": queries.standing_of(taken, at=at) if taken else None,
        "priorities": queries.PRIORITIES,
        "signed": queries.SIGNED,
        "walk_ins": [(plan.pk, f"{plan.title}（现场号还有 {left} 个）") for plan, left in board.walk_ins],
    }
    return render(request, "staff/queue/board.html", context, status=status)


def _act(request: HttpRequest, point_id: int, window: str) -> Any:
    who: dict[str, Any] = {"actor": actor_of(request), "at": clock.now()}
    act = request.POST.get("act", "")
    if act == "next":
        return operations.call_next(point_id=point_id, window=window, **who)
    if act == "transfer":
        to = request.POST.get("to", "")
        return operations.transfer(ticket_id=posted(request, "ticket"), window=to, **who)
    if act in ACTS:
        return ACTS[act](ticket_id=posted(request, "ticket"), **who)
    if act == "check_in":
        return operations.check_in_at_window(point_id=point_id, number=request.POST.get("number", ""), **who)
    if act == "take":
        return operations.take_ticket(plan_id=posted(request, "plan"), visitor=_visitor(request), **who)
    raise NotFound


def _visitor(request: HttpRequest) -> Visitor:
    names = ("name", "id_number", "priority", "extra_reason", "signed", "witness")
    return Visitor(helped=request.POST.get("helped") == "yes", **{name: request.POST.get(name, "") for name in names})
