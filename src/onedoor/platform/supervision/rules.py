"""When a lamp lights (platform rules T01–T06, P01): pure functions over the days of a clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class ClockDays:
    """What a rule sees of a clock."""

    kind: str  # receive, promised, statutory
    due_on: date
    started_on: date


@dataclass(frozen=True)
class Lit:
    """A lamp that is lit: rule, colour, and the day it stands for."""

    rule: str
    lamp: str
    on: date


def lamps(clock: ClockDays, *, today: date, is_workday: Callable[[date], bool]) -> list[Lit]:
    """
    Return every lamp this running clock lights on `today`.

    T01 reminds one working day before the promised limit; T03 and T04 light on the natural day after the limit,
    working day or not; T06 when the receiving limit has passed without a word.
    """
    if clock.kind == "promised":
        reminder = _workday_before(clock.due_on, is_workday)
        if today > clock.due_on:
            return [Lit("T03", "yellow", clock.due_on + timedelta(days=1))]
        return [Lit("T01", "notice", reminder)] if today >= reminder else []
    if clock.kind == "statutory" and today > clock.due_on:
        return [Lit("T04", "red", clock.due_on + timedelta(days=1))]
    if clock.kind == "receive" and today > clock.due_on:
        return [Lit("T06", "red", clock.due_on + timedelta(days=1))]
    return []


def _workday_before(day: date, is_workday: Callable[[date], bool]) -> date:
    earlier = day - timedelta(days=1)
    while not is_workday(earlier):
        earlier -= timedelta(days=1)
    return earlier


def repeated_notice(round_number: int) -> Lit | None:
    """P01: a second one-time notice is yellow, a third and later red."""
    if round_number < 2:
        return None
    return Lit("P01", "yellow" if round_number == 2 else "red", date.min)
