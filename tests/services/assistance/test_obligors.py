"""R16: what an obligor outside the household is counted to give."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onedoor.services.assistance.rules import obligor_share
from onedoor.standards.judgement import MissingParameter

D = Decimal
fen = st.integers(0, 5_000_000).map(lambda cents: D(cents) / 100)


@pytest.mark.parametrize(
    ("income", "members", "parents", "share"),
    [("12000", 3, 2, "1785.00"), ("4000", 3, 2, "0.00"), ("5860", 3, 1, "500.00")],
)
def test_half_of_what_lies_above_two_standards_a_head_is_shared_by_the_parents(
    income, members, parents, share, params
):  # R16
    assert obligor_share(D(income), members, D("810"), parents, params).value == D(share)


@pytest.mark.parametrize(
    ("income", "share"),
    [("4859.99", "0.00"), ("4860.00", "0.00"), ("4860.01", "0.01"), ("4860.02", "0.01"), ("4860.03", "0.02")],
)
def test_at_twice_the_standard_nothing_is_due_and_above_it_rounds_half_up_to_the_fen(
    income, share, params
):  # R16, readings 21
    assert obligor_share(D(income), 3, D("810"), 1, params).value == D(share)


def test_the_trace_shows_the_formula_its_article_and_its_document(params):
    judgement = obligor_share(D("12000"), 3, D("810"), 2, params)
    (line,) = judgement.trace
    assert (line.formula, line.result) == ("（12,000.00 − 2 × 810.00 × 3）× 50% ÷ 2", "1,785.00")
    assert line.article == "《最低生活保障审核确认办法》（民发〔2021〕57号）第十三条"
    assert [(row.key, row.document) for row in judgement.parameters] == [
        ("assist.obligor_formula", "示例参数（待地方文件确认）")
    ]


def test_a_place_without_a_formula_is_a_clear_error(figures):
    with pytest.raises(MissingParameter, match=r"^assist\.obligor_formula \(110105000000, 2026-11-24\)$"):
        obligor_share(D("1"), 1, D("810"), 1, figures({"assist.obligor_formula": None}))


def test_an_unknown_formula_is_refused(figures):
    with pytest.raises(ValueError, match="ALL_OF_IT"):
        obligor_share(D("1"), 1, D("810"), 1, figures({"assist.obligor_formula": "ALL_OF_IT"}))


@pytest.mark.parametrize(("members", "parents"), [(0, 1), (3, 0)])
def test_an_obligor_has_a_household_and_supports_somebody(members, parents, params):
    with pytest.raises(ValueError, match="at least one"):
        obligor_share(D("12000"), members, D("810"), parents, params)


@given(fen, fen, st.integers(1, 8), st.integers(1, 4))
def test_the_share_is_never_negative_and_grows_with_the_income(params, income, more, members, parents):
    share = obligor_share(income, members, D("810"), parents, params).value
    assert 0 <= share <= obligor_share(income + more, members, D("810"), parents, params).value
