"""Places: the tree, who lies below whom, and the code ranges a post covers."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import lru_cache

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from onedoor.platform.identity.models import Division, DivisionSuccession, FormerDivisionName
from onedoor.platform.kernel.actors import Actor, CodeRange
from onedoor.platform.kernel.errors import NotFound, OneDoorError
from onedoor.platform.kernel.prepared import prepared
from onedoor.platform.kernel.scopes import within_reach

NATION = "000000000000"


class DivisionNotFound(NotFound):
    code, message = "identity.division_not_found", "没有找到该地区，请从列表中选择。"


def division(code: str) -> Division:
    """:raises DivisionNotFound: no such code."""
    found = find_division(code)
    if found is None:
        raise DivisionNotFound
    return found


def find_division(code: str) -> Division | None:
    return _coded.first(code=code)


@prepared
def _coded(*, code: str) -> QuerySet[Division]:
    return Division.objects.filter(code=code)


def divisions_with(codes: Collection[str]) -> list[Division]:
    """Return the divisions with these codes in any order, in force or not; unknown codes are left out. One query."""
    return list(Division.objects.filter(code__in=codes)) if codes else []


def find_divisions(text: str, *, most: int = 30) -> list[Division]:
    """Return divisions in force whose name contains the text, larger units first."""
    named = Division.objects.filter(name__contains=text.strip(), in_force_to__isnull=True)
    return list(named.order_by("level", "code")[:most])


def divisions_below(code: str, *, on: date) -> list[Division]:
    """Return the divisions right below one (the provinces for ""), in force on a day, by code."""
    below = Division.objects.filter(parent_id=code) if code else Division.objects.filter(level=2)
    return list(below.filter(in_force(on)).order_by("code"))


def in_force(on: date) -> Q:
    """Return the condition that a division is in force on a day."""
    begun = Q(in_force_from__isnull=True) | Q(in_force_from__lte=on)
    return begun & (Q(in_force_to__isnull=True) | Q(in_force_to__gt=on))


def chain(code: str) -> list[str]:
    """Return the code and those of all its superiors, nearest first, ending with the whole country."""
    try:
        codes = list(_parents(code))
    except DivisionNotFound:  # not remembered: it may be established a minute later
        codes = [code]
    return codes if codes[-1] == NATION else [*codes, NATION]


@lru_cache(maxsize=50_000)
def _parents(code: str) -> tuple[str, ...]:
    """Walk up the tree; a division's place in it never changes, a reorganisation makes new codes."""
    codes = [code]
    while True:
        row = Division.objects.filter(code=codes[-1]).values_list("parent_id", flat=True).first()
        if row is None and not Division.objects.filter(code=codes[-1]).exists():
            raise DivisionNotFound
        if not row:
            return tuple(codes)
        codes.append(row)


def reach_of(code: str, *, on: date) -> list[CodeRange]:
    """
    Return the half-open code ranges that cover a division on a day: everything below it, abolished units included,
    and whatever it has taken over from until then.

    Codes of one subtree mostly lie side by side, so a county is one range; the tree decides, not the digits.
    """

    def below(level: list[str]) -> set[str]:
        under = Division.objects.filter(parent_id__in=level).values_list("code", flat=True)
        taken_over = DivisionSuccession.objects.filter(to_division_id__in=level, on__lte=on)
        return {*under, *taken_over.values_list("from_division_id", flat=True)}

    return _reach(code, below)


def reaches_of(codes: Iterable[str], *, on: date) -> dict[str, list[CodeRange]]:
    """Return what `reach_of` says of each of many divisions; two questions, however many they are."""
    under: dict[str, set[str]] = defaultdict(set)
    taken_over = DivisionSuccession.objects.filter(on__lte=on).values_list("to_division_id", "from_division_id")
    for above, code in (*Division.objects.exclude(parent=None).values_list("parent_id", "code"), *taken_over):
        under[str(above)].add(code)
    return {code: _reach(code, lambda level: set().union(*(under[one] for one in level))) for code in codes}


def _reach(code: str, below: Callable[[list[str]], set[str]]) -> list[CodeRange]:
    """Walk down from a division; `below` tells what lies directly under some divisions or was taken over by them."""
    if code == NATION:
        return [("000000000000", "999999999999")]
    level, members = [code], {code}
    while level:
        found = below(level)
        level = sorted(found - members)
        members |= found
    return _as_ranges(sorted(members))


def _as_ranges(members: Sequence[str]) -> list[CodeRange]:
    """Join sorted codes, each standing for its own numbers, into as few ranges as they need."""
    ranges: list[list[str]] = []
    for code in members:
        end = _after(code)
        if ranges and code <= ranges[-1][1]:
            ranges[-1][1] = max(ranges[-1][1], end)
        else:
            ranges.append([code, end])
    return [(start, end) for start, end in ranges]


def _after(code: str) -> str:
    """Return the first code that no longer belongs to this unit's own number."""
    trimmed = code.rstrip("0")
    digits = next(size for size in (2, 4, 6, 9, 12) if len(trimmed) <= size)
    return str(int(code[:digits]) + 1).zfill(digits).ljust(12, "0")


def subtree_range(code: str, *, on: date) -> list[CodeRange]:
    """Return the code ranges of a place for reading public data."""
    return reach_of(code, on=on)


class DivisionSplit(OneDoorError):
    code, http_status, message = (
        "identity.division_split",
        409,
        "您登记的地区“{name}”已分设为{successors}。请带身份证到便民服务中心窗口，或拨打 12345，更新您的户籍地后再办理。",
    )


def successors_of(code: str, *, on: date) -> list[Division]:
    """
    Return the divisions in force on a day that stand where `code` stood: itself, or whoever took over, by code.

    A unit that went together with its superior, with no successor of its own, is found in the superior's.
    """
    found, waiting, seen = [], [code], {code}
    while waiting:
        current = find_division(waiting.pop())
        if current is None:
            continue
        if current.in_force_to is None or current.in_force_to > on:
            found.append(current)
            continue
        rows = DivisionSuccession.objects.filter(from_division_id=current.code, on__lte=on)
        following = list(rows.values_list("to_division_id", flat=True)) or [current.parent_id or ""]
        waiting += [one for one in following if one and one not in seen]
        seen.update(following)
    return sorted(found, key=lambda one: one.code)


def current_division(code: str, *, on: date) -> str:
    """
    Return the code of the division in force on a day that stands where `code` stood, `code` itself if none is known.

    :raises DivisionSplit: several do; the person has to say which.
    """
    if not code:
        return ""
    found = successors_of(code, on=on)
    if len(found) > 1:
        raise DivisionSplit(name=division(code).name, successors="、".join(one.name for one in found))
    return found[0].code if found else code


def division_name(code: str, *, on: date) -> str:
    """Return the full name a division had on a day; an abolished one keeps its last name, "" for an unknown code."""
    former = FormerDivisionName.objects.filter(division_id=OuterRef("pk"), until__gt=on).order_by("until")
    names = Division.objects.filter(code=code).values_list(
        Subquery(former.values("full_name")[:1]), "full_name", "name"
    )
    return next((name for name in names.first() or () if name), "")


def name_then(code: str, day: str) -> Coalesce:
    """Return, as an expression for a query, the name that the place in column `code` had on the day `day`, an annotation."""
    place = Division.objects.filter(code=OuterRef(code))
    former = FormerDivisionName.objects.filter(division_id=OuterRef(code), until__gt=OuterRef(day))
    names = (former.order_by("until").values("full_name")[:1], place.values("full_name")[:1], place.values("name")[:1])
    return Coalesce(*(NullIf(Subquery(one), Value("")) for one in names), Value(""))


def reorganisations(*, actor: Actor, most: int = 50) -> list[DivisionSuccession]:
    """Return the latest successions that concern the administrator's reach, newest first; one query."""
    actor.require_one_of("identity.manage")
    old = within_reach(actor, prefix="from_division__", field="code", by_line=False)
    new = within_reach(actor, prefix="to_division__", field="code", by_line=False)
    rows = DivisionSuccession.objects.filter(old | new).select_related("from_division", "to_division")
    return list(rows.order_by("-on", "-pk")[:most])
