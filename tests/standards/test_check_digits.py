"""Check characters: the standards' own examples, and what every check must find."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onedoor.standards.check_digits import ALPHABET_36, luhn_check, mod11_2_check, mod37_36_check, mod37_36_valid
from onedoor.standards.credit_codes import ALPHABET, credit_code_check, organization_code_check

DIGITS_17 = st.text("0123456789", min_size=17, max_size=17)


@pytest.mark.parametrize(
    ("body", "check"),
    [
        ("11010519491231002", "X"),
        ("44052418800101001", "4"),
        ("13050319670401001", "6"),
        ("81000019940823002", "1"),
        ("82000019940823002", "3"),
        ("83000019920130002", "2"),
        ("91112419810803002", "4"),
        ("11010120000229001", "8"),
        ("11010120140315022", "1"),
    ],
)
def test_citizen_numbers_check_by_mod_11_2(body: str, check: str) -> None:
    assert mod11_2_check(body) == check


@pytest.mark.parametrize(
    ("body", "check"),
    [
        ("51110000500123453", "8"),
        ("52440106MJL123454", "B"),
        ("53100000500543212", "5"),
        ("54370103MF1234567", "5"),
        ("55110105MF1234575", "K"),
        ("11110105000123457", "D"),
        ("91310115MA1K00015", "K"),
    ],
)
def test_credit_codes_check_by_mod_31(body: str, check: str) -> None:
    assert credit_code_check(body) == check


@pytest.mark.parametrize(
    ("body", "check"),
    [
        ("D2143569", "X"),
        ("50012345", "3"),
        ("MJL12345", "4"),
        ("50054321", "2"),
        ("MF123456", "7"),
        ("MF123457", "5"),
        ("00012345", "7"),
        ("MA1K0001", "5"),
    ],
)
def test_organization_codes_check_by_mod_11(body: str, check: str) -> None:
    assert organization_code_check(body) == check


@pytest.mark.parametrize(("text", "check"), [("A12425", "J"), ("A12425GABC1234002", "M"), ("54J", "F")])
def test_certificate_identifiers_check_by_mod_37_36(text: str, check: str) -> None:
    assert mod37_36_check(text) == check
    assert mod37_36_valid(text + check)


@pytest.mark.parametrize(
    ("body", "check"), [("622202123456789012", "8"), ("621700123456789012", "2"), ("622848012345678901", "5")]
)
def test_bank_cards_check_by_luhn(body: str, check: str) -> None:
    assert luhn_check(body) == check


@given(DIGITS_17, st.integers(0, 16), st.integers(1, 9))
def test_mod_11_2_finds_every_wrong_digit(body: str, place: int, more: int) -> None:
    wrong = body[:place] + str((int(body[place]) + more) % 10) + body[place + 1 :]
    assert mod11_2_check(wrong) != mod11_2_check(body)


@given(DIGITS_17, st.integers(0, 15))
def test_mod_11_2_finds_two_neighbours_swapped(body: str, place: int) -> None:
    swapped = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
    assert (mod11_2_check(swapped) == mod11_2_check(body)) == (body[place] == body[place + 1])


@given(st.text(ALPHABET_36, min_size=1, max_size=40), st.data())
def test_mod_37_36_finds_every_wrong_character(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from([one for one in ALPHABET_36 if one != text[place]]))
    assert not mod37_36_valid(text[:place] + other + text[place + 1 :] + mod37_36_check(text))


@given(st.text(ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.data())
def test_mod_31_finds_every_wrong_character(body: str, place: int, data: st.DataObject) -> None:
    other = data.draw(st.sampled_from([one for one in ALPHABET if one != body[place]]))
    assert credit_code_check(body[:place] + other + body[place + 1 :]) != credit_code_check(body)


@pytest.mark.parametrize("body", ["", "1234", "1101051949123100X", "１１０１０５１９４９１２３１００２"])
def test_a_body_of_another_form_is_a_bug_of_the_caller(body: str) -> None:
    with pytest.raises(ValueError, match="17 digits"):
        mod11_2_check(body)
