"""Life events: the way in for somebody who knows what has happened, not which office is for it."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from onedoor.platform.bundles import queries as bundles
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.knowledge import queries as knowledge
from onedoor.web.citizen import services
from onedoor.web.citizen.places import place_of


@dataclass(frozen=True)
class LifeEvent:
    """What has happened: the words its items are found by, the services it touches; the first gives the hue."""

    code: str
    title: str
    about: str
    words: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def hue(self) -> str:
        return self.lines[0]


EVENTS = (
    LifeEvent("hardship", "困难", "低保、特困、临时救助", ("困难", "低保", "救助"), ("assistance", "socialwork")),
    LifeEvent("elder", "养老", "补贴、养老机构、上门服务", ("养老", "老人"), ("eldercare", "community")),
    LifeEvent("marriage", "婚姻", "结婚、离婚、补领证件", ("婚姻", "结婚", "离婚"), ("marriage",)),
    LifeEvent("birth", "生育", "孩子的保障和收养", ("生育", "孩子", "儿童", "收养"), ("assistance", "community")),
    LifeEvent("school", "上学", "困难家庭的孩子上学", ("上学", "孩子"), ("socialwork", "assistance")),
    LifeEvent("disability", "残疾", "两项补贴、康复、照护", ("残疾",), ("assistance", "eldercare")),
    LifeEvent("death", "离世", "丧事、墓地、减免", ("离世", "殡葬"), ("funeral",)),
    LifeEvent(
        "organization", "办社会组织", "成立、变更、年检、募捐", ("社会组织", "慈善"), ("organizations", "volunteering")
    ),
)
BY_CODE = {event.code: event for event in EVENTS}


@login_not_required
def life_event(request: HttpRequest, code: str) -> HttpResponse:
    """Show the items of a life event, the services it touches, and where to go meanwhile."""
    if code not in BY_CODE:
        raise Http404
    event, place, on = BY_CODE[code], place_of(request), clock.today()
    context = {
        "event": event,
        "items": knowledge.items_about(words=event.words, place=knowledge.place_at(division=place.code, on=on), on=on),
        "bundles": [one for one in bundles.list_bundles(on=on) if one.line in event.lines],
        "services": [services.BY_CODE[line] for line in event.lines],
        "counters": identity.service_points(chain=place.chain, line=event.lines[0], on=clock.today()),
        "place": place,
    }
    return render(request, "citizen/life_event.html", context)
