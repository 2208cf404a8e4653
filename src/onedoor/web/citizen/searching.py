"""The search and what its box offers while somebody types: the same for everybody, and nothing of it is written down."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from onedoor.platform.kernel import clock
from onedoor.platform.kernel.languages import Language, chosen, languages
from onedoor.platform.knowledge import queries as knowledge
from onedoor.platform.knowledge.queries import Found, Hit
from onedoor.platform.recognition import queries as recognition
from onedoor.web.citizen.events import EVENTS, LifeEvent
from onedoor.web.citizen.places import place_of
from onedoor.web.citizen.services import BY_CODE
from onedoor.web.parts import dictating
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.limits import limited
from onedoor.web.parts.writes import keyed

A_MINUTE = 600  # a hall of thirty people at one address, each typing one search
KEPT = 300  # seconds a browser may keep an answer; the catalogue changes by the day
OFFERED = ("item", "clause", "office")


def _found(request: HttpRequest, text: str, **narrowed: object) -> Found:
    on = clock.today()
    place = knowledge.place_at(division=place_of(request).code, on=on)
    return knowledge.search(text=text, place=place, on=on, **narrowed)  # type: ignore[arg-type]


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show what fits in groups, each line with its reason; where nothing does, what can be done next."""
    text = request.GET.get("q", "").strip()
    context = {
        "text": text,
        "found": _found(request, text) if text else None,
        "events": EVENTS,
        "place": place_of(request),
    }
    return render(request, "citizen/search.html", context)


@login_not_required
@limited("dictate", most=10, methods=("POST",))
@keyed
def spoken_search(request: HttpRequest) -> HttpResponse:
    """Say what one is looking for; the words stand in the box to be corrected before anything is searched."""
    if not recognition.hears():
        return redirect("search")
    context, status = {}, 200
    if dictating.is_spoken(request):
        said = dictating.spoken(request, purpose="search", into="q", actor=actor_of(request))
        context, status = {"typed": said.typed, "heard": said.heard, "problems": said.problems}, said.status
    return render(request, "citizen/search_spoken.html", context, status=status)


@login_not_required
@require_safe
@limited("suggestions", most=A_MINUTE)
def suggestions(request: HttpRequest) -> HttpResponse:
    """Answer what has been typed with what it finds; where it finds nothing, the nearest and the life events."""
    text, language = request.GET.get("q", "").strip(), languages()[chosen(request.GET.get("lang", "zh"))]
    found = _found(request, text, kinds=OFFERED)
    offered = [_of_hit(hit, english=language.code == "en") for group in found.groups for hit in group.hits][
        : knowledge.SUGGESTED
    ]
    nothing = bool(text) and (not offered or bool(found.corrected))
    told = {
        "found": [] if found.corrected else offered,
        "nearest": offered if found.corrected else [],
        "events": [_of_event(event, language) for event in EVENTS] if nothing else [],
    }
    response = JsonResponse(told, json_dumps_params={"ensure_ascii": False})
    if not request.user.is_authenticated and not place_of(request).chosen:
        # What somebody typed who has logged in, or has chosen a place, stays on no shared computer.
        response["Cache-Control"] = f"public, max-age={KEPT}"
    return response


def _of_hit(hit: Hit, *, english: bool) -> dict[str, str]:
    service = BY_CODE.get(hit.line)
    about = (service.title_en if english else service.title) if service else hit.summary[:40]
    title = (hit.title_en or hit.title) if english else hit.title
    return {"title": title, "about": about, "address": hit.address}


def _of_event(event: LifeEvent, language: Language) -> dict[str, str]:
    title, about = language.phrase(event.title), language.phrase(event.about)
    return {"title": title, "about": about, "address": reverse("life_event", args=[event.code])}
