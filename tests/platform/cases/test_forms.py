"""The form: what is asked when, what was typed is never lost, and every problem is a sentence that helps."""

import re
from datetime import date, datetime
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from tests.platform import library
from tests.platform.library import CHINA, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.forms.validation import CleanedSection, check_answers, read_section
from onedoor.platform.cases.models import Draft
from onedoor.platform.catalog.conditions import Condition
from onedoor.platform.catalog.forms import Section
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.kernel.errors import InvalidInput

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
ON = date(2026, 9, 1)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
FIELDS: list[dict[str, Any]] = [
    {"code": "words", "type": "text", "label": "文字", "max_length": 5},
    {"code": "number", "type": "integer", "label": "册数", "min": 1, "max": 3},
    {"code": "money", "type": "money", "label": "押金"},
    {"code": "day", "type": "date", "label": "生日"},
    {"code": "month", "type": "month", "label": "月份"},
    {"code": "one", "type": "choice", "label": "馆别", "choices": [{"value": "a", "label": "总馆"}]},
    {"code": "sure", "type": "yes_no", "label": "是否学生"},
    {"code": "number_of_id", "type": "citizen_id", "label": "身份证号"},
    {"code": "phone", "type": "mobile", "label": "手机"},
    {"code": "card", "type": "bank_card", "label": "银行卡"},
    {"code": "person", "type": "person_name", "label": "姓名"},
    {"code": "place", "type": "division", "label": "地区"},
]


def section(*fields: dict[str, Any], **more: Any) -> Section:
    return Section.model_validate({"code": "one", "title": "一", "fields": list(fields), **more})


def typed(section: Section, known: dict[str, Any] | None = None, **texts: str) -> CleanedSection:
    posted = QueryDict(mutable=True)
    posted.update(texts)
    return read_section(section, posted, known=known or {})


def reader_section() -> Section:
    found = library.item().form.section("reader")
    assert found is not None
    return found


GOOD = {"name": "张三", "id_number": library.READER.id_number, "student": "no", "books-rows": "0"}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("words", "六个字太长了"),
        ("number", "三"),
        ("number", "0"),
        ("number", "4"),
        ("number", "1.5"),
        ("money", "二十"),
        ("money", "-1"),
        ("money", "1.234"),
        ("day", "2026-02-30"),
        ("day", "昨天"),
        ("month", "2026-13"),
        ("one", "b"),
        ("sure", "maybe"),
        ("number_of_id", "110105199005060229"),
        ("number_of_id", "11010519900506022"),
        ("number_of_id", "110105199013060221"),
        ("phone", "1380000"),
        ("card", "6222020000000000001"),
        ("person", "<b>"),
        ("place", "塘栖镇"),
    ],
)
def test_what_cannot_be_used_stays_as_typed_with_a_chinese_sentence(code: str, text: str) -> None:
    cleaned = typed(section(*FIELDS), **{code: text})
    assert cleaned.typed == {code: text}
    assert code not in cleaned.answers
    assert CHINESE.search(cleaned.problems[code])
    assert cleaned.problems[code].endswith(("。", "！"))
    assert "None" not in cleaned.problems[code]


@pytest.mark.parametrize(
    ("code", "text", "value"),
    [
        ("number", " 2 ", 2),
        ("money", "1,480.5", "1480.50"),
        ("day", "1955年3月8日", "1955-03-08"),
        ("day", "1955/3/8", "1955-03-08"),
        ("sure", "no", False),
        ("number_of_id", library.READER.id_number.lower(), library.READER.id_number),
        ("phone", "139 0001 0001", "13900010001"),
        ("person", "阿依古丽·买买提", "阿依古丽·买买提"),
        ("place", "330113100000", "330113100000"),
    ],
)
def test_what_can_be_used_is_stored_in_one_spelling(code: str, text: str, value: object) -> None:
    cleaned = typed(section(*FIELDS), **{code: text})
    assert (cleaned.answers[code], dict(cleaned.problems)) == (value, {})


@given(st.sampled_from([field["code"] for field in FIELDS]), st.text(max_size=40))
def test_nothing_typed_is_ever_lost_nor_breaks_the_page(code: str, text: str) -> None:
    """Whatever is typed: it is an answer, or kept as typed with a sentence, or it was blank."""
    cleaned = typed(section(*FIELDS), **{code: text})
    assert (code in cleaned.answers) + (code in cleaned.typed) + (not text.strip()) == 1
    assert set(cleaned.typed) == set(cleaned.problems)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("month", "２０２６-11"),
        ("place", "３３０１１３１０００００"),
    ],
)
def test_full_width_digits_never_reach_the_answers(code: str, text: str) -> None:
    cleaned = typed(section(*FIELDS), **{code: text})
    assert str(cleaned.answers.get(code, "")).isascii()


@pytest.mark.parametrize(
    ("student", "school", "problem"),
    [("yes", "", "请填写“学校”。"), ("yes", "一中", ""), ("no", "", ""), ("", "", "请选择“是不是学生”。")],
)
def test_a_question_is_asked_when_its_condition_holds(student: str, school: str, problem: str) -> None:
    cleaned = typed(reader_section(), **GOOD | {"student": student, "school": school})
    assert list(cleaned.problems.values()) == ([problem] if problem else [])
    left = check_answers(library.item(), cleaned.answers, on=ON)
    assert list(left.values()) == ([problem] if problem else [])


def test_a_section_is_asked_when_its_condition_holds() -> None:
    whole = library.item().model_dump(mode="json", by_alias=True)["form"]
    whole["sections"].append(
        {
            "code": "guardian",
            "title": "监护人",
            "shown_when": {"field": "student", "equals": True},
            "fields": [{"code": "guardian", "type": "person_name", "label": "监护人", "required": True}],
        }
    )
    one = library.item(form=whole)
    answers = dict(typed(reader_section(), **GOOD).answers)
    assert [shown.code for shown in one.form.shown_sections(answers)] == ["reader"]
    assert check_answers(one, answers, on=ON) == {}
    pupil = answers | {"student": True, "school": "一中"}
    assert [shown.code for shown in one.form.shown_sections(pupil)] == ["reader", "guardian"]
    assert check_answers(one, pupil, on=ON) == {"guardian": "请填写“监护人”。"}


@pytest.mark.parametrize(
    ("condition", "answers", "holds"),
    [
        ({"field": "a", "equals": True}, {"a": True}, True),
        ({"field": "a", "equals": False}, {"a": False}, True),
        ({"field": "a", "equals": False}, {}, False),  # not answered is neither yes nor no
        ({"field": "a", "equals": "x"}, {"a": "y"}, False),
        ({"field": "a", "not_equals": "x"}, {"a": "y"}, True),
        ({"field": "a", "in": ["x", "y"]}, {"a": "y"}, True),
        ({"field": "a", "greater": 3}, {"a": "3.01"}, True),
        ({"field": "a", "greater": 3}, {}, False),
        ({"field": "a", "less": "0.5"}, {"a": 0}, True),
        ({"field": "a", "less": 3}, {"a": "没有"}, False),
        ({"field": "a", "empty": True}, {"a": []}, True),
        ({"field": "a", "empty": False}, {"a": "x"}, True),
        ({"all": [{"field": "a", "equals": 1}, {"field": "b", "equals": 2}]}, {"a": 1, "b": 2}, True),
        ({"all": [{"field": "a", "equals": 1}, {"field": "b", "equals": 2}]}, {"a": 1}, False),
        ({"any": [{"field": "a", "equals": 1}, {"field": "b", "equals": 2}]}, {"b": 2}, True),
    ],
)
def test_conditions_mean_what_they_say(condition: dict[str, Any], answers: dict[str, Any], holds: bool) -> None:
    assert Condition.model_validate(condition).holds(answers) is holds


NOT_A_NUMBER = ()
NO_NUMBER_OF_ROWS = ()


@pytest.mark.parametrize(
    "value", [pytest.param("NaN", marks=NOT_A_NUMBER), pytest.param("sNaN", marks=NOT_A_NUMBER), "Infinity", "九"]
)
@pytest.mark.parametrize("operator", ["greater", "less"])
def test_no_text_breaks_a_condition(value: str, operator: str) -> None:
    assert Condition.model_validate({"field": "a", operator: 3}).holds({"a": value}) in (True, False)


def rows(*lines: tuple[str, str], **more: str) -> dict[str, str]:
    fields = GOOD | {"books-rows": str(len(lines))}
    for place, (title, copies) in enumerate(lines):
        fields |= {f"books-{place}-title": title, f"books-{place}-copies": copies}
    return fields | more


def test_a_table_keeps_its_rows_drops_empty_ones_and_points_to_the_cell() -> None:
    cleaned = typed(reader_section(), **rows(("红楼梦", "1"), ("", ""), ("西游记", "九"), ("", "2")))
    assert [row.get("title") for row in cleaned.answers["books"]] == ["红楼梦", "西游记", None]
    assert cleaned.typed == {"books.1.copies": "九"}
    assert set(cleaned.problems) == {"books.1.copies", "books.2.title"}
    assert cleaned.problems["books.2.title"] == "请填写“书名”。"


def test_a_row_is_taken_out_by_its_button() -> None:
    cleaned = typed(reader_section(), **rows(("红楼梦", "1"), ("西游记", "九"), **{"books-1-remove": "1"}))
    assert [row["title"] for row in cleaned.answers["books"]] == ["红楼梦"]
    assert cleaned.problems == {}


def test_a_row_too_many_is_told_not_dropped() -> None:
    cleaned = typed(reader_section(), **rows(*[(f"第{number}本", "1") for number in range(6)]))
    assert len(cleaned.answers["books"]) == 6 or cleaned.problems


@pytest.mark.parametrize(
    "count",
    [
        pytest.param("abc", marks=NO_NUMBER_OF_ROWS),
        pytest.param("1e3", marks=NO_NUMBER_OF_ROWS),
        "-1",
        "",
        "99999999999999999999",
    ],
)
def test_a_forged_number_of_rows_does_no_harm(count: str) -> None:
    assert typed(reader_section(), **rows() | {"books-rows": count}).answers["books"] == []


def test_an_answer_that_may_stand_once_is_told_at_its_second_place() -> None:
    books = reader_section().fields[-1].model_dump(mode="json", by_alias=True) | {"unique": ["title"]}
    one = section(books)
    posted = {
        key: value for key, value in rows(("红楼梦", "1"), ("西游记", "1"), ("红楼梦", "2")).items() if "-" in key
    }
    assert typed(one, **posted).problems == {"books.2.title": "与“第 1 本”填的一样，请核对；填重了的请删去一行。"}


@pytest.mark.parametrize(("part", "problems"), [("9", {}), ("10", {}), ("10.01", {"part"}), ("", {})])
def test_a_part_is_never_more_than_its_whole(part: str, problems: set[str]) -> None:
    whole = {"code": "whole", "type": "money", "label": "总额"}
    one = section(whole, {"code": "part", "type": "money", "label": "其中押金", "not_above": "whole"})
    found = typed(one, whole="10", part=part).problems
    assert set(found) == set(problems)
    assert all("不能多于“总额”" in sentence for sentence in found.values())


def test_unique_and_not_above_name_what_is_there() -> None:
    books = reader_section().fields[-1].model_dump(mode="json", by_alias=True)
    with pytest.raises(ValueError, match="unique"):
        section(books | {"unique": ["author"]})
    with pytest.raises(ValueError, match="not_above"):
        section({"code": "part", "type": "money", "label": "其中押金", "not_above": "whole"})


def test_a_table_that_must_have_rows_says_so() -> None:
    whole = library.item().model_dump(mode="json", by_alias=True)["form"]
    whole["sections"][0]["fields"][-1]["min_rows"] = 1
    one = library.item(form=whole)
    assert check_answers(one, typed(reader_section(), **GOOD).answers, on=ON) == {"books": "“想借的书”至少填写 1 行。"}


@pytest.fixture
def hidden_money() -> ServiceItem:
    """The deposit is asked of those who are no students only."""
    whole = library.item().model_dump(mode="json", by_alias=True)["form"]
    for field in whole["sections"][0]["fields"]:
        if field["code"] == "deposit":
            field["shown_when"] = {"field": "student", "equals": False}
    return library.item(form=whole)


def test_what_is_no_longer_asked_does_not_block(books: Library, hidden_money: ServiceItem) -> None:
    library.publish(hidden_money, valid_from=date(2026, 8, 1))
    draft = books.draft(AT, student="yes", school="一中", deposit="二十元")
    assert operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=AT)


def test_what_is_no_longer_asked_is_not_declared(books: Library, hidden_money: ServiceItem) -> None:
    library.publish(hidden_money, valid_from=date(2026, 8, 1))
    draft = books.draft(AT, student="no", deposit="20")
    draft = books.fill(draft, GOOD | {"student": "yes", "school": "一中", "deposit": "20"}, AT)
    case = operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=AT)
    assert "deposit" not in case.declared.content


def test_saving_one_section_leaves_the_others_and_their_typed_text_alone(books: Library) -> None:
    whole = library.item().model_dump(mode="json", by_alias=True)["form"]
    whole["sections"].append(
        {"code": "more", "title": "其他", "fields": [{"code": "since", "type": "date", "label": "几时搬来"}]}
    )
    library.publish(library.item(form=whole), valid_from=date(2026, 8, 1))
    draft = books.draft(AT, deposit="二十元")
    more = draft.item_version.item.form.section("more")
    assert more is not None
    draft = operations.save_section(
        draft_id=draft.pk,
        revision=draft.revision,
        section="more",
        cleaned=typed(more, since="去年春天"),
        actor=books.citizen(),
        at=AT,
    )
    assert draft.typed == {"deposit": "二十元", "since": "去年春天"}
    again = books.fill(draft, GOOD | {"deposit": "20"}, AT)
    assert again.typed == {"since": "去年春天"}
    assert again.answers["deposit"] == "20.00"
    with pytest.raises(InvalidInput) as refused:
        operations.submit_draft(draft_id=again.pk, revision=again.revision, actor=books.citizen(), at=AT)
    assert set(refused.value.problems) == {"since"}


def test_what_was_typed_lies_encrypted_in_the_database(books: Library) -> None:
    from django.db import connection

    books.draft(AT, deposit="二十元")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT answers, typed FROM {Draft._meta.db_table}")
        stored = str(cursor.fetchall())
    assert library.READER.name not in stored
    assert "二十元" not in stored


def test_a_check_across_rows_is_told_at_its_cell(books: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler may judge the whole form; its sentence stands beside those of the fields."""
    from dataclasses import replace

    from onedoor.platform.cases import handlers

    def no_book_twice(application: handlers.Application) -> dict[str, str]:
        titles = [row.get("title") for row in application.answers["books"]]
        return {
            f"books.{place}.title": "这本书已经填过了，请删去重复的一行。"
            for place, title in enumerate(titles)
            if title in titles[:place]
        }

    monkeypatch.setitem(handlers._handlers, library.ITEM, replace(library.HANDLER, check=no_book_twice))
    draft = books.draft(AT, **rows(("红楼梦", "1"), ("红楼梦", "2")))
    with pytest.raises(InvalidInput) as refused:
        operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=AT)
    assert set(refused.value.problems) == {"books.1.title"}
