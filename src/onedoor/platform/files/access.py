"""Whoever may see a case may see its files: the owning room says who, and whose matter it is; registered at start-up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor


@dataclass(frozen=True)
class Matter:
    """What a file belongs to: whose it is, what it is called, where it is dealt with, and on what a look is recorded."""

    person_id: int
    title: str  # stands in the mark of a copy: 办件 and its number
    division: str = ""
    target: str = ""  # "case:12"; empty: that of the file itself


class Reader(Protocol):
    def __call__(self, identifier: str, *, actor: Actor, at: datetime) -> Matter | None:
        """Return what the file belongs to, None where this actor may not see it."""


_readers: dict[str, Reader] = {}


def register(kind: str, reader: Reader) -> None:
    """Register who may read files of `kind` ("case", "draft"); called from `AppConfig.ready`."""
    _readers[kind] = reader


def mandate_reader(kind: str) -> Reader:
    """Return who may read the papers of a mandate; its own room lies below this one and cannot register by itself."""

    def evidence(identifier: str, *, actor: Actor, at: datetime) -> Matter | None:
        first = identity.person_of_evidence(kind, identifier, actor=actor)
        return Matter(first.pk, "代办手续", first.division_id or "") if first else None

    return evidence


def matter_of(target: str, *, actor: Actor, at: datetime) -> Matter | None:
    """Return what a file of this target belongs to, None where the actor may not see it."""
    kind, _, identifier = target.partition(":")
    reader = _readers.get(kind)
    return reader(identifier, actor=actor, at=at) if reader else None
