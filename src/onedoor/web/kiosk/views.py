"""The machine's own pages: what to do, bind the screen, read the card, tickets, own cases and certificates, the end."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from onedoor.platform.appointments import operations as appointments
from onedoor.platform.appointments import queries as queue
from onedoor.platform.cases import queries as cases
from onedoor.platform.catalog import queries as catalog
from onedoor.platform.certificates import operations as certificate_operations
from onedoor.platform.certificates import queries as certificates
from onedoor.platform.channels.operations import cards, kiosks
from onedoor.platform.channels.queries import kiosks as kiosk_queries
from onedoor.platform.channels.queries.kiosks import Machine
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import NotAtMachine
from onedoor.web.kiosk.middleware import NUMBER_KEY, TOUCHED_KEY, wipe
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import next_address, posted
from onedoor.web.parts.limits import limited
from onedoor.web.parts.machines import bind, machine_of
from onedoor.web.parts.sessions import enter
from onedoor.web.parts.writes import attempt, keyed, unkeyed

FIRST = "/kiosk/"


def _machine(request: HttpRequest) -> Machine:
    """:raises NotAtMachine: this is no machine of a hall."""
    found = machine_of(request)
    if found is None:
        raise NotAtMachine
    return found


@login_not_required
def front(request: HttpRequest) -> HttpResponse:
    """Show in large type what can be done here; at a computer that is no machine, how it becomes one."""
    machine = machine_of(request)
    if machine is None:
        return redirect("kiosk_enrol")
    context = {"ended": "ended" in request.GET, "tickets": queue.offered_at(point_id=machine.point_id, at=clock.now())}
    return render(request, "kiosk/front.html", context)


@login_not_required
@limited("kiosk_enrol", most=10, methods=("POST",))
@unkeyed("a code is good once")
def enrol(request: HttpRequest) -> HttpResponse:
    """Bind this browser to a registered machine by the code its administrator reads out."""
    problem, status = "", 200
    if request.method == "POST":
        code = request.POST.get("code", "")
        bound, refusal = attempt(
            request, lambda: kiosks.enrol_kiosk(code=code, actor=actor_of(request), at=clock.now())
        )
        if bound is not None:
            wipe(request, "登记为自助终端")
            response = redirect("kiosk")
            bind(response, bound[1])
            return response
        problem, status = str(refusal), refusal.http_status if refusal else 422
    return render(request, "kiosk/enrol.html", {"problem": problem, "typed": request.POST}, status=status)


@login_not_required
@limited("kiosk_card", most=120, methods=("POST",))
@unkeyed("a log-in: a reading is good once")
def card(request: HttpRequest) -> HttpResponse:
    """Ask for the ID card, wait for the reader, show whose it is, and let them in."""
    machine, actor, at = _machine(request), actor_of(request), clock.now()
    wanted = next_address(request, FIRST)
    context: dict[str, Any] = {"next": wanted}
    status = 200
    if request.method == "POST":
        done, refusal = attempt(request, lambda: _card_act(request))
        if refusal is None and done is not None:
            enter(request, done, "card")
            request.session[NUMBER_KEY], request.session[TOUCHED_KEY] = machine.number, clock.wall().timestamp()
            return redirect(wanted)
        if refusal is not None:
            cards.drop_card(actor=actor, at=at)
            context["problem"], status = str(refusal), refusal.http_status
    context["seen"] = kiosk_queries.card_seen(actor=actor, at=at)
    context["waiting"] = kiosk_queries.card_wanted(actor=actor, at=at)
    return render(request, "kiosk/card.html", context, status=status)


def _card_act(request: HttpRequest) -> Any:
    told: dict[str, Any] = {"actor": actor_of(request), "at": clock.now()}
    act = request.POST.get("act")
    if act == "use":
        return cards.use_card(**told)
    if act == "drop":
        cards.drop_card(**told)
    else:
        cards.ask_card(**told)
    return None


@login_not_required
@limited("kiosk", most=120)
@keyed
def tickets(request: HttpRequest) -> HttpResponse:
    """Take a ticket of this hall's queue: by booking number, or as a walk-in."""
    machine, actor = _machine(request), actor_of(request)
    problem, status = "", 200
    if request.method == "POST":
        taken, refusal = attempt(request, lambda: _take(request))
        if taken is not None:
            return redirect("ticket", taken.code)
        problem, status = str(refusal), refusal.http_status if refusal else 422
    context = {
        "offered": queue.offered_at(point_id=machine.point_id, at=clock.now()),
        "problem": problem,
        "typed": request.POST,
        "priorities": queue.PRIORITIES,
        "known": actor.person_id is not None,
    }
    return render(request, "kiosk/tickets.html", context, status=status)


def _take(request: HttpRequest) -> Any:
    told: dict[str, Any] = {"actor": actor_of(request), "at": clock.now()}
    if request.POST.get("number", "").strip():
        return appointments.check_in_at_kiosk(number=request.POST["number"], **told)
    priority = request.POST.get("priority", "")
    return appointments.take_ticket_at_kiosk(plan_id=posted(request, "plan"), priority=priority, **told)


def own_cases(request: HttpRequest) -> HttpResponse:
    """Show how far one's own cases are, and what is half filled in."""
    _machine(request)
    actor = actor_of(request)
    found = cases.my_cases(actor=actor, on=clock.today())
    context = {
        "standings": cases.standings_of(found, at=clock.now()),
        "drafts": cases.my_drafts(actor=actor, at=clock.now()),
    }
    return render(request, "kiosk/cases.html", context)


@keyed
def own_certificates(request: HttpRequest) -> HttpResponse:
    """Show one's own certificates; a button counts a copy and hands the signed PDF to the machine's printer."""
    _machine(request)
    actor, problem, status = actor_of(request), "", 200
    if request.method == "POST":
        wanted = request.POST.get("certificate", "")
        _, refusal = attempt(request, lambda: _count_copy(request, wanted))
        if refusal is None:
            return redirect(f"{reverse('kiosk_certificates')}?{urlencode({'printed': wanted})}")
        problem, status = str(refusal), refusal.http_status
    found = certificates.list_own_certificates(actor=actor, at=clock.now())
    printed = next((one for one in found if one.identifier == request.GET.get("printed")), None)
    context = {"certificates": found, "printed": printed, "problem": problem}
    return render(request, "kiosk/certificates.html", context, status=status)


def _count_copy(request: HttpRequest, identifier: str) -> int:
    told: dict[str, Any] = {"actor": actor_of(request), "at": clock.now()}
    found = certificates.get_visible_certificate(identifier=identifier, **told)
    return certificate_operations.record_own_print(certificate_id=found.pk, **told)


@login_not_required
def items(request: HttpRequest) -> HttpResponse:
    """List what can be applied for here."""
    _machine(request)
    return render(request, "kiosk/items.html", {"items": catalog.list_items(on=clock.today())})


@login_not_required
def idle(request: HttpRequest) -> HttpResponse:
    """Ask whether anybody is still there; who says nothing is logged out by the page itself."""
    _machine(request)
    return render(request, "kiosk/idle.html", {"next": next_address(request, FIRST)})


@login_not_required
@require_POST
@unkeyed("touches a session")
def stay(request: HttpRequest) -> HttpResponse:
    """Say that somebody is touching the screen; the door before this page has noted it."""
    _machine(request)
    return HttpResponse(status=204)


@login_not_required
@unkeyed("ending twice is ending")
def over(request: HttpRequest) -> HttpResponse:
    """结束并清除: end whoever's session this is and leave nothing of it; the warning page comes here by itself."""
    _machine(request)
    wipe(request, "自助终端结束")
    return redirect("kiosk")
