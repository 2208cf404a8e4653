"""Deliver messages in the background: one task drains the queue, however many messages wait."""

from datetime import datetime

from onedoor.platform.kernel import clock
from onedoor.platform.kernel.tasks import task
from onedoor.platform.messages import delivery, waking

BATCHES = 20  # in a row, before others have their turn


@task(attempts=1)
def deliver_waiting() -> None:
    """Hand on what is due; safe to run twice and side by side."""
    for _ in range(BATCHES):
        if not delivery.deliver_due(at=clock.now(), wall=clock.wall()):
            return
    wake()


def wake() -> None:
    """Let a worker look soon, unless one has been told; `look` finds what this misses."""
    if not waking.waiting().exists():
        deliver_waiting.enqueue()


def look(*, at: datetime) -> None:
    """Periodic duty: hand on what has become due, because a wait or the night is over."""
    for _ in range(BATCHES):
        if not delivery.deliver_due(at=at, wall=clock.wall()):
            return
