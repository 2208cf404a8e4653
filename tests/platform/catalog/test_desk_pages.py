"""The catalogue's pages: constant queries, nobody's business but the catalogue's officers, drafts with gaps."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.platform import library
from tests.platform.library import LONG_AGO, MACHINE, Library

from onedoor.platform.catalog import desk, operations
from onedoor.platform.catalog.models import ItemVersion

PAGES = [
    "/staff/items/",
    "/staff/items/new/",
    f"/staff/items/{library.ITEM}/",
    f"/staff/items/{library.ITEM}/draft/",
    f"/staff/items/{library.ITEM}/versions/1/",
    f"/staff/items/{library.ITEM}/versions/1.yaml",
    f"/staff/items/{library.ITEM}/versions/1/simulation/",
    "/staff/parameters/",
]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_for_officers_of_the_catalogue(
    books: Library, officer: Callable[[str], Client], address: str
) -> None:
    assert officer("item_manager").get(address).status_code == 200
    if address != "/staff/items/new/":
        assert officer("clerk").get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_the_list_costs_the_same_however_many_items_there_are(
    books: Library, today: Any, django_assert_num_queries: Any
) -> None:
    actor = books.officer("item_manager")
    for number in range(5):
        one = library.item(code=f"library.card{number}", title=f"第{number}种证")
        operations.draft_version(item=one, actor=MACHINE, at=LONG_AGO)
    with django_assert_num_queries(2):
        lines = desk.list_items(actor=actor, on=today.date())
    assert [(line.code, line.standing, line.offerings) for line in lines][:2] == [
        (library.ITEM, "生效中", 1),
        ("library.card0", "编制中", 0),
    ]


def test_the_list_shows_state_and_completeness(books: Library, officer: Callable[[str], Client]) -> None:
    manager = officer("item_manager")
    sent = manager.post("/staff/items/new/", {"definition": "code: library.loan\ntitle: 借书\nline: library\n"})
    assert sent.headers["Location"] == "/staff/items/library.loan/versions/1/"
    page = manager.get("/staff/items/library.loan/versions/1/").content.decode()
    assert "没有填写“设定依据”。" in page
    listed = manager.get("/staff/items/").content.decode()
    assert f"{ItemVersion.objects.get(code='library.loan').completeness}%" in listed
    refused = manager.post("/staff/items/library.loan/versions/1/", {"deed": "submit"})
    assert (refused.status_code, "没有填写“监督投诉方式”" in refused.content.decode()) == (422, True)


def test_what_cannot_be_read_is_kept_as_typed(books: Library, officer: Callable[[str], Client]) -> None:
    answer = officer("item_manager").post("/staff/items/new/", {"definition": "code: [未完"})
    assert answer.status_code == 422
    assert "code: [未完" in answer.content.decode()


def test_a_draft_keeps_the_code_of_its_item(books: Library, officer: Callable[[str], Client]) -> None:
    text = library.TEXT.replace("code: library.card", "code: library.other", 1)
    answer = officer("item_manager").post(f"/staff/items/{library.ITEM}/draft/", {"definition": text})
    assert (answer.status_code, "须保持 library.card" in answer.content.decode()) == (422, True)


def test_an_export_is_the_version_as_it_stands(books: Library, officer: Callable[[str], Client]) -> None:
    from onedoor.platform.catalog.loading import read_definition

    answer = officer("item_manager").get(f"/staff/items/{library.ITEM}/versions/1.yaml")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert read_definition(answer.content.decode(), name="x") == ItemVersion.objects.get(code=library.ITEM).definition


def test_an_unknown_item_version_or_deed_is_a_polite_refusal(books: Library, officer: Callable[[str], Client]) -> None:
    manager = officer("item_manager")
    assert manager.get("/staff/items/library.none/").status_code == 404
    assert manager.get(f"/staff/items/{library.ITEM}/versions/9/").status_code == 404
    assert manager.post(f"/staff/items/{library.ITEM}/versions/1/", {"deed": "burn"}).status_code == 422
    garbled = manager.post(f"/staff/items/{library.ITEM}/versions/1/", {"deed": "cancel", "last_before": "31日"})
    assert garbled.status_code == 400
