"""Background work on the database: retries with back-off, periodic duties, and tasks of dead workers given back."""

import functools
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from django.db import transaction
from django_tasks import TaskResultStatus
from django_tasks import task as library_task
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from onedoor.platform.kernel import clock
from onedoor.platform.kernel.models import PeriodicRun, WorkerBeat

log = structlog.get_logger()


def task(*, attempts: int = 6, first_wait: timedelta = timedelta(seconds=5)) -> Callable[..., Task[..., Any]]:
    """
    Turn a function with JSON keyword arguments into a background task: `send.enqueue(message_id=7)`.

    Enqueue inside the business transaction: it is rolled back with it. A failing task runs again after `first_wait`,
    twice that, and so on, `attempts` times in all; the last failure stays in the task table. Bodies are idempotent.
    """

    def wrap(function: Callable[..., Any]) -> Task[..., Any]:
        @functools.wraps(function)
        def run(*, attempt: int = 1, **arguments: Any) -> Any:
            try:
                return function(**arguments)
            except Exception:
                if attempt >= attempts:
                    raise
                log.warning("task.retry", task=function.__name__, attempt=attempt, exc_info=True)
                wait = first_wait * 2 ** (attempt - 1) * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, protects nothing
                registered.using(run_after=clock.wall() + wait).enqueue(attempt=attempt + 1, **arguments)
                return None

        registered: Task[..., Any] = library_task()(run)
        return registered

    return wrap


class Duty(Protocol):
    def __call__(self, *, at: datetime) -> Any: ...


@dataclass(frozen=True)
class PeriodicDuty:
    name: str
    every: timedelta
    function: Duty


_duties: dict[str, PeriodicDuty] = {}


def every(seconds: int, name: str, function: Duty) -> None:
    """Register periodic work; called from `AppConfig.ready`. `function(at=…)` is safe to run twice."""
    _duties[name] = PeriodicDuty(name, timedelta(seconds=seconds), function)


def run_due_duties(*, at: datetime) -> list[str]:
    """Run each periodic duty whose time has come and return their names; several workers share them."""
    began, done = clock.ticks(), []
    for duty in _duties.values():
        moment = clock.meanwhile(at, since=began)  # the duties before may have taken minutes
        if _take_turn(duty, moment) and _run_duty(duty, moment):
            done.append(duty.name)
    return done


def _take_turn(duty: PeriodicDuty, at: datetime) -> bool:
    with transaction.atomic():
        row, created = PeriodicRun.objects.select_for_update().get_or_create(name=duty.name, defaults={"last_at": at})
        if not created and row.last_at + duty.every > at:
            return False
        row.last_at = at
        row.save(update_fields=["last_at"])
        return True


def _run_duty(duty: PeriodicDuty, at: datetime) -> bool:
    try:
        duty.function(at=at)
    except Exception:  # one broken duty must not stop the others; it is logged and comes again next turn
        log.exception("task.duty_failed", duty=duty.name)
        return False
    return True


def beat(*, worker: str, at: datetime) -> None:
    """Leave a sign of life."""
    WorkerBeat.objects.update_or_create(worker=worker, defaults={"beat_at": at})


def queued(one: Task[..., Any], argument: str) -> set[Any]:
    """Return for which values of an argument a task waits in the queue, or runs."""
    calls = DBTaskResult.objects.filter(
        status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING), task_path=one.module_path
    )
    return {call["kwargs"].get(argument) for call in calls.values_list("args_kwargs", flat=True)}


def give_back_lost_tasks(*, at: datetime, silent_for: timedelta) -> int:
    """Put tasks of workers that have been silent for `silent_for` back into the queue; return how many."""
    alive = set(WorkerBeat.objects.filter(beat_at__gt=at - silent_for).values_list("worker", flat=True))
    lost = [
        result.pk
        for result in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).only("pk", "worker_ids")
        if not result.worker_ids or result.worker_ids[-1] not in alive
    ]
    return DBTaskResult.objects.filter(pk__in=lost, status=TaskResultStatus.RUNNING).update(
        status=TaskResultStatus.READY
    )
