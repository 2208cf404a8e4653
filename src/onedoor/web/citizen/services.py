"""The ten services of the action plan as a citizen finds them, also those that are not yet handled online here."""

from collections import Counter
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from onedoor.platform.catalog import queries as catalog
from onedoor.platform.catalog.queries import ItemCard
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.web.citizen.places import place_of


@dataclass(frozen=True)
class Service:
    """One service: its code is the business line of its items and the name of its hue."""

    code: str
    title: str
    title_en: str
    about: str
    about_en: str
    scene: str


SERVICES = (
    Service(
        "eldercare",
        "养老服务",
        "Elder care",
        "找养老机构、申请老年人补贴和上门服务。",
        "Homes, allowances and help at home for the old",
        "elder",
    ),
    Service(
        "assistance",
        "社会救助",
        "Social assistance",
        "低保、特困、临时救助，家里有困难先看这里。",
        "Minimum living guarantee and other help in hardship",
        "hardship",
    ),
    Service(
        "organizations",
        "社会组织和慈善",
        "Organizations and charity",
        "成立和变更社会组织，公开募捐和慈善信托备案。",
        "Found or change an organization, raise money, charitable trusts",
        "organization",
    ),
    Service(
        "socialwork",
        "社会工作",
        "Social work",
        "查社工机构和站点，社会工作者登记。",
        "Find social workers and stations, register as one",
        "socialwork",
    ),
    Service(
        "volunteering",
        "志愿服务",
        "Volunteering",
        "报名做志愿者，开服务记录证明。",
        "Become a volunteer, prove your hours",
        "volunteering",
    ),
    Service(
        "reunion",
        "救助寻亲",
        "Rescue and reunion",
        "求助、寻找走失的亲人。",
        "Ask for help, look for lost relatives",
        "reunion",
    ),
    Service(
        "community",
        "社区治理",
        "Community",
        "村（居）务公开和社区服务。",
        "Open books of villages and neighbourhoods, community services",
        "community",
    ),
    Service(
        "marriage",
        "婚姻服务",
        "Marriage",
        "预约和办理结婚、离婚登记，补领证件。",
        "Register a marriage or divorce, copies of certificates",
        "marriage",
    ),
    Service(
        "funeral",
        "殡葬服务",
        "Funeral",
        "殡仪馆和公墓、收费清单、惠民减免。",
        "Funeral homes, cemeteries, prices and reductions",
        "death",
    ),
    Service(
        "placenames",
        "区划地名",
        "Divisions and place names",
        "查行政区划和标准地名。",
        "Divisions and standard place names",
        "placenames",
    ),
)
BY_CODE = {one.code: one for one in SERVICES}


def with_counts(items: list[ItemCard]) -> list[tuple[Service, int]]:
    """Return every service with how many of these items are its own."""
    counts = Counter(item.line for item in items)
    return [(one, counts[one.code]) for one in SERVICES]


@login_not_required
def service(request: HttpRequest, code: str) -> HttpResponse:
    """Show the items of one service; where there are none yet, whom to call and where to go."""
    if code not in BY_CODE:
        raise Http404
    place = place_of(request)
    context = {
        "service": BY_CODE[code],
        "items": catalog.list_items(on=clock.today(), line=code),
        "counters": identity.service_points(chain=place.chain, line=code, on=clock.today()),
        "place": place,
    }
    return render(request, "citizen/service.html", context)
