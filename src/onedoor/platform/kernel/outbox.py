"""Events from one room to another: a row in the same transaction, delivered after commit, in order per aggregate."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from onedoor.platform.kernel.models import OutboxDelivery, OutboxMessage

log = structlog.get_logger()


class Listener(Protocol):
    def __call__(self, payload: dict[str, Any], *, at: datetime) -> None: ...


_listeners: dict[str, dict[str, Listener]] = defaultdict(dict)
LONGEST_WAIT = timedelta(hours=1)
MOST_DOUBLINGS = 12  # 2**12 seconds are more than the longest wait
STUCK_AFTER = 15  # attempts, some four hours: no passing fault any more, somebody has to look


def publish(topic: str, *, key: str, **payload: Any) -> None:
    """
    Leave an event for the listeners of `topic`; they get it once this transaction is committed.

    `key` names the aggregate ("case:12"): events of one key arrive in the order they were published.
    The payload holds ids, codes and hashes only, never personal data.
    """
    OutboxMessage.objects.create(topic=topic, key=key, payload=payload)


def publish_each(topic: str, events: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Leave many events of one topic, each a key and a payload, in one statement."""
    OutboxMessage.objects.bulk_create(OutboxMessage(topic=topic, key=key, payload=payload) for key, payload in events)


def listen(topic: str, name: str, function: Listener) -> None:
    """Register `function` for `topic`; called from `AppConfig.ready`. Its effect on the database happens exactly once."""
    registered = _listeners[topic].get(name)
    if registered is not None and registered is not function:
        raise ValueError(f"{name} already listens to {topic}")
    _listeners[topic][name] = function


def deliver_pending(*, at: datetime, most: int = 100) -> int:
    """Hand out up to `most` waiting events, oldest first, and return how many were completed."""
    completed = 0
    for _ in range(most):
        delivered = _deliver_next(at)
        if delivered is None:
            break
        completed += delivered
    return completed


def _deliver_next(at: datetime) -> int | None:
    """Deliver the oldest deliverable message; 1 done, 0 failed and postponed, None nothing to do."""
    with transaction.atomic():
        message = _claim(at)
        if message is None:
            return None
        failure = _hand_out(message, at)
        if failure is None:
            message.delivered_at = at
            message.save(update_fields=["delivered_at"])
            return 1
        message.attempts += 1
        message.next_attempt_at = at + min(timedelta(seconds=2 ** min(message.attempts, MOST_DOUBLINGS)), LONGEST_WAIT)
        message.last_error = failure
        message.save(update_fields=["attempts", "next_attempt_at", "last_error"])
        return 0


def _claim(at: datetime) -> OutboxMessage | None:
    earlier = OutboxMessage.objects.filter(key=OuterRef("key"), id__lt=OuterRef("id"), delivered_at__isnull=True)
    pending = OutboxMessage.objects.filter(delivered_at__isnull=True).filter(
        Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=at)
    )
    pending = pending.filter(~Exists(earlier)).order_by("id")
    # SQLite takes the whole file for a write transaction, so there is no row to lock there.
    if connection.features.has_select_for_update_skip_locked:
        pending = pending.select_for_update(skip_locked=True)
    return pending.first()


def _hand_out(message: OutboxMessage, at: datetime) -> str | None:
    """Call every listener that has not done its part; return the name of the first error, or None."""
    done = set(message.deliveries.values_list("listener", flat=True))
    failure = None
    for name, function in _listeners[message.topic].items():
        if name in done:
            continue
        try:
            with transaction.atomic():
                OutboxDelivery.objects.create(message=message, listener=name)
                function(message.payload, at=at)
        except Exception as error:  # a listener's bug must not stop the other aggregates; it is logged and retried
            log.exception("outbox.listener_failed", listener=name, message_id=message.id, topic=message.topic)
            failure = failure or f"{name}: {type(error).__name__}"
    return failure


def stuck() -> int:
    """Return how many events have failed so often that an operator has to look; they are still tried every hour."""
    return OutboxMessage.objects.filter(delivered_at__isnull=True, attempts__gte=STUCK_AFTER).count()


def listeners(topic: str) -> dict[str, Callable[..., None]]:
    """Return the listeners of a topic by name, for checks and documentation."""
    return dict(_listeners[topic])
