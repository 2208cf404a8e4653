"""Call a department over the network: signed, within a deadline, its answer no larger than it should be and its own."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import httpx
from django.conf import settings

from onedoor.platform.exchange.connectors import Answer, Connector, GarbledAnswer, Question
from onedoor.platform.exchange.models import SourceCall
from onedoor.platform.exchange.signing import ANSWER_HEADER, NONCE_HEADER, answer_bytes, signed_headers
from onedoor.platform.kernel.crypto import Signature, TamperedValue, verify

T = TypeVar("T")
MOST_BYTES = 5_000_000
Outcome = SourceCall.Outcome


class NotAnswered(RuntimeError):
    """The department did not answer this time, or nothing that can be used."""

    def __init__(self, outcome: Outcome, detail: str = "") -> None:
        self.outcome = outcome
        super().__init__(detail or outcome.value)


def ask(
    source: Connector, question: Question, *, ticket: str, keep_ticket: Callable[[str], None], wall: datetime
) -> Answer:
    """
    Put a question to a department, or fetch its answer with the ticket it gave; a new ticket is kept at once.

    :raises NotAnswered: whatever went wrong, with the kind of it.
    """
    base = settings.ONEDOOR_CONNECTORS.get(source.code)
    if not base:
        raise NotAnswered(Outcome.UNREACHABLE, "no address")
    if not ticket:
        outgoing = source.encode(question)
        body = _call(source, "POST", base, outgoing.path, outgoing.body, outgoing.content_type, wall)
        if source.ticket is None:
            return _read(source.decode, body)
        ticket = _read(source.ticket, body)
        keep_ticket(ticket)
    try:
        return _read(source.decode, _call(source, "GET", base, f"/tickets/{ticket}", b"", "", wall))
    except NotAnswered as failure:
        if failure.outcome == Outcome.REJECTED:  # the department knows its own ticket no more: ask anew next time
            keep_ticket("")
        raise


def timeout_of(source: Connector) -> float:
    """Return how many seconds a source has, never more than the site grants."""
    return min(source.timeout, float(settings.ONEDOOR_CONNECTOR_TIMEOUT))


def public_key_of(source: str) -> bytes | None:
    """Return the key a department signs its answers with; None where it does not sign."""
    folder = settings.ONEDOOR_CONNECTOR_KEYS
    file = folder / f"{source}.pub" if folder else None
    return bytes.fromhex(file.read_text(encoding="ascii").strip()) if file and file.exists() else None


def _read(reader: Callable[[bytes], T], body: bytes) -> T:
    """:raises NotAnswered: what the department sent cannot be read."""
    try:
        return reader(body)
    except GarbledAnswer as error:
        raise NotAnswered(Outcome.GARBLED, str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise NotAnswered(Outcome.GARBLED, type(error).__name__) from error


def _call(
    source: Connector, method: str, base: str, path: str, body: bytes, content_type: str, wall: datetime
) -> bytes:
    headers = signed_headers(method, path, body, at=wall)
    if content_type:
        headers["Content-Type"] = content_type
    timeout = timeout_of(source)
    try:
        with httpx.stream(method, base + path, content=body, headers=headers, timeout=timeout) as answer:
            content = _within(answer, timeout)
    except httpx.TimeoutException as error:
        raise NotAnswered(Outcome.TIMED_OUT, type(error).__name__) from error
    except httpx.HTTPError as error:
        raise NotAnswered(Outcome.UNREACHABLE, type(error).__name__) from error
    _check_status(answer, method)
    _check_signature(source, headers[NONCE_HEADER], answer, content)
    return content


def _within(answer: httpx.Response, timeout: float) -> bytes:
    """Read a body within its time and size: one byte every few seconds would otherwise hold a worker for ever."""
    give_up, content = time.monotonic() + timeout, bytearray()
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > MOST_BYTES:
            raise NotAnswered(Outcome.GARBLED, "too large")
        if time.monotonic() > give_up:
            raise NotAnswered(Outcome.TIMED_OUT, "body too slow")
    return bytes(content)


def _check_status(answer: httpx.Response, method: str) -> None:
    status = answer.status_code
    if status == 202 and method == "GET":
        raise NotAnswered(Outcome.NOT_READY, "ticket not ready")
    if status >= 500 or status == 429:
        raise NotAnswered(Outcome.BUSY, f"status {status}")
    if status not in (200, 202):
        raise NotAnswered(Outcome.REJECTED, f"status {status}")


def _check_signature(source: Connector, nonce: str, answer: httpx.Response, content: bytes) -> None:
    key = public_key_of(source.code)
    if key is None:
        return
    try:
        signature = Signature.parse(answer.headers.get(ANSWER_HEADER, ""))
    except TamperedValue as error:
        raise NotAnswered(Outcome.FORGED, "no signature") from error
    if not verify(answer_bytes(nonce, answer.status_code, content), signature, public_key=key):
        raise NotAnswered(Outcome.FORGED, "signature")
