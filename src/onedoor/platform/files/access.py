"""Whoever may see a case may see its files: the owning room says who, registered at start-up."""

from datetime import datetime
from typing import Protocol

from onedoor.platform.kernel.actors import Actor


class Reader(Protocol):
    def __call__(self, identifier: str, *, actor: Actor, at: datetime) -> bool: ...


_readers: dict[str, Reader] = {}


def register(kind: str, reader: Reader) -> None:
    """Register who may read files of `kind` ("case", "draft"); called from `AppConfig.ready`."""
    _readers[kind] = reader


def may_read(target: str, *, actor: Actor, at: datetime) -> bool:
    kind, _, identifier = target.partition(":")
    reader = _readers.get(kind)
    return reader is not None and reader(identifier, actor=actor, at=at)
