"""Asset limits: the list of the place, each limit exactly and one fen or one thing over."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onedoor.services.assistance.rules import Asset, assets_within
from onedoor.standards.judgement import MissingParameter

D = Decimal
STANDARD = D("810.00")
CAR, HOME = Asset("VEHICLE", D(1)), Asset("HOUSE", D(1))

assets = st.lists(
    st.builds(
        Asset,
        kind=st.sampled_from(["DEPOSIT", "FUND", "VEHICLE", "HOUSE"]),
        value=st.integers(0, 10_000_000).map(lambda cents: D(cents) / 100),
        exempt=st.sampled_from(["", "生活必需"]),
    ),
    max_size=6,
)


def deposit(yuan: str, **more: str) -> Asset:
    return Asset("DEPOSIT", D(yuan), **more)


@pytest.mark.parametrize(
    ("people", "yuan", "within"),
    [
        (1, "19440.00", True),  # 24 × 810
        (1, "19440.01", False),
        (3, "58320.00", True),
        (3, "58320.01", False),
    ],
)
def test_deposits_reach_up_to_24_standards_a_head(people, yuan, within, params):  # asset limits
    assert assets_within([deposit(yuan)], people, STANDARD, params).value is within


def test_deposits_of_several_members_are_added(params):  # asset limits
    assert not assets_within([deposit("19440"), deposit("0.01")], 1, STANDARD, params).value


def test_no_car_is_allowed_but_a_disability_scooter_is_left_out(params):  # asset limits
    scooter = Asset("VEHICLE", D(1), exempt="残疾人代步车", source="车辆登记")
    assert not assets_within([CAR], 3, STANDARD, params).value
    judgement = assets_within([scooter], 3, STANDARD, params)
    assert judgement.value is True
    line = judgement.trace[0]
    assert (line.label, line.formula, line.result, line.sources) == ("机动车", "残疾人代步车", "不计入", ("车辆登记",))


def test_one_home_is_within_and_a_second_is_over(params):  # asset limits
    assert assets_within([HOME], 3, STANDARD, params).value
    assert not assets_within([HOME, HOME], 3, STANDARD, params).value


@pytest.mark.parametrize("kind", ["SECURITIES", "FUND", "COMMERCIAL_INSURANCE", "CLAIM", "INTERNET_FINANCE"])
def test_money_in_another_shape_counts_with_the_deposits(kind, params):  # asset limits
    assert not assets_within([deposit("19440"), Asset(kind, D("0.01"))], 1, STANDARD, params).value


def test_a_place_that_limits_funds_by_themselves_does_not_count_them_twice(figures):  # asset limits
    limits = [
        {"kind": "DEPOSIT", "measure": "months_per_person", "value": 24},
        {"kind": "FUND", "measure": "months_per_person", "value": 1},
    ]
    params = figures({"assist.asset_limits": limits})
    assert assets_within([deposit("19440"), Asset("FUND", D("810"))], 1, STANDARD, params).value
    judgement = assets_within([deposit("19440"), Asset("FUND", D("810.01"))], 1, STANDARD, params)
    assert [reason.text for reason in judgement.reasons] == ["家庭基金超过当地规定的上限 810.00 元。"]


def test_all_limits_exceeded_are_told_at_once(params):
    judgement = assets_within([deposit("99999999"), CAR, HOME, HOME], 2, STANDARD, params)
    assert [reason.code for reason in judgement.reasons] == ["ASSET_OVER_LIMIT"] * 3
    assert "38,880.00 元" in judgement.reasons[0].text


def test_the_trace_carries_sums_sources_article_and_document(params):
    judgement = assets_within([deposit("500", source="部门核对"), deposit("20"), HOME], 1, STANDARD, params)
    money, cars, homes = judgement.trace
    assert (money.formula, money.result) == ("520.00 ≤ 24 × 810.00 × 1", "符合")
    assert money.sources == ("申请人申报", "部门核对")
    assert (cars.formula, homes.formula) == ("0 ≤ 0", "1 ≤ 1")
    assert {line.article for line in judgement.trace} == {"《中华人民共和国社会救助法》第十八条"}
    assert [row.document for row in judgement.parameters] == ["示例参数（待地方文件确认）"]


def test_nothing_owned_is_within(params):
    assert assets_within([], 0, STANDARD, params).value is True


def test_an_empty_household_may_own_no_money(params):
    assert not assets_within([deposit("0.01")], 0, STANDARD, params).value


def test_a_place_without_limits_is_a_clear_error(figures):
    with pytest.raises(MissingParameter, match=r"^assist\.asset_limits \(110105000000, 2026-11-24\)$"):
        assets_within([], 1, STANDARD, figures({"assist.asset_limits": None}))


def test_an_unknown_kind_is_refused(params):
    with pytest.raises(ValueError, match="YACHT"):
        assets_within([Asset("YACHT", D(1))], 1, STANDARD, params)


def test_an_unknown_measure_is_refused(figures):
    limits = [{"kind": "HOUSE", "measure": "acres", "value": 1}]
    with pytest.raises(ValueError, match="acres"):
        assets_within([HOME], 1, STANDARD, figures({"assist.asset_limits": limits}))


@given(assets, st.randoms(use_true_random=False))
def test_the_order_of_assets_is_irrelevant(params, owned, random):
    shuffled = list(owned)
    random.shuffle(shuffled)
    first, second = assets_within(owned, 2, STANDARD, params), assets_within(shuffled, 2, STANDARD, params)
    assert (first.value, first.reasons) == (second.value, second.reasons)


@given(assets, assets)
def test_owning_more_never_brings_a_household_back_within(params, owned, more):
    if assets_within([*owned, *more], 2, STANDARD, params).value:
        assert assets_within(owned, 2, STANDARD, params).value
