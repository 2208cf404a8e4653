"""Words put together elsewhere: what is quoted stays as it is, whatever its length, and a brace in it is its own."""

import time

from onedoor.platform.kernel.languages import Language, sentences_of

ITEM = {"借书证": "Library card"}
WORDS = {
    "已批准": "Granted",
    "您说“{text}”，由{organ}核实。": "You say “{text}”, to be checked by {organ}.",
    "{when}{point}不办公（{reason}），您办理{title}的预约已经取消，请到{place}再约。": "{point} is closed on {when}.",
    "{one}对{two}的监护已经结束，今后由{two}办理。": "{one} no longer guards {two}.",
    "等 {1} 天，{2}。": "Wait {1|day|days}, {2}.",
    "第一句。": "First.",
}
LANGUAGE = Language(code="en", name="English", short="EN", words=WORDS)


def told(chinese: str) -> str:
    return LANGUAGE.told(chinese, ITEM)


def test_what_is_quoted_is_not_taken_for_a_word_of_ours() -> None:
    assert told("您说“已批准”，由已批准核实。") == "You say “已批准”, to be checked by Granted."
    assert told("您说“借书证”，由图书局核实。") == "You say “Library card”, to be checked by 图书局."
    assert told("第一句。您说“第一句。第一句。”，由图书局核实。") == (
        "First. You say “第一句。第一句。”, to be checked by 图书局."
    )
    assert sentences_of("一。“二。三。”四？！") == ["一。", "“二。三。”", "四？！"]
    assert sentences_of("一。二") == []


def test_a_place_that_comes_twice_holds_the_same_and_a_brace_is_the_values_own() -> None:
    assert told("张三对李四的监护已经结束，今后由李四办理。") == "张三 no longer guards 李四."
    assert told("张三对李四的监护已经结束，今后由王五办理。").startswith("张三对")
    assert told("等 {x} 天，{9}。") == "Wait {x} days, {9}."


def test_a_long_text_takes_no_longer_than_its_length() -> None:
    began = time.monotonic()
    for piece in ("不办公（，您办理的预约已经取消，请到", "您说“，由核实。", "对的监护已经结束，今后由"):
        told("x" + piece * (100_000 // len(piece)) + "再约。")
    assert time.monotonic() - began < 2  # the patterns of before needed minutes
