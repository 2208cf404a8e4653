"""Items: find them and read their guide. Public."""

from django.http import HttpRequest
from ninja import Router, Schema

from onedoor.api.problems import Problem
from onedoor.platform.catalog import queries
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock

router = Router(tags=["items"])


class ItemOut(Schema):
    code: str
    title: str
    title_en: str
    line: str
    summary: str


class GuideOut(Schema):
    code: str
    version: int
    title: str
    conditions: list[str]
    materials: list[str]
    statutory_days: int
    promised_days: int
    organization: str


@router.get("", response=list[ItemOut], summary="查找事项")
def find_items(request: HttpRequest, q: str = "") -> list[queries.ItemCard]:
    on = clock.today()
    return queries.search_items(text=q, on=on) if q else queries.list_items(on=on)


@router.get("/{code}", response={200: GuideOut, 404: Problem}, summary="办事指南")
def read_guide(request: HttpRequest, code: str, division: str = "000000000000") -> dict[str, object]:
    guide = queries.read_guide(code=code, chain=identity.chain(division), on=clock.today())
    return {
        "code": code,
        "version": guide.version.version,
        "title": guide.item.title,
        "conditions": list(guide.item.conditions),
        "materials": [paper.title for paper in guide.item.materials],
        "statutory_days": guide.item.limits.statutory.days,
        "promised_days": guide.item.limits.promised.days,
        "organization": guide.offering.organization.name if guide.offering else "",
    }
