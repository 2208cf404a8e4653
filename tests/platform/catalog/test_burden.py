"""Row 15: what a form costs, and where it asks twice, too much or too hard, is told before it is published."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.platform import library
from tests.platform.library import LONG_AGO, MACHINE, Library

from onedoor.config.settings.base import REPOSITORY
from onedoor.platform.catalog import operations
from onedoor.platform.catalog.burden import compared, weigh
from onedoor.platform.catalog.elements import publication_faults
from onedoor.platform.catalog.loading import read_definition

WHOLE = library.item().model_dump(mode="json", by_alias=True)
NAME = {"code": "name", "type": "person_name", "label": "姓名", "required": True, "prefill": "person.name"}


def asking(*fields: dict[str, Any], papers: tuple[dict[str, Any], ...] = (), more: Any = ()) -> dict[str, Any]:
    """The invented item with one screen of these questions and these papers."""
    changed = copy.deepcopy(WHOLE)
    changed |= {"scenario": "", "scenarios": [], "materials": list(papers)}
    changed["form"]["sections"] = [{"code": "one", "title": "读者", "fields": list(fields)}, *more]
    return changed


def paper(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(WHOLE["materials"][0]) | {"required_when": None, "required": True} | changes


def hints(definition: dict[str, Any]) -> list[tuple[str, str]]:
    burden = weigh(definition)
    assert burden is not None, publication_faults(definition)
    return [(hint.path, hint.sentence) for hint in burden.hints]


def test_row_15_what_is_asked_of_everybody_and_of_some_is_counted_apart() -> None:
    table = {
        "code": "children",
        "type": "table",
        "label": "孩子",
        "min_rows": 1,
        "columns": [
            {"code": "name", "type": "person_name", "label": "孩子的姓名", "required": True},
            {
                "code": "school",
                "type": "text",
                "label": "学校",
                "shown_when": {"field": "name", "equals": "某"},
            },
        ],
    }
    burden = weigh(asking(NAME, {"code": "note", "type": "text", "label": "想说的话"}, table))
    assert burden is not None
    assert (burden.questions, burden.known, burden.optional, burden.conditional) == (3, 1, 1, 1)
    assert burden.papers == 0
    # A known answer is read in 3 seconds, the two others typed in 15 each.
    assert (burden.seconds, burden.minutes) == (33, 1)


def test_row_15_the_same_question_on_two_screens_is_told() -> None:
    again = {"code": "two", "title": "再填一次", "fields": [NAME | {"code": "name_again"}]}
    assert hints(asking(NAME, more=[again])) == [
        ("form.sections.1.fields.0", "“读者”一屏已经问过，请去掉一处，或者用计算项带过来。")
    ]


@pytest.mark.parametrize("label", ["性别", "出生日期", "年龄"])
def test_row_15_what_stands_in_the_number_is_not_asked_beside_it(label: str) -> None:
    number = {"code": "number", "type": "citizen_id", "label": "家人的身份证号", "required": True}
    found = hints(asking(number, {"code": "more", "type": "text", "label": label}))
    assert ("form.sections.0.fields.1", f"身份证号里已经有{label}，请改为计算项，不用再问。") in found


def test_row_15_what_the_account_knows_is_prefilled_and_sensitive_questions_say_why() -> None:
    blank = NAME | {"prefill": ""}
    card = {"code": "card", "type": "bank_card", "label": "银行卡号", "sensitive": True}
    assert hints(asking(blank, card)) == [
        ("form.sections.0.fields.0", "账号里已经有“姓名”，请设预填（prefill: person.name）。"),
        ("form.sections.0.fields.1", "“银行卡号”是敏感信息，请写明为什么要问（why）；说不出用处的，请去掉。"),
    ]
    assert hints(asking(NAME, card | {"why": "押金退到这张卡。"})) == []


def test_row_15_a_paper_of_another_department_is_not_fetched_by_the_person() -> None:
    found = hints(asking(NAME, papers=(paper(title="户籍证明", source="government", waiver=None),)))
    assert found == [("materials.0", "“户籍证明”是政府部门出具的，请用数据核验或电子证照代替（waiver），不让人去开。")]


def test_row_15_long_screens_long_labels_and_words_of_files_are_told() -> None:
    nine = [{"code": f"q{number}", "type": "text", "label": f"问题{number}"} for number in range(9)]
    assert hints(asking(*nine)) == [("form.sections.0", "这一屏有 9 个问题，请分成几屏，每屏不超过 8 个。")]
    long = {"code": "long", "type": "yes_no", "label": "您家里有没有人从前曾在本市任何一家图书馆办过借书证"}
    assert hints(asking(long)) == [("form.sections.0.fields.0", "问题有 25 个字，请写短，细节放到说明里。")]
    hard = {"code": "hard", "type": "text", "label": "住址", "help": "上述住址请写到门牌。"}
    assert hints(asking(hard)) == [("form.sections.0.fields.0", "“上述”不好懂，请改为“上面说的”。")]


def test_row_15_a_version_is_compared_with_the_one_before() -> None:
    earlier, now = weigh(asking(NAME)), weigh(asking(NAME, {"code": "a", "type": "text", "label": "爱好"}))
    assert earlier is not None
    assert now is not None
    assert compared(earlier, now) == ["要答的问题多 1 项"]
    assert compared(now, earlier) == ["要答的问题少 1 项"]
    assert compared(now, now) == []


def test_row_15_the_shipped_items_ask_nothing_twice_or_too_much() -> None:
    paths = sorted((REPOSITORY / "src/onedoor/services").glob("*/items/*.yaml"))
    assert paths
    for path in paths:
        assert hints(read_definition(path.read_text(), name=path.name)) == [], path.name


def test_a_definition_with_gaps_has_no_burden_yet() -> None:
    assert weigh({"code": "library.card", "title": "读者证", "line": "library"}) is None


def test_row_15_author_and_reviewer_read_it_on_the_page_of_the_version(
    books: Library, officer: Callable[[str], Client]
) -> None:
    doubled = asking(NAME, more=[{"code": "two", "title": "再填一次", "fields": [NAME | {"code": "name_again"}]}])
    version = operations.draft_version(item=doubled, code=library.ITEM, actor=MACHINE, at=LONG_AGO)
    page = officer("item_manager").get(f"/staff/items/{library.ITEM}/versions/{version.version}/").content.decode()
    assert "填表负担" in page
    assert "一屏已经问过" in page


@pytest.mark.parametrize(
    ("label", "kind"), [("手机号码", "mobile"), ("公民身份号码", "citizen_id"), ("身份证号码", "citizen_id")]
)
def test_row_15_what_the_account_knows_is_known_by_its_other_names_too(label: str, kind: str) -> None:
    asked = {"code": "asked", "type": kind, "label": label, "required": True}
    assert any(f"账号里已经有“{label}”" in sentence for _, sentence in hints(asking(asked)))
