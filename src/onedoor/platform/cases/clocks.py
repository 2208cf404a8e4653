"""The limits of a case: started, paused, resumed, extended, stopped, always by the work calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import DateField, F, Subquery, Value
from django.db.models.functions import Coalesce, Least

from onedoor.platform.cases.models import Case, Clock, Pause
from onedoor.platform.catalog.strict import Limit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import calendars
from onedoor.standards.workdays import WorkCalendar

DECISION_CLOCKS = (Clock.Kind.PROMISED, Clock.Kind.STATUTORY)


@dataclass(frozen=True)
class Due:
    day: date
    provisional: bool


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


def start(case: Case, kind: Clock.Kind, limit: Limit, *, on: date) -> Clock:
    """Start one clock of a case for an event on day `on`."""
    due = due_day(unit=limit.unit, days=limit.days, started_on=on, calendar=work_calendar(case.division))
    return Clock.objects.create(
        case=case,
        kind=kind,
        unit=limit.unit,
        days=limit.days,
        started_on=on,
        due_on=due.day,
        provisional=due.provisional,
    )


def set_urgency(case: Case) -> None:
    """Write onto the open steps of a case by which day they are urgent; called whenever its limits or steps change."""
    running = Clock.objects.filter(
        case_id=case.pk, kind__in=(Clock.Kind.RECEIVE, Clock.Kind.PROMISED), state=Clock.State.RUNNING
    )
    first = running.order_by("due_on").values("due_on")[:1]
    never = Value(date.max, DateField())
    case.steps.filter(ended_at__isnull=True).update(
        urgent_on=Least(Coalesce(F("due_on"), never), Coalesce(Subquery(first), never))
    )


def stop(case: Case, *kinds: Clock.Kind, on: date) -> None:
    """Stop the named clocks of a case, or all of them when none is named."""
    running = case.clocks.exclude(state=Clock.State.STOPPED)
    if kinds:
        running = running.filter(kind__in=kinds)
    running.update(state=Clock.State.STOPPED, stopped_on=on)
    if not kinds:
        case.pauses.filter(to_on__isnull=True).update(to_on=on)


def pause(case: Case, *, reason: str, basis: str, planned_end: date, approved_by: str, on: date) -> None:
    """Stop the promised and the statutory clock for a while; the interval is recorded and shown to the applicant."""
    Pause.objects.create(
        case=case, reason=reason, basis=basis, from_on=on, planned_end=planned_end, approved_by=approved_by
    )
    case.clocks.filter(kind__in=DECISION_CLOCKS, state=Clock.State.RUNNING).update(state=Clock.State.PAUSED)
    set_urgency(case)


def resume(case: Case, *, on: date) -> None:
    """End the open pause on day `on` (that day still belongs to it) and move the due days."""
    case.pauses.filter(to_on__isnull=True).update(to_on=on)
    case.clocks.filter(kind__in=DECISION_CLOCKS, state=Clock.State.PAUSED).update(state=Clock.State.RUNNING)
    recompute(case)


def extend(case: Case, *, days: int) -> None:
    """Add days to both decision clocks, once; the caller has checked that it is lawful and still in time."""
    for clock in case.clocks.filter(kind__in=DECISION_CLOCKS):
        clock.extended_by = days
        clock.save(update_fields=["extended_by"])
    recompute(case)


def recompute(case: Case) -> None:
    """Compute the due days of the decision clocks anew from their pauses and extension."""
    recalculate(case, work_calendar(case.division), *DECISION_CLOCKS)
    set_urgency(case)


def recalculate(case: Case, calendar: WorkCalendar, *kinds: Clock.Kind) -> dict[str, tuple[date, date]]:
    """
    Compute the due days of the clocks that have not stopped (of these kinds, or all), and return what has moved, by kind:
    the day until now, the new one.

    The applicant's own time is never shortened (R-CLK-6): people have planned with the day they were told.
    """
    moved = {}
    for clock, due in due_days(case, calendar, *kinds):
        if clock.due_on != due.day:
            moved[clock.kind] = (clock.due_on, due.day)
        if (clock.due_on, clock.provisional) != (due.day, due.provisional):
            clock.due_on, clock.provisional = due.day, due.provisional
            clock.save(update_fields=["due_on", "provisional"])
    return moved


def due_days(case: Case, calendar: WorkCalendar, *kinds: Clock.Kind) -> list[tuple[Clock, Due]]:
    """Return the clocks that have not stopped with the day each is due by this calendar; nothing is written."""
    running = case.clocks.exclude(state=Clock.State.STOPPED)
    pauses = [(first, last) for first, last in case.pauses.values_list("from_on", "to_on") if last is not None]
    found = []
    for clock in running.filter(kind__in=kinds) if kinds else running:
        due = due_day(
            unit=clock.unit,
            days=clock.days + clock.extended_by,
            started_on=clock.started_on,
            pauses=pauses if clock.kind in DECISION_CLOCKS else (),
            calendar=calendar,
        )
        if clock.kind == Clock.Kind.APPLICANT and due.day < clock.due_on:
            due = Due(clock.due_on, due.provisional)
        found.append((clock, due))
    return found
