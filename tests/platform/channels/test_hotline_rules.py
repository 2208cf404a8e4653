"""The clocks of a work order: figures, office hours, lamps."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onedoor.platform.channels import rules
from onedoor.platform.channels.rules import HotlineFigures
from onedoor.platform.kernel.clock import CHINA
from onedoor.standards.workdays import national_calendar

CALENDAR, FIGURES = national_calendar(), HotlineFigures()
MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=CHINA)


def dispatched(category: str = "complaint", urgency: str = "normal", at: datetime = MONDAY) -> rules.Deadlines:
    return rules.deadlines(category=category, urgency=urgency, at=at, figures=FIGURES, calendar=CALENDAR)


def test_the_worked_example() -> None:
    due = dispatched()
    assert (due.object_until, due.due_on) == (date(2026, 11, 24), date(2026, 11, 30))
    assert due.sign_due == MONDAY + timedelta(hours=2)
    assert rules.extended(due_on=due.due_on, days=10, calendar=CALENDAR)[0] == date(2026, 12, 14)
    assert [line.label for line in due.trace] == ["签收", "退单", "答复"]
    assert dispatched("consult").due_on == date(2026, 11, 26)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (datetime(2026, 11, 23, 16, 30, tzinfo=CHINA), datetime(2026, 11, 24, 10, 30, tzinfo=CHINA)),
        (datetime(2026, 11, 27, 20, 0, tzinfo=CHINA), datetime(2026, 11, 30, 11, 0, tzinfo=CHINA)),
        (datetime(2026, 11, 28, 3, 0, tzinfo=CHINA), datetime(2026, 11, 30, 11, 0, tzinfo=CHINA)),
    ],
)
def test_nights_and_rest_days_do_not_count_for_the_signature(at: datetime, due: datetime) -> None:
    assert dispatched(at=at).sign_due == due
    assert dispatched(urgency="urgent", at=at).sign_due == at + timedelta(minutes=30)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 30)), st.integers(1, 960))
def test_the_signature_is_due_within_office_hours_and_never_before(at: datetime, minutes: int) -> None:
    start = at.replace(tzinfo=CHINA)
    due = rules.office_moment(start, minutes, FIGURES, CALENDAR)
    assert due >= start + timedelta(minutes=minutes)
    assert CALENDAR.is_workday(due.date())
    assert FIGURES.opens_at <= due.hour + due.minute / 60 <= FIGURES.closes_at


@pytest.mark.parametrize(("on", "lit"), [(30, ""), (31, "yellow"), (37, "yellow"), (38, "red")])
def test_a_reminder_the_next_day_and_criticism_after_five_working_days(on: int, lit: str) -> None:
    day = date(2026, 11, 30) + timedelta(days=on - 30)
    assert rules.lamp(due_on=date(2026, 11, 30), on=day, figures=FIGURES, calendar=CALENDAR) == lit


@pytest.mark.parametrize(
    ("resolved", "desk", "reviewer", "why"),
    [
        ("yes", False, False, ""),
        ("no", False, False, "needs_hotline"),
        ("", False, False, "needs_hotline"),
        ("unreached", True, False, "needs_review"),
        ("no", True, True, ""),
    ],
)
def test_who_may_close_what(resolved: str, desk: bool, reviewer: bool, why: str) -> None:
    assert rules.closing_obstacle(resolved=resolved, by_desk=desk, by_reviewer=reviewer) == why
