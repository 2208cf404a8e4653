"""Names, contacts, masks, documents, periods."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onedoor.standards.contacts import is_landline, is_postal_code, parse_bank_card, parse_mobile
from onedoor.standards.documents import (
    check_document,
)
from onedoor.standards.id_numbers import IdNumberFault
from onedoor.standards.masks import mask_address, mask_bank_card, mask_citizen_id, mask_mobile, mask_name
from onedoor.standards.names import NameFault, dots_changed, normalise_name
from onedoor.standards.periods import add_months, age_on, anniversary, first_of_next_month


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("张三", "张三"),
        (" 欧阳 娜娜 ", "欧阳娜娜"),
        ("买买提•艾力", "买买提·艾力"),
        ("买买提.艾力", "买买提·艾力"),
        ("阿卜杜拉・江", "阿卜杜拉·江"),
        ("𠮷田", "𠮷田"),  # a character beyond the basic plane
        ("〇〇", "〇〇"),
        ("Mary  O'Neill-Smith", "Mary O'Neill-Smith"),
    ],
)
def test_names_are_kept_as_the_document_writes_them(typed: str, kept: str) -> None:
    assert normalise_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [("张", "name.length"), ("张" * 51, "name.length"), ("张3", "name.characters"), ("\ue000张三", "name.pua")],
)
def test_what_is_no_name_is_told_in_words(typed: str, code: str) -> None:
    with pytest.raises(NameFault) as fault:
        normalise_name(typed)
    assert fault.value.code == code


def test_a_changed_dot_is_noticed_so_that_the_person_is_asked() -> None:
    assert dots_changed("买买提•艾力")
    assert not dots_changed("买买提·艾力")


@pytest.mark.parametrize("text", ["13800001234", "138 0000 1234", "+8613800001234", "１３８００００１２３４"])
def test_mobiles_are_read_as_people_type_them(text: str) -> None:
    assert parse_mobile(text) == "13800001234"


@pytest.mark.parametrize(("place", "number"), [("HK", "91234567"), ("MO", "61234567"), ("TW", "0912345678")])
def test_mobiles_of_hong_kong_macao_and_taiwan_are_known(place: str, number: str) -> None:
    assert parse_mobile(number, place=place) == number


@pytest.mark.parametrize("text", ["", "1380000123", "12800001234", "138000012345"])
def test_what_is_no_mobile_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="手机号"):
        parse_mobile(text)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("010-86000000", True),
        ("0571-86000100", True),
        ("057186000100-12", True),
        ("400-123-4567", True),
        ("12345", True),
        ("86000100", False),
        ("0571-123", False),
    ],
)
def test_landlines(text: str, good: bool) -> None:
    assert is_landline(text) is good


def test_post_codes_have_six_digits() -> None:
    assert is_postal_code("311106")
    assert not is_postal_code("31110")


def test_bank_cards_are_read_and_checked() -> None:
    assert parse_bank_card("6222 0212 3456 7890 128") == "6222021234567890128"
    with pytest.raises(ValueError, match="校验"):
        parse_bank_card("6222021234567890129")
    with pytest.raises(ValueError, match="16 至 19"):
        parse_bank_card("62220212")


@pytest.mark.parametrize(
    ("masked", "shown"),
    [
        (mask_citizen_id("11010519491231002X"), "110***********002X"),
        (mask_name("张三"), "张*"),
        (mask_name("欧阳娜"), "欧*娜"),
        (mask_name("阿卜杜拉江"), "阿***江"),
        (mask_mobile("13800001234"), "138****1234"),
        (mask_bank_card("6222021234560128"), "************0128"),
        (mask_address("浙江省杭州市临平区塘栖镇水北街 18 号"), "浙江省杭州市临平区塘栖镇****"),
        (mask_address("临平街道东湖路 66 号"), "临平街道****"),
        (mask_address("水北 18 号"), "****"),
    ],
)
def test_masks(masked: str, shown: str) -> None:
    assert masked == shown


@given(st.text("0123456789X", min_size=8, max_size=18))
def test_a_masked_number_keeps_its_length_and_hides_its_middle(number: str) -> None:
    masked = mask_citizen_id(number)
    assert len(masked) == len(number)
    assert set(masked[3:-4]) <= {"*"}


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("hkmo_travel_permit", "H12345678"),
        ("hkmo_travel_permit", "M1234567802"),
        ("tw_travel_permit", "12345678"),
        ("foreign_pr_card_v2017", "CAN110081080310"),
        ("cn_passport", "EA1234567"),
        ("cn_passport", "G12345678"),
        ("foreign_passport", "AB123456"),
        ("birth_certificate", "A123456789"),
        ("foreign_pr_card", "911124198108030024"),
        ("hk_residence_permit", "810000199408230021"),
    ],
)
def test_documents_of_the_usual_form_pass_without_warning(kind: str, number: str) -> None:
    assert check_document(kind, number.lower()) == (number, ())


def test_a_strange_number_warns_and_passes() -> None:
    number, warnings = check_document("cn_passport", "X1")
    assert number == "X1"
    assert len(warnings) == 1


def test_a_residence_permit_is_no_identity_card() -> None:
    with pytest.raises(IdNumberFault) as fault:
        check_document("resident_id_card", "810000199408230021")
    assert fault.value.code == "id.kind"


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [("2026-01-31", 1, "2026-02-28"), ("2026-11-30", 3, "2027-02-28"), ("2024-02-29", 12, "2025-02-28")],
)
def test_months_end_on_the_last_day_where_there_is_no_such_day(start: str, months: int, due: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(due)


def test_years_and_first_days() -> None:
    assert anniversary(date(2000, 2, 29), 4) == date(2004, 2, 29)
    assert first_of_next_month(date(2026, 12, 5)) == date(2027, 1, 1)
    with pytest.raises(ValueError, match="birth"):
        age_on(date(2026, 1, 2), date(2026, 1, 1))


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(0, 100))
def test_a_person_has_that_age_from_the_anniversary_on(born: date, years: int) -> None:
    birthday = anniversary(born, years)
    assert age_on(born, birthday) == years
