"""自助终端: the machines of the manager's halls, one of them with its history, and what is done to it from afar."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.channels.operations import kiosks as operations
from onedoor.platform.channels.queries import kiosks as queries
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import Garbled, posted
from onedoor.web.parts.writes import attempt, has_written, keyed


@keyed
def index(request: HttpRequest) -> HttpResponse:
    """List the machines of one's halls, and register another."""
    actor, problems, status = actor_of(request), {}, 200
    if request.method == "POST":
        told: dict[str, Any] = {"name": request.POST.get("name", ""), "actor": actor, "at": clock.now()}
        told["kind"] = request.POST.get("kind", "") or "terminal"
        point = posted(request, "point", 0)
        made, refusal = attempt(request, lambda: operations.register_kiosk(point_id=point, **told))
        if refusal is None:
            return redirect("staff_kiosk", made.pk)
        problems, status = refusal.by_field, refusal.http_status
    context = {
        "kiosks": queries.list_kiosks(actor=actor),
        "points": [(str(one.pk), f"{one.organization.name} {one.name}") for one in queries.halls_to_equip(actor=actor)],
        "kinds": queries.KINDS,
        "typed": request.POST,
        "problems": problems,
    }
    return render(request, "staff/kiosks/index.html", context, status=status)


@keyed
def kiosk(request: HttpRequest, kiosk_id: int) -> HttpResponse:
    """Show one machine with everything that happened to it; bind, activate, lock, unlock, retire it."""
    actor, status = actor_of(request), 200
    context: dict[str, Any] = {"typed": request.POST, "problems": {}, "address": request.build_absolute_uri("/kiosk/")}
    if request.method == "POST":
        done, refusal = attempt(request, lambda: _act(request, kiosk_id))
        if refusal is None and request.POST["act"] != "code":
            return redirect("staff_kiosk", kiosk_id)
        if refusal is None:
            context["code"], context["part"] = done[1], request.POST.get("part")
        else:
            context["problems"], status = refusal.by_field, refusal.http_status
    context["managed"] = queries.get_kiosk(kiosk_id=kiosk_id, actor=actor)
    response = render(request, "staff/kiosks/kiosk.html", context, status=status)
    return has_written(response) if "code" in context else response


def _act(request: HttpRequest, kiosk_id: int) -> Any:
    told: dict[str, Any] = {"kiosk_id": kiosk_id, "actor": actor_of(request), "at": clock.now()}
    typed = request.POST
    acts: dict[str, Callable[[], Any]] = {
        "code": lambda: operations.issue_code(part=typed.get("part", ""), **told),
        "activate": lambda: operations.activate_kiosk(check_word=typed.get("check_word", ""), **told),
        "lock": lambda: operations.lock_kiosk(reason=typed.get("reason", ""), **told),
        "unlock": lambda: operations.unlock_kiosk(**told),
        "retire": lambda: operations.retire_kiosk(reason=typed.get("reason", ""), **told),
    }
    if typed.get("act") not in acts:
        raise Garbled
    return acts[typed["act"]]()
