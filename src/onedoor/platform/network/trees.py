"""
Whether two sides have the same rows, found out with few words: a tree of digests over ranges of hashed keys (Merkle).

Where the digests of a range agree, so do its rows. Where they differ the range is looked at 16 times finer, until it is
small enough to name each of its rows; only those that differ are sent again. Pure functions.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from onedoor.platform.kernel.crypto import sm3

FEW = 500  # rows of a range whose entries are named one by one
Summary = dict[str, tuple[int, str]]  # range → how many rows it has and their digest


class Entry(NamedTuple):
    """What is compared of a row."""

    key: str
    version: int
    digest: str


def place(key: str) -> str:
    """Return where a key stands in the tree; ranges are its beginnings, so that they are equally full whatever the keys."""
    return sm3(key.encode()).hex()


def under(entries: Iterable[Entry], prefix: str) -> list[Entry]:
    """Return the entries of one range, by key."""
    return sorted(one for one in entries if place(one.key).startswith(prefix))


def summary(entries: Iterable[Entry], prefix: str) -> Summary:
    """Return count and digest of each sixteenth of a range that has any rows."""
    parts: dict[str, list[Entry]] = defaultdict(list)
    for one in entries:
        at = place(one.key)
        if at.startswith(prefix):
            parts[at[: len(prefix) + 1]].append(one)
    return {part: (len(found), digest(found)) for part, found in parts.items()}


def digest(entries: Iterable[Entry]) -> str:
    lines = [f"{one.key}\0{one.version}\0{one.digest}" for one in sorted(entries)]
    return sm3("\n".join(lines).encode()).hex()


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
