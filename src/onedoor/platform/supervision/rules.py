"""When a lamp lights (platform rules T01, T03–T09, P01, P05, P09): pure functions over the days of a clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

# Which lamp a limit lights when it has passed.
PASSED = {
    "promised": ("T03", "yellow"),
    "statutory": ("T04", "red"),
    "step": ("T05", "yellow"),
    "step_law": ("T05", "red"),
    "receive": ("T06", "red"),
    "issue": ("T07", "yellow"),
}

SILENCE_WARNED = 3  # working days before an organ's silence decides


@dataclass(frozen=True)
class ClockDays:
    """What a rule sees of a clock."""

    kind: str  # one of PASSED, or the applicant's own, which lights nothing
    due_on: date
    started_on: date
    silence_grants: bool = False  # whether this limit, passing, decides the case


@dataclass(frozen=True)
class Lit:
    """A lamp that is lit: rule, colour, and the day it stands for."""

    rule: str
    lamp: str
    on: date


def lamps(clock: ClockDays, *, today: date, is_workday: Callable[[date], bool]) -> list[Lit]:
    """
    Return every lamp this running clock lights on `today`.

    T01 reminds one working day before the promised limit; the others light on the natural day after the limit, working
    day or not: T03 the promise, T04 the law, T05 a step, T06 the receiving limit without a word, T07 a certificate.
    T09 warns three working days before the law's limit where the silence of the organ would be a grant.
    """
    if clock.kind in PASSED and today > clock.due_on:
        return [Lit(*PASSED[clock.kind], clock.due_on + timedelta(days=1))]
    if clock.kind == "statutory" and clock.silence_grants:
        warning = _workday_before(clock.due_on, is_workday, SILENCE_WARNED)
        return [Lit("T09", "notice", warning)] if today >= warning else []
    if clock.kind == "promised":
        reminder = _workday_before(clock.due_on, is_workday)
        return [Lit("T01", "notice", reminder)] if today >= reminder else []
    return []


def lamps_in_hours(kind: str, *, due_at: datetime, at: datetime) -> list[Lit]:
    """Return the lamp a limit in hours lights at a moment: as soon as it has passed."""
    return [Lit(*PASSED[kind], due_at.date())] if kind in PASSED and at >= due_at else []


def overlong_pause(
    *, started_on: date, planned_end: date, today: date, working_days: Callable[[date, date], int]
) -> list[Lit]:
    """
    T08: a pause that runs on after its planned end is yellow; after more than twice its planned working days, red too.

    `working_days(first, last)` counts the working days after the first day up to the last (readings 9).
    """
    if today <= planned_end:
        return []
    lit = [Lit("T08", "yellow", planned_end + timedelta(days=1))]
    if working_days(started_on, today) > 2 * working_days(started_on, planned_end):
        lit.append(Lit("T08", "red", today))
    return lit


MOST_PAUSED, FEWEST_CASES, MOST_BY_ONE = 0.30, 10, 3


def pauses_too_often(*, cases: int, paused: int, today: date) -> Lit | None:
    """P09 for an organ: more than 30 % of its cases stood still. Fewer than ten cases say nothing."""
    if cases < FEWEST_CASES or paused <= MOST_PAUSED * cases:
        return None
    return Lit("P09", "notice", today)


def pauses_one_case_too_often(*, by_one: int, today: date) -> Lit | None:
    """P09 for a case: the same officer let it stand still more than three times."""
    return Lit("P09", "notice", today) if by_one > MOST_BY_ONE else None


def _workday_before(day: date, is_workday: Callable[[date], bool], number: int = 1) -> date:
    for _ in range(number):
        day -= timedelta(days=1)
        while not is_workday(day):
            day -= timedelta(days=1)
    return day


def repeated_notice(round_number: int) -> Lit | None:
    """P01: a second one-time notice is yellow, a third and later red."""
    if round_number < 2:
        return None
    return Lit("P01", "yellow" if round_number == 2 else "red", date.min)


def mischarged(charged: str, standard: str, *, today: date) -> Lit | None:
    """P05: a fee outside the list (there is no standard), or of another amount than the standard, is red."""
    return None if charged == standard else Lit("P05", "red", today)
