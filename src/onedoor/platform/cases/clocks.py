"""The limits of a case: started, paused, resumed, extended, stopped, always by the work calendar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Coalesce

from onedoor.platform.cases import access
from onedoor.platform.cases.models import Case, Clock, Pause
from onedoor.platform.cases.states import State
from onedoor.platform.catalog.steps import Step
from onedoor.platform.catalog.strict import Limit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import calendars
from onedoor.platform.kernel.clock import CHINA, day_of
from onedoor.platform.kernel.prepared_writes import insert_all
from onedoor.standards.workdays import WorkCalendar

DECISION_CLOCKS = (Clock.Kind.PROMISED, Clock.Kind.STATUTORY)
STEP_CLOCKS = (Clock.Kind.STEP, Clock.Kind.STEP_LAW)
CASE_CLOCKS = (Clock.Kind.RECEIVE, Clock.Kind.PROMISED, Clock.Kind.ISSUE)
PAUSABLE = (*DECISION_CLOCKS, *STEP_CLOCKS)  # whose days do not count while the case stands still
STANDING_STILL = (State.SPECIAL, State.SUPPLEMENT_WAIT)
Interval = tuple[datetime, datetime]
URGENT_BY = {one.name.lower(): str(one) for one in (*STEP_CLOCKS, *CASE_CLOCKS, Clock.State.RUNNING)}
# Every act of a case asks this; the ORM takes ten times as long to put it together as it takes to ask it. The only words
# of our own: what is plain goes by the ORM, rows by `prepared_writes`.
URGENCY = """
    UPDATE cases_casestep SET urgent_on = LEAST(
        COALESCE((SELECT MIN(due_on) FROM cases_clock WHERE case_id = %(case)s AND state = %(running)s
            AND kind IN (%(step)s, %(step_law)s) AND step = cases_casestep.code), %(never)s),
        COALESCE((SELECT MIN(due_on) FROM cases_clock WHERE case_id = %(case)s AND state = %(running)s
            AND kind IN (%(receive)s, %(promised)s, %(issue)s)), %(never)s)
    ) WHERE case_id = %(case)s AND ended_at IS NULL
"""


@dataclass(frozen=True)
class Due:
    """The last day of a limit; of one in hours also the moment."""

    day: date
    provisional: bool
    at: datetime | None = None


def work_calendar(division: str = "") -> WorkCalendar:
    """Return the calendar of working days in force in a place; without one, that of the whole country."""
    return calendars.calendar(identity.chain(division)) if division else calendars.calendar()


def due_day(
    *, unit: str, days: int, started_on: date, pauses: Iterable[tuple[date, date]] = (), calendar: WorkCalendar
) -> Due:
    """
    Return the last day of a limit of `days` after an event on `started_on` (that day is not counted).

    Days inside a pause, both ends included, do not count. Natural days that end on a rest day roll to the next working
    day (Civil Code art. 203).
    """
    stopped = list(pauses)
    day, left, provisional = started_on, days, False
    while left > 0:
        day += timedelta(days=1)
        provisional = provisional or calendar.is_provisional(day)
        if any(first <= day <= last for first, last in stopped):
            continue
        if unit == "day" or calendar.is_workday(day):
            left -= 1
    while unit == "day" and not calendar.is_workday(day):
        day += timedelta(days=1)
        provisional = provisional or calendar.is_provisional(day)
    return Due(day, provisional)


def due_moment(*, hours: int, started_at: datetime, pauses: Iterable[Interval] = ()) -> Due:
    """Return the moment a limit in hours is over: day and night count, the time inside a pause does not."""
    end = started_at + timedelta(hours=hours)
    for first, last in sorted(pauses):
        begun = max(first, started_at)
        if begun < end:
            end += max(last - begun, timedelta(0))
    return Due(day_of(end), provisional=False, at=end)


def due(limit: Limit, *, at: datetime, calendar: WorkCalendar) -> Due:
    """Return when a limit ends that begins with an event at a moment."""
    if limit.unit == "hour":
        return due_moment(hours=limit.hours, started_at=at)
    return due_day(unit=limit.unit, days=limit.days, started_on=day_of(at), calendar=calendar)


def overdue(*, at: datetime) -> Q:
    """Return the condition "over at this moment": the whole last day counts, of a limit in hours the last minute."""
    today = day_of(at)
    return Q(due_on__lt=today) & Q(due_at__isnull=True) | Q(due_on__lte=today, due_at__lte=at)


def start(case: Case, kind: Clock.Kind, limit: Limit, *, at: datetime) -> Clock:
    """Start one clock of a case for an event at a moment."""
    return start_several(case, {kind: limit}, at=at)[0]


def start_several(case: Case, limits: Mapping[Clock.Kind, Limit], *, at: datetime) -> list[Clock]:
    """Start the clocks that run from the same event, in one question to the database; return them in their order."""
    calendar = work_calendar(case.division)
    return insert_all(_clock(case, kind, limit, at=at, calendar=calendar) for kind, limit in limits.items())


def start_steps(case: Case, steps: Sequence[Step], *, at: datetime) -> None:
    """Start the clocks of steps that open; in a case that stands still they wait with it."""
    limits = [
        (kind, step, limit)
        for step in steps
        for kind, limit in ((Clock.Kind.STEP, step.within), (Clock.Kind.STEP_LAW, step.statutory))
        if limit is not None
    ]
    if not limits:
        return
    calendar = work_calendar(case.division)
    rows = [_clock(case, kind, limit, at=at, calendar=calendar, step=step.code) for kind, step, limit in limits]
    if case.state in STANDING_STILL and case.pauses.filter(to_at__isnull=True, over_at__isnull=True).exists():
        for row in rows:
            row.state = Clock.State.PAUSED
    insert_all(rows)


def start_serving(case: Case, step: Step, *, at: datetime) -> None:
    """Start the limit of a delivery anew: to send the notice, and after it was posted to hear that it has arrived."""
    stop_step(case, step, at=at)
    if step.within is not None:
        _clock(case, Clock.Kind.STEP, step.within, at=at, calendar=work_calendar(case.division), step=step.code).save()


def _clock(
    case: Case, kind: Clock.Kind, limit: Limit, *, at: datetime, calendar: WorkCalendar, step: str = ""
) -> Clock:
    found = due(limit, at=at, calendar=calendar)
    return Clock(
        case=case,
        kind=kind,
        step=step,
        unit=limit.unit,
        length=limit.length,
        started_on=day_of(at),
        started_at=at if found.at else None,
        due_on=found.day,
        due_at=found.at,
        provisional=found.provisional,
    )


def set_urgency(case: Case) -> None:
    """Write onto the open steps of a case by which day they are urgent; called whenever its limits or steps change."""
    day = connection.ops.adapt_datefield_value(date.max)
    least = "MIN" if connection.vendor == "sqlite" else "LEAST"
    with connection.cursor() as cursor:
        cursor.execute(URGENCY.replace("LEAST", least), {**URGENT_BY, "case": case.pk, "never": day})


def stop(case: Case, *kinds: Clock.Kind, at: datetime) -> None:
    """Stop the named clocks of a case, or all of them with its open pause when none is named."""
    running = case.clocks.exclude(state=Clock.State.STOPPED)
    if kinds:
        running = running.filter(kind__in=kinds)
    running.update(state=Clock.State.STOPPED, stopped_on=day_of(at))
    if not kinds and access.may_have(case, "pauses"):
        case.pauses.filter(to_at__isnull=True).update(to_at=at)


def stop_step(case: Case, step: Step, *, at: datetime) -> None:
    """Stop the clocks of a step that has ended; a step without limits has none."""
    if step.within or step.statutory:
        running = case.clocks.filter(step=step.code).exclude(state=Clock.State.STOPPED)
        running.update(state=Clock.State.STOPPED, stopped_on=day_of(at))


def pause(case: Case, *, at: datetime, **row: Any) -> None:
    """
    Stop the decision clocks and those of the open steps for a while; the interval is shown to the applicant.

    `row` is what the pause says of itself: kind, reason, basis, planned end, who approved it.
    """
    Pause.objects.create(case=case, from_at=at, **row)
    running = case.clocks.filter(kind__in=PAUSABLE, state=Clock.State.RUNNING).exclude(step=Clock.DELIVERY)
    running.update(state=Clock.State.PAUSED)
    set_urgency(case)


def resume(case: Case, *, at: datetime) -> None:
    """End the open pause (the day it ends still belongs to it) and move the due days."""
    case.pauses.filter(to_at__isnull=True).update(to_at=at)
    _run_again(case)


def let_go_on(case: Case, pause: Pause) -> None:
    """Let the clocks run again after the last day a pause may have; what it is for has not ended yet."""
    last = pause.most_until or pause.planned_end
    pause.over_at = datetime.combine(last, time.max, tzinfo=CHINA)
    pause.save(update_fields=["over_at"])
    _run_again(case)


def _run_again(case: Case) -> None:
    case.clocks.filter(kind__in=PAUSABLE, state=Clock.State.PAUSED).update(state=Clock.State.RUNNING)
    recompute(case)


def extend(case: Case, *, days: int) -> None:
    """Add days to both decision clocks, once; the caller has checked that it is lawful and still in time."""
    case.clocks.filter(kind__in=DECISION_CLOCKS).exclude(unit="hour").update(extended_by=days)
    recompute(case)


def recompute(case: Case) -> None:
    """Compute the ends of the decision clocks and of the steps' anew from their pauses and extension."""
    recalculate(case, work_calendar(case.division), *PAUSABLE)
    set_urgency(case)


def recalculate(case: Case, calendar: WorkCalendar, *kinds: Clock.Kind) -> list[tuple[Clock, date]]:
    """
    Compute the ends of the clocks that have not stopped (of these kinds, or all), and return those whose day has moved
    with the day until now.

    The applicant's own time is never shortened (R-CLK-6): people have planned with the day they were told.
    """
    moved, changed = [], []
    for clock, found in due_days(case, calendar, *kinds):
        if clock.due_on != found.day:
            moved.append((clock, clock.due_on))
        if (clock.due_on, clock.due_at, clock.provisional) != (found.day, found.at, found.provisional):
            clock.due_on, clock.due_at, clock.provisional = found.day, found.at, found.provisional
            changed.append(clock)
    Clock.objects.bulk_update(changed, ["due_on", "due_at", "provisional"])
    return moved


def due_days(case: Case, calendar: WorkCalendar, *kinds: Clock.Kind) -> list[tuple[Clock, Due]]:
    """Return the clocks that have not stopped with when each ends by this calendar; nothing is written."""
    running = case.clocks.exclude(state=Clock.State.STOPPED)
    rows = case.pauses.annotate(until=Coalesce("over_at", "to_at")).filter(until__isnull=False)
    pauses = list(rows.values_list("from_at", "until"))
    found = []
    for clock in running.filter(kind__in=kinds) if kinds else running:
        stands_still = clock.kind in PAUSABLE and clock.step != Clock.DELIVERY
        end = _due_of(clock, pauses=pauses if stands_still else (), calendar=calendar)
        if clock.kind == Clock.Kind.APPLICANT and end.day < clock.due_on:
            end = Due(clock.due_on, end.provisional)
        found.append((clock, end))
    return found


def _due_of(clock: Clock, *, pauses: Sequence[Interval], calendar: WorkCalendar) -> Due:
    if clock.started_at is not None:
        return due_moment(hours=clock.length, started_at=clock.started_at, pauses=pauses)
    return due_day(
        unit=clock.unit,
        days=clock.length + clock.extended_by,
        started_on=clock.started_on,
        pauses=[(day_of(first), day_of(last)) for first, last in pauses],
        calendar=calendar,
    )


def spoken(clock: Clock) -> str:
    """Return the end of a limit as letters and messages tell it: 2026-10-19, or 2026-10-19 14:30 where hours count."""
    if clock.due_at is None:
        return clock.due_on.isoformat()
    return f"{clock.due_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
