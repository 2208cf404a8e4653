"""What the platform knows about asking another department: who, for what, on which basis, in which words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from onedoor.platform.exchange.datasets import DataField


@dataclass(frozen=True)
class Question:
    """What goes out for one person."""

    request_id: str
    id_number: str
    name: str
    purpose: str
    case_number: str
    consent: str


@dataclass(frozen=True)
class Answer:
    """What came back, in the platform's own words; `rows` hold text, numbers and lists only."""

    rows: list[dict[str, Any]]
    as_of: date


@dataclass(frozen=True)
class Outgoing:
    """A request as the department wants it: method, path below its address, content type, body."""

    path: str
    content_type: str
    body: bytes


class GarbledAnswer(ValueError):
    """The department answered something that cannot be read; it is asked again."""


@dataclass(frozen=True)
class Connector:
    """One department's data. `ticket` is set where the answer is fetched later with a ticket."""

    code: str
    department: str
    title: str
    fields: Mapping[str, DataField]  # what a row of an answer holds; a purpose opens some of them
    needs_consent: bool
    encode: Callable[[Question], Outgoing]
    decode: Callable[[bytes], Answer]
    ticket: Callable[[bytes], str] | None = None
    timeout: float = 10.0


_connectors: dict[str, Connector] = {}


def register(connector: Connector) -> None:
    """Register a connector; called from `AppConfig.ready`."""
    _connectors[connector.code] = connector


def connector(code: str) -> Connector:
    """:raises LookupError: no such connector; `manage.py check` finds that before a citizen does."""
    try:
        return _connectors[code]
    except KeyError:
        raise LookupError(f"no connector {code} is registered") from None


def all_connectors() -> Mapping[str, Connector]:
    return dict(_connectors)
