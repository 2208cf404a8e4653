"""Amounts: how they are typed, rounded, shown and written in capitals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onedoor.standards.money import amount_in_words, ceil_to, format_money, parse_money, round_to_fen

YUAN = st.decimals(Decimal(0), Decimal("999999999999.99"), places=2)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("10", "壹拾元整"),
        ("110", "壹佰壹拾元整"),
        ("1010", "壹仟零壹拾元整"),
        ("10010", "壹万零壹拾元整"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("1000001", "壹佰万零壹元整"),
        ("100010001", "壹亿零壹万零壹元整"),
        ("2000005000", "贰拾亿零伍仟元整"),
        ("1234567890.12", "壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾元壹角贰分"),
        ("-12.3", "负壹拾贰元叁角整"),
    ],
)
def test_amounts_are_written_as_banks_ask(amount: str, words: str) -> None:
    assert amount_in_words(amount) == words


@pytest.mark.parametrize("amount", ["0.001", "10000000000000000"])
def test_what_cannot_be_written_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="金额"):
        amount_in_words(amount)


@given(YUAN)
def test_words_never_hold_two_zeros_and_always_end_rightly(amount: Decimal) -> None:
    words = amount_in_words(amount)
    assert "零零" not in words
    assert words.endswith(("整", "分"))


@given(YUAN)
def test_what_is_shown_can_be_typed_again(amount: Decimal) -> None:
    assert parse_money(format_money(amount)) == amount
    assert parse_money(f" {amount} 元".replace(" 元", "元")) == amount


@pytest.mark.parametrize(("text", "amount"), [("1,480", "1480.00"), ("１４８０．５", "1480.50"), ("1.100", "1.10")])
def test_amounts_are_read_as_people_type_them(text: str, amount: str) -> None:
    assert parse_money(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "一千", "1.005", "1e5", "12 34 56 78 90 12 34 56 78"])
def test_what_is_no_amount_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"[元额分]"):
        parse_money(text)


def test_rounding_is_half_up_and_ceiling_keeps_exact_multiples() -> None:
    assert round_to_fen(Decimal("0.005")) == Decimal("0.01")
    assert ceil_to(Decimal("804.01"), Decimal(5)) == 805
    assert ceil_to(Decimal("805.00"), Decimal(5)) == 805
