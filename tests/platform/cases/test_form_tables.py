"""Tables: sixty rows stay whole and fast, rules over rows and across screens are data."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.platform import library
from tests.platform.big_form import READERS, big_item, family, id_number, section, typed
from tests.platform.library import CHINA, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.forms.validation import check_answers
from onedoor.platform.cases.models import Draft
from onedoor.platform.catalog.conditions import Condition

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
FAMILY = section(READERS)
FULL = "“一家的读者”最多填写 60 行，现在是 61 行，请删去多出的行。"


@pytest.fixture
def draft(books: Library) -> Draft:
    library.publish(big_item(), valid_from=date(2026, 8, 1))
    return operations.start_draft(item_code=library.ITEM, applicant_id=books.reader.pk, actor=books.citizen(), at=AT)


def post(browser: Client, draft: Draft, posted: dict[str, str], code: str = "family") -> Any:
    revision = Draft.objects.get(pk=draft.pk).revision
    return browser.post(f"/drafts/{draft.pk}/s/{code}/", {"revision": revision, **posted})


def test_the_big_form_is_as_big_as_it_says() -> None:
    item = big_item()
    fields = [one for one in item.form.all_fields() if one.type != "table"]
    assert (len(fields), len(READERS["columns"]), READERS["max_rows"]) == (95, 8, 60)


def test_sixty_readers_are_kept_whole(browser: Client, draft: Draft) -> None:
    assert post(browser, draft, family(60)).status_code == 302
    rows = Draft.objects.get(pk=draft.pk).answers["readers"]
    assert len(rows) == 60
    assert rows[59] == {
        "name": "张十己", "id_number": id_number(59), "relation": "OTHER", "ethnicity": "01",
        "reads": True, "copies": 2, "deposit": "100.00", "note": "常来",
    }  # fmt: skip
    page = browser.get(f"/drafts/{draft.pk}/s/family/").content.decode()
    assert "第 60 位读者" in page
    assert id_number(59) in page
    assert "最多 60 行，已经填满。" in page
    assert 'name="add_readers"' not in page


def test_a_reader_beyond_the_limit_is_kept_and_told(browser: Client, draft: Draft) -> None:
    answer = post(browser, draft, family(61, **{"readers-1-deposit": "0"}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert FULL in page
    assert id_number(60) in page
    assert len(Draft.objects.get(pk=draft.pk).answers["readers"]) == 61


def test_a_reader_twice_is_told_at_the_second_place() -> None:
    problems = typed(FAMILY, family(3, **{"readers-2-id_number": id_number(1)})).problems
    assert problems == {"readers.2.id_number": "与“第 2 位读者”填的一样，请核对；填重了的请删去一行。"}


@pytest.mark.parametrize(("selves", "good"), [(0, False), (1, True), (2, False)])
def test_exactly_one_row_is_oneself(selves: int, good: bool) -> None:
    relations = {f"readers-{place}-relation": "SELF" if place < selves else "OTHER" for place in range(3)}
    problems = typed(FAMILY, family(3, **relations)).problems
    assert dict(problems) == ({} if good else {"readers": "本人要填，而且只填一行。"})


@pytest.mark.parametrize(("last", "good"), [("5800", True), ("5800.01", False), ("", True)])
def test_a_column_adds_up_to_no_more_than_its_limit(last: str, good: bool) -> None:
    problems = typed(FAMILY, family(3, **{"readers-2-deposit": last})).problems
    assert dict(problems) == ({} if good else {"readers": "押金合计不能超过 6000 元。"})


@pytest.mark.parametrize(("limit", "good"), [("200", True), ("199.99", False), (None, True)])
def test_a_column_adds_up_to_no_more_than_an_answer_of_another_screen(limit: str | None, good: bool) -> None:
    rule = {"column": "deposit", "not_above": "savings", "message": "押金合计不能多于存款。"}
    problems = typed(section(READERS | {"sums": [rule]}), family(2), {"savings": limit} if limit else {}).problems
    assert dict(problems) == ({} if good else {"readers": "押金合计不能多于存款。"})


def test_rows_are_added_and_taken_out_without_losing_anything(browser: Client, draft: Draft) -> None:
    posted = family(3, **{"readers-1-copies": "很多", "readers-2-note": "新来"})
    page = post(browser, draft, posted | {"add_readers": "1"}).content.decode()
    assert 'value="很多"' in page
    assert "第 4 位读者" in page
    page = post(browser, draft, posted | {"readers-0-remove": "1"}).content.decode()
    kept = Draft.objects.get(pk=draft.pk)
    assert [row["note"] for row in kept.answers["readers"]] == ["常来", "新来"]
    assert kept.typed == {"readers.0.copies": "很多"}
    assert 'value="很多"' in page


def test_what_could_not_be_used_is_told_again_when_one_comes_back(browser: Client, draft: Draft) -> None:
    post(browser, draft, family(1, **{"readers-0-copies": "很多"}))
    page = browser.get(f"/drafts/{draft.pk}/s/family/").content.decode()
    assert 'value="很多"' in page
    assert "请填写整数，例如 3。" in page
    assert 'href="#id_readers_0_copies"' in page


def test_a_stale_page_overwrites_nothing(browser: Client, draft: Draft) -> None:
    old = Draft.objects.get(pk=draft.pk).revision
    assert post(browser, draft, family(2)).status_code == 302
    late = browser.post(f"/drafts/{draft.pk}/s/family/", {"revision": old, **family(60)})
    assert late.status_code == 409
    assert id_number(59) in late.content.decode()
    assert len(Draft.objects.get(pk=draft.pk).answers["readers"]) == 2


def queries(browser: Client, draft: Draft, rows: int) -> tuple[int, int]:
    """Return how many queries it takes to save and to show a table of so many rows."""
    with CaptureQueriesContext(
        connection,
    ) as saved:
        assert post(browser, draft, family(rows)).status_code == 302
    with CaptureQueriesContext(connection) as shown:
        assert browser.get(f"/drafts/{draft.pk}/s/family/").status_code == 200
    return len(saved), len(shown)


def test_sixty_rows_cost_as_many_queries_as_one(browser: Client, draft: Draft) -> None:
    queries(browser, draft, 1)  # what is looked up once in a process is looked up now
    assert queries(browser, draft, 60) == queries(browser, draft, 1)


ONLY_STUDENTS = {"field": "student", "equals": True}


def test_a_column_may_depend_on_another_screen() -> None:
    table = {
        "code": "rows", "type": "table", "label": "表",
        "columns": [
            {"code": "school", "type": "text", "label": "学校", "required_when": ONLY_STUDENTS, "shown_when": ONLY_STUDENTS},
            {"code": "title", "type": "text", "label": "书名"},
        ],
    }  # fmt: skip
    posted = {"rows-rows": "1", "rows-0-title": "红楼梦"}
    assert typed(section(table), posted, {"student": True}).problems == {"rows.0.school": "请填写“学校”。"}
    assert typed(section(table), posted, {"student": False}).problems == {}


def test_a_column_looks_at_its_own_row_before_the_form() -> None:
    table = {
        "code": "rows", "type": "table", "label": "表",
        "columns": [
            {"code": "student", "type": "yes_no", "label": "学生"},
            {"code": "title", "type": "text", "label": "书名", "required_when": ONLY_STUDENTS},
        ],
    }  # fmt: skip
    posted = {"rows-rows": "2", "rows-0-student": "no", "rows-1-student": "yes"}
    assert set(typed(section(table), posted, {"student": True}).problems) == {"rows.1.title"}


@pytest.mark.parametrize(
    ("rows", "holds"),
    [([{"school": "一中"}, {"school": ""}], True), ([{"school": ""}], False), ([], False), (None, False)],
)
def test_a_condition_may_ask_whether_any_row_answers_so(rows: Any, holds: bool) -> None:
    condition = Condition.model_validate({"field": "members.school", "empty": False})
    assert condition.holds({"members": rows}) is holds


def test_a_question_of_another_screen_is_not_drawn_and_not_lost(browser: Client, books: Library) -> None:
    whole = library.item().model_dump(mode="json", by_alias=True)["form"]
    more = [
        {"code": "teacher", "type": "text", "label": "班主任", "required": True, "shown_when": ONLY_STUDENTS},
        {"code": "hobby", "type": "text", "label": "爱好"},
    ]
    whole["sections"].append({"code": "more", "title": "其他", "fields": more})
    library.publish(library.item(form=whole), valid_from=date(2026, 8, 1))
    draft = books.draft(AT, student="yes", school="一中")
    url = f"/drafts/{draft.pk}/s/more/"
    assert "班主任" in browser.get(url).content.decode()
    post(browser, draft, {"teacher": "李老师", "hobby": "读书"}, "more")
    books.fill(
        Draft.objects.get(pk=draft.pk), {"name": "欧阳晓娜", "id_number": library.READER.id_number, "student": "no"}, AT
    )
    assert "班主任" not in browser.get(url).content.decode()
    post(browser, draft, {"hobby": "下棋"}, "more")
    kept = Draft.objects.get(pk=draft.pk)
    assert (kept.answers["teacher"], kept.answers["hobby"]) == ("李老师", "下棋")
    assert check_answers(kept.item_version.item, kept.answers, on=AT.date()) == {}


@pytest.mark.parametrize("condition", [{"field": "readers.colour", "equals": "x"}, {"field": "colour", "equals": "x"}])
def test_a_condition_names_what_is_there(condition: dict[str, Any]) -> None:
    whole = big_item().model_dump(mode="json", by_alias=True)["form"]
    whole["sections"][0]["fields"][0]["shown_when"] = condition
    with pytest.raises(ValueError, match="unknown field"):
        library.item(form=whole)
