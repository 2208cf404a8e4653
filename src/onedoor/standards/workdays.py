"""
Working days 工作日 and the arithmetic of legal periods.

Holidays are facts of the yearly State Council notices. A year without a notice is provisional: weekends and the
statutory days of the revised holiday rules (in force 2025-01-01), flagged wherever a date passes through it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from onedoor.standards.holidays import NOTICES, Year


class UnpublishedYear(LookupError):
    """`strict=True` was asked for and the year's holiday notice is not in the table."""


@dataclass(frozen=True)
class Due:
    """The last day of a period; `provisional` when it passed through a year without a notice."""

    day: date
    provisional: bool


@dataclass(frozen=True)
class NoticePeriod:
    """A public notice: its last day and the first working day on which the next step may be taken."""

    last_day: date
    next_step_on: date
    provisional: bool


@dataclass(frozen=True)
class WorkCalendar:
    """Tells working days from rest days by the yearly notices it holds."""

    years: Mapping[int, Year] = field(default_factory=lambda: NOTICES)
    strict: bool = False
    _named: dict[int, tuple[frozenset[date], frozenset[date]]] = field(default_factory=dict, repr=False, compare=False)

    def is_workday(self, day: date) -> bool:
        """:raises UnpublishedYear: strict, and the year's notice is not in the table."""
        year = self.years.get(day.year)
        if (year is None or year.provisional) and self.strict:
            raise UnpublishedYear(str(day.year))
        if year is None:
            return day.weekday() < 5
        off, worked = self._days_named(day.year, year)
        return day in worked or (day.weekday() < 5 and day not in off)

    def is_provisional(self, day: date) -> bool:
        """Tell whether the year of this day has no published notice yet."""
        year = self.years.get(day.year)
        return year is None or year.provisional

    def _days_named(self, number: int, year: Year) -> tuple[frozenset[date], frozenset[date]]:
        """Return the days off and the weekend days worked that a notice names."""
        if number not in self._named:
            worked = frozenset(date.fromisoformat(f"{number}-{day}") for day in year.worked)
            self._named[number] = frozenset(_spans(number, year.off)), worked
        return self._named[number]

    def add_working_days(self, start: date, days: int) -> Due:
        """Return the due day of "within n working days" of an event on `start`, which is not counted."""
        day, provisional = start, False
        for _ in range(days):
            day, skipped = self._next_workday(day)
            provisional = provisional or skipped
        return Due(day, provisional)

    def working_day_before(self, day: date, days: int) -> date:
        """Return the day that lies n working days before `day`; what is due then leaves n working days."""
        for _ in range(days):
            day -= timedelta(days=1)
            while not self.is_workday(day):
                day -= timedelta(days=1)
        return day

    def _next_workday(self, day: date) -> tuple[date, bool]:
        day += timedelta(days=1)
        provisional = self.is_provisional(day)
        while not self.is_workday(day):
            day += timedelta(days=1)
            provisional = provisional or self.is_provisional(day)
        return day, provisional

    def add_natural_days(self, start: date, days: int) -> Due:
        """Return the last day of n natural days after `start`; on a rest day it rolls on (Civil Code art. 203)."""
        day = start + timedelta(days=days)
        while not self.is_workday(day):
            day += timedelta(days=1)
        return Due(day, self.is_provisional(day))

    def notice_period(self, posted: date, days: int) -> NoticePeriod:
        """
        Return the period of a public notice of n natural days: the posting day does not count, the last day rolls to a
        working day, the next step is taken on the working day after.
        """
        if days == 0:
            return NoticePeriod(posted, posted, self.is_provisional(posted))
        last = self.add_natural_days(posted, days)
        following, provisional = self._next_workday(last.day)
        return NoticePeriod(last.day, following, last.provisional or provisional)

    def working_days_between(self, after: date, until: date) -> int:
        """Return how many working days lie after `after` up to and with `until`; 0 when until is not later."""
        span = (until - after).days
        return sum(self.is_workday(after + timedelta(days=n)) for n in range(1, span + 1))

    def count_workdays(self, year: int) -> int:
        return self.working_days_between(date(year - 1, 12, 31), date(year, 12, 31))


# The days every year's notice has to give, whatever else it gives (《全国年节及纪念日放假办法》第二条); two more since 2025,
# of which one has a date of its own.
ALWAYS_OFF = ("01-01", "05-01", "10-01", "10-02", "10-03")
OFF_SINCE_2025 = ("05-02",)


def _always_off(year: int) -> tuple[str, ...]:
    return tuple(sorted(ALWAYS_OFF + OFF_SINCE_2025)) if year >= 2025 else ALWAYS_OFF


def year_faults(number: int, year: Year) -> dict[str, str]:
    """Return what cannot be right in a year's notice, by field ("off", "worked"), in words for whoever typed it."""
    try:
        off = list(_spans(number, year.off))
        worked = [date.fromisoformat(f"{number}-{day}") for day in year.worked]
    except ValueError:
        return {"off": f"有的日期在 {number} 年不存在，请核对。"}
    faults = {}
    if any(first > last for first, last in year.off):
        faults["off"] = "有一段放假的结束日早于开始日，请核对。"
    elif len(set(off)) != len(off):
        faults["off"] = "有的放假日写了两遍，请核对。"
    elif missing := [day for day in _always_off(number) if date.fromisoformat(f"{number}-{day}") not in off]:
        faults["off"] = f"缺少法定节假日 {'、'.join(missing)}，请补上。"
    weekdays = [f"{day:%m-%d}" for day in worked if day.weekday() < 5]
    both = [f"{day:%m-%d}" for day in worked if day in off]
    if weekdays:
        faults["worked"] = f"{'、'.join(weekdays)} 本来就是工作日，调休上班日应是周六或者周日。"
    elif both:
        faults["worked"] = f"{'、'.join(both)} 同时写成了放假，请核对。"
    return faults


def _spans(year: int, spans: Iterable[tuple[str, str]]) -> Iterable[date]:
    for first, last in spans:
        day, end = date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last}")
        while day <= end:
            yield day
            day += timedelta(days=1)


@lru_cache(maxsize=2)
def national_calendar(*, strict: bool = False) -> WorkCalendar:
    """Return the calendar of the whole country."""
    return WorkCalendar(strict=strict)
