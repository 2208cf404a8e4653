"""What may be kept of a question, and what a sentence rests on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onedoor.platform.knowledge.rules import Sentence, masked, sentences, supported

FEE = "不收费。承诺 10 个工作日办结，法定期限 20 个工作日。"
RULE = "读者凭借书证借书，每次最多借五本。遗失图书的，按原价赔偿。未满 16 周岁的不得借阅古籍。"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("我身份证11010519900506002X能办吗", "11010519900506002X"),
        ("110105 19900506 0021", "19900506"),
        ("证号 110105900506002", "110105900506002"),
        ("电话１３８００００１２３４急", "13800001234"),
        ("138-0000-1234", "0000-1234"),
        ("+86 13800001234", "13800001234"),
        ("卡号6222 0212 3456 7890 123", "7890"),
        ("010-84567890", "84567890"),
        ("写到 wang.fang@example.cn", "wang.fang"),
    ],
)
def test_numbers_that_belong_to_one_person_are_not_kept(typed: str, number: str) -> None:
    assert number not in masked(typed)
    assert "已隐去" in masked(typed)


@pytest.mark.parametrize(
    "typed", ["每月 810.00 元", "2026年11月27日", "12349", "110105000000", "民发〔2021〕57号", "3 口人"]
)
def test_other_numbers_stay(typed: str) -> None:
    assert masked(typed) == typed


@given(number=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), before=st.sampled_from(["", "电话", "打 ", "："]))
def test_no_mobile_number_is_kept_whatever_stands_before_it(number: str, before: str) -> None:
    assert number not in masked(f"{before}{number}，谢谢")


def test_sentences_take_the_marks_behind_them() -> None:
    assert sentences("不收费[1]。承诺 10 个工作日办结。[1][2] 第三句") == [
        Sentence("不收费。", (1,)),
        Sentence("承诺 10 个工作日办结。", (1, 2)),
        Sentence("第三句", ()),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "不收费[1]。",
        "承诺 10 个工作日办结[1]。",
        "每次最多借五本[2]。",
        "遗失图书的，按原价赔偿[2]。",
        "未满 16 周岁的不得借阅古籍[2]。",
    ],
)
def test_what_a_passage_says_is_supported(text: str) -> None:
    (sentence,) = sentences(text)
    assert supported(sentence, [FEE, RULE])


@pytest.mark.parametrize(
    "text",
    [
        "收费 20 元[1]。",  # a figure of elsewhere in the passage, of something else
        "承诺 3 个工作日办结[1]。",  # a figure that is not there
        "每次最多借九本[2]。",  # one that is spelled out
        "承诺 10 个工作日办结[2]。",  # cites the wrong passage
        "不收费。",  # cites nothing
        "不收费[3]。",  # cites what was not given
        "不收费[0]。",
        "按《借阅条例》办理，遗失图书的按原价赔偿[2]。",  # a name
        "遗失图书的，不按原价赔偿[2]。",  # a denial
        "未满 16 周岁的可以借阅古籍[2]。",  # a denial taken away
        "您的孩子一定会喜欢我们的图书馆[2]。",  # other words
        "联系 Tom 办理，按原价赔偿[2]。",
    ],
)
def test_what_a_passage_does_not_say_is_not_supported(text: str) -> None:
    (sentence,) = sentences(text)
    assert not supported(sentence, [FEE, RULE])


@given(st.text(max_size=200), st.lists(st.text(max_size=80), max_size=4))
def test_nothing_a_model_says_breaks_the_check(text: str, passages: list[str]) -> None:
    for sentence in sentences(text):
        if supported(sentence, passages):
            assert sentence.cites
