"""Code tables are whole, places are reckoned from digits only where that is lawful."""

import pytest

from onedoor.standards import divisions
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
from onedoor.standards.countries import countries, country_of


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
    assert country_of(numeric) == found


def test_there_are_all_countries() -> None:
    assert len(countries()) >= 249
    assert country_of("999") is None


@pytest.mark.parametrize(
    ("code", "full", "short", "level"),
    [
        ("33", "330000000000", "33", 2),
        ("330113", "330113000000", "330113", 4),
        ("330113100", "330113100000", "330113100", 5),
        ("330113100201", "330113100201", "330113100201", 6),
        ("100000", "000000000000", "", 1),
    ],
)
def test_codes_are_padded_trimmed_and_hint_at_a_level(code: str, full: str, short: str, level: int) -> None:
    assert divisions.pad(code) == full
    assert divisions.trim(full) == short
    assert divisions.level_hint(full) == level


@pytest.mark.parametrize("code", ["", "3", "33011", "33011a", "3301131000"])
def test_a_code_of_another_length_is_refused(code: str) -> None:
    with pytest.raises(divisions.DivisionFault):
        divisions.pad(code)


def test_a_place_holds_the_codes_that_begin_like_it() -> None:
    assert divisions.code_range("330113") == ("330113000000", "330114000000")
    assert divisions.begins_like("330113100201", "330113")
    assert not divisions.begins_like("330114000000", "330113")
    assert divisions.begins_like("820000000000", "100000")
    assert (
        divisions.code_range("99") == ("990000000000", "1000000000000"[:12])
        or divisions.code_range("82")[1] == "830000000000"
    )


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("330113001000", "街道"),
        ("330113100000", "镇"),
        ("330113200000", "乡"),
        ("330113400000", "政企合一"),
        ("330113000000", ""),
    ],
)
def test_the_township_segment_tells_its_kind(code: str, kind: str) -> None:
    assert divisions.township_kind(code) == kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("220581102001", "居民委员会"),
        ("330113100201", "村民委员会"),
        ("330113100400", "类似居委会"),
        ("330113100500", "类似村委会"),
        ("330113100000", ""),
    ],
)
def test_the_village_segment_tells_its_kind(code: str, kind: str) -> None:
    assert divisions.village_kind(code) == kind


def test_urban_is_what_begins_with_one() -> None:
    assert divisions.is_urban("121")
    assert not divisions.is_urban("220")


def test_successors_are_followed_to_today_and_a_split_asks_a_person() -> None:
    moved = {"A": ("B",), "B": ("C", "D")}
    assert divisions.resolve_current("A", moved) == ("C", "D")
    assert divisions.resolve_current("X", moved) == ("X",)
    with pytest.raises(divisions.DivisionFault):
        divisions.resolve_current("A", {"A": ("B",), "B": ("A",)})
