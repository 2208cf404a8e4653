"""News of the place: the list, the one text, the feeds; and 我的→订阅, what somebody wants to be told."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.messages import operations as messages
from onedoor.platform.messages import queries as ways
from onedoor.platform.publishing import operations, queries
from onedoor.web.citizen.places import NATION, place_of
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted
from onedoor.web.parts.writes import attempt, keyed

KIND = "news"
PICTURE_HEADERS = {
    "Cache-Control": "public, max-age=3600",
    "X-Content-Type-Options": "nosniff",
}  # a recall counts within the hour


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List what holds today for the place, by topic and by whom it is meant for, a page at a time."""
    place, asked = place_of(request), request.GET
    topic, before = asked.get("topic", ""), asked.get("before", "")
    audience = asked.get("audience", "") if asked.get("audience") in place.chain else ""
    found = queries.list_news(chain=place.chain, topic=topic, audience=audience, on=clock.today(), before=before)
    names = {one.code: one.name for one in identity.divisions_with(place.chain)}
    context: dict[str, Any] = {"news": found, "place": place, "topics": queries.TOPICS, "topic": topic}
    context |= {
        "audience": audience,
        "audiences": [(code, "全国" if code == NATION else names.get(code, code)) for code in place.chain],
    }
    context |= {"next": found[-1].number if len(found) == queries.NEWS else "", "before": before}
    return render(request, "citizen/news/index.html", context)


@login_not_required
@require_safe
def article(request: HttpRequest, number: str) -> HttpResponse:
    """Show a text; one that was recalled says so, and why, and that it is gone (410)."""
    found = queries.read_news(number=number, on=clock.today())
    if found.recalled_at is None and request.method == "GET":
        operations.count_view(number=number, on=clock.today())
    status = 410 if found.recalled_at is not None else 200
    return render(request, "citizen/news/article.html", {"article": found, "blocks": found.blocks}, status=status)


@login_not_required
@require_safe
def picture(request: HttpRequest, number: str, picture_id: int, *, small: bool) -> HttpResponse:
    """Give a picture: .webp is the small one the page shows at first, .jpg the large one. After a recall it is gone."""
    content = queries.read_picture(number=number, picture_id=picture_id, small=small)
    return HttpResponse(content, content_type="image/webp" if small else "image/jpeg", headers=PICTURE_HEADERS)


@keyed
def subscriptions(request: HttpRequest) -> HttpResponse:
    """What I want to be told of and by which ways; one press takes it back."""
    actor = actor_of(request)
    problems: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        _, refusal = attempt(request, lambda: _act(request))
        if refusal is None:
            return redirect("subscriptions")
        problems, status = refusal.by_field, refusal.http_status
    rows, place = queries.my_subscriptions(actor=actor), place_of(request)
    places = {one.code: one.name for one in identity.divisions_with({row.division for row in rows})}
    page = ways.own_ways(actor=actor)
    there = {"sms": bool(page.phone), "email": page.has_email, "wechat": page.has_wechat, "push": bool(page.devices)}
    chosen = next(one.chosen for one in page.kinds if one.kind.code == KIND)
    context: dict[str, Any] = {
        "rows": [(row, dict(queries.TOPICS).get(row.topic, ""), places.get(row.division, "全国")) for row in rows],
        "topics": queries.TOPICS,
        "place": place,
        "ways": [(way, ways.WAYS[way], way in chosen) for way in there if there[way] or way in chosen],
        "typed": request.POST,
        "problems": problems,
    }
    return render(request, "citizen/news/subscriptions.html", context, status=status)


def _act(request: HttpRequest) -> None:
    actor, at = actor_of(request), clock.now()
    deed = request.POST.get("deed", "")
    if deed == "subscribe":
        topics = request.POST.getlist("topic")
        if not topics:
            raise InvalidInput({"topic": "请选择想知道哪些方面的事。"})
        for topic in topics:
            operations.subscribe(topic=topic, division=place_of(request).code, actor=actor, at=at)
    elif deed == "end":
        operations.end_subscription(subscription_id=posted(request, "id"), actor=actor, at=at)
    elif deed == "ways":
        messages.choose_ways(kind=KIND, ways=request.POST.getlist("ways"), actor=actor, at=at)
    else:
        raise InvalidInput({"": "请选择订阅、退订，或者保存提醒方式。"})
