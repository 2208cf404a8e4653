"""What lines of a paper say: pure, without a recogniser."""

import pytest

from onedoor.platform.recognition import rules
from onedoor.platform.recognition.rules import Named, Piece

NUMBER, SLIP = "11010519491231002X", "110105194912310070"
OTHER = "330113198805061237"


def lines(*texts: str) -> list[Piece]:
    return rules.pieces([{"text": text, "confidence": 0.9, "page": 1} for text in texts])


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (["姓名 张三", "性别 男"], "张三"),
        (["姓 名：张三性别男民族汉"], "张三"),
        (["姓名", "买买提·吐尔逊"], "买买提·吐尔逊"),
        (["户主姓名 李四"], None),  # somebody else's
        (["姓名 12"], None),
        (["户主姓名 李四", "密密麻麻", "申请人 姓\u3000名 ： 张三"], "张三"),
    ],
)
def test_a_name_is_what_stands_beside_its_label(texts: list[str], name: str | None) -> None:
    beside = rules.beside(lines(*texts), ["姓名"])
    found = rules.shaped(beside, "person_name") if beside else None
    assert (found.text if found else None) == name


def test_a_number_counts_only_where_its_check_digit_holds() -> None:
    read = lines("公民身份号码 １１０１０５ 19491231 002X", "编号 110105194912310021", "又 " + NUMBER)
    assert [one.text for one in rules.citizen_ids(read)] == [NUMBER]


def test_a_paper_is_about_whom_its_number_or_name_or_a_slip_of_them_says_and_else_about_nobody() -> None:
    first, second = Named("a", "张三", "b", NUMBER), Named("c", "李四", "d", OTHER)
    assert rules.same_person("王五", NUMBER, [first, second]) == first
    assert rules.same_person("李四", "", [first, second]) == second
    assert rules.same_person("", SLIP, [first, second]) == first
    assert rules.same_person("王五", "", [first, second]) is None
    assert rules.same_person("王五", "", [first]) == first


def test_a_line_nobody_is_sure_of_is_no_reason_to_doubt() -> None:
    assert not Piece("张三", 0.3).is_sure
    assert Piece("张三", None).is_sure


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("date", "1949 年 12 月 31 日", "1949年12月31日"),
        ("money", "¥ 1,480.50 元整", "1,480.50"),
        ("bank_card", "6222 0202 0011 2233 445", "6222020200112233445"),
    ],
)
def test_a_value_is_cut_out_by_its_shape(kind: str, text: str, found: str) -> None:
    (piece,) = lines(text)
    shaped = rules.shaped(piece, kind)
    assert shaped is not None
    assert shaped.text == found
