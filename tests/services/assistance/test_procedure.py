"""R9–R12, R14, R19: the steps after the notice, limits, the first month, reviews, grace, who may be asked about."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onedoor.services.assistance.rules import (
    GivenConsent,
    benefit_start,
    can_query,
    county_due,
    deadlines,
    grace,
    next_steps_after_notice,
    review_due,
)
from onedoor.standards.holidays import NOTICES
from onedoor.standards.judgement import MissingParameter
from onedoor.standards.workdays import Due, UnpublishedYear, WorkCalendar, national_calendar

D = Decimal
CALENDAR = national_calendar()
CHINA = ZoneInfo("Asia/Shanghai")

days = st.dates(date(2025, 1, 1), date(2026, 12, 31))


# R9: the notice and what follows.


@pytest.mark.parametrize(
    ("posted", "last_day", "next_step"),
    [
        (date(2026, 9, 21), date(2026, 9, 28), date(2026, 9, 29)),
        (date(2026, 2, 12), date(2026, 2, 24), date(2026, 2, 25)),  # 19 February is a holiday
        (date(2026, 11, 23), date(2026, 11, 30), date(2026, 12, 1)),
    ],
)
def test_the_notice_stands_seven_days_and_the_next_step_follows_on_a_working_day(
    posted, last_day, next_step, params
):  # R9, readings 5
    period = CALENDAR.notice_period(posted, params.integer("assist.pre_notice_days"))
    assert (period.last_day, period.next_step_on, period.provisional) == (last_day, next_step, False)


def test_a_place_without_notice_goes_on_the_same_day(figures):  # R9
    params = figures({"assist.pre_notice_days": 0})
    period = CALENDAR.notice_period(date(2026, 9, 21), params.integer("assist.pre_notice_days"))
    assert period.next_step_on == date(2026, 9, 21)


def test_without_objection_the_case_goes_to_the_county():  # R9
    assert next_steps_after_notice(0) == ("TO_COUNTY",)


@pytest.mark.parametrize("objections", [1, 5])
def test_an_objection_asks_for_a_new_survey_or_a_review_meeting(objections):  # R9
    assert next_steps_after_notice(objections) == ("RESURVEY", "REVIEW_MEETING")


def test_fewer_than_no_objections_are_refused():  # R9
    with pytest.raises(ValueError, match="negative"):
        next_steps_after_notice(-1)


# R10: limits in working days.


@pytest.mark.parametrize(
    ("accepted", "survey", "total", "longest"),
    [
        (date(2026, 9, 1), date(2026, 9, 4), date(2026, 10, 19), date(2026, 11, 9)),
        (date(2026, 2, 2), date(2026, 2, 5), date(2026, 3, 20), date(2026, 4, 13)),
        (date(2026, 11, 2), date(2026, 11, 5), date(2026, 12, 14), date(2027, 1, 5)),
    ],
)
def test_survey_decision_and_longest_limit_count_working_days_from_acceptance(
    accepted, survey, total, longest, params
):  # R10
    limits = deadlines(accepted, CALENDAR, params)
    assert (limits.survey.day, limits.decision.day, limits.decision_extended.day) == (survey, total, longest)


def test_a_limit_that_passes_into_a_year_without_notice_is_provisional(params):  # R10, readings 1
    limits = deadlines(date(2026, 11, 2), CALENDAR, params)
    assert [limits.survey.provisional, limits.decision.provisional] == [False, False]
    assert limits.decision_extended == Due(date(2027, 1, 5), provisional=True)
    with pytest.raises(UnpublishedYear, match="2027"):
        deadlines(date(2026, 11, 2), national_calendar(strict=True), params)


def test_with_the_notice_of_the_year_the_limit_is_reckoned_anew_and_firm(params):  # R10, readings 1
    notice = replace(NOTICES[2027], off=(("01-01", "01-03"),), worked=("01-02",), provisional=False)
    limits = deadlines(date(2026, 11, 2), WorkCalendar(years={**NOTICES, 2027: notice}), params)
    assert limits.decision_extended == Due(date(2027, 1, 4), provisional=False)  # 2 January is worked instead


def test_the_county_decides_within_ten_working_days_of_receipt(params):  # R10
    assert county_due(date(2026, 9, 29), CALENDAR, params) == Due(date(2026, 10, 19), provisional=False)


def test_a_place_may_promise_shorter_limits(figures):  # R10
    short = figures({"assist.days": {"survey": 1, "verification": 1, "county": 5, "total": 20, "longest": 45}})
    assert deadlines(date(2026, 11, 2), CALENDAR, short).decision.day == date(2026, 11, 30)
    assert county_due(date(2026, 11, 2), CALENDAR, short).day == date(2026, 11, 9)


def test_limits_without_figures_are_a_clear_error(figures):
    with pytest.raises(MissingParameter, match=r"^assist\.days "):
        deadlines(date(2026, 11, 2), CALENDAR, figures({"assist.days": None}))
    with pytest.raises(MissingParameter, match=r"^assist\.days .*2021-06-30"):
        county_due(date(2021, 6, 30), CALENDAR, figures(on=date(2021, 6, 30)))


def test_the_day_counts_name_the_measures_as_their_document(params):
    assert params.row("assist.days").document == "民发〔2021〕57号"
    assert params.row("assist.pre_notice_days").document == "民发〔2021〕57号"


@given(days)
def test_every_limit_ends_on_a_working_day_and_in_order(params, accepted):
    limits = deadlines(accepted, CALENDAR, params)
    assert accepted < limits.survey.day < limits.decision.day < limits.decision_extended.day
    assert all(CALENDAR.is_workday(due.day) for due in (limits.survey, limits.decision, limits.decision_extended))


# R11: the first month.


@pytest.mark.parametrize(
    ("decided", "month"),
    [
        (date(2026, 10, 9), date(2026, 11, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
        (date(2026, 7, 31), date(2026, 8, 1)),  # decided by a township
        (date(2026, 11, 1), date(2026, 12, 1)),
    ],
)
def test_the_benefit_begins_with_the_month_after_the_decision(decided, month):  # R11
    assert benefit_start(decided) == month


# R12: reviews.


@pytest.mark.parametrize(
    ("review_class", "last", "due"),
    [
        ("UNSTABLE", date(2026, 3, 31), date(2026, 9, 30)),
        ("STABLE", date(2024, 2, 29), date(2025, 2, 28)),
        ("STABLE", date(2026, 8, 15), date(2027, 8, 15)),
    ],
)
def test_a_stable_household_is_reviewed_after_a_year_and_an_unstable_one_after_half(
    review_class, last, due, params
):  # R12
    assert review_due(review_class, last, params) == due


def test_a_place_may_review_sooner(figures):  # R12
    assert review_due("UNSTABLE", date(2026, 3, 31), figures({"assist.review_months.unstable": 3})) == date(2026, 6, 30)


def test_an_unknown_class_has_no_interval(params):  # R12
    with pytest.raises(MissingParameter, match=r"^assist\.review_months\.wobbly "):
        review_due("WOBBLY", date(2026, 3, 31), params)


# R14: grace.

DECIDED, LINE = date(2026, 10, 9), D("1215")


def test_leaving_through_work_keeps_the_benefit_for_six_months(params):  # R14
    kept = grace(DECIDED, D("900"), LINE, by_work=True, params=params)
    assert (kept.first, kept.last_day) == (date(2026, 11, 1), date(2027, 4, 30))


def test_above_the_marginal_line_there_is_no_grace(params):  # R14
    assert grace(DECIDED, D("1300"), LINE, by_work=True, params=params) is None


def test_leaving_because_a_home_was_bought_gives_no_grace(params):  # R14
    assert grace(DECIDED, D("900"), LINE, by_work=False, params=params) is None


@pytest.mark.parametrize(("per_head", "inside"), [("1215.00", True), ("1215.01", False)])
def test_exactly_at_the_marginal_line_is_inside(per_head, inside, params):  # R14, readings 20
    assert (grace(DECIDED, D(per_head), LINE, by_work=True, params=params) is not None) is inside


def test_a_place_sets_the_months_of_grace(figures):  # R14
    kept = grace(DECIDED, D("900"), LINE, by_work=True, params=figures({"assist.grace_months": 3}))
    assert kept.last_day == date(2027, 1, 31)


def test_grace_without_a_figure_is_a_clear_error(figures):
    with pytest.raises(MissingParameter, match=r"^assist\.grace_months "):
        grace(DECIDED, D("900"), LINE, by_work=True, params=figures({"assist.grace_months": None}))


# R19: who may be asked about.


def at(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=CHINA)


MEMBER, OBLIGOR = 1, 2
CONSENT = GivenConsent(
    person=MEMBER,
    sources=frozenset({"BANK", "TAX"}),
    purposes=frozenset({"NEW", "PERIODIC"}),
    signed_at=at(2026, 1, 10),
    valid_until=at(2027, 1, 10, 0),  # through 9 January
)


def test_a_periodic_query_within_the_consent_is_allowed():  # R19
    assert can_query(CONSENT, MEMBER, "BANK", "PERIODIC", at(2026, 7, 1))


def test_the_consent_does_not_cover_a_housing_check():  # R19
    assert not can_query(CONSENT, MEMBER, "BANK", "OTHER_DEPT", at(2026, 7, 1))


def test_after_a_revocation_nothing_is_asked():  # R19
    revoked = replace(CONSENT, revoked_at=at(2026, 8, 1))
    assert not can_query(revoked, MEMBER, "BANK", "PERIODIC", at(2026, 8, 2))


def test_an_obligor_whom_the_applicant_named_but_who_did_not_sign_is_not_asked_about():  # R19
    assert not can_query(None, OBLIGOR, "BANK", "NEW", at(2026, 7, 1))
    assert not can_query(CONSENT, OBLIGOR, "BANK", "NEW", at(2026, 7, 1))


def test_an_obligor_who_signed_may_be_asked_about():  # R19
    assert can_query(replace(CONSENT, person=OBLIGOR), OBLIGOR, "BANK", "NEW", at(2026, 7, 1))


def test_a_source_that_was_not_agreed_to_is_not_asked():  # R19
    assert not can_query(CONSENT, MEMBER, "SECURITIES", "NEW", at(2026, 7, 1))


def test_quick_aid_never_asks_even_with_a_consent():  # R19
    signed = replace(CONSENT, purposes=frozenset({"QUICK_AID"}))
    assert not can_query(signed, MEMBER, "BANK", "QUICK_AID", at(2026, 7, 1))


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        (at(2026, 1, 10, 9, 59), False),
        (at(2026, 1, 10, 10, 0), True),
        (at(2027, 1, 9, 23, 59), True),
        (at(2027, 1, 10, 0, 0), False),
    ],
)
def test_a_consent_lives_from_its_signature_to_the_end_of_its_last_day(now, allowed):  # R19
    assert can_query(CONSENT, MEMBER, "TAX", "NEW", now) is allowed


@pytest.mark.parametrize(("now", "allowed"), [(at(2026, 8, 1, 9, 59), True), (at(2026, 8, 1, 10, 0), False)])
def test_a_revocation_takes_effect_at_its_minute(now, allowed):  # R19
    revoked = replace(CONSENT, revoked_at=at(2026, 8, 1, 10, 0))
    assert can_query(revoked, MEMBER, "BANK", "NEW", now) is allowed
