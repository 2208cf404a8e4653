"""R4 and R8: the categories of a household; the whole judgement of one application; the first idea."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onedoor.platform.kernel.models import ParameterRow
from onedoor.platform.kernel.parameters import snapshot
from onedoor.services.assistance.rules import (
    Asset,
    Found,
    HouseholdFacts,
    IncomeItem,
    Obligor,
    classify_household,
    is_rigid,
    judge_dibao,
    precheck_dibao,
)
from onedoor.standards.judgement import MissingParameter

D = Decimal
ON = date(2026, 10, 9)
PLACE = {"assist.rigid.threshold": "0.60", "assist.rigid.income_line": "4500.00"}
COUNTY = "110105000000"
CAR = Asset("VEHICLE", D(1))

fen = st.integers(0, 1_000_000).map(lambda cents: D(cents) / 100)


@pytest.fixture(scope="module")
def place(figures):
    """Return the shipped figures with the threshold and the income line a prefecture sets: 0.60 and 4500."""
    return figures(PLACE)


def household(per_head: str, *members: str, **more: object) -> HouseholdFacts:
    names = members or ("甲", "乙")
    incomes = [IncomeItem("WAGE", D(per_head), member=name) for name in names]
    return HouseholdFacts(
        **{"members": names, "hukou": "URBAN", "incomes": incomes, "assets": [], "obligors": []} | more
    )


def expenses(per_head: str, people: int, share: str) -> Decimal:
    return D(per_head) * people * 12 * D(share)


# R4: the categories.


def test_500_a_head_is_dibao(place):  # R4 (a)
    assert classify_household(household("500"), place).value == (Found("DIBAO", ("甲", "乙")),)


def test_1000_a_head_with_one_severely_disabled_is_marginal_and_covers_that_person_alone(place):  # R4 (b)
    judgement = classify_household(household("1000"), place, specially_hard=["乙"])
    assert judgement.value == (Found("MARGINAL", ("甲", "乙")), Found("DIBAO_SINGLE", ("乙",)))


def test_1300_a_head_spending_70_percent_is_rigid(place):  # R4 (c)
    judgement = classify_household(household("1300"), place, expense_year=expenses("1300", 2, "0.70"))
    assert judgement.value == (Found("RIGID", ("甲", "乙")),)


def test_1300_a_head_spending_30_percent_is_none(place):  # R4 (d)
    judgement = classify_household(household("1300"), place, expense_year=expenses("1300", 2, "0.30"))
    assert judgement.value == (Found("NONE", ("甲", "乙")),)
    assert [reason.code for reason in judgement.reasons] == ["EXPENSE_NOT_ABOVE"]


def test_able_bodied_members_bar_nothing(place):  # R4
    able = household("500", able_worker=True)
    assert classify_household(able, place).value == (Found("DIBAO", ("甲", "乙")),)
    assert judge_dibao(able, place, ON).value["eligible"]


@pytest.mark.parametrize(
    ("per_head", "category"),
    [("809.99", "DIBAO"), ("810.00", "MARGINAL"), ("1214.99", "MARGINAL"), ("1215.00", "NONE")],
)
def test_each_line_begins_one_fen_below_it(per_head, category, place):  # R4
    (found,) = classify_household(household(per_head), place).value
    assert found.category == category


def test_the_ratio_of_the_province_moves_the_marginal_line(figures):  # R4
    double = figures(PLACE | {"assist.marginal.ratio": "2.0"})
    assert classify_household(household("1619.99"), double).value == (Found("MARGINAL", ("甲", "乙")),)
    assert classify_household(household("1620.00"), double).value == (Found("NONE", ("甲", "乙")),)


def test_the_destitute_come_first_and_leave_with_their_own_income(place):  # R4
    facts = household("500", "甲", "乙", incomes=[IncomeItem("WAGE", D("809.99"), member="乙")])
    judgement = classify_household(facts, place, destitute=["甲"])
    assert judgement.value == (Found("TEKUN", ("甲",)), Found("DIBAO", ("乙",)))
    facts = replace(facts, incomes=[IncomeItem("TRANSFER_NET", D("900"), member="甲")])
    assert classify_household(facts, place, destitute=["甲"]).value[1] == Found("DIBAO", ("乙",))
    assert classify_household(facts, place, destitute=["甲", "乙"]).value == (Found("TEKUN", ("甲", "乙")),)


def test_beside_a_destitute_member_a_household_is_not_rigid(place):  # R4, R8
    judgement = classify_household(household("1300"), place, destitute=["甲"], expense_year=D("99999"))
    assert judgement.value == (Found("TEKUN", ("甲",)),)
    assert [reason.code for reason in judgement.reasons] == ["TEKUN", "OTHER_CATEGORY"]


def test_assets_over_the_limit_leave_no_category_and_say_why(place):  # R4
    judgement = classify_household(household("500", assets=[CAR]), place, expense_year=D("99999"))
    assert judgement.value == (Found("NONE", ("甲", "乙")),)
    assert [reason.code for reason in judgement.reasons] == ["ASSET_OVER_LIMIT"]


def test_nobody_is_no_category(place):
    judgement = classify_household(household("0", members=(), incomes=[]), place)
    assert judgement.value == (Found("NONE", ()),)
    assert [reason.code for reason in judgement.reasons] == ["NOBODY_COUNTED"]


def test_the_trace_of_a_category_walks_down_the_lines_with_their_articles(place):
    judgement = classify_household(household("1300"), place, expense_year=expenses("1300", 2, "0.70"))
    steps = [(line.formula, line.result, line.article[-5:]) for line in judgement.trace[-4:]]
    assert steps == [
        ("2,600.00 ≥ 810.00 × 2", "否", "》第十八条"),
        ("2,600.00 ≥ 1,215.00 × 2", "否", "第二十一条"),
        ("21,840.00 > 0.60 × 31,200.00", "超过", "第二十二条"),
        ("2,600.00 < 4,500.00 × 2", "是", "第二十二条"),
    ]
    assert judgement.trace[0].sources == ("申请人申报",)
    assert {row.key: row.document for row in judgement.parameters} == {
        "assist.dibao.standard.urban": "示例标准（待地方文件确认）",
        "assist.asset_limits": "示例参数（待地方文件确认）",
        "assist.marginal.ratio": "示例参数（待地方文件确认）",
        "assist.rigid.threshold": "测试〔2026〕1号",
        "assist.rigid.income_line": "测试〔2026〕1号",
    }


def test_categories_are_stored_as_plain_data(place):
    assert classify_household(household("500"), place).as_data()["value"] == [["DIBAO", ["甲", "乙"]]]


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"assist.dibao.standard.urban": None}, "assist.dibao.standard.urban"),
        ({"assist.marginal.ratio": None}, "assist.marginal.ratio"),
        ({"assist.rigid.threshold": None}, "assist.rigid.threshold"),
        ({"assist.rigid.income_line": None}, "assist.rigid.income_line"),
    ],
)
def test_a_category_without_its_figure_is_a_clear_error(changed, missing, figures):
    with pytest.raises(MissingParameter) as error:
        classify_household(household("1300"), figures(PLACE | changed))
    assert str(error.value) == f"{missing} (110105000000, 2026-11-24)"


RANK = {"DIBAO": 0, "MARGINAL": 1, "NONE": 2}


@given(fen, fen)
def test_more_income_never_gives_a_better_category(place, income, more):
    lower, higher = (
        classify_household(household("0", incomes=[IncomeItem("WAGE", sum_)]), place).value[0].category
        for sum_ in (income, income + more)
    )
    assert RANK[lower] <= RANK[higher]


# R8: rigid expenses.


@pytest.mark.parametrize(
    ("expense", "income_year", "per_head", "rigid"),
    [
        ("62000", "96000", "2000", True),
        ("52000", "96000", "2000", False),
        ("110000", "150000", "5000", False),  # not below 4500 a head
        ("9000", "0", "0", True),
    ],
)
def test_expenses_above_the_threshold_of_the_income_make_a_household_rigid(
    expense, income_year, per_head, rigid, place
):  # R8
    judgement = is_rigid(D(income_year), D(expense), D(per_head) * 3, 3, place, assets_ok=True)
    assert judgement.value is rigid


def test_where_the_threshold_is_80_percent_73_are_not_enough(figures):  # R8
    params = figures(PLACE | {"assist.rigid.threshold": "0.80", "assist.rigid.income_line": "9000"})
    judgement = is_rigid(D("150000"), D("110000"), D("5000"), 1, params, assets_ok=True)
    assert [reason.code for reason in judgement.reasons] == ["EXPENSE_NOT_ABOVE"]


@pytest.mark.parametrize(
    ("expense", "per_head", "codes"),
    [
        ("60000.01", "4499.99", []),
        ("60000.00", "4499.99", ["EXPENSE_NOT_ABOVE"]),
        ("60000.01", "4500.00", ["INCOME_NOT_BELOW"]),
        ("60000.00", "4500.00", ["EXPENSE_NOT_ABOVE", "INCOME_NOT_BELOW"]),
    ],
)
def test_exactly_at_a_limit_is_not_beyond_it(expense, per_head, codes, place):  # R8
    judgement = is_rigid(D("100000"), D(expense), D(per_head), 1, place, assets_ok=True)
    assert [reason.code for reason in judgement.reasons] == codes


def test_every_condition_that_fails_is_told_at_once(place):  # R8
    judgement = is_rigid(D("0"), D("0"), D("4500"), 1, place, assets_ok=False, other_category=True)
    codes = [reason.code for reason in judgement.reasons]
    assert codes == ["OTHER_CATEGORY", "EXPENSE_NOT_ABOVE", "INCOME_NOT_BELOW", "ASSET_OVER_LIMIT"]
    assert {reason.article for reason in judgement.reasons} == {"《中华人民共和国社会救助法》第二十二条"}


def test_negative_sums_are_refused(place):
    with pytest.raises(ValueError, match="negative"):
        is_rigid(D("-1"), D("0"), D("0"), 1, place, assets_ok=True)


# The judgement of one application.


def test_a_judgement_gives_amount_first_month_and_review(params):  # R3, R11, R12
    judgement = judge_dibao(household("500", "甲", "乙", "丙"), params, ON)
    assert judgement.value == {
        "eligible": True,
        "category": "DIBAO",
        "monthly_amount": D("930.00"),
        "standard": D("810.00"),
        "people": 3,
        "income": D("1500.00"),
        "per_head": D("500.00"),
        "start_month": date(2026, 11, 1),
        "review_class": "STABLE",
        "review_due": date(2027, 10, 9),
    }
    assert judgement.reasons == ()


def test_the_standard_follows_the_hukou(params):  # R3
    assert judge_dibao(household("0", "甲", hukou="RURAL"), params, ON).value["monthly_amount"] == D("603.00")


def test_an_able_bodied_member_only_shortens_the_review(params):  # R4, R12
    value = judge_dibao(household("500", able_worker=True), params, ON).value
    assert (value["eligible"], value["review_class"], value["review_due"]) == (True, "UNSTABLE", date(2027, 4, 9))


def test_what_an_obligor_gives_is_income_with_its_own_source(params):  # R16
    son = Obligor("子", D("12000"), 3, 2, source="税务核对")
    judgement = judge_dibao(household("0", obligors=[son]), params, ON)
    assert judgement.value["income"] == D("3570.00")  # 1785 to each of two parents
    assert [reason.code for reason in judgement.reasons] == ["INCOME_NOT_BELOW"]
    share = next(line for line in judgement.trace if line.label.startswith("义务人"))
    assert share.sources == ("税务核对",)
    summed = next(line for line in judgement.trace if line.label == "计入赡养费后的家庭月收入")
    assert (summed.formula, summed.result) == ("0.00 + 3,570.00", "3,570.00")


def test_income_and_assets_are_refused_together(params):
    judgement = judge_dibao(household("810", assets=[CAR]), params, ON)
    assert [reason.code for reason in judgement.reasons] == ["INCOME_NOT_BELOW", "ASSET_OVER_LIMIT"]
    assert (judgement.value["category"], judgement.value["monthly_amount"]) == ("NONE", D("0.00"))


def test_an_open_difference_waits_for_a_person(params):
    judgement = judge_dibao(household("0", open_differences=2), params, ON)
    assert not judgement.value["eligible"]
    assert [reason.code for reason in judgement.reasons] == ["DIFFERENCES_OPEN"]
    assert "2 项" in judgement.reasons[0].text


def test_an_empty_household_is_not_eligible_and_is_told_why(params):
    judgement = judge_dibao(household("0", members=(), incomes=[]), params, ON)
    assert (judgement.value["eligible"], judgement.value["per_head"]) == (False, None)
    assert [reason.code for reason in judgement.reasons] == ["NOBODY_COUNTED"]


def test_every_line_has_an_article_every_input_a_source_and_every_figure_a_document(params):
    son = Obligor("子", D("3000"), 1, 2)
    facts = household("100", assets=[Asset("DEPOSIT", D("500"), source="部门核对")], obligors=[son])
    judgement = judge_dibao(facts, params, ON)
    assert all(line.article for line in judgement.trace)
    assert {source for line in judgement.trace for source in line.sources} == {"申请人申报", "义务人申报", "部门核对"}
    assert [row.key for row in judgement.parameters] == [
        "assist.dibao.standard.urban",
        "assist.obligor_formula",
        "assist.dibao.amount_mode",
        "assist.dibao.round_unit",
        "assist.asset_limits",
        "assist.review_months.stable",
    ]
    stored = judgement.as_data()["parameters"]
    assert all(row["document"] and row["valid_from"] and row["division"] == "000000000000" for row in stored)


@pytest.mark.parametrize(
    "key",
    [
        "assist.dibao.standard.urban",
        "assist.dibao.amount_mode",
        "assist.dibao.round_unit",
        "assist.asset_limits",
        "assist.review_months.stable",
    ],
)
def test_a_judgement_without_one_of_its_figures_names_it(key, figures):
    with pytest.raises(MissingParameter, match=f"^{key} "):
        judge_dibao(household("0"), figures({key: None}), ON)


@pytest.mark.django_db
def test_an_old_month_is_judged_again_by_the_figures_of_its_day(params):  # R3
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [*params.rows.values()]
    standard = params.row("assist.dibao.standard.urban")
    rows.append(replace(standard, division=COUNTY, value="1400.00", valid_to=date(2026, 10, 1)))
    rows.append(replace(standard, division=COUNTY, value="1450.00", valid_from=date(2026, 10, 1)))
    ParameterRow.objects.bulk_create(ParameterRow(**vars(row), recorded_at=moment, recorded_by="试") for row in rows)
    for day, amount in ((date(2026, 9, 30), "2800.00"), (date(2026, 10, 1), "2900.00")):
        figures = snapshot(prefix="assist.", chain=[COUNTY, "000000000000"], on=day)
        assert judge_dibao(household("0"), figures, day).value["monthly_amount"] == D(amount)


@given(st.permutations(["甲", "乙", "丙", "丁"]), st.lists(fen, min_size=4, max_size=4))
def test_the_order_of_members_is_irrelevant(params, order, sums):
    incomes = {name: IncomeItem("WAGE", yuan, member=name) for name, yuan in zip("甲乙丙丁", sums, strict=True)}
    given_order = household("0", *order, incomes=[incomes[name] for name in order])
    first_order = household("0", *incomes, incomes=list(incomes.values()))
    assert judge_dibao(given_order, params, ON).value == judge_dibao(first_order, params, ON).value


@given(fen, fen)
def test_more_income_never_gives_a_higher_monthly_amount(params, income, more):
    lower, higher = (
        judge_dibao(household("0", incomes=[IncomeItem("WAGE", sum_)]), params, ON).value["monthly_amount"]
        for sum_ in (income, income + more)
    )
    assert lower >= higher >= 0


# The first idea before an application.


@pytest.mark.parametrize(
    ("answers", "idea", "codes"),
    [
        ({"people": 3, "income": "1500"}, "likely", ["INCOME_BELOW"]),
        ({"people": 3, "income": "2430"}, "unlikely", ["INCOME_NOT_BELOW"]),
        ({"people": 3, "income": "2429.99"}, "likely", ["INCOME_BELOW"]),
        ({"people": 2, "income": "1206", "hukou": "rural"}, "unlikely", ["INCOME_NOT_BELOW"]),
        ({"people": 1, "income": "0", "has_car": True}, "unsure", ["INCOME_BELOW", "ASSET_CAR"]),
        ({}, "likely", ["INCOME_BELOW"]),
    ],
)
def test_the_first_idea_compares_the_income_with_the_standard(answers, idea, codes, params):  # R3
    judgement = precheck_dibao(answers, params, ON)
    assert judgement.value == idea
    assert [reason.code for reason in judgement.reasons] == codes
    assert judgement.parameters[0].document == "示例标准（待地方文件确认）"


def test_the_first_idea_tells_what_children_living_apart_mean(params):  # R16
    judgement = precheck_dibao({"has_children_apart": True}, params, ON)
    assert judgement.reasons[-1].code == "OBLIGOR"
