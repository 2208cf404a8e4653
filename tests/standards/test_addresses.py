"""Two spellings of one address compare as one, and two houses do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onedoor.standards.addresses import comparable_address

ALIKE = [
    ("水北街 18 号", "水北街18"),
    ("水北街１８号", "水北街18"),
    ("水北街18號（后门）", "水北街18"),
    ("水北街十八号", "水北街18"),
    ("水北街一百二十号", "水北街120"),
    ("水北街18号之1", "水北街18-1"),
    ("水北街18-1号", "水北街18-1"),
    ("绿城花园1幢2单元301室", "绿城花园1-2-301"),
    ("绿城花园1号楼2单元301", "绿城花园1-2-301"),
    ("绿城花园一栋二单元三〇一室", "绿城花园1-2-301"),
    ("绿城花园，1—2—301", "绿城花园1-2-301"),
    ("绿城花园1#2单元301房", "绿城花园1-2-301"),
    ("绿城花园1幢3层301", "绿城花园1-301"),
    ("超丁村第3组18号", "超丁村3组18"),
    ("五一路8弄2号", "五一路8弄2"),
    ("三里屯一号", "三里屯1"),
    ("水北街No.18", "水北街18"),
]


@pytest.mark.parametrize(("written", "compared"), ALIKE)
def test_an_address_has_one_spelling(written: str, compared: str) -> None:
    assert comparable_address(written) == compared


@pytest.mark.parametrize("written", ["", "新民村", "18号", "一号", "12-301", "？？？", "村3组"])
def test_where_no_house_is_named_nothing_can_be_compared(written: str) -> None:
    assert comparable_address(written) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("水北街18号", "水北街81号"),
        ("水北街18号", "水南街18号"),
        ("绿城花园1幢2单元301室", "绿城花园2幢1单元301室"),
        ("超丁村3组18号", "超丁村8组18号"),
        ("水北街十八号", "水北街八十号"),
    ],
)
def test_two_houses_stay_two(one: str, other: str) -> None:
    assert comparable_address(one) != comparable_address(other)


@given(st.text(alphabet="水北街村组号室幢栋单元楼层第之一二十百0289-#(). aN", max_size=30))
def test_width_and_blanks_say_nothing(written: str) -> None:
    wide = "　".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in written)
    assert comparable_address(wide) == comparable_address(written)


@given(st.integers(1, 999))
def test_a_number_is_the_same_in_either_digits(number: int) -> None:
    assert comparable_address(f"水北街{_chinese(number)}号") == f"水北街{number}"


def _chinese(number: int) -> str:
    digits, said = "零一二三四五六七八九", ""
    for unit, word in ((100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            said += digits[digit] + word
    return said
