"""
The kinds of message a node understands, each with its version: registered in code by the room that reads them.

A receiver takes every version up to its own and ignores fields it does not know, so that either side may be newer: a new
field is optional, and a change that older readers would get wrong is a new version. What it cannot take is kept, parked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError


class Body(BaseModel):
    """The body of a message: immutable; unknown fields are another side's newer ones and are let be."""

    model_config = ConfigDict(extra="ignore", frozen=True)


@dataclass(frozen=True)
class Message:
    """A message as its reader gets it."""

    id: str
    schema: str
    version: int
    key: str
    sender: str
    sequence: int
    created_at: datetime
    body: Any  # of the schema's model


class Reader(Protocol):
    def __call__(self, message: Message, *, at: datetime) -> None: ...


class Heard(Protocol):
    def __call__(self, node: str, body: Any, *, at: datetime) -> None: ...


@dataclass(frozen=True)
class Schema:
    """A kind of message: what its body is, and who reads it; the reader's effect happens once and in order."""

    name: str
    version: int
    model: type[Body]
    reader: Reader
    obstacle: Callable[[Any], str] | None = None  # says of a body that fits why it cannot be read here yet, or ""
    at_the_door: bool = False  # read in the transaction that stores it, so that the receipt says that it is done
    on_receipt: Heard | None = None  # hears on the sending side that a message has arrived and was understood


_schemas: dict[str, Schema] = {}


def register(schema: Schema) -> None:
    """Make a kind of message known; called from `AppConfig.ready`."""
    standing = _schemas.get(schema.name)
    if standing is not None and standing != schema:
        raise ValueError(f"{schema.name} is registered already")
    _schemas[schema.name] = schema


def find(name: str) -> Schema | None:
    return _schemas.get(name)


def forget(name: str) -> None:
    """Make a kind of message unknown; for tests."""
    _schemas.pop(name, None)


class NotUnderstood(ValueError):
    """Why a message cannot be read here yet, in a sentence; a reader too may say so of its sender."""


class NotEntitled(Exception):
    """Why a message of this sender may never be read, raised by its reader; it is refused for good and told."""


def read(name: str, version: int, body: Any) -> tuple[Schema, Body]:
    """
    Return the schema of a message and its body as its reader gets it.

    :raises NotUnderstood: this node does not know the kind or the version, or the body does not fit.
    """
    schema = _schemas.get(name)
    if schema is None:
        raise NotUnderstood(f"本节点不认识“{name}”这类报文。请升级本节点，或请对方核对。")
    if version > schema.version:
        raise NotUnderstood(f"对方用的是第 {version} 版，本节点只认到第 {schema.version} 版。升级后自动接着处理。")
    try:
        found = schema.model.model_validate(body)
    except ValidationError as error:
        places = "、".join(".".join(str(part) for part in one["loc"]) or "整体" for one in error.errors()[:3])
        raise NotUnderstood(f"内容不符合这类报文的格式，位置：{places}。请对方更正后另发。") from error
    obstacle = schema.obstacle(found) if schema.obstacle is not None else ""
    if obstacle:
        raise NotUnderstood(obstacle)
    return schema, found


def fault(name: str, version: int, body: Any) -> str:
    """Return why a message cannot be read here, in a sentence; "" where it can."""
    try:
        read(name, version, body)
    except NotUnderstood as obstacle:
        return str(obstacle)
    return ""


def breaks(older: type[Body], newer: type[Body]) -> list[str]:
    """
    Return the fields by which a newer model would no longer read what was written for the older one.

    For the test of a room that gives its message a new version: fields may come if they are optional, none may turn
    from optional to required.
    """

    def required(model: type[Body]) -> set[str]:
        return {name for name, field in model.model_fields.items() if field.is_required()}

    return sorted(required(newer) - required(older))
