"""
Whether a provider is asked now: a circuit breaker in the database, so that all workers stop and come back together.

Closed: everybody asks. After so many failures in a row it opens: nobody asks until `retry_at`. Then one message goes as a
probe: an answer closes it, a failure opens it again for longer. A probe is a lease that runs out, so a worker killed in the
middle holds nobody up. What succeeds at a healthy provider writes nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.pauses import FAILURES_TO_OPEN, pause
from onedoor.platform.messages.models import ProviderHealth

log = structlog.get_logger()
MACHINE = Actor.system("消息")
PROBE_LEASE = timedelta(minutes=1)
State = ProviderHealth.State


def paused(*, at: datetime) -> set[str]:
    """Return the providers nobody asks now."""
    rows = ProviderHealth.objects.exclude(state=State.CLOSED).filter(Q(retry_at__gt=at))
    return set(rows.values_list("provider", flat=True))


def next_probe(codes: Iterable[str]) -> datetime | None:
    """Return when the first of some paused providers is asked again."""
    rows = ProviderHealth.objects.exclude(state=State.CLOSED).filter(provider__in=list(codes), retry_at__isnull=False)
    return rows.order_by("retry_at").values_list("retry_at", flat=True).first()


def on_probation() -> set[str]:
    """Return the providers that get one message as a probe before they get more."""
    return set(ProviderHealth.objects.exclude(state=State.CLOSED).values_list("provider", flat=True))


def take_probe(code: str, *, at: datetime) -> bool:
    """Tell whether this worker may ask a paused provider, and hold the lease."""
    due = ProviderHealth.objects.filter(provider=code, retry_at__lte=at).exclude(state=State.CLOSED)
    return bool(due.update(state=State.HALF_OPEN, retry_at=at + PROBE_LEASE))


@transaction.atomic
def succeeded(code: str, *, at: datetime) -> None:
    """Note that a provider that had failed lives; if it was paused, everybody asks it again."""
    health = ProviderHealth.objects.select_for_update().filter(provider=code).first()
    if health is None or (health.state == State.CLOSED and not health.failures):
        return
    if health.state != State.CLOSED:
        audit.record("messages.resume_provider", actor=MACHINE, at=at, target=f"provider:{code}")
        log.info("messages.provider_back", provider=code)
        health.since = at
    health.state, health.failures, health.openings, health.retry_at = State.CLOSED, 0, 0, None
    health.save()


@transaction.atomic
def failed(code: str, *, at: datetime) -> bool:
    """Count a failure and tell whether the provider is still asked; one too many, or a failed probe, pauses it."""
    ProviderHealth.objects.get_or_create(provider=code)
    health = ProviderHealth.objects.select_for_update().get(provider=code)
    health.failures += 1
    if health.state == State.CLOSED and health.failures >= FAILURES_TO_OPEN:
        health.since = at
        audit.record(
            "messages.pause_provider", actor=MACHINE, at=at, target=f"provider:{code}", failures=health.failures
        )
        log.warning("messages.provider_paused", provider=code, failures=health.failures)
        _open(health, at, openings=0)
    elif health.state == State.HALF_OPEN:
        _open(health, at, openings=health.openings + 1)
    health.save()
    return health.state == State.CLOSED


def _open(health: ProviderHealth, at: datetime, *, openings: int) -> None:
    health.state, health.openings, health.retry_at = State.OPEN, openings, at + pause(openings)
