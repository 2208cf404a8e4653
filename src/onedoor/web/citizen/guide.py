"""Find an item and learn whether it fits: home, guide, pre-check. Public, no log-in."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from onedoor.platform.appointments import queries as appointments
from onedoor.platform.cases import prechecks
from onedoor.platform.cases.forms.binding import bind_section
from onedoor.platform.cases.forms.situations import situation_of
from onedoor.platform.cases.forms.validation import read_section
from onedoor.platform.catalog import queries as catalog
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.publishing import queries as publishing
from onedoor.web.citizen.events import EVENTS
from onedoor.web.citizen.places import COOKIE, place_of
from onedoor.web.citizen.services import with_counts
from onedoor.web.citizen.situations import carried
from onedoor.web.parts.writes import unkeyed


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    items, place = catalog.list_items(on=clock.today()), place_of(request)
    context = {
        "place": place,
        "items": items[:6],
        "services": with_counts(items),
        "latest": publishing.list_news(chain=place.chain, on=clock.today(), most=1),
        "events": EVENTS,
        "counters": identity.service_points(chain=place.chain, line="", on=clock.today()),
    }
    return render(request, "citizen/home.html", context)


@login_not_required
@unkeyed("sets a cookie of this device")
def choose_place(request: HttpRequest) -> HttpResponse:
    """Choose the place to ask for: search by name, then pick; remembered on this device only."""
    back = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    if request.method == "POST" and identity.find_division(request.POST.get("code", "")):
        response = redirect(back)
        response.set_cookie(COOKIE, request.POST["code"], max_age=365 * 86400, samesite="Lax", httponly=True)
        return response
    text = request.GET.get("q", "").strip()
    found = identity.find_divisions(text) if text else []
    under = identity.find_division(request.GET.get("under", ""))
    below = [] if text else identity.divisions_below(under.code if under else "", on=clock.today())
    context = {"text": text, "found": found, "under": under, "below": below, "next": back, "place": place_of(request)}
    return render(request, "citizen/place.html", context)


@login_not_required
def item(request: HttpRequest, code: str) -> HttpResponse:
    place = place_of(request)
    guide = catalog.read_guide(code=code, chain=place.chain, on=clock.today())
    situation = situation_of(guide.item, request.GET)
    told = situation.outcome if situation and situation.outcome else None
    counters = (
        [] if guide.offering else identity.service_points(chain=place.chain, line=guide.item.line, on=clock.today())
    )
    context = {
        "guide": guide,
        "place": place,
        "counters": counters,
        "can_be_booked": appointments.can_be_booked(guide.item.code),
        "situation": situation,
        "carried": carried(situation, request.GET),
        "told": told,
        "fee": told.fee if told else guide.item.fee,
        "promised": told.promised if told else guide.item.limits.promised,
        "papers": told.materials if told else guide.item.materials,
    }
    return render(request, "citizen/item.html", context)


@login_not_required
@unkeyed("answers and stores nothing")
def precheck(request: HttpRequest, code: str) -> HttpResponse:
    """Ask a few questions and answer with reasons, never with a promise; nothing is stored."""
    place = place_of(request)
    guide = catalog.read_guide(code=code, chain=place.chain, on=clock.today())
    section = prechecks.section_of(guide.item)
    if section is None:
        return redirect("item", code=code)
    if request.method == "POST":
        cleaned = read_section(section, request.POST, known={})
        if not cleaned.problems:
            judgement = prechecks.judge(guide.item, cleaned.answers, chain=place.chain, on=clock.today())
            context = {"guide": guide, "place": place, "judgement": judgement}
            return render(request, "citizen/precheck_answer.html", context)
        fields = bind_section(
            section, answers=cleaned.answers, typed=cleaned.typed, problems=cleaned.problems, known={}
        )
        context = {"guide": guide, "place": place, "fields": fields, "problems": cleaned.problems}
        return render(request, "citizen/precheck.html", context, status=422)
    fields = bind_section(section, answers={}, typed={}, problems={}, known={})
    return render(request, "citizen/precheck.html", {"guide": guide, "place": place, "fields": fields})
