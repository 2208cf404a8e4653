"""Row 1: every mandatory element is validated, and publication is blocked on any gap, named in Chinese."""

import copy
from datetime import date, datetime
from typing import Any

import pytest
import yaml
from tests.platform import library
from tests.platform.desks import Desk
from tests.platform.library import LONG_AGO, MACHINE, OWN, Library

from onedoor.platform.catalog import operations
from onedoor.platform.catalog.elements import (
    ELEMENTS,
    IMPLEMENTATION,
    completeness,
    implementation_faults,
    publication_faults,
)
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.catalog.operations import NotPublishable

WHOLE = library.item().model_dump(mode="json", by_alias=True)


def without(path: str, definition: dict[str, Any] = WHOLE) -> dict[str, Any]:
    """The definition with one element taken out."""
    changed = copy.deepcopy(definition)
    *heads, last = path.split(".")
    holder = changed
    for head in heads:
        holder = holder[head]
    del holder[last]
    return changed


def test_row_1_a_whole_item_has_no_gap_and_is_complete() -> None:
    assert publication_faults(WHOLE) == []
    assert completeness(WHOLE) == 100


@pytest.mark.parametrize("path", ELEMENTS)
def test_row_1_publication_is_refused_for_each_missing_element_by_its_name(books: Library, path: str) -> None:
    changed = without(path)
    named = [fault for fault in publication_faults(changed) if fault.path == path]
    assert [fault.title for fault in named] == [ELEMENTS[path]]
    assert completeness(changed) < 100
    if path == "title":
        return  # without a name it is not even a draft, see below
    version = operations.draft_version(item=changed, actor=MACHINE, at=LONG_AGO)
    with pytest.raises(NotPublishable, match=ELEMENTS[path]):
        operations.publish_version(version_id=version.pk, valid_from=date(2026, 9, 1), actor=MACHINE, at=LONG_AGO)
    assert ItemVersion.objects.get(pk=version.pk).state == "draft"


@pytest.mark.parametrize("name", ["code", "title", "line"])
def test_without_code_name_or_line_there_is_no_draft(books: Library, name: str) -> None:
    from onedoor.platform.kernel.errors import InvalidInput

    with pytest.raises(InvalidInput):
        operations.draft_version(item=WHOLE | {name: " "}, actor=MACHINE, at=LONG_AGO)


@pytest.mark.parametrize(
    ("path", "gap"),
    [
        ("how", "申请材料“照片”的提交方式"),
        ("acceptance_standard", "申请材料“照片”的受理标准"),
        ("legal_basis", "申请材料“照片”的依据"),
    ],
)
def test_a_gap_in_a_paper_is_told_with_the_papers_name(path: str, gap: str) -> None:
    papers = [without(path, WHOLE["materials"][0]), *WHOLE["materials"][1:]]
    assert [fault.title for fault in publication_faults(WHOLE | {"materials": papers})] == [gap]


@pytest.mark.parametrize(
    ("changes", "sentence", "title"),
    [
        ({"limits": WHOLE["limits"] | {"promised": {"days": 35}}}, "catalog.promise_exceeds_statutory", "承诺办结时限"),
        (
            {"materials": [WHOLE["materials"][0] | {"title": "其他材料"}]},
            "no_catch_all_material",
            "申请材料“其他材料”的名称",
        ),
        ({"fee": {"charged": True}}, "收费标准和依据", "收费"),
        ({"assurance": 1}, "不得低于 2 级", "实名等级"),
        ({"assurance": 0}, "不得低于 2 级", "实名等级"),
        ({"visits": {"count": 2}}, "写明原因", "到办事现场次数"),
        ({"colour": "red"}, "不认识“colour”", "colour"),
        ({"opened": ["title"]}, "写法不对", "开放给地方的要素“1”"),
        ({"scenario": "nowhere"}, "情形引用了不存在", "整体"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_contradiction_is_told_in_chinese_with_its_place(changes: dict[str, Any], sentence: str, title: str) -> None:
    faults = publication_faults(WHOLE | changes)
    assert [(fault.title, sentence in fault.sentence) for fault in faults][:1] == [(title, True)]


@pytest.mark.parametrize("path", IMPLEMENTATION)
def test_row_1_an_offering_is_refused_for_each_missing_element_of_the_authority(books: Library, path: str) -> None:
    assert implementation_faults(OWN) == []
    with pytest.raises(NotPublishable, match=IMPLEMENTATION[path]):
        operations.open_offering(
            item_code=library.ITEM,
            division=library.TOWN,
            organization_id=books.organs[library.TOWN].pk,
            open_from=date(2026, 9, 1),
            own=without(path, OWN),
            actor=MACHINE,
            at=LONG_AGO,
        )


def test_who_acts_for_another_organ_names_it() -> None:
    assert [fault.title for fault in implementation_faults(OWN | {"organ_nature": "3"})] == ["委托部门"]


def test_a_counter_without_a_phone_is_a_gap() -> None:
    counters = [without("phone", OWN["counters"][0])]  # type: ignore[arg-type,index]
    assert [fault.title for fault in implementation_faults(OWN | {"counters": counters})] == ["办理地点和时间"]


def approved_on_the_page(desk: Desk, definition: dict[str, Any]) -> str:
    """The manager writes the definition, and what stands in review meets its reviewer; return what the reviewer reads."""
    desk.go(datetime(2026, 9, 1, 9, 0, tzinfo=library.CHINA))
    text = yaml.safe_dump(definition, allow_unicode=True)
    saved = desk.post("item_manager", f"/staff/items/{library.ITEM}/draft/", definition=text)
    page = saved.headers["Location"]
    # the manager's own page would not let it go so far: a faulty draft is not sent in
    ItemVersion.objects.filter(code=library.ITEM, version=2).update(state="in_review")
    answer = desk.post("legal_reviewer", page, deed="approve", opinion="内容合法，同意。")
    return "" if answer.status_code == 302 else str(answer.content.decode())


def test_a11_a_promise_beyond_the_law_is_not_approved(desk: Desk) -> None:
    limits = WHOLE["limits"] | {"statutory": {"days": 30}, "promised": {"days": 35}}
    page = approved_on_the_page(desk, WHOLE | {"limits": limits})
    assert "catalog.promise_exceeds_statutory" in page
    assert "内容合法，同意。" in page
    assert ItemVersion.objects.get(code=library.ITEM, version=2).state == "in_review"


def test_a12_a_catch_all_paper_is_not_approved(desk: Desk) -> None:
    papers = [*WHOLE["materials"], WHOLE["materials"][0] | {"code": "other", "title": "其他材料"}]
    page = approved_on_the_page(desk, WHOLE | {"materials": papers})
    assert "no_catch_all_material" in page
    assert ItemVersion.objects.get(code=library.ITEM, version=2).state == "in_review"


@pytest.mark.parametrize("level", [0, 1])
def test_an_item_that_binds_people_nobody_has_matched_is_not_approved(desk: Desk, level: int) -> None:
    page = approved_on_the_page(desk, WHOLE | {"assurance": level})
    assert "不得低于 2 级" in page
    assert ItemVersion.objects.get(code=library.ITEM, version=2).state == "in_review"
    assert publication_faults(WHOLE | {"assurance": 2}) == []


@pytest.mark.parametrize("code", ["a11", "a12"])
def test_what_would_not_be_approved_is_not_sent_for_review_either(desk: Desk, code: str) -> None:
    desk.go(datetime(2026, 9, 1, 9, 0, tzinfo=library.CHINA))
    faults = {
        "a11": {"limits": WHOLE["limits"] | {"statutory": {"days": 30}, "promised": {"days": 35}}},
        "a12": {"materials": [WHOLE["materials"][0] | {"code": "other", "title": "其他材料"}]},
    }
    text = yaml.safe_dump(WHOLE | faults[code], allow_unicode=True)
    page = desk.post("item_manager", f"/staff/items/{library.ITEM}/draft/", definition=text).headers["Location"]
    desk.refused("item_manager", page, 422, deed="submit")
    assert ItemVersion.objects.get(code=library.ITEM, version=2).state == "draft"


def test_a_lawful_item_is_approved(desk: Desk) -> None:
    assert approved_on_the_page(desk, WHOLE | {"title": "读者证办理"}) == ""
    assert ItemVersion.objects.get(code=library.ITEM, version=2).state == "approved"
