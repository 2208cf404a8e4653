"""What a proposed figure of law touches: open cases of the items that read it, and places whose own figure stays."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from onedoor.platform.catalog.models import ItemVersion, ParameterProposal
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import parameters
from onedoor.platform.kernel.actors import CodeRange


class Places:
    """The divisions within some code ranges, which may overlap; asking is a search in a sorted list."""

    def __init__(self, ranges: Iterable[CodeRange]) -> None:
        self._ranges: list[CodeRange] = []
        for start, end in sorted(ranges):
            if self._ranges and start <= self._ranges[-1][1]:
                self._ranges[-1] = (self._ranges[-1][0], max(end, self._ranges[-1][1]))
            else:
                self._ranges.append((start, end))

    def __contains__(self, division: str) -> bool:
        place = bisect_right(self._ranges, (division, "~")) - 1
        return place >= 0 and division < self._ranges[place][1]


class Counter(Protocol):
    """Count open, undecided cases by code of the items that read `key`, within `inside` and not in `outside`."""

    def __call__(self, key: str, *, inside: Sequence[CodeRange], outside: Places) -> Mapping[str, int]: ...


_counters: list[Counter] = []


def count_with(counter: Counter) -> None:
    """Register who knows the cases, which this room does not; called once from `AppConfig.ready`."""
    if counter not in _counters:
        _counters.append(counter)


@dataclass(frozen=True)
class Reader:
    """An item that reads the figure, with how many of its cases are open and would be decided by it."""

    item: str
    title: str
    cases: int


@dataclass(frozen=True)
class Impact:
    readers: Sequence[Reader]
    own_places: int  # places below that have a figure of their own on that day or later, which stays


def impact_of(proposal: ParameterProposal) -> Impact:
    """Return what a figure would touch from its day on; as many queries for the country as for a town."""
    day = proposal.valid_from
    inside = identity.reach_of(proposal.division, on=day)
    below = Places(inside)
    own = sorted(
        code
        for code in parameters.places_with(proposal.key, from_day=day)
        if code in below and code != proposal.division
    )
    reaches = identity.reaches_of(own, on=day) if own else {}
    outside = Places(one for ranges in reaches.values() for one in ranges)
    found: dict[str, int] = {}
    for counter in _counters:
        found |= counter(proposal.key, inside=inside, outside=outside)
    titles = _titles(found)
    return Impact([Reader(code, titles.get(code, code), found[code]) for code in sorted(found)], len(own))


def _titles(codes: Iterable[str]) -> dict[str, str]:
    versions = ItemVersion.objects.filter(code__in=list(codes), offering__isnull=True, valid_from__isnull=False)
    return dict(versions.order_by("version").values_list("code", "title"))
