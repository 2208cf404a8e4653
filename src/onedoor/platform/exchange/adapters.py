"""
The one door to what an operator may set up beside the platform: answers in words, text on papers, speech.

Each is off until an operator names a way to ask, an address and, where it is wanted, a key. It is asked by the worker
only, never while a person waits: with a time limit, left in peace after failures like any source, every use in the audit
record with its purpose and what it was for, never with what was sent or answered. Nothing here believes an answer:
whoever asked checks it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx
from django.conf import settings
from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.exchange import breaker
from onedoor.platform.kernel.actors import Actor

Told = TypeVar("Told")


class NotAnswered(RuntimeError):
    """It did not answer this time, or nothing that can be read; the text says why, without a word of the content."""


@dataclass(frozen=True)
class Adapter:
    """One thing that may be asked for. `code` names it in the audit record and to its breaker."""

    code: str
    setting: str  # its settings: ONEDOOR_PHRASER, ONEDOOR_PHRASER_URL, …_KEY, …_MODEL, …_TIMEOUT
    most_bytes: int  # of an answer

    @property
    def way(self) -> str:
        """Which of its ways it is asked in; empty: it is off."""
        return str(getattr(settings, self.setting))

    @property
    def model(self) -> str:
        return str(self._value("MODEL"))

    @property
    def limit(self) -> float:
        return float(self._value("TIMEOUT"))

    @property
    def address(self) -> str:
        return str(self._value("URL")).rstrip("/")

    @property
    def key(self) -> str:
        return str(self._value("KEY"))

    def _value(self, name: str) -> Any:
        return getattr(settings, f"{self.setting}_{name}")


PHRASING = Adapter("phrasing", "ONEDOOR_PHRASER", 200_000)
# A recogniser may send the picture back with its lines drawn in; it is read past.
PAPERS = Adapter("papers", "ONEDOOR_RECOGNIZER", 30_000_000)
SPEECH = Adapter("speech", "ONEDOOR_LISTENER", 1_000_000)


@dataclass(frozen=True)
class Question:
    """What is sent: to which path behind the address, as what type."""

    path: str
    body: bytes
    content_type: str = "application/json; charset=utf-8"


def ask(
    adapter: Adapter,
    question: Question,
    read: Callable[[bytes], Told],
    *,
    purpose: str,
    target: str,
    actor: Actor,
    at: datetime,
    wall: datetime,
) -> Told:
    """
    Ask once and return what `read` makes of the answer; the use is recorded whether it answers or not.

    :raises NotAnswered: it is paused after failures, did not answer in time, or not with what was asked for.
    """
    if not breaker.admit(adapter.code, at=at, wall=wall, lease=timedelta(seconds=2 * adapter.limit)):
        raise NotAnswered("paused")
    try:
        told = read(_call(adapter, question))
    except (httpx.HTTPError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        breaker.failed(adapter.code, at=at, wall=wall)
        _record(adapter, "failed", purpose, target, actor, at)
        raise NotAnswered(type(error).__name__) from None
    breaker.succeeded(adapter.code, at=at, wall=wall)
    _record(adapter, "answered", purpose, target, actor, at)
    return told


def plain_text(told: Any) -> str:
    """
    Return what an answer gives as text, where it is text that can be kept.

    :raises ValueError: it is something else, or holds NUL or half a surrogate pair, which no database keeps.
    """
    if not isinstance(told, str) or "\0" in told:
        raise ValueError("no text")
    told.encode()  # UnicodeEncodeError is a ValueError
    return told


@transaction.atomic
def _record(adapter: Adapter, outcome: str, purpose: str, target: str, actor: Actor, at: datetime) -> None:
    audit.record(
        "exchange.ask_adapter", actor=actor, at=at, target=target, adapter=adapter.code, purpose=purpose, answer=outcome
    )


def _call(adapter: Adapter, question: Question) -> bytes:
    headers = {"Content-Type": question.content_type}
    if adapter.key:
        headers["Authorization"] = f"Bearer {adapter.key}"
    give_up, content = time.monotonic() + adapter.limit, bytearray()
    # Straight to the address that was set up: papers and voices go through no proxy that the environment names.
    told: dict[str, Any] = {"content": question.body, "headers": headers, "timeout": adapter.limit, "trust_env": False}
    with httpx.stream("POST", adapter.address + question.path, **told) as answer:
        answer.raise_for_status()
        for chunk in answer.iter_bytes():
            content += chunk
            if len(content) > adapter.most_bytes:
                raise ValueError("too large")
            if time.monotonic() > give_up:
                raise ValueError("too slow")
    return bytes(content)
