"""Whoever may see a case may see its files: the owning room says who, registered at start-up."""

from datetime import datetime
from typing import Protocol

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor


class Reader(Protocol):
    def __call__(self, identifier: str, *, actor: Actor, at: datetime) -> bool: ...


_readers: dict[str, Reader] = {}


def register(kind: str, reader: Reader) -> None:
    """Register who may read files of `kind` ("case", "draft"); called from `AppConfig.ready`."""
    _readers[kind] = reader


def mandate_reader(kind: str) -> Reader:
    """Return who may read the papers of a mandate; its own room lies below this one and cannot register by itself."""

    def may_read_evidence(identifier: str, *, actor: Actor, at: datetime) -> bool:
        return identity.may_read_evidence(kind, identifier, actor=actor)

    return may_read_evidence


def may_read(target: str, *, actor: Actor, at: datetime) -> bool:
    kind, _, identifier = target.partition(":")
    reader = _readers.get(kind)
    return reader is not None and reader(identifier, actor=actor, at=at)
