"""
Ask the departments in the background: never inside a transaction, again and again until answered or given up.

A question is tried a few times within a minute. If that brings no answer, or its source is paused, it is 待核验: whoever
asked is told and can go on, and the question is asked again by itself once the source is back.
"""

import time
from datetime import date, datetime, timedelta

import structlog
from django.db import transaction

from onedoor.platform.exchange import breaker, calling
from onedoor.platform.exchange.calling import NotAnswered
from onedoor.platform.exchange.connectors import Answer, Question, connector
from onedoor.platform.exchange.models import Query, SourceCall
from onedoor.platform.exchange.models.sources import ALIVE
from onedoor.platform.kernel import clock, outbox
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.pauses import jitter
from onedoor.platform.kernel.tasks import task

log = structlog.get_logger()
ATTEMPTS = 6
FIRST_WAIT = timedelta(seconds=2)
WAITING_FIRST, WAITING_LONGEST = timedelta(minutes=1), timedelta(hours=1)
SENT_AGAIN_AFTER = timedelta(minutes=10)  # a question whose worker was lost goes out once more
GIVE_UP_AFTER = timedelta(days=30)
PROBE_SPARE = timedelta(seconds=10)
ANSWERS_KEPT = timedelta(hours=24)
CALLS_KEPT = timedelta(days=90)
OPEN = (Query.State.PENDING, Query.State.WAITING)
Outcome = SourceCall.Outcome


@task(attempts=1)
def send_query(*, query_id: str) -> None:
    """Ask one question; what goes wrong is asked again later with the same request id."""
    query = Query.objects.select_related("person", "consent").get(pk=query_id)
    if query.state not in OPEN:
        return
    if query.consent is not None and not query.consent.is_alive(clock.now()):
        # Withdrawn since the question was put: from that moment nothing goes out any more (R19).
        Query.objects.filter(pk=query.pk).update(last_error="consent withdrawn")
        _finish(query, Query.State.FAILED, None)
        return
    source = connector(query.connector)
    lease = timedelta(seconds=2 * calling.timeout_of(source)) + PROBE_SPARE
    if not breaker.admit(source.code, at=clock.now(), wall=clock.wall(), lease=lease):
        _again(query, "source paused")
        return
    started, answer, failure = time.monotonic(), None, None
    try:
        answer = calling.ask(
            source,
            _question(query),
            ticket=query.ticket,
            keep_ticket=lambda ticket: _keep_ticket(query, ticket),
            wall=clock.wall(),
        )
    except NotAnswered as error:
        failure = error
    _settle(query, answer, failure, milliseconds=round((time.monotonic() - started) * 1000))


def _question(query: Query) -> Question:
    return Question(
        request_id=str(query.pk),
        id_number=str(query.person.id_number),
        name=query.person.name,
        purpose=query.purpose,
        case_number=query.business,
        consent=str(query.consent_id or ""),
    )


def _keep_ticket(query: Query, ticket: str) -> None:
    query.ticket = ticket
    Query.objects.filter(pk=query.pk).update(ticket=ticket)


@transaction.atomic
def _settle(query: Query, answer: Answer | None, failure: NotAnswered | None, *, milliseconds: int) -> None:
    """Write down what came of a call: in the log of the source, on its breaker, and on the question."""
    at, wall = clock.now(), clock.wall()
    told = Outcome.ANSWERED if answer and answer.rows else Outcome.EMPTY
    outcome = failure.outcome if failure else told
    SourceCall.objects.create(
        connector=query.connector,
        query_id=query.pk,
        at=at,
        outcome=outcome,
        detail=str(failure)[:80] if failure else "",
        milliseconds=milliseconds,
        lag_days=_lag(answer, clock.day_of(at)),
    )
    if outcome in ALIVE:
        breaker.succeeded(query.connector, at=at, wall=wall)
    else:
        breaker.failed(query.connector, at=at, wall=wall)
    if answer is None:
        _again(query, str(failure))
    else:
        _finish(query, Query.State.ANSWERED if answer.rows else Query.State.EMPTY, answer)


def _lag(answer: Answer | None, on: date) -> int | None:
    return (on - answer.as_of).days if answer else None


@transaction.atomic
def _again(query: Query, error: str) -> None:
    """Put a question off: soon while it is fresh, then as one that waits for its source."""
    attempts, wall = query.attempts + 1, clock.wall()
    log.warning("exchange.no_answer", connector=query.connector, query=str(query.pk), attempt=attempts, error=error)
    Query.objects.filter(pk=query.pk).update(attempts=attempts, last_error=error[:80])
    if query.state == Query.State.PENDING and attempts < ATTEMPTS:
        wait = jitter(FIRST_WAIT * 2 ** (attempts - 1))
        # The queue lives by the physical clock, whatever day a demonstration shows.
        send_query.using(run_after=wall + wait).enqueue(query_id=str(query.pk))
        return
    later = min(WAITING_FIRST * 2 ** min(max(attempts - ATTEMPTS, 0), 10), WAITING_LONGEST)
    Query.objects.filter(pk=query.pk, state__in=OPEN).update(next_at=wall + jitter(later))
    if query.state == Query.State.PENDING:
        _finish(query, Query.State.WAITING, None)


def recheck(*, at: datetime) -> int:
    """Send what waits for a source that can be asked again, give up what has waited too long; return how many were sent."""
    for query in Query.objects.filter(state=Query.State.WAITING, asked_at__lt=at - GIVE_UP_AFTER):
        _finish(query, Query.State.FAILED, None)
    wall, sent = clock.wall(), 0
    due = Query.objects.filter(state=Query.State.WAITING, next_at__lte=wall)
    for code in due.values_list("connector", flat=True).distinct():
        room = breaker.room(code, at=at, wall=wall)
        for pk in list(due.filter(connector=code).order_by("next_at", "pk").values_list("pk", flat=True)[:room]):
            sent += _send_again(str(pk), wall)
    return sent


@transaction.atomic
def _send_again(query_id: str, wall: datetime) -> int:
    """Take one due question for sending; another worker's round finds it no longer due."""
    due = Query.objects.filter(pk=query_id, state=Query.State.WAITING, next_at__lte=wall)
    taken = due.update(next_at=wall + SENT_AGAIN_AFTER)
    if taken:
        send_query.enqueue(query_id=query_id)
    return taken


def forget_answers(*, at: datetime) -> int:
    """Forget what departments said once whoever asked has taken it in (R-SHR-6); time and digest of it stay."""
    return Query.objects.filter(answered_at__lt=at - ANSWERS_KEPT, answer__isnull=False).update(answer=None)


def forget_old_calls(*, at: datetime) -> int:
    """Delete the log of calls that no figure counts any more."""
    return SourceCall.objects.filter(at__lt=at - CALLS_KEPT).delete()[0]


@transaction.atomic
def _finish(query: Query, state: Query.State, answer: Answer | None) -> None:
    """Keep the outcome once and tell: a second worker with the same answer changes nothing."""
    current = Query.objects.select_for_update().get(pk=query.pk)
    if current.state not in OPEN or current.state == state:
        return
    current.state = state
    if state != Query.State.WAITING:
        current.answered_at, current.attempts, current.next_at = clock.now(), query.attempts + 1, None
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
