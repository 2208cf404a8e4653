"""Code tables are whole, places are reckoned from digits only where that is lawful."""

import pytest

from onedoor.standards.code_sets import (
    UnknownCode,
    all_sets,
    code_set,
    education_level,
    ethnicity_name,
    exported,
    label,
    stars,
)
from onedoor.standards.countries import countries


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("sex", 4),
        ("marital_status", 8),
        ("ethnicity", 56),
        ("education", 40),
        ("relation", 84),
        ("political_status", 13),
        ("health", 22),
        ("employment", 13),
        ("disability_category", 7),
        ("disability_degree", 4),
        ("elder_ability", 5),
        ("province", 34),
        ("item_type", 12),
        ("exercise_level", 7),
        ("service_object", 6),
        ("satisfaction", 5),
        ("certificate_status", 8),
        ("urban_rural", 7),
        ("format_type", 7),
        ("update_cycle", 7),
    ],
)
def test_each_table_is_whole(name: str, count: int) -> None:
    table = code_set(name)
    assert len(table.rows) == count
    assert len({row.code for row in table.rows}) == count


def test_every_table_has_a_source_and_words() -> None:
    for table in all_sets():
        assert table.source
        assert all(row.zh for row in table.rows)


def test_words_of_codes_in_both_languages() -> None:
    assert label("sex", "2") == "女"
    assert label("sex", "2", "en") == "female"
    assert label("relation", "57") == "继父或养父"
    assert label("sex", "7") == "7"
    assert ethnicity_name("01") == "汉族"
    assert ethnicity_name("97") == "其他"
    assert education_level("21") == "20"


def test_an_unknown_code_is_refused_in_words() -> None:
    with pytest.raises(UnknownCode, match="民族"):
        code_set("ethnicity").require("57")
    assert not code_set("ethnicity").knows("57")


def test_satisfaction_counts_one_as_best_and_stars_five() -> None:
    assert [stars(code) for code in "12345"] == [5, 4, 3, 2, 1]


def test_what_the_standard_does_not_know_is_exported_as_other() -> None:
    assert exported("handle_form", "5") == "9"
    assert exported("handle_form", "1") == "1"


@pytest.mark.parametrize(
    ("alpha3", "numeric", "zh"),
    [
        ("CHN", "156", "中国"),
        ("HKG", "344", "中国香港"),
        ("MAC", "446", "中国澳门"),
        ("TWN", "158", "中国台湾省"),
        ("AUS", "036", "澳大利亚"),
        ("BRA", "076", "巴西"),
        ("CAN", "124", "加拿大"),
    ],
)
def test_countries_with_the_forms_the_standard_asks(alpha3: str, numeric: str, zh: str) -> None:
    found = countries()[alpha3]
    assert (found.numeric, found.zh) == (numeric, zh)


def test_there_are_all_countries() -> None:
    assert len(countries()) >= 249
