"""How good the sources of other departments are: answers, failures, times, conflicts, freshness; and every call behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet

from onedoor.platform.exchange.calling import public_key_of
from onedoor.platform.exchange.connectors import Connector, all_connectors
from onedoor.platform.exchange.models import PlannedWindow, Query, SourceCall, SourceHealth
from onedoor.platform.exchange.models.sources import ALIVE
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotFound

WATCH = ("exchange.manage", "exchange.watch")
FIGURES_OVER = timedelta(days=7)
CALLS_SHOWN = 50
OUTCOMES: list[tuple[str, str]] = [(one.value, str(one.label)) for one in SourceCall.Outcome]


class SourceNotFound(NotFound):
    code, message = "exchange.source_not_found", "没有这个数据来源，请从来源列表打开。"


@dataclass(frozen=True)
class SourceFigures:
    """One source over the last days. A share or time is None where there is nothing to measure."""

    source: Connector
    state: str
    is_asked: bool
    since: datetime | None
    window: PlannedWindow | None  # the announced pause at hand, or the next one
    signs: bool
    waiting: int  # questions that are 待核验
    calls: int
    answered: int
    failed: int
    median: int | None  # milliseconds, of every call that brought an answer
    p95: int | None
    conflicts: int  # answers that contradicted what was declared
    conflict_share: int | None  # of a hundred answers
    lag_days: int | None  # how old the data of an answer are, in the median
    last_answer_at: datetime | None


@dataclass(frozen=True)
class SourcePage:
    """One source with its latest calls and its announced pauses."""

    figures: SourceFigures
    calls: Sequence[SourceCall]
    windows: Sequence[PlannedWindow]
    may_plan: bool


def source_figures(*, actor: Actor, at: datetime) -> list[SourceFigures]:
    """
    Return how every source has done over the last seven days. A handful of statements a source; there are few.

    :raises NotAllowed: the post neither answers for data nor watches.
    """
    actor.require_one_of(*WATCH)
    return [_figures(one, at) for one in all_connectors().values()]


def read_source(*, code: str, actor: Actor, at: datetime, outcome: str = "") -> SourcePage:
    """
    Return one source with its latest calls, all or those of one outcome.

    :raises SourceNotFound: there is no such source.
    """
    actor.require_one_of(*WATCH)
    source = all_connectors().get(code)
    if source is None:
        raise SourceNotFound
    calls = SourceCall.objects.filter(connector=code)
    if outcome:
        calls = calls.filter(outcome=outcome)
    windows = PlannedWindow.objects.filter(connector=code, ends_at__gt=at - FIGURES_OVER)
    return SourcePage(
        figures=_figures(source, at),
        calls=list(calls.order_by("-at", "-pk")[:CALLS_SHOWN]),
        windows=list(windows.order_by("-starts_at")),
        may_plan="exchange.manage" in actor.permissions,
    )


def _figures(source: Connector, at: datetime) -> SourceFigures:
    since = at - FIGURES_OVER
    calls = SourceCall.objects.filter(connector=source.code, at__gt=since, at__lte=at)
    answered = Q(outcome__in=[SourceCall.Outcome.ANSWERED, SourceCall.Outcome.EMPTY])
    counts = calls.aggregate(
        calls=Count("pk"),
        answered=Count("pk", filter=answered),
        failed=Count("pk", filter=~Q(outcome__in=sorted(ALIVE))),
        last=Max("at", filter=answered),
    )
    conflicts = Query.objects.filter(connector=source.code, conflicting=True, answered_at__gt=since).count()
    good, health = calls.filter(answered), SourceHealth.objects.filter(connector=source.code).first()
    windows = PlannedWindow.objects.filter(connector=source.code, ends_at__gt=at)
    window = windows.order_by("starts_at").first()
    paused = window is not None and window.starts_at <= at
    return SourceFigures(
        source=source,
        state="计划停机" if paused else str(health.get_state_display() if health else SourceHealth.State.CLOSED.label),
        is_asked=not paused and (health is None or health.state == SourceHealth.State.CLOSED),
        since=health.since if health else None,
        window=window,
        signs=public_key_of(source.code) is not None,
        waiting=Query.objects.filter(connector=source.code, state=Query.State.WAITING).count(),
        calls=counts["calls"],
        answered=counts["answered"],
        failed=counts["failed"],
        median=_at_share(good, "milliseconds", counts["answered"], 50),
        p95=_at_share(good, "milliseconds", counts["answered"], 95),
        conflicts=conflicts,
        conflict_share=round(100 * conflicts / counts["answered"]) if counts["answered"] else None,
        lag_days=_at_share(good, "lag_days", counts["answered"], 50),
        last_answer_at=counts["last"],
    )


def _at_share(calls: QuerySet[SourceCall], field: str, count: int, percent: int) -> int | None:
    """Return the value that so many of a hundred do not exceed (nearest rank); both databases find it by its place."""
    if not count:
        return None
    place = max(-(-count * percent // 100) - 1, 0)
    value: int | None = calls.order_by(field).values_list(field, flat=True)[place]
    return value
