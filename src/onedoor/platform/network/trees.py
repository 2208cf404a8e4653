"""
Whether two sides have the same rows, found out with few words: a tree of digests over ranges of hashed keys (Merkle).

Where the digests of a range agree, so do its rows. Where they differ the range is looked at 16 times finer, until it is
small enough to name each of its rows; only those that differ are sent again. Pure functions.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from onedoor.platform.kernel.crypto import sm3

FEW = 500  # rows of a range whose entries are named one by one
WHOLE = 1 << 256
Summary = dict[str, tuple[int, str]]  # range → how many rows it has and their digest


class Entry(NamedTuple):
    """What is compared of a row."""

    key: str
    version: int
    digest: str


def place(key: str) -> str:
    """Return where a key stands in the tree; ranges are its beginnings, so that they are equally full whatever the keys."""
    return sm3(key.encode()).hex()


def under(entries: Iterable[Entry], prefixes: Collection[str]) -> list[Entry]:
    """Return the entries of some ranges, by key."""
    return sorted(one for one in entries if _range_of(place(one.key), prefixes) is not None)


def summary(entries: Iterable[Entry], prefixes: Collection[str]) -> Summary:
    """Return count and digest of each sixteenth of some ranges that has any rows; entries are looked at once, in any order."""
    counts: dict[str, int] = defaultdict(int)
    sums: dict[str, int] = defaultdict(int)
    for one in entries:
        at = place(one.key)
        prefix = _range_of(at, prefixes)
        if prefix is not None:
            part = at[: len(prefix) + 1]
            counts[part] += 1
            sums[part] = (sums[part] + _number(one)) % WHOLE
    return {part: (count, f"{sums[part]:064x}") for part, count in counts.items()}


def _range_of(at: str, prefixes: Collection[str]) -> str | None:
    return next((at[:length] for length in {len(one) for one in prefixes} if at[:length] in prefixes), None)


def _number(one: Entry) -> int:
    """Return an entry as a number to be added up: sums find what went wrong by mistake; what was forged, signatures find."""
    return int.from_bytes(sm3(f"{one.key}\0{one.version}\0{one.digest}".encode()))


def differing(ours: Mapping[str, tuple[int, str]], theirs: Mapping[str, tuple[int, str]]) -> list[str]:
    """Return the ranges in which the two sides do not have the same."""
    return sorted(part for part in {*ours, *theirs} if ours.get(part) != theirs.get(part))


class Difference(NamedTuple):
    """What to do about one range: ask for these rows again, and tell that these are only here or newer here."""

    wanted: list[str]
    only_here: list[str]
    ahead: list[str]


def compare(ours: Iterable[Entry], theirs: Iterable[Entry]) -> Difference:
    """Lay the rows of a range beside the owner's."""
    here = {one.key: one for one in ours}
    there = {one.key: one for one in theirs}
    wanted, ahead = [], []
    for key, one in there.items():
        mine = here.get(key)
        if mine is None or mine.version < one.version:
            wanted.append(key)
        elif mine != one:  # of the same version and not the same, or of a version the owner does not have
            ahead.append(key)
    return Difference(sorted(wanted), sorted(here.keys() - there.keys()), sorted(ahead))
