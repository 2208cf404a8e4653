"""
Whether a source is asked now: a circuit breaker in the database, so that all workers stop and come back together.

Closed: everybody asks. After so many failures in a row it opens: nobody asks until `retry_at`. Then it is half open: one
question goes as a probe, an answer closes it, a failure opens it again for longer. A probe is a lease that runs out, so a
worker killed in the middle holds nobody up. `wall` is physical time; announced pauses are told in the time of `at`.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.exchange.models import PlannedWindow, Query, SourceHealth
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.pauses import FAILURES_TO_OPEN, pause

log = structlog.get_logger()
MACHINE = Actor.system("共享交换")
AT_ONCE = 50  # questions sent again at once when a source is back
State = SourceHealth.State


@transaction.atomic
def admit(connector: str, *, at: datetime, wall: datetime, lease: timedelta) -> bool:
    """Tell whether a question may go to this source now; where it is the probe, it holds the lease from here on."""
    if in_window(connector, at=at):
        return False
    health = _locked(connector)
    if health.state == State.CLOSED:
        return True
    if not _may_probe(health, wall):
        return False
    health.state, health.probing_until = State.HALF_OPEN, wall + lease
    health.save(update_fields=["state", "probing_until"])
    return True


def room(connector: str, *, at: datetime, wall: datetime) -> int:
    """Return how many waiting questions may be sent to this source now: none, one as a probe, or many."""
    if in_window(connector, at=at):
        return 0
    health = SourceHealth.objects.filter(connector=connector).first()
    if health is None or health.state == State.CLOSED:
        return AT_ONCE
    return int(_may_probe(health, wall))


def in_window(connector: str, *, at: datetime) -> bool:
    """Tell whether the department has announced a pause for this moment."""
    return PlannedWindow.objects.filter(connector=connector, starts_at__lte=at, ends_at__gt=at).exists()


@transaction.atomic
def succeeded(connector: str, *, at: datetime, wall: datetime) -> None:
    """Note that the source lives; if it was paused, it is asked again, and everything that waits for it becomes due."""
    health = _locked(connector)
    if health.state == State.CLOSED and not health.failures:
        return
    was_paused = health.state != State.CLOSED
    health.state, health.failures, health.openings = State.CLOSED, 0, 0
    health.retry_at = health.probing_until = None
    health.since = at if was_paused else health.since
    health.save()
    if was_paused:
        Query.objects.filter(connector=connector, state=Query.State.WAITING).update(next_at=wall)
        audit.record("exchange.resume_source", actor=MACHINE, at=at, target=f"source:{connector}")
        log.info("exchange.source_back", connector=connector)


@transaction.atomic
def failed(connector: str, *, at: datetime, wall: datetime) -> None:
    """Count a failure; one too many pauses the source, a failed probe pauses it for longer."""
    health = _locked(connector)
    health.failures += 1
    if health.state == State.HALF_OPEN:
        _open(health, at, wall, openings=health.openings + 1)
    elif health.state == State.CLOSED and health.failures >= FAILURES_TO_OPEN:
        _open(health, at, wall, openings=0)
    health.save()


def _open(health: SourceHealth, at: datetime, wall: datetime, *, openings: int) -> None:
    if health.state == State.CLOSED:
        health.since = at
        audit.record(
            "exchange.pause_source",
            actor=MACHINE,
            at=at,
            target=f"source:{health.connector}",
            failures=health.failures,
        )
        log.warning("exchange.source_paused", connector=health.connector, failures=health.failures)
    health.state, health.openings, health.probing_until = State.OPEN, openings, None
    health.retry_at = wall + pause(openings)


def _may_probe(health: SourceHealth, wall: datetime) -> bool:
    if health.state == State.OPEN:
        return health.retry_at is None or health.retry_at <= wall
    return health.probing_until is None or health.probing_until <= wall


def _locked(connector: str) -> SourceHealth:
    SourceHealth.objects.get_or_create(connector=connector)
    return SourceHealth.objects.select_for_update().get(connector=connector)
