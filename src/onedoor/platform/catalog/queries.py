"""Find items and read their guide. What is published is public, so no actor limits it; drafts are in `catalog.desk`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import Q, QuerySet

from onedoor.platform.catalog.elements import (
    Fault,
    implementation_faults,
    publication_faults,
)
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.models import ItemVersion, Offering
from onedoor.platform.catalog.offerings import merged, override_faults
from onedoor.platform.catalog.states import HOLDING, State
from onedoor.platform.kernel.crypto import canonical_json
from onedoor.platform.kernel.errors import NotFound, OneDoorError
from onedoor.platform.kernel.prepared import prepared


class ItemNotFound(NotFound):
    code, message = "catalog.item_not_found", "没有找到该事项，可能已停办或改名，请返回首页搜索。"


class ItemSuspended(OneDoorError):
    code, http_status, message = (
        "catalog.item_suspended",
        409,
        "该事项目前暂停办理，恢复后可以继续申请。已经受理的申请照常办理；急需帮助的，请拨打 12349。",
    )


@dataclass(frozen=True)
class ItemCard:
    """What a list of items shows."""

    code: str
    title: str
    title_en: str
    line: str
    summary: str
    delegable: bool = True
    audience: str = "person"  # or "organization": who applies


@dataclass(frozen=True)
class Guide:
    """An item as offered to the people of one place: the version in force, who handles it, and what both say together."""

    version: ItemVersion
    item: ServiceItem
    offering: Offering | None


def version_in_force(*, code: str, on: date) -> ItemVersion:
    """
    Return the version of an item itself, as the whole country has it.

    :raises ItemNotFound: no version of this item is in force on that day.
    :raises ItemSuspended: there is one, and it is suspended.
    """
    version = _versions.first(code=code, on=on)
    if version is None:
        stopped = ItemVersion.objects.filter(code=code, state=State.SUSPENDED, valid_from__lte=on)
        if stopped.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).exists():
            raise ItemSuspended
        raise ItemNotFound
    return version


@prepared
def _versions(*, code: str, on: date) -> QuerySet[ItemVersion]:
    # The definition is read where it is parsed, once per process; here it would only travel.
    return ItemVersion.objects.filter(in_force(on), code=code).defer("definition").order_by("-version")[:1]


@prepared
def _offerings(*, code: str, chain: Sequence[str], on: date) -> QuerySet[Offering]:
    open_ones = Offering.objects.filter(item_code=code, division__in=chain, state__in=HOLDING, open_from__lte=on)
    return open_ones.filter(Q(open_to__isnull=True) | Q(open_to__gt=on))


def read_guide(*, code: str, chain: Sequence[str], on: date) -> Guide:
    """
    Return the guide of an item for the place whose division chain (nearest first) is given; the nearest offering counts.

    The page, the form, the case and the window all read this item (R-CAT-2).

    :raises ItemNotFound, ItemSuspended: no version in force.
    """
    version = version_in_force(code=code, on=on)
    offerings = _offerings.all(code=code, chain=list(chain), on=on)
    nearest = min(offerings, key=lambda offering: chain.index(offering.division), default=None)
    return Guide(version=version, item=as_offered(version, nearest), offering=nearest)


def as_offered(version: ItemVersion, offering: Offering | None) -> ServiceItem:
    """Return the item of a version with what an offering sets otherwise."""
    if offering is None or not offering.overrides:
        return version.item
    return _merge(version.pk, version.digest, canonical_json(offering.overrides))


@lru_cache(maxsize=2000)
def _merge(version_id: int, digest: str, overrides: bytes) -> ServiceItem:
    """Put together once per process: a version never changes, and neither do the same overrides."""
    return merged(ItemVersion.objects.get(pk=version_id).item, json.loads(overrides))


def faults_of(row: ItemVersion | Offering) -> list[Fault]:
    """Return everything that keeps a version or an offering from being published."""
    if isinstance(row, ItemVersion):
        return publication_faults(row.definition)
    newest = ItemVersion.objects.filter(code=row.item_code, state__in=HOLDING).order_by("-version").first()
    if newest is None:
        raise ItemNotFound
    return [*implementation_faults(row.own), *override_faults(newest.item, row.overrides)]


def offering_faults(version: ItemVersion, *, on: date) -> list[Fault]:
    """Return which offerings would no longer be lawful under a version; what it no longer opens simply ceases to apply."""
    item = ServiceItem.model_validate(version.definition)
    offerings = Offering.objects.filter(item_code=version.code, state__in=(*HOLDING, State.SUSPENDED)).filter(
        Q(open_to__isnull=True) | Q(open_to__gt=on)
    )
    faults = []
    for offering in offerings.exclude(overrides={}).select_related("organization"):
        kept = {path: value for path, value in offering.overrides.items() if path in item.opened}
        for fault in override_faults(item, kept):
            sentence = f"{offering.organization.name}的实施清单：{fault.sentence}"
            faults.append(Fault(f"offering:{offering.pk}.{fault.path}", fault.title, sentence))
    return faults


def in_force(on: date, *, prefix: str = "") -> Q:
    """Return the condition "published and in force on this day" for versions, or for rows that lead to one."""
    state, start, end = f"{prefix}state__in", f"{prefix}valid_from__lte", f"{prefix}valid_to"
    published = Q(**{state: HOLDING, start: on})
    return published & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": on}))


def personal_items(on: date) -> set[str]:
    """Return the codes of the items in force that the person has to see to alone (可否委托: no)."""
    return set(ItemVersion.objects.filter(in_force(on), definition__delegable=False).values_list("code", flat=True))


def list_items(*, on: date, line: str = "") -> list[ItemCard]:
    """Return every item in force, in the order of their codes; `line` narrows to one service."""
    versions = ItemVersion.objects.filter(in_force(on))
    codes = versions.filter(line=line) if line else versions
    return item_cards(sorted(set(codes.values_list("code", flat=True))), on=on)


def item_cards(codes: Sequence[str], *, on: date) -> list[ItemCard]:
    """Return the cards of these items in this order, those that are not in force left out; one query."""
    versions = ItemVersion.objects.filter(in_force(on), code__in=codes).order_by("version")
    newest = {version.code: version for version in versions}
    return [
        ItemCard(
            code,
            newest[code].title,
            newest[code].title_en,
            newest[code].line,
            newest[code].definition["summary"],
            newest[code].definition.get("delegable", True),
            newest[code].definition["audience"],
        )
        for code in codes
        if code in newest
    ]


def translations(*, language: str, on: date) -> Mapping[str, str]:
    """Return what the items in force say in another language, each Chinese text with its translation. One query."""
    versions = ItemVersion.objects.filter(in_force(on)).order_by("pk").values_list("pk", flat=True)
    return _translations(language, tuple(versions))


@lru_cache(maxsize=16)
def _translations(language: str, versions: tuple[int, ...]) -> Mapping[str, str]:
    """Read once per process and set of versions: a published version never changes."""
    found: dict[str, str] = {}
    rows = ItemVersion.objects.filter(pk__in=versions).order_by("pk")
    for title, english, row in rows.values_list("title", "title_en", "definition__translations"):
        found |= {title: english} if language == "en" and english else {}
        found |= (row or {}).get(language, {})
    return found
