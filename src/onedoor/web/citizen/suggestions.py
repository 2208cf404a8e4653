"""What the search box offers while somebody types: the same for everybody, and nothing of it is written down."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from onedoor.platform.catalog import queries as catalog
from onedoor.platform.catalog.queries import ItemCard
from onedoor.platform.kernel import clock
from onedoor.web.citizen.events import EVENTS, LifeEvent
from onedoor.web.citizen.services import BY_CODE
from onedoor.web.parts.limits import limited
from onedoor.web.parts.words import ENGLISH

A_MINUTE = 600  # a hall of thirty people at one address, each typing one search
KEPT = 300  # seconds a browser may keep an answer; the catalogue changes by the day


@login_not_required
@require_safe
@limited("suggestions", most=A_MINUTE)
def suggestions(request: HttpRequest) -> HttpResponse:
    """Answer what has been typed with the items it finds; where it finds none, the nearest ones and the life events."""
    text, english, on = request.GET.get("q", "").strip(), request.GET.get("lang") == "en", clock.today()
    found = catalog.search_items(text=text, on=on, most=catalog.SUGGESTED)
    nothing = bool(text) and not found
    nearest = catalog.nearest_items(text=text, on=on) if nothing else []
    told = {
        "found": [_of_item(card, english=english) for card in found],
        "nearest": [_of_item(card, english=english) for card in nearest],
        "events": [_of_event(event, english=english) for event in EVENTS] if nothing else [],
    }
    response = JsonResponse(told, json_dumps_params={"ensure_ascii": False})
    if not request.user.is_authenticated:  # what somebody typed who has logged in stays on no shared computer
        response["Cache-Control"] = f"public, max-age={KEPT}"
    return response


def _of_item(card: ItemCard, *, english: bool) -> dict[str, str]:
    service = BY_CODE.get(card.line)
    about = (service.title_en if english else service.title) if service else ""
    title = (card.title_en or card.title) if english else card.title
    return {"title": title, "about": about, "address": reverse("item", args=[card.code])}


def _of_event(event: LifeEvent, *, english: bool) -> dict[str, str]:
    title, about = (ENGLISH[words] if english else words for words in (event.title, event.about))
    return {"title": title, "about": about, "address": reverse("life_event", args=[event.code])}
