"""Credit codes, task codes, case numbers, certificate identifiers, printed numbers."""

import random
from datetime import date

import pytest

from onedoor.standards.case_numbers import case_number, is_case_number, query_code
from onedoor.standards.certificate_ids import certificate_id, parse_certificate_id
from onedoor.standards.credit_codes import (
    ORGANIZATION_CODE,
    UNPUBLISHED_CLASS,
    CreditCodeFault,
    credit_code_check,
    parse_credit_code,
)
from onedoor.standards.document_numbers import document_number
from onedoor.standards.item_codes import task_code


@pytest.mark.parametrize(
    "number",
    [
        "11100000000013338W",
        "11430000006122244L",
        "11100000MB03271699",
        "11100000000013661B",
        "11330105002500287C",
        "12441500196720244T",
        "11370800MB28559184",
        "11110000000021135M",
        "11220000013544541J",
        "11100000000013127D",
        "11341700003244799H",
        "511100005001234538",
        "52440106MJL123454B",
        "531000005005432125",
        "55110105MF1234575K",
        "11110105000123457D",
        "91310115MA1K00015K",
    ],
)
def test_real_and_worked_credit_codes_are_good(number: str) -> None:
    assert parse_credit_code(number).number == number


def test_a_committees_code_is_good_with_a_warning() -> None:
    found = parse_credit_code("54370103MF12345675")  # A45
    assert found.warnings == (UNPUBLISHED_CLASS,)


def test_a_code_whose_organization_code_does_not_check_is_good_with_a_warning() -> None:
    body = "51110105MF1234560"  # MF123456 has the check character 7 in the code above
    assert parse_credit_code(body + credit_code_check(body)).warnings == (ORGANIZATION_CODE,)


@pytest.mark.parametrize(
    ("text", "code"),
    [("11110105000123457", "uscc.format"), ("1111010500012345IO", "uscc.format"), ("11110105000123457E", "uscc.check")],
)
def test_a_wrong_credit_code_says_what_is_wrong(text: str, code: str) -> None:
    with pytest.raises(CreditCodeFault) as fault:
        parse_credit_code(text)
    assert fault.value.code == code


def test_a_task_code_has_31_characters_and_a_variant_33() -> None:
    plain = task_code("11110105000123457D", "4", "000711001000")
    assert plain == "11110105000123457D4000711001000"
    variant = task_code("11110105000123457D", "4", "000711001000", "01")
    assert len(variant) == 33
    with pytest.raises(ValueError, match="task code"):
        task_code("11110105000123457D", "9", "000711001000")


def test_a_case_number_has_46_characters_and_checks() -> None:
    number = case_number("11110105000123457D4000711001000", date(2026, 11, 23), 42)
    assert number == "11110105000123457D400071100100020261123000042R"
    assert is_case_number(number)
    assert not is_case_number(number[:-1] + "S")
    with pytest.raises(ValueError, match="31-character"):
        case_number("short", date(2026, 11, 23), 1)


def test_a_query_code_has_ten_readable_characters() -> None:
    code = query_code(random.Random(1))
    assert len(code) == 10
    assert not set(code) & set("IOSVZ")


@pytest.mark.parametrize(
    ("identifier", "good"),
    [
        ("1.2.156.3005.2.111000000009999936001.11110105000123457D.J1101052026000123.001.R", True),
        ("1.2.156.3005.2.111000000009999936001.11110105000123457D.J1101052026000123.002.P", True),
        ("1.2.156.3005.2.111000000009999936001.11110105000123457D.J1101052026000123.001.S", False),
    ],
)
def test_certificate_identifiers_check(identifier: str, good: bool) -> None:
    assert parse_certificate_id(identifier).check_ok is good


def test_the_next_version_of_a_certificate_has_a_check_of_its_own() -> None:
    parts = ("111000000009999936001", "11110105000123457D", "J1101052026000123")
    assert certificate_id(*parts, 1).endswith(".001.R")
    assert certificate_id(*parts, 2).endswith(".002.P")
    with pytest.raises(ValueError, match="capital"):
        certificate_id(parts[0], parts[1], "a.b", 1)


@pytest.mark.parametrize("text", ["", "1.2.156.3005.2", "1.2.156.3005.3.A.B.C.001.D"])
def test_what_is_no_identifier_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="identifier"):
        parse_certificate_id(text)


def test_numbers_of_decisions_use_hexagonal_brackets_without_leading_zeros() -> None:
    assert document_number("朝民", "社许", 2026, 15) == "朝民社许〔2026〕15号"
