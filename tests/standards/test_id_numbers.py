"""Citizen numbers and their look-alikes."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onedoor.standards.check_digits import mod11_2_check
from onedoor.standards.id_numbers import IdNumberFault, parse_citizen_id
from onedoor.standards.periods import age_on


def test_a_number_tells_birth_and_sex() -> None:
    found = parse_citizen_id("11010519491231002x")
    assert (found.number, found.kind, found.birth_date, found.sex_code) == (
        "11010519491231002X",
        "resident_id_card",
        date(1949, 12, 31),
        "2",
    )
    assert parse_citizen_id("440524188001010014").sex_code == "1"


def test_spaces_hyphens_and_full_width_digits_are_forgiven() -> None:
    assert parse_citizen_id(" １１０１０５-19491231 002Ｘ ").number == "11010519491231002X"


@pytest.mark.parametrize(
    ("number", "kind", "sex"),
    [
        ("810000199408230021", "hk_residence_permit", "2"),  # A44
        ("820000199408230023", "mo_residence_permit", "2"),
        ("830000199201300022", "tw_residence_permit", "2"),
        ("911124198108030024", "foreign_pr_card", "0"),  # of a foreigner the sex is asked, not derived
    ],
)
def test_the_first_segment_decides_the_kind_before_any_county_is_looked_up(number: str, kind: str, sex: str) -> None:
    found = parse_citizen_id(number)
    assert (found.kind, found.sex_code) == (kind, sex)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("1101051949123100", "id.format"),
        ("11010519491231002A", "id.format"),
        ("11010519490231002X", "id.birth_date"),
        ("110105184912310025", "id.birth_date"),
        ("110105194912310021", "id.check"),
        ("130503670401001", "id.format"),  # an old number is not typed into today's form
    ],
)
def test_what_is_wrong_is_told_by_a_stable_code_and_in_words(number: str, code: str) -> None:
    with pytest.raises(IdNumberFault) as fault:
        parse_citizen_id(number)
    assert fault.value.code == code
    assert "请" in str(fault.value)


def test_somebody_born_on_29_february_is_of_age_on_the_28th() -> None:
    born = parse_citizen_id("110101200002290018").birth_date
    assert age_on(born, date(2018, 2, 27)) == 17
    assert age_on(born, date(2018, 2, 28)) == 18


@given(
    st.sampled_from(["110105", "330113", "659001"]),
    st.dates(date(1850, 1, 1), date(2026, 11, 23)),
    st.integers(0, 999),
)
def test_every_well_made_number_is_read_back(county: str, born: date, sequence: int) -> None:
    body = f"{county}{born:%Y%m%d}{sequence:03d}"
    found = parse_citizen_id(body + mod11_2_check(body))
    assert (found.address_code, found.birth_date) == (county, born)
    assert found.sex_code == ("1" if sequence % 2 else "2")


@given(st.text(max_size=30))
def test_nonsense_is_refused_and_never_crashes(text: str) -> None:
    with contextlib.suppress(IdNumberFault):
        parse_citizen_id(text)
