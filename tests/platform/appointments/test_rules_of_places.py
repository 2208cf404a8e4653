"""What is judged about places and queues: shares, days, blocks, the order of a line, what is expected."""

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.platform.library import CHINA

from onedoor.platform.appointments import rules
from onedoor.platform.appointments.rules import Hours, InQueue
from onedoor.standards.workdays import WorkCalendar

MORNING = Hours(time(9), time(12), 4)
FRIDAY_ONLY = Hours(time(9), time(11), 2)
WEEK = {1: [MORNING], 2: [MORNING], 3: [MORNING], 4: [MORNING], 5: [FRIDAY_ONLY]}
CALENDAR = WorkCalendar()


def hours(day: date, week: dict[int, list[Hours]] = WEEK, **special: list[Hours]) -> list[Hours]:
    known = {day: special["on_it"]} if "on_it" in special else {}
    return list(rules.hours_on(day, week=week, special=known, is_workday=CALENDAR.is_workday))


def test_an_office_opens_as_the_week_says_and_rests_with_the_country() -> None:
    assert hours(date(2026, 9, 1)) == [MORNING]
    assert hours(date(2026, 10, 1)) == []  # a Thursday, the national day
    assert hours(date(2026, 9, 5)) == []  # an ordinary Saturday


def test_a_weekend_day_worked_has_the_hours_of_a_friday_unless_the_office_has_its_own() -> None:
    worked = date(2026, 10, 10)
    assert CALENDAR.is_workday(worked)
    assert hours(worked) == [FRIDAY_ONLY]
    assert hours(worked, WEEK | {6: [MORNING]}) == [MORNING]


def test_a_rest_day_has_places_where_the_office_opens_on_rest_days() -> None:
    assert hours(date(2026, 9, 5), WEEK | {6: [MORNING]}) == [MORNING]


def test_a_special_day_comes_before_everything() -> None:
    assert hours(date(2026, 9, 1), on_it=[]) == []
    assert hours(date(2026, 10, 1), on_it=[MORNING]) == [MORNING]


@given(
    capacities=st.lists(st.integers(1, 30), min_size=1, max_size=4),
    percent=st.integers(30, 100),
    minutes=st.sampled_from([10, 15, 20, 30, 60]),
)
def test_walk_ins_never_get_less_than_their_share_and_no_place_is_lost(
    capacities: list[int], percent: int, minutes: int
) -> None:
    day = [Hours(time(8 + 2 * n), time(10 + 2 * n), capacity) for n, capacity in enumerate(capacities)]
    slots = rules.slots_of(day, minutes=minutes, walk_in_percent=percent)
    total, bookable = sum(one.capacity for one in slots), sum(one.bookable for one in slots)
    assert total == sum(120 // minutes * capacity for capacity in capacities)
    assert total - bookable == rules.walk_ins_of(total, percent) >= total * percent / 100
    assert all(0 <= one.bookable <= one.capacity for one in slots)


def test_the_day_so_many_ahead_is_given_out_at_the_fixed_hour() -> None:
    at = datetime(2026, 9, 1, 8, 0, tzinfo=CHINA)
    assert rules.last_bookable_day(at, days_ahead=7, release=time(8)) == date(2026, 9, 8)
    before = at - timedelta(minutes=1)
    assert rules.last_bookable_day(before, days_ahead=7, release=time(8)) == date(2026, 9, 7)


def test_the_third_time_within_the_days_blocks_and_then_the_count_begins_anew() -> None:
    figures = {"most": 3, "within_days": 90, "block_days": 14}
    first = date(2026, 3, 2)
    days = [first, first + timedelta(days=10), first + timedelta(days=20)]
    assert rules.blocked_until(days[:2], **figures) is None
    assert rules.blocked_until(days, **figures) == date(2026, 4, 5)
    assert rules.blocked_until([*days, first + timedelta(days=50)], **figures) == date(2026, 4, 5)
    assert rules.blocked_until([first, first + timedelta(days=100), first + timedelta(days=190)], **figures) is None


def test_a_line_is_in_order_of_priority_then_of_the_time_booked_or_the_coming() -> None:
    nine = datetime(2026, 9, 1, 9, 0, tzinfo=CHINA)

    def minute(number: int) -> datetime:
        return nine + timedelta(minutes=number)

    line = [
        InQueue(1, "", minute(0), None),
        InQueue(2, "", minute(-10), minute(30)),  # early for half past nine
        InQueue(3, "", minute(10), minute(0)),  # late, within the grace
        InQueue(4, "", minute(20), minute(-30)),  # too late: counts from the coming
        InQueue(5, "senior", minute(25), None),
        InQueue(6, "", minute(5), None),
    ]
    assert [one.key for one in rules.queue_order(line, late_minutes=15)] == [5, 1, 3, 6, 4, 2]


def test_seventy_makes_a_senior_without_asking() -> None:
    assert rules.priority_of("", age=70, senior_age=70) == "senior"
    assert rules.priority_of("", age=69, senior_age=70) == ""
    assert rules.priority_of("pregnant", age=30, senior_age=70) == "pregnant"
    assert rules.priority_of("important", age=None, senior_age=70) == ""


def test_what_is_expected_is_the_mean_of_the_same_weekday_and_what_is_booked() -> None:
    monday = date(2026, 9, 7)
    halves = [time(9), time(9, 30)]
    past = {
        monday - timedelta(days=7): {time(9): 8, time(9, 30): 2},
        monday - timedelta(days=14): {time(9): 4},
        monday - timedelta(days=6): {time(9): 100},  # a Tuesday
    }
    found = rules.forecast(monday, halves=halves, past=past, booked={time(9): 3})
    assert [(one.expected, one.booked) for one in found.value] == [(6.0, 3), (1.0, 0)]
    assert found.trace[0].formula == "（8 + 4）÷ 2 + 已预约 3"
    assert [one.starts for one in rules.quieter(found.value)] == [time(9, 30)]


def test_waiting_is_told_in_steps_of_five_minutes() -> None:
    assert rules.waiting_minutes(0, each=8, windows=2) == 0
    assert rules.waiting_minutes(3, each=8, windows=2) == 15
    assert rules.minutes_each([5, 30, 7], otherwise=20) == 7


def test_the_nearest_office_is_the_one_with_the_closest_division_in_common() -> None:
    here = ["330113100000", "330113000000", "330100000000", "330000000000", "000000000000"]
    county = ["330113000000", "330100000000", "330000000000", "000000000000"]
    other = ["330110000000", "330100000000", "330000000000", "000000000000"]
    assert [rules.nearness(here, one) for one in (here, county, other)] == [0, 1, 2]
