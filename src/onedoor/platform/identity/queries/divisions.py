"""Places: the tree, who lies below whom, and the code ranges a post covers."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from django.db.models import Q

from onedoor.platform.identity.models import Division
from onedoor.platform.kernel.actors import CodeRange
from onedoor.platform.kernel.errors import NotFound

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
    return Division.objects.filter(code=code).first()


def find_divisions(text: str, *, most: int = 30) -> list[Division]:
    """Return divisions in force whose name contains the text, larger units first."""
    named = Division.objects.filter(name__contains=text.strip(), in_force_to__isnull=True)
    return list(named.order_by("level", "code")[:most])


def divisions_below(code: str, *, on: date) -> list[Division]:
    """Return the divisions right below one (the provinces for ""), in force on a day, by code."""
    below = Division.objects.filter(parent_id=code) if code else Division.objects.filter(level=2)
    return list(below.filter(_in_force(on)).order_by("code"))


def _in_force(on: date) -> Q:
    begun = Q(in_force_from__isnull=True) | Q(in_force_from__lte=on)
    return begun & (Q(in_force_to__isnull=True) | Q(in_force_to__gt=on))


def chain(code: str) -> list[str]:
    """Return the code and those of all its superiors, nearest first, ending with the whole country."""
    codes = list(_parents(code))
    return codes if codes[-1] == NATION else [*codes, NATION]


@lru_cache(maxsize=50_000)
def _parents(code: str) -> tuple[str, ...]:
    """Walk up the tree; a division's place in it never changes, a reorganisation makes new codes."""
    codes, current = [code], code
    while current:
        parent = Division.objects.filter(code=current).values_list("parent_id", flat=True).first()
        if not parent:
            break
        codes.append(parent)
        current = parent
    return tuple(codes)


def reach_of(code: str) -> list[CodeRange]:
    """
    Return the half-open code ranges that cover a division and everything below it, abolished units included.

    Codes of one subtree mostly lie side by side, so a county is one range; the tree decides, not the digits.
    """
    if code == NATION:
        return [("000000000000", "999999999999")]
    level, members = [code], {code}
    while level:
        below = list(Division.objects.filter(parent_id__in=level).values_list("code", flat=True))
        members.update(below)
        level = below
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


def subtree_range(code: str) -> list[CodeRange]:
    """Return the code ranges of a place for reading public data."""
    return [(start, end) for start, end in reach_of(code)]
