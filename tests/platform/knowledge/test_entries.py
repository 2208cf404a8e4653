"""Entries: written by one person and approved by another, cited clause by clause, flagged when something ends under them."""

from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from tests.platform import library
from tests.platform.desks import Desk
from tests.platform.knowledge.conftest import AT, CLAUSES, ON, published, search, tell, text, written
from tests.platform.library import CHINA, COUNTY, ITEM, LONG_AGO, MACHINE, NATION, TOWN, Library

from onedoor.platform.catalog import operations as catalog
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed
from onedoor.platform.knowledge import operations, queries
from onedoor.platform.knowledge.models import EntryVersion, Flag
from onedoor.platform.knowledge.rules import flaws

OPINION = "与文件原文一致。"
FORM = {
    "kind": "policy",
    "line": "assistance",
    "division": COUNTY,
    "title": "借书规则",
    "organ": "图书局",
    "document_number": "图发〔2026〕3号",
    "issued_on": "2026-06-01",
    "valid_from": "2026-07-01",
    "items": ITEM,
    "clauses": CLAUSES,
}


def test_clauses_are_told_apart_by_their_numbers_or_by_blank_lines() -> None:
    told = operations.clauses_of("第一条 甲。\n接着甲。\n第二条　乙。\n\n丙。\n一、丁。")
    assert [(one["anchor"], one["title"], one["text"]) for one in told] == [
        ("c1", "第一条", "甲。\n接着甲。"),
        ("c2", "第二条", "乙。"),
        ("c3", "", "丙。"),
        ("c4", "一", "丁。"),
    ]


def test_who_writes_does_not_approve_not_even_in_the_database(books: Library) -> None:
    version = operations.submit_entry(version_id=written(books).pk, actor=books.officer("county_items"), at=AT)
    with pytest.raises(operations.OwnText):
        operations.approve_entry(version_id=version.pk, opinion=OPINION, actor=books.officer("county_items"), at=AT)
    with pytest.raises(NotAllowed):
        operations.approve_entry(version_id=version.pk, opinion=OPINION, actor=books.officer("clerk"), at=AT)
    row = EntryVersion.objects.filter(pk=version.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(state="published", settled_login_id=version.written_login_id)
    assert search("借书规则", division=COUNTY).hits("clause") == ()


def test_a_published_entry_is_read_by_everybody_with_its_source_and_anchors(books: Library) -> None:
    version = published(books)
    page = Client().get(f"/policies/{version.entry.number}/").content.decode()
    assert "图发〔2026〕3号" in page
    assert 'id="c2"' in page
    assert "借期三十天" in page
    assert f'href="/items/{ITEM}/"' in page
    told = Client().get(f"/api/v1/policies/{version.entry.number}").json()
    assert [one["anchor"] for one in told["clauses"]] == ["c1", "c2", "c3"]
    assert told["items"] == [{"code": ITEM, "title": "借书证办理", "version": 1}]


def test_the_library_lists_what_holds_for_a_place(books: Library) -> None:
    number = published(books).entry.number

    def listed(*chain: str, on: date = ON) -> list[str]:
        return [one.number for one in queries.list_public_entries(chain=chain, on=on)]

    assert listed(TOWN, COUNTY) == [number]
    assert listed("330113000000") == []
    assert listed(COUNTY, on=date(2026, 6, 30)) == []


def test_a_new_version_takes_the_place_of_the_one_before(books: Library) -> None:
    first = published(books)
    second = published(books, number=first.entry.number, title="借书规则（修订）")
    assert (second.version, second.state) == (2, "published")
    assert EntryVersion.objects.get(pk=first.pk).state == "replaced"
    assert [hit.title for hit in search("赔偿", division=COUNTY).hits("clause")] == ["借书规则（修订）"]


def test_r_hot_6_an_entry_is_flagged_when_its_item_version_ends_and_leaves_the_answers(books: Library) -> None:
    version = published(books)
    catalog.publish_version(
        version_id=catalog.draft_version(item=library.item(title="读者证"), actor=MACHINE, at=LONG_AGO).pk,
        valid_from=date(2026, 9, 1),
        actor=MACHINE,
        at=AT,
    )
    tell()
    assert [flag.reason for flag in Flag.objects.filter(version=version)] == ["item_ended"]
    assert search("赔偿", division=COUNTY).hits("clause") == ()
    assert queries.list_public_entries(chain=[COUNTY], on=ON) == []
    found = queries.read_public_entry(number=version.entry.number, on=ON)
    assert (found.in_force, found.why_not) == (False, ["所说的事项版本已失效"])
    listed = queries.list_entries(actor=books.officer("county_items"), flagged=True)
    assert [row.pk for row in listed] == [version.pk]
    # A next version that speaks of what holds now is whole again.
    assert published(books, number=version.entry.number).flags.count() == 0
    assert [hit.title for hit in search("赔偿", division=COUNTY).hits("clause")] == ["借书规则"]


def test_r_hot_6_an_entry_whose_time_is_over_leaves_the_answers_that_day_and_is_flagged_by_itself(
    books: Library,
) -> None:
    version = published(books, valid_to=date(2026, 10, 1))
    assert search("赔偿", division=COUNTY, on=date(2026, 9, 30)).hits("clause")
    assert search("赔偿", division=COUNTY, on=date(2026, 10, 1)).hits("clause") == ()
    assert operations.flag_ended_entries(at=datetime(2026, 9, 30, 23, 0, tzinfo=CHINA)) == 0
    assert operations.flag_ended_entries(at=datetime(2026, 10, 1, 0, 5, tzinfo=CHINA)) == 1
    assert operations.flag_ended_entries(at=datetime(2026, 10, 1, 0, 15, tzinfo=CHINA)) == 0
    assert [flag.reason for flag in version.flags.all()] == ["validity_ended"]


@pytest.mark.parametrize(
    ("valid_to", "ends", "found"),
    [
        (None, [], []),
        (date(2026, 9, 2), [None], []),
        (date(2026, 9, 1), [], ["validity_ended"]),
        (None, [None, date(2026, 9, 1)], ["item_ended"]),
        (date(2026, 1, 1), [date(2026, 1, 1)], ["validity_ended", "item_ended"]),
    ],
)
def test_what_has_ended_is_told_by_the_days(valid_to: date | None, ends: list[date | None], found: list[str]) -> None:
    assert flaws(valid_to=valid_to, items_end=ends, on=ON) == found


def test_faults_are_told_all_at_once(books: Library) -> None:
    with pytest.raises(InvalidInput) as refused:
        written(books, title=" ", organ="", issued_on=None, valid_to=date(2026, 7, 1), clauses=[], item_codes=["a.b"])
    assert set(refused.value.problems) == {"title", "organ", "issued_on", "valid_to", "clauses", "items"}
    assert text().clauses


def test_an_entry_of_elsewhere_is_neither_seen_nor_changed(books: Library) -> None:
    version = written(books)
    away = books.officer("item_manager")
    assert queries.list_entries(actor=away) != []  # the whole country's
    other = books.officer("clerk")
    with pytest.raises(NotAllowed):
        queries.list_entries(actor=other)
    with pytest.raises(NotAllowed):
        operations.submit_entry(version_id=version.pk, actor=other, at=AT)
    with pytest.raises(NotAllowed):
        written(books, division=NATION)


def test_the_pages_lead_from_writing_to_the_public_page_and_back(shelf: Desk) -> None:
    shelf.act("county_items", "/staff/knowledge/new/", **FORM)
    version = EntryVersion.objects.get()
    own = f"/staff/knowledge/versions/{version.pk}/"
    assert "送审" in shelf.page("county_items", own)
    shelf.act("county_items", own, deed="submit")
    assert "等待另一位审核人员审核" in shelf.page("county_items", own) or "退回修改" in shelf.page("county_items", own)
    assert "意见或理由" in shelf.refused("county_reviewer", own, 422, deed="approve", opinion="好")
    shelf.act("county_reviewer", own, deed="send_back", opinion="第二条与原文不符。")
    edit = f"/staff/knowledge/{version.entry.number}/"
    assert "第二条 借期三十天" in shelf.page("county_items", edit)
    shelf.act("county_items", edit, **{**FORM, "clauses": CLAUSES.replace("三十天", "三十日")})
    shelf.act("county_items", own, deed="submit")
    shelf.act("county_reviewer", own, deed="approve", opinion=OPINION)
    tell()
    assert "借期三十日" in Client().get(f"/policies/{version.entry.number}/").content.decode()
    shelf.act("county_reviewer", own, deed="withdraw", opinion="文件已废止。")
    assert Client().get(f"/policies/{version.entry.number}/").status_code == 404


def test_synonyms_are_kept_on_a_page(shelf: Desk) -> None:
    assert "最低生活保障" in shelf.page("item_manager", "/staff/knowledge/words/")
    shelf.act("item_manager", "/staff/knowledge/words/", word="看书本本", meanings="借书证、阅览证")
    assert "阅览证" in shelf.page("item_manager", "/staff/knowledge/words/")
    assert "人们的说法" in shelf.refused("item_manager", "/staff/knowledge/words/", 422, word="看", meanings="借书证")
    assert f'href="/items/{ITEM}/"' in Client().get("/search/", {"q": "看书本本"}).content.decode()


def test_everybody_may_look_through_the_library_and_the_offices(books: Library) -> None:
    number = published(books).entry.number
    visitor = Client()
    visitor.cookies["place"] = TOWN
    assert f"/policies/{number}/" in visitor.get("/policies/").content.decode()
    assert "高碑店镇" in visitor.get("/offices/").content.decode()
    for address in ("/finder/", "/ask/", "/ask/reply/", "/search/", "/"):
        assert visitor.get(address).status_code == 200, address
