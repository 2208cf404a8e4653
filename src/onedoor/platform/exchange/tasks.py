"""Ask the departments in the background: never inside a transaction, again and again until answered or given up."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import httpx
import structlog
from django.conf import settings
from django.db import transaction

from onedoor.platform.exchange.connectors import (
    Answer,
    Connector,
    GarbledAnswer,
    Question,
    connector,
)
from onedoor.platform.exchange.models import Query
from onedoor.platform.exchange.signing import signed_headers
from onedoor.platform.kernel import clock, outbox
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.tasks import task

log = structlog.get_logger()
T = TypeVar("T")
ATTEMPTS = 6
FIRST_WAIT = timedelta(seconds=2)


class NotYet(RuntimeError):
    """The department did not answer this time."""


@task(attempts=1)
def send_query(*, query_id: str) -> None:
    """Ask one question; a failure asks again later with the same request id, the last one gives up and says so."""
    query = Query.objects.select_related("person", "consent").get(pk=query_id)
    if query.state != Query.State.PENDING:
        return
    if query.consent is not None and not query.consent.is_alive(clock.now()):
        # Withdrawn since the question was put: from that moment nothing goes out any more (R19).
        Query.objects.filter(pk=query.pk).update(last_error="consent withdrawn")
        _finish(query, Query.State.FAILED, None)
        return
    try:
        answer = _ask(connector(query.connector), query)
    except (NotYet, GarbledAnswer, httpx.HTTPError) as error:
        _again(query, type(error).__name__ if not isinstance(error, NotYet) else str(error))
        return
    _finish(query, Query.State.ANSWERED if answer.rows else Query.State.EMPTY, answer)


def _ask(source: Connector, query: Query) -> Answer:
    base = settings.ONEDOOR_CONNECTORS.get(source.code)
    if not base:
        raise NotYet("no address")
    if query.ticket:
        return _decode(source, _call("GET", base, f"/tickets/{query.ticket}", b"", "", source.timeout))
    question = Question(
        request_id=str(query.pk),
        id_number=str(query.person.id_number),
        name=query.person.name,
        purpose=query.purpose,
        case_number=query.business,
        consent=str(query.consent_id or ""),
    )
    outgoing = source.encode(question)
    body = _call("POST", base, outgoing.path, outgoing.body, outgoing.content_type, source.timeout)
    if source.ticket is None:
        return _decode(source, body)
    query.ticket = _read(source.ticket, body)
    Query.objects.filter(pk=query.pk).update(ticket=query.ticket)
    return _decode(source, _call("GET", base, f"/tickets/{query.ticket}", b"", "", source.timeout))


def _decode(source: Connector, body: bytes) -> Answer:
    return _read(source.decode, body)


def _read(reader: Callable[[bytes], T], body: bytes) -> T:
    """
    Read what a department sent; whatever is wrong with it, it is asked again.

    :raises GarbledAnswer: it cannot be read.
    """
    try:
        return reader(body)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise GarbledAnswer(type(error).__name__) from error


def _call(method: str, base: str, path: str, body: bytes, content_type: str, timeout: float) -> bytes:
    headers = signed_headers(method, path, body, at=clock.wall())
    if content_type:
        headers["Content-Type"] = content_type
    answer = httpx.request(method, base + path, content=body, headers=headers, timeout=timeout)
    if answer.status_code == 202 and method == "GET":
        raise NotYet("ticket not ready")
    if answer.status_code not in (200, 202):
        raise NotYet(f"status {answer.status_code}: {answer.text[:40]}")
    return answer.content


def _again(query: Query, error: str) -> None:
    attempts = query.attempts + 1
    log.warning("exchange.no_answer", connector=query.connector, query=str(query.pk), attempt=attempts, error=error)
    with transaction.atomic():
        Query.objects.filter(pk=query.pk).update(attempts=attempts, last_error=error[:80])
        if attempts < ATTEMPTS:
            wait = FIRST_WAIT * 2 ** (attempts - 1)
            # The queue lives by the physical clock, whatever day a demonstration shows.
            send_query.using(run_after=clock.wall() + wait).enqueue(query_id=str(query.pk))
            return
    _finish(query, Query.State.FAILED, None)


def _finish(query: Query, state: Query.State, answer: Answer | None) -> None:
    """Keep the outcome once: a second worker with the same answer changes nothing."""
    with transaction.atomic():
        current = Query.objects.select_for_update().get(pk=query.pk)
        if current.state != Query.State.PENDING:
            return
        current.state, current.answered_at, current.attempts = state, clock.now(), query.attempts + 1
        if answer is not None:
            current.answer = [{field: row.get(field) for field in current.fields} for row in answer.rows]
            current.as_of, current.digest = answer.as_of, sm3(canonical_json(current.answer)).hex()
        current.save()
        outbox.publish(
            "exchange.answered",
            key=f"exchange:{current.business}",
            query_id=str(current.pk),
            connector=current.connector,
            business=current.business,
            state=str(state),
        )
