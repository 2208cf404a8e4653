"""Every type of answer: what can be used is kept in one spelling, what cannot stays as typed with a sentence that helps."""

import re
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.platform import library
from tests.platform.big_form import TYPES, id_number, section, typed

from onedoor.demonstration.cast import credit_code
from onedoor.platform.cases.forms.fields import Doubtful, Unusable
from onedoor.platform.cases.forms.kinds import KINDS, parts_of, read_value, spoken
from onedoor.platform.cases.forms.validation import field_at, typed_problems
from onedoor.platform.catalog.forms import FieldType, FormField
from onedoor.standards.check_digits import luhn_check

CHINESE = re.compile(r"[\u4e00-\u9fff]")
FORM = section(*TYPES)
ONE_LINE = [one for one in FORM.fields if not parts_of(one) and one.type not in ("choices", "statement")]
GIVEN = library.READER.id_number
USCC = credit_code("52", "110105000000", "MJ000001")
CARD = "622202123456789012"


def named(code: str) -> FormField:
    found = field_at(FORM.fields, code)
    assert found is not None
    return found


def test_every_type_an_item_may_ask_for_is_one_the_form_knows() -> None:
    assert set(get_args(FieldType)) - {"table", "computed"} == set(KINDS) - {"document_number"}
    assert {one["type"] for one in TYPES} == set(KINDS) - {"document_number"}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("words", "六个字太长了"),
        ("story", "长" * 51),
        ("copies", "三"),
        ("copies", "301"),
        ("copies", "1.5"),
        ("area", "很大"),
        ("area", "1.234"),
        ("area", "-3"),
        ("deposit", "-1"),
        ("deposit", "1.234"),
        ("deposit", "1000000000.01"),
        ("deposit", "99999999999999999999"),
        ("deposit", "1e5"),
        ("share", "101"),
        ("share", "-1%"),
        ("born", "2026-02-31"),
        ("born", "1600-01-01"),
        ("born", "0001-01-01"),
        ("born", "昨天"),
        ("since", "2026-13"),
        ("hour", "25:00"),
        ("hour", "下午三点"),
        ("moment", "2026-11-23"),
        ("moment", "2026-02-31 10:00"),
        ("student", "maybe"),
        ("house", "b"),
        ("ethnicity", "99"),
        ("id_number", "110105199005060229"),
        ("id_number", "11010519900506022"),
        ("id_number", "130503670401001"),
        ("id_number", "110105199013060221"),
        ("name", "<b>"),
        ("name", "张\ue000"),
        ("unit_name", "馆"),
        ("uscc", USCC[:17] + ("1" if USCC[17] != "1" else "2")),
        ("uscc", "12345"),
        ("phone", "1380000"),
        ("landline", "12"),
        ("email", "name@"),
        ("post", "31000"),
        ("card", CARD + "0"),
        ("card", "123"),
        ("place", "塘栖镇"),
    ],
)
def test_what_cannot_be_used_stays_as_typed_with_a_chinese_sentence(code: str, text: str) -> None:
    cleaned = typed(FORM, {code: text})
    assert cleaned.typed == {code: text}
    assert code not in cleaned.answers
    assert CHINESE.search(cleaned.problems[code])
    assert cleaned.problems[code].endswith("。")
    assert "None" not in cleaned.problems[code]
    assert typed_problems(FORM, cleaned.typed) == cleaned.problems


def test_an_old_identity_number_is_refused_with_advice() -> None:
    assert "18 位" in typed(FORM, {"id_number": "130503670401001"}).problems["id_number"]


@pytest.mark.parametrize(
    ("code", "text", "value", "said"),
    [
        ("copies", " 12 册", 12, "12 册"),
        ("area", "1,086.5 平方米", "1086.50", "1086.50 平方米"),
        ("area", "８６．５", "86.50", "86.50 平方米"),
        ("deposit", "1,480.5 元", "1480.50", "1,480.50 元"),
        ("share", "12.5%", "12.50", "12.50%"),
        ("born", "1955/3/8", "1955-03-08", "1955年3月8日"),
        ("born", "19550308", "1955-03-08", "1955年3月8日"),
        ("since", "2026年1月", "2026-01", "2026年1月"),
        ("hour", "9：05", "09:05", "09:05"),
        ("moment", "2026年11月23日 9:05", "2026-11-23 09:05", "2026-11-23 09:05"),
        ("student", "no", False, "否"),
        ("house", "main", "main", "总馆"),
        ("ethnicity", "01", "01", "汉"),
        ("id_number", GIVEN.lower(), GIVEN, GIVEN),
        ("name", " 阿依古丽·买买提 ", "阿依古丽·买买提", "阿依古丽·买买提"),
        ("name", "𠮷田〇", "𠮷田〇", "𠮷田〇"),
        ("uscc", USCC.lower(), USCC, USCC),
        ("phone", "139 0001 0001", "13900010001", "13900010001"),
        ("landline", "0571 12345678", "0571-12345678", "0571-12345678"),
        ("email", "name@example.cn", "name@example.cn", "name@example.cn"),
        ("post", "３１００００", "310000", "310000"),
        ("card", f"{CARD} {luhn_check(CARD)}", CARD + luhn_check(CARD), CARD + luhn_check(CARD)),
        ("place", "110105100000", "110105100000", "北京市朝阳区高碑店镇"),
    ],
)
def test_what_can_be_used_is_kept_in_one_spelling_and_said_as_people_read_it(
    code: str, text: str, value: object, said: str
) -> None:
    cleaned = typed(FORM, {code: text})
    assert (cleaned.answers[code], dict(cleaned.problems)) == (value, {})
    assert spoken(named(code), value, {"110105100000": "北京市朝阳区高碑店镇"}) == said


ANYTHING = st.one_of(
    st.text(max_size=60),
    st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{0,4})?(%|元|册)?", fullmatch=True),
    st.from_regex(r"[0-9]{3,4}[-/.年][0-9]{1,2}([-/.月][0-9]{1,2}日?)?( [0-9]{1,2}:[0-9]{1,2})?", fullmatch=True),
    st.from_regex(r"[0-9A-Z@.·・]{1,20}", fullmatch=True),
)


@given(st.sampled_from(ONE_LINE), ANYTHING)
def test_whatever_is_typed_is_an_answer_or_kept_as_typed_with_a_sentence(one: FormField, text: str) -> None:
    cleaned = typed(FORM, {one.code: text})
    assert (one.code in cleaned.answers) + (one.code in cleaned.typed) + (not text.strip()) == 1
    assert set(cleaned.typed) == set(cleaned.problems)
    assert cleaned.typed.get(one.code, text) == text


@given(st.sampled_from([one for one in FORM.fields if parts_of(one)]), ANYTHING, ANYTHING)
def test_nothing_typed_into_an_answer_of_parts_is_lost(one: FormField, first: str, second: str) -> None:
    parts = parts_of(one)
    texts = dict(zip((part.code for part in parts), (first, second), strict=True))
    cleaned = typed(FORM, {f"{one.code}-{code}": text for code, text in texts.items()})
    given_parts = cleaned.answers.get(one.code, {})
    for code, text in texts.items():
        assert (code in given_parts) + (f"{one.code}.{code}" in cleaned.typed) + (not text.strip()) == 1
    for path in cleaned.problems:
        assert field_at(FORM.fields, path) is not None


@given(st.sampled_from([one for one in ONE_LINE if one.type not in ("division", "long_text", "text")]), ANYTHING)
def test_an_answer_read_aloud_and_typed_again_is_the_same_answer(one: FormField, text: str) -> None:
    if not text.strip():
        return  # what is blank is never read
    try:
        value = read_value(text, one)
    except Unusable:
        return  # told with a sentence: see above
    assert read_value(spoken(one, value), one) == value


@pytest.mark.parametrize("dot", ["\u30fb", "\u2022", "\u2027", "\uff65", "\u22c5", "\u0387", "."])
def test_a43_a_look_alike_dot_is_changed_only_when_the_person_agrees(dot: str) -> None:
    text, proposal = f"阿依古丽{dot}买买提", "阿依古丽·买买提"
    asked = typed(FORM, {"name": text})
    assert (asked.typed, asked.answers.get("name")) == ({"name": text}, None)
    assert proposal in asked.problems["name"]
    assert typed(FORM, {"name": text, "name-as": proposal}).answers["name"] == proposal
    assert typed(FORM, {"name": text, "name-as": "别的名字"}).typed == {"name": text}
    with pytest.raises(Doubtful):
        read_value(text, named("name"))


def document(kind: str, number: str) -> tuple[Any, dict[str, str]]:
    cleaned = typed(FORM, {"paper-kind": kind, "paper-number": number})
    return cleaned.answers["paper"], dict(cleaned.problems)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("cn_passport", "e12345678"),
        ("hkmo_travel_permit", "H12345678"),
        ("tw_travel_permit", "12345678"),
        ("hk_residence_permit", "810000199408230021"),
        ("tw_residence_permit", "830000199201300022"),
        ("foreign_pr_card", "911124198108030024"),
        ("resident_id_card", GIVEN),
    ],
)
def test_documents_of_every_kind_are_taken(kind: str, number: str) -> None:
    answer, problems = document(kind, number)
    assert (answer, problems) == ({"kind": kind, "number": number.upper()}, {})
    assert "格式" not in spoken(named("paper"), answer)


def test_a_number_with_a_check_digit_is_refused_and_one_of_another_kind_named() -> None:
    assert set(document("hk_residence_permit", "810000199408230022")[1]) == {"paper.number"}
    assert "港澳居民居住证" in document("resident_id_card", "810000199408230021")[1]["paper.number"]


def test_a_strange_passport_number_warns_whoever_reads_it_and_is_taken() -> None:
    answer, problems = document("cn_passport", "12")
    assert problems == {}
    assert "与普通护照的通常格式不符" in spoken(named("paper"), answer)


@pytest.mark.parametrize(
    ("texts", "problems"),
    [
        ({"paper-kind": "cn_passport"}, {"paper.number": "请填写“证件号码”。"}),
        ({"paper-number": "E12345678"}, {"paper.kind": "请选择“证件类型”。"}),
        ({"guarantor-name": "张三"}, {"guarantor.id_number": "请填写“身份证号”。"}),
        ({"away-from": "2026-03-02", "away-to": "2026-03-01"}, {"away.to": "结束日期不能早于开始日期，请核对。"}),
        ({"away-from": "2026-03-01", "away-to": "2026-03-01"}, {}),
        ({"home-detail": "水北街 18 号"}, {"home.division": "请选择“所在地区”。"}),
        ({}, {}),
    ],
)
def test_an_answer_of_parts_is_given_whole_or_not_at_all(texts: dict[str, str], problems: dict[str, str]) -> None:
    assert typed(FORM, texts).problems == problems


def test_a_person_is_said_with_what_their_number_tells() -> None:
    answer = typed(FORM, {"guarantor-name": "张三", "guarantor-id_number": GIVEN}).answers["guarantor"]
    assert spoken(named("guarantor"), answer) == f"张三　{GIVEN}（1990年5月6日出生，女）"
    assert "女" not in spoken(named("guarantor"), {"name": "约翰", "id_number": "911124198108030024"})


def test_an_organization_is_said_with_its_code() -> None:
    answer = typed(FORM, {"employer-name": "朝阳图书馆", "employer-uscc": USCC}).answers["employer"]
    assert spoken(named("employer"), answer) == f"朝阳图书馆　{USCC}"


def test_a_person_twice_in_a_table_is_told_by_the_number_not_the_spelling() -> None:
    people = {
        "code": "people", "type": "table", "label": "家人", "unique": ["who"],
        "columns": [{"code": "who", "type": "person", "label": "谁"}],
    }  # fmt: skip
    row = {"people-0-who-name": "张三", "people-1-who-name": "张 三", "people-rows": "2"}
    cleaned = typed(section(people), row | {f"people-{place}-who-id_number": id_number(1) for place in (0, 1)})
    assert cleaned.problems == {"people.1.who": "与“第 1 人”填的一样，请核对；填重了的请删去一行。"}


@pytest.mark.parametrize(
    "definition",
    [
        {"type": "choice"},
        {"type": "choice", "code_set": "nonsense"},
        {"type": "document", "kinds": ["library_card"]},
        {"type": "computed"},
        {"type": "text", "computes": "total"},
        {"type": "text", "locked": True},
        {"type": "text", "not_above": "y"},
        {"type": "table", "columns": [{"code": "a", "type": "text", "label": "甲", "locked": True, "prefill": "person.name"}]},
        {"type": "table", "columns": [{"code": "a", "type": "text", "label": "甲"}], "counts": [{"column": "b", "equals": 1, "message": "。"}]},
        {"type": "table", "columns": [{"code": "a", "type": "text", "label": "甲"}], "sums": [{"column": "b", "message": "。"}]},
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_stops_the_item(definition: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        section({"code": "x", "label": "问题", **definition})
