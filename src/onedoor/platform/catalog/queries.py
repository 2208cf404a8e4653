"""Find items and read their guide. The catalogue is public, so no actor limits it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from onedoor.platform.catalog.items import Limit, ServiceItem
from onedoor.platform.catalog.models import ItemVersion, ItemWord, Offering
from onedoor.platform.catalog.words import cut, normalise
from onedoor.platform.kernel.errors import NotFound


class ItemNotFound(NotFound):
    code, message = "catalog.item_not_found", "没有找到该事项，可能已停办或改名，请返回首页搜索。"


@dataclass(frozen=True)
class ItemCard:
    """What a list of items shows."""

    code: str
    title: str
    title_en: str
    line: str
    summary: str
    delegable: bool = True


@dataclass(frozen=True)
class Guide:
    """An item as offered to the people of one place: the version in force and who handles it."""

    version: ItemVersion
    item: ServiceItem
    offering: Offering | None


def version_in_force(*, code: str, on: date) -> ItemVersion:
    """:raises ItemNotFound: no version of this item is in force on that day."""
    version = (
        ItemVersion.objects.filter(code=code, state=ItemVersion.State.PUBLISHED, valid_from__lte=on)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
        .order_by("-version")
        .first()
    )
    if version is None:
        raise ItemNotFound
    return version


def read_guide(*, code: str, chain: Sequence[str], on: date) -> Guide:
    """
    Return the guide of an item for the place whose division chain (nearest first) is given.

    :raises ItemNotFound: no version in force.
    """
    version = version_in_force(code=code, on=on)
    offerings = (
        Offering.objects.filter(item_code=code, division__in=chain, open_from__lte=on)
        .filter(Q(open_to__isnull=True) | Q(open_to__gt=on))
        .select_related("organization")
    )
    nearest = min(offerings, key=lambda offering: chain.index(offering.division), default=None)
    return Guide(version=version, item=version.item, offering=nearest)


def in_force(on: date, *, prefix: str = "") -> Q:
    """Return the condition "published and in force on this day" for versions, or for rows that lead to one."""
    state, start, end = f"{prefix}state", f"{prefix}valid_from__lte", f"{prefix}valid_to"
    published = Q(**{state: ItemVersion.State.PUBLISHED, start: on})
    return published & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": on}))


def promise_of(*, item: ServiceItem, organization_id: int) -> Limit:
    """Return the promised limit: the office's own where its offering promises less than the item, else the item's."""
    promised = item.limits.promised
    own = Offering.objects.filter(item_code=item.code, organization_id=organization_id).values_list(
        "promised_days", flat=True
    )
    shorter = [days for days in own if days is not None and days < promised.days]
    return promised.model_copy(update={"days": min(shorter)}) if shorter else promised


def search_items(*, text: str, on: date, most: int = 20) -> list[ItemCard]:
    """
    Return the items that match a person's words, best first: names, colloquial names, pinyin, initials, parts of words.

    Two database queries whatever the text.
    """
    whole = normalise(text)
    if not whole:
        return []
    wanted = Q(word=whole) | Q(word__in=cut(whole))
    if len(whole) > 1:
        wanted |= Q(word__contains=whole)
    scores: dict[str, int] = defaultdict(int)
    found = ItemWord.objects.filter(wanted, in_force(on, prefix="version__"))
    for code, word, weight in found.values_list("version__code", "word", "weight"):
        scores[code] += weight * 2 if word == whole else weight
    return _cards(sorted(scores, key=lambda code: (-scores[code], code))[:most], on)


def list_items(*, on: date, line: str = "") -> list[ItemCard]:
    """Return every item in force, in the order of their codes; `line` narrows to one service."""
    versions = ItemVersion.objects.filter(state=ItemVersion.State.PUBLISHED, valid_from__lte=on)
    codes = versions.filter(line=line) if line else versions
    return _cards(sorted(set(codes.values_list("code", flat=True))), on)


def _cards(codes: Sequence[str], on: date) -> list[ItemCard]:
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
        )
        for code in codes
        if code in newest
    ]
