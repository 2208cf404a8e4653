"""One search: words, what people say instead, pinyin, initials, slips, traditional characters; the same on both databases."""

from datetime import date
from typing import Any

import pytest
from tests.platform import library
from tests.platform.knowledge.conftest import AT, ON, published, search, tell
from tests.platform.library import COUNTY, ITEM, LONG_AGO, MACHINE, TOWN, Library

from onedoor.platform.catalog import operations as catalog
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.identity import operations as identity
from onedoor.platform.knowledge import indexing, operations, words
from onedoor.platform.knowledge.models import SearchRow

ELSEWHERE = "330113000000"


def items(text: str, **given: Any) -> list[str]:
    return [hit.code for hit in search(text, **given).hits("item")]


@pytest.mark.parametrize(
    "text",
    [
        *("借书证", "借书证办理", "借书", "图书馆", "我要办借书证", "怎么办理借书证？", "借"),
        *("借書證", "圖書館", "  借書 "),
        *("jieshuzheng", "jie shu zheng", "jies", "JSZ", "jsz", "tushuguan", "jieshuzhen g"),
        *("library card", "Library c", "ｌｉｂｒａｒｙ"),
    ],
)
def test_the_item_is_found_by_its_own_words_however_they_are_written(found: Library, text: str) -> None:
    told = search(text)
    assert [hit.code for hit in told.hits("item")] == [ITEM], told
    assert told.corrected == ""


@pytest.mark.parametrize("text", ["借术证", "皆书症", "libary crad", "jieshuzehng", "借術症"])
def test_a_slip_is_taken_for_the_nearest_name_and_said_to_be_so(found: Library, text: str) -> None:
    told = search(text)
    assert [hit.code for hit in told.hits("item")] == [ITEM]
    assert told.corrected


@pytest.mark.parametrize(
    "text", ["火星移民", "zzz", "%_'\"\\", "", "  ", "a", "\x00", "；！", "'借", '"书" AND', "借:*|书"]
)
def test_what_resembles_nothing_finds_nothing_and_breaks_nothing(found: Library, text: str) -> None:
    told = search(text)
    assert told.total == 0 or "借" in text or "书" in text


def test_a_hit_says_why_it_was_found(found: Library) -> None:
    def why(text: str) -> str:
        return search(text).hits("item")[0].reason

    assert why("借书证办理") == "名称一致"
    assert why("图书馆") == "又叫“图书馆”"
    assert why("jsz") == "“借书证办理”的拼音"


def test_what_people_say_instead_is_kept_by_an_administrator_and_at_once_at_work(found: Library) -> None:
    assert items("看书本本") == []
    manager = found.officer("item_manager")
    operations.set_synonym(word="看书本本", meanings=["借书证"], actor=manager, at=AT)
    told = search("看书本本怎么办")
    assert [(hit.code, hit.reason) for hit in told.hits("item")] == [(ITEM, "“看书本本”就是“借书证”")]
    operations.set_synonym(word="看书本本", meanings=[], actor=manager, at=AT)
    assert items("看书本本") == []


def test_only_what_holds_today_is_found_and_it_is_found_from_its_first_day_on(found: Library) -> None:
    assert items("借书证", on=date(2026, 6, 30)) == []
    catalog.publish_version(
        version_id=catalog.draft_version(
            item=library.item(title="阅览证办理", aliases=[]), actor=MACHINE, at=LONG_AGO
        ).pk,
        valid_from=date(2026, 10, 1),
        actor=MACHINE,
        at=LONG_AGO,
    )
    tell()
    assert [hit.title for hit in search("阅览证").hits("item")] == []
    assert [hit.title for hit in search("阅览证", on=date(2026, 10, 1)).hits("item")] == ["阅览证办理"]
    assert items("借书证办理") == [ITEM]
    assert items("图书馆", on=date(2026, 10, 1)) == []


def test_a_suspended_item_is_not_found_and_is_again_when_it_is_resumed(found: Library) -> None:
    subject = catalog.Subject("version", ItemVersion.objects.get(code=ITEM).pk)
    catalog.suspend(subject=subject, opinion="系统检修期间暂停。", actor=found.officer("item_manager"), at=AT)
    tell()
    assert items("借书证") == []
    catalog.resume(subject=subject, actor=found.officer("item_manager"), at=AT)
    tell()
    assert items("借书证") == [ITEM]


def test_a_place_sees_its_own_and_what_comes_from_above(found: Library) -> None:
    published(found)
    assert [hit.title for hit in search("赔偿", division=COUNTY).hits("clause")] == ["借书规则"]
    assert [hit.title for hit in search("赔偿", division=TOWN).hits("clause")] == ["借书规则"]
    assert search("赔偿", division=ELSEWHERE).hits("clause") == ()
    hit = search("遗失 赔偿", division=TOWN).hits("clause")[0]
    assert (hit.address, hit.cited) == ("/policies/K00001/#c3", "《借书规则》（图发〔2026〕3号）第 1 版 · 第三条")


def test_an_office_is_found_by_its_name_from_the_places_around_it(found: Library) -> None:
    identity.set_service_point(
        organization_id=found.organs[TOWN].pk,
        kind="hall",
        name="高碑店便民服务中心",
        address="高碑店路 5 号",
        phone="010-20000",
        opening_hours="工作日 9:00–17:00",
        actor=MACHINE,
        at=AT,
    )
    tell()
    for text in ("高碑店便民服务中心", "高碑店", "gaobeidian", "便民服务"):
        assert [hit.title for hit in search(text, division=COUNTY).hits("office")] == ["高碑店便民服务中心"], text
    assert search("高碑店", division=ELSEWHERE).hits("office") == ()


def test_the_index_is_made_anew_as_it_was(found: Library) -> None:
    published(found)
    rows = list(SearchRow.objects.order_by("source", "part").values_list("source", "part", "title", "tokens"))
    SearchRow.objects.filter(kind="guide").delete()
    SearchRow.objects.create(
        kind="office", source="office:99999", part="", title="早已不在", division=COUNTY, address="/", tokens="t早已"
    )
    told = dict(indexing.rebuild())
    assert told["item"] > 5
    assert list(SearchRow.objects.order_by("source", "part").values_list("source", "part", "title", "tokens")) == rows
    assert items("借书证") == [ITEM]


def test_rare_characters_are_spelled_so_that_both_databases_read_them_alike() -> None:
    assert words.spelled("t𬞟") == "tu2c79f"
    assert words.spelled("t借书a1") == "t借书a1"


@pytest.mark.parametrize(
    ("name", "read"),
    [("单晓明", "shanxiaoming"), ("曾国强", "zengguoqiang"), ("尉迟敬", "yuchijing"), ("王芳", "wangfang")],
)
def test_surnames_are_read_as_surnames(name: str, read: str) -> None:
    assert f"p{read}" in words.tokens([name], person=True, inside=False).split()


def test_a_question_costs_few_queries(found: Library, django_assert_max_num_queries: Any) -> None:
    place_on = ON
    with django_assert_max_num_queries(3):
        search("借书证", on=place_on)
    with django_assert_max_num_queries(7):
        search("借术证", on=place_on)
