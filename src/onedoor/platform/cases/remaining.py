"""What is left of a limit, in the words people read: 还剩 3 个工作日、还剩 5 小时、已超 2 天."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from onedoor.platform.cases.models import Clock
from onedoor.platform.kernel.clock import day_of
from onedoor.standards.workdays import WorkCalendar

DAYS = {"workday": "个工作日", "day": "天"}
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Left:
    words: str
    lamp: str  # green, yellow, red


def of_days(number: int, unit: str = "workday") -> Left:
    """Return the words for so many days; 0 is the last day, a negative number says how many it is over."""
    if number < 0:
        return Left(f"已超 {-number} {DAYS[unit]}", "red")
    words = "今天到期" if number == 0 else f"还剩 {number} {DAYS[unit]}"
    return Left(words, "yellow" if number <= 1 else "green")


def of_hours(until: datetime, *, at: datetime) -> Left:
    """Return the words for a limit that ends at a moment; whole hours, and minutes in the last one."""
    span = until - at
    size = abs(span)
    words = f"{size // HOUR} 小时" if size >= HOUR else f"{size // timedelta(minutes=1)} 分钟"
    if span <= timedelta(0):
        return Left(f"已超 {words}" if size >= timedelta(minutes=1) else "刚刚到期", "red")
    return Left(f"还剩 {words}", "yellow" if span <= 2 * HOUR else "green")


def of_clock(clock: Clock, *, at: datetime, calendar: WorkCalendar) -> Left:
    """Return what is left of a running clock."""
    if clock.due_at is not None:
        return of_hours(clock.due_at, at=at)
    on = day_of(at)
    if clock.unit == "day":
        return of_days((clock.due_on - on).days, "day")
    return of_days(working_days_left(on, clock.due_on, calendar))


def working_days_left(on: date, due: date, calendar: WorkCalendar) -> int:
    """Return how many working days are left until a day, negative when it has passed."""
    if due >= on:
        return calendar.working_days_between(on, due)
    return -calendar.working_days_between(due, on)
