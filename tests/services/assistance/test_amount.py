"""R3: the monthly amount, and the figures of a place and day it rests on."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onedoor.platform.kernel.models import ParameterRow
from onedoor.platform.kernel.parameters import snapshot
from onedoor.services.assistance.rules import dibao_amount
from onedoor.standards.judgement import MissingParameter

D = Decimal
TIERS = [
    {"name": "A", "upto": "200", "amount": "640"},
    {"name": "B", "upto": "500", "amount": "480"},
    {"name": "C", "upto": "810", "amount": "320"},
]

fen = st.integers(0, 1_000_000).map(lambda cents: D(cents) / 100)
standards = st.integers(1, 200_000).map(lambda cents: D(cents) / 100)
sizes = st.integers(0, 12)


@pytest.fixture(scope="module")
def tiered(figures):
    return figures({"assist.dibao.amount_mode": "TIER", "assist.dibao.tiers": TIERS})


@pytest.mark.parametrize(
    ("standard", "people", "income", "amount"),
    [
        ("810", 3, "1500", "930.00"),
        ("632", 3, "1894", "2.00"),  # by head and back it would be 3
        ("603", 4, "2412", "0.00"),  # equal is not below
        ("603", 2, "401.35", "805.00"),  # 804.65 goes up to the yuan
        ("810", 1, "0", "810.00"),
    ],
)
def test_the_exact_amount_is_the_gap_rounded_up_to_the_yuan(standard, people, income, amount, params):  # R3
    assert dibao_amount(D(standard), people, D(income), params).value == D(amount)


@pytest.mark.parametrize(
    ("per_head", "people", "amount"),
    [("199.99", 2, "1280.00"), ("200", 3, "1440.00"), ("500", 1, "320.00")],
)
def test_a_tier_pays_its_amount_for_each_person(per_head, people, amount, tiered):  # R3, TIER: A × 2, B × 3, C × 1
    assert dibao_amount(D("810"), people, D(per_head) * people, tiered).value == D(amount)


def test_tiers_need_not_be_written_in_order(figures, tiered):  # R3
    upside_down = figures({"assist.dibao.amount_mode": "TIER", "assist.dibao.tiers": TIERS[::-1]})
    assert dibao_amount(D("810"), 2, D("300"), upside_down).value == dibao_amount(D("810"), 2, D("300"), tiered).value


@pytest.mark.parametrize(("income", "amount"), [("2429.99", "1.00"), ("2430.00", "0.00"), ("2430.01", "0.00")])
def test_one_fen_below_the_line_is_in_and_the_line_itself_is_out(income, amount, params):  # R3
    assert dibao_amount(D("810"), 3, D(income), params).value == D(amount)


@pytest.mark.parametrize(("income", "amount"), [("2429.99", "960.00"), ("2430.00", "0.00")])
def test_the_same_line_bounds_the_tiers(income, amount, tiered):  # R3
    assert dibao_amount(D("810"), 3, D(income), tiered).value == D(amount)


@pytest.mark.parametrize(("unit", "amount"), [("0.01", "804.65"), ("0.10", "804.70"), ("10.00", "810.00")])
def test_a_place_sets_the_unit_of_rounding(unit, amount, figures):  # R3
    assert dibao_amount(D("603"), 2, D("401.35"), figures({"assist.dibao.round_unit": unit})).value == D(amount)


def test_a_refusal_says_that_equal_is_not_below(params):  # R3
    judgement = dibao_amount(D("603"), 4, D("2412"), params)
    (reason,) = judgement.reasons
    assert (reason.code, reason.article) == ("INCOME_NOT_BELOW", "《中华人民共和国社会救助法》第十八条")
    assert judgement.trace[0].formula == "2,412.00 ≥ 603.00 × 4"


def test_an_empty_household_gets_nothing_and_is_told_why(params):
    judgement = dibao_amount(D("810"), 0, D("0"), params)
    assert judgement.value == D("0.00")
    assert [reason.code for reason in judgement.reasons] == ["NOBODY_COUNTED"]


def test_the_trace_shows_the_sum_by_hand_with_article_and_documents(params):
    judgement = dibao_amount(D("603"), 2, D("401.35"), params)
    compare, step = judgement.trace
    assert (compare.formula, compare.result) == ("401.35 < 603.00 × 2", "是")
    assert (step.formula, step.result) == ("603.00 × 2 − 401.35，不足 1.00 元的进到 1.00 元", "805.00")
    assert {line.article for line in judgement.trace} == {"《中华人民共和国社会救助法》第十八条"}
    assert {row.key: row.document for row in judgement.parameters} == {
        "assist.dibao.amount_mode": "《中华人民共和国社会救助法》第十八条",
        "assist.dibao.round_unit": "示例参数（待地方文件确认）",
    }


def test_the_trace_of_a_tier_names_the_tier_and_its_document(tiered):
    judgement = dibao_amount(D("810"), 3, D("1200"), tiered)
    assert (judgement.trace[1].label, judgement.trace[1].formula) == ("B 档", "480 × 3")
    assert {row.document for row in judgement.parameters} == {"测试〔2026〕1号"}


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"assist.dibao.amount_mode": None}, "assist.dibao.amount_mode"),
        ({"assist.dibao.round_unit": None}, "assist.dibao.round_unit"),
        ({"assist.dibao.amount_mode": "TIER"}, "assist.dibao.tiers"),
    ],
)
def test_a_missing_figure_is_named_with_place_and_day(changed, missing, figures):
    with pytest.raises(MissingParameter) as error:
        dibao_amount(D("810"), 2, D("100"), figures(changed))
    assert str(error.value) == f"{missing} (110105000000, 2026-11-24)"


def test_tiers_that_end_below_the_standard_are_refused(figures):
    short = figures({"assist.dibao.amount_mode": "TIER", "assist.dibao.tiers": TIERS[:2]})
    with pytest.raises(ValueError, match="do not reach up"):
        dibao_amount(D("810"), 1, D("700"), short)


def test_an_unknown_mode_is_refused(figures):
    with pytest.raises(ValueError, match="GUESS"):
        dibao_amount(D("810"), 1, D("0"), figures({"assist.dibao.amount_mode": "GUESS"}))


@pytest.mark.parametrize(("people", "income"), [(-1, "0"), (1, "-0.01")])
def test_negative_people_or_income_are_refused(people, income, params):
    with pytest.raises(ValueError, match="negative"):
        dibao_amount(D("810"), people, D(income), params)


def test_before_the_law_of_2026_no_amount_can_be_judged_under_it(figures):
    assert dibao_amount(D("810"), 1, D("0"), figures(on=date(2026, 7, 1))).value == D("810.00")
    with pytest.raises(MissingParameter, match=r"amount_mode .*2026-06-30"):
        dibao_amount(D("810"), 1, D("0"), figures(on=date(2026, 6, 30)))


@given(standards, sizes, fen, st.sampled_from(["0.01", "0.10", "1.00", "10.00"]))
def test_the_exact_amount_fills_the_gap_by_less_than_one_unit_and_is_never_negative(
    figures, standard, people, income, unit
):
    amount = dibao_amount(standard, people, income, figures({"assist.dibao.round_unit": unit})).value
    gap = max(D(0), standard * people - income)
    assert 0 <= amount - gap < D(unit)


@given(sizes, fen, fen, st.booleans())
def test_more_income_never_gives_a_higher_amount(params, tiered, people, income, more, tiers):
    by = tiered if tiers else params
    assert dibao_amount(D("810"), people, income + more, by).value <= dibao_amount(D("810"), people, income, by).value


@given(standards, sizes, fen)
def test_one_more_person_never_lowers_the_exact_amount(params, standard, people, income):
    assert (
        dibao_amount(standard, people + 1, income, params).value >= dibao_amount(standard, people, income, params).value
    )


# The figures themselves: by day and by place.

COUNTY, CITY, PROVINCE, NATION = "110105000000", "110100000000", "110000000000", "000000000000"
CHAIN = [COUNTY, CITY, PROVINCE, NATION]
KEY = "assist.dibao.standard.urban"


def row(division: str, value: str, valid_from: date, valid_to: date | None = None) -> None:
    ParameterRow.objects.create(
        key=KEY,
        division=division,
        value=value,
        document=f"{division}文件",
        valid_from=valid_from,
        valid_to=valid_to,
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        recorded_by="试",
    )


def standard_on(day: date, chain: list[str] = CHAIN) -> Decimal:
    return snapshot(prefix="assist.", chain=chain, on=day).money(KEY)


@pytest.mark.django_db
def test_the_standard_of_the_nearest_place_wins():
    row(NATION, "810.00", date(2026, 7, 1))
    row(PROVINCE, "1300.00", date(2026, 1, 1))
    row(COUNTY, "1450.00", date(2025, 1, 1))
    params = snapshot(prefix="assist.", chain=CHAIN, on=date(2026, 11, 24))
    assert params.money(KEY) == D("1450.00")
    assert params.row(KEY).document == "110105000000文件"
    assert standard_on(date(2026, 11, 24), CHAIN[1:]) == D("1300.00")  # a city without a row of its own
    assert standard_on(date(2026, 11, 24), ["210000000000", NATION]) == D("810.00")


@pytest.mark.django_db
def test_a_standard_holds_from_its_first_day_until_the_day_it_is_replaced():
    row(COUNTY, "1400.00", date(2025, 7, 1), date(2026, 7, 1))
    row(COUNTY, "1450.00", date(2026, 7, 1))
    assert standard_on(date(2026, 6, 30)) == D("1400.00")
    assert standard_on(date(2026, 7, 1)) == D("1450.00")
    with pytest.raises(MissingParameter, match=r"standard\.urban \(110105000000, 2025-06-30\)"):
        standard_on(date(2025, 6, 30))


@pytest.mark.django_db
def test_an_expired_standard_of_the_county_gives_way_to_the_province():
    row(PROVINCE, "1300.00", date(2025, 1, 1))
    row(COUNTY, "1450.00", date(2025, 1, 1), date(2026, 1, 1))
    assert standard_on(date(2025, 12, 31)) == D("1450.00")
    assert standard_on(date(2026, 1, 1)) == D("1300.00")


def test_money_is_read_with_two_places_and_never_as_a_float(params):
    assert params.money(KEY) == D("810.00")
    assert params.money("assist.dibao.standard.rural") == D("603.00")
    assert params.money(KEY).as_tuple().exponent == -2
