"""R2: the countable monthly income."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onedoor.services.assistance.rules import IncomeItem, countable_income

D = Decimal
KINDS = ["WAGE", "BUSINESS_NET", "PROPERTY_NET", "TRANSFER_NET", "OTHER"]

fen = st.integers(0, 2_000_000).map(lambda cents: D(cents) / 100)
items = st.lists(
    st.builds(
        IncomeItem,
        kind=st.sampled_from(KINDS),
        gross=fen,
        deduction=fen,
        yearly=st.booleans(),
        excluded=st.sampled_from(["", "政府补助"]),
    ),
    max_size=6,
)


def test_job_cost_and_the_central_base_pension_are_taken_off():  # R2 (a)
    judgement = countable_income(
        [IncomeItem("WAGE", D("1800"), D("320")), IncomeItem("TRANSFER_NET", D("163"), D("143"))]
    )
    assert judgement.value == D("1500.00")


def test_a_scholarship_does_not_count_beside_odd_jobs():  # R2 (b)
    judgement = countable_income(
        [IncomeItem("TRANSFER_NET", D("800"), excluded="奖学金"), IncomeItem("WAGE", D("600"))]
    )
    assert judgement.value == D("600.00")


def test_a_yearly_harvest_less_its_inputs_is_spread_over_twelve_months():  # R2 (c)
    assert countable_income([IncomeItem("BUSINESS_NET", D("14400"), D("6000"), yearly=True)]).value == D("700.00")


def test_disability_subsidies_do_not_count():  # R2 (d)
    judgement = countable_income(
        [
            IncomeItem("TRANSFER_NET", D("100"), excluded="残疾人生活补贴"),
            IncomeItem("TRANSFER_NET", D("120"), excluded="残疾人护理补贴"),
        ]
    )
    assert judgement.value == D("0.00")


@pytest.mark.parametrize(
    ("year", "month"),
    [("100", "8.33"), ("200", "16.67"), ("0.06", "0.01"), ("0.05", "0.00"), ("1000.02", "83.34")],
)
def test_a_yearly_sum_rounds_half_up_to_the_fen(year, month):  # R2, readings 16
    assert countable_income([IncomeItem("WAGE", D(year), yearly=True)]).value == D(month)


def test_a_loss_in_one_kind_does_not_eat_another():  # R2, readings 16
    judgement = countable_income([IncomeItem("WAGE", D("1000")), IncomeItem("BUSINESS_NET", D("200"), D("900"))])
    assert judgement.value == D("1000.00")
    assert judgement.trace[-1].formula == "1,000.00 + 0.00"


def test_within_one_kind_a_loss_is_set_off():  # R2, readings 16
    judgement = countable_income([IncomeItem("BUSINESS_NET", D("900")), IncomeItem("BUSINESS_NET", D("200"), D("500"))])
    assert judgement.value == D("600.00")


def test_a_household_without_income_has_zero_and_says_so():
    judgement = countable_income([])
    assert judgement.value == D("0.00")
    assert [(line.label, line.formula, line.result) for line in judgement.trace] == [("家庭月收入合计", "0.00", "0.00")]


def test_every_line_names_its_article_and_every_input_its_source():
    judgement = countable_income(
        [
            IncomeItem("WAGE", D("1800"), D("320"), member="张三", source="入户调查"),
            IncomeItem("BUSINESS_NET", D("14400"), D("6000"), yearly=True),
            IncomeItem("TRANSFER_NET", D("800"), excluded="奖学金", source="教育部门核对"),
        ]
    )
    wage, harvest, grant, total = judgement.trace
    assert all("民发〔2021〕57号" in line.article and "第十三条" in line.article for line in judgement.trace)
    assert (wage.label, wage.formula, wage.result) == ("张三工资性收入", "1,800.00 − 320.00", "1,480.00")
    assert wage.sources == ("入户调查",)
    assert (harvest.formula, harvest.result) == ("（14,400.00 − 6,000.00）÷ 12", "700.00")
    assert harvest.sources == ("申请人申报",)
    assert (grant.formula, grant.result) == ("800.00 不计入（奖学金）", "0.00")
    assert grant.sources == ("教育部门核对",)
    assert (total.formula, total.result) == ("1,480.00 + 700.00", "2,180.00")


def test_an_unknown_kind_of_income_is_refused():
    with pytest.raises(ValueError, match="LOTTERY"):
        countable_income([IncomeItem("LOTTERY", D("1"))])


@given(items)
def test_income_is_never_negative_and_has_two_places(rows):
    value = countable_income(rows).value
    assert value >= 0
    assert value.as_tuple().exponent == -2


@given(items, st.randoms(use_true_random=False))
def test_the_order_of_incomes_is_irrelevant(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert countable_income(shuffled).value == countable_income(rows).value


@given(items, st.sampled_from(KINDS), fen)
def test_one_more_income_never_lowers_the_sum(rows, kind, gross):
    assert countable_income([*rows, IncomeItem(kind, gross)]).value >= countable_income(rows).value
