"""Working days: the government's calendars, the worked periods, and years whose notice has not come."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onedoor.standards.workdays import UnpublishedYear, national_calendar

CALENDAR = national_calendar()
CHINA = ZoneInfo("Asia/Shanghai")
KNOWN = st.dates(date(2025, 1, 1), date(2026, 10, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize("year", [2025, 2026])
def test_each_announced_year_has_248_working_days(year: int) -> None:
    assert CALENDAR.count_workdays(year) == 248


def test_2026_month_by_month() -> None:
    months = [0] * 12
    one = date(2026, 1, 1)
    while one.year == 2026:
        months[one.month - 1] += CALENDAR.is_workday(one)
        one += timedelta(days=1)
    assert months == [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]


@pytest.mark.parametrize("text", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"])
def test_swapped_weekends_are_worked(text: str) -> None:
    assert CALENDAR.is_workday(day(text))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-02-12", 5, "2026-02-26"),
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-09-18", 3, "2026-09-22"),
        ("2026-09-29", 20, "2026-11-02"),
        ("2026-04-30", 1, "2026-05-06"),
        ("2026-11-20", 5, "2026-11-27"),
        ("2026-09-29", 10, "2026-10-19"),
    ],
)
def test_working_days_are_counted_from_the_day_after(start: str, days: int, due: str) -> None:
    found = CALENDAR.add_working_days(day(start), days)
    assert (found.day, found.provisional) == (day(due), False)


def test_a_limit_into_a_year_without_notice_is_provisional() -> None:
    found = CALENDAR.add_working_days(day("2026-12-28"), 5)
    assert (found.day, found.provisional) == (day("2027-01-05"), True)


def test_a_strict_calendar_refuses_what_nobody_has_announced() -> None:
    strict = national_calendar(strict=True)
    assert strict.add_working_days(day("2026-12-21"), 5).day == day("2026-12-28")
    with pytest.raises(UnpublishedYear):
        strict.add_working_days(day("2026-12-28"), 5)


@pytest.mark.parametrize(("start", "days", "due"), [("2026-09-04", 30, "2026-10-08"), ("2026-09-18", 7, "2026-09-28")])
def test_natural_days_roll_to_the_next_working_day(start: str, days: int, due: str) -> None:
    assert CALENDAR.add_natural_days(day(start), days).day == day(due)


@given(KNOWN, st.integers(0, 60))
def test_counting_back_gives_the_days_that_were_added(start: date, days: int) -> None:
    due = CALENDAR.add_working_days(start, days).day
    assert CALENDAR.working_days_between(start, due) == days
    assert days == 0 or CALENDAR.is_workday(due)


@given(KNOWN, st.integers(0, 40), st.integers(0, 40))
def test_more_days_never_end_earlier(start: date, fewer: int, more: int) -> None:
    first, second = sorted((fewer, fewer + more))
    assert CALENDAR.add_working_days(start, first).day <= CALENDAR.add_working_days(start, second).day


@pytest.mark.parametrize(
    ("year", "days"),
    [
        *((2018, 250), (2019, 250), (2020, 249), (2021, 250), (2022, 249)),
        *((2023, 249), (2024, 251), (2025, 248), (2026, 248), (2027, 254)),
    ],
)
def test_row_37_the_working_days_of_ten_years(year: int, days: int) -> None:
    calendar = national_calendar()
    first = date(year, 1, 1)
    assert sum(calendar.is_workday(first + timedelta(days=n)) for n in range(366 if year % 4 == 0 else 365)) == days
    assert calendar.is_provisional(first) == (year == 2027)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2018, 12, 29), True),  # a Saturday given for the bridge to 2019
        (date(2018, 12, 31), False),
        (date(2019, 5, 3), False),  # Labour Day made longer by a second notice
        (date(2019, 5, 5), True),
        (date(2020, 1, 31), False),  # the Spring Festival prolonged in the epidemic
        (date(2020, 2, 1), False),  # which undid this make-up day
        (date(2020, 2, 3), True),
        (date(2023, 6, 25), True),
        (date(2024, 2, 18), True),
    ],
)
def test_row_37_days_that_a_naive_calendar_gets_wrong(day: date, works: bool) -> None:
    assert national_calendar().is_workday(day) == works
