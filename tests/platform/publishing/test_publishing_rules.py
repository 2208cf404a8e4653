"""How a text is read and measured."""

import pytest
from tests.platform.library import READER

from onedoor.platform.publishing import rules
from onedoor.platform.publishing.rules import Span


def test_headings_lists_and_links_and_nothing_else() -> None:
    blocks = rules.blocks_of(
        "# 一\n二、怎么办\n去[指南](/items/a/)看\n<b>第二行</b>\n\n- 甲\n2. [乙](https://b.example/x)\n[丙](javascript:x)"
    )
    assert [one.kind for one in blocks] == ["heading", "heading", "paragraph", "list", "paragraph"]
    assert blocks[2].lines[0] == (Span("去"), Span("指南", "/items/a/"), Span("看"))
    assert blocks[4].lines[0] == (Span("[丙](javascript:x)"),)
    html = rules.as_html(blocks, base="https://here")
    assert '<a href="https://here/items/a/">指南</a>' in html
    assert "&lt;b&gt;第二行" in html
    assert "<script" not in html


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3)])
def test_a_long_message_is_sent_in_parts_of_sixty_seven(length: int, parts: int) -> None:
    assert rules.sms_parts("字" * length) == parts


@pytest.mark.parametrize(("text", "length"), [("中文", 2), ("ab", 1), ("abc", 2), ("中a", 2)])
def test_two_letters_are_one_character_on_weibo(text: str, length: int) -> None:
    assert rules.weibo_length(text) == length


def test_numbers_of_one_person_are_found_and_not_repeated() -> None:
    text = f"找{READER.id_number}，卡6222020000000000008，电话13800001234，文号2026123456789012，电话010-12345678"
    found = list(rules.personal_numbers("body", text))
    assert [one.keeps for one in found if "身份证" in one.text] == [True]
    assert [one.keeps for one in found if "手机" in one.text] == [False]
    assert all(READER.id_number not in one.text and "13800001234" not in one.text for one in found)
