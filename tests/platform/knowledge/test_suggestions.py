"""What the search box offers while somebody types, through the page's address and the API's."""

import logging
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.platform import library
from tests.platform.desks import Desk
from tests.platform.library import Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.kernel.models import RateSlot

PAGE, API = "/search/suggestions/", "/api/v1/suggestions"
CARD = f"/items/{library.ITEM}/"


@pytest.mark.parametrize("text", ["借", "借书", "jies", "jsz", "  借書 ", "library c", "图书馆"])
def test_while_somebody_types_the_item_is_offered_by_the_beginning_of_its_words(found: Library, text: str) -> None:
    told = Client().get(PAGE, {"q": text}).json()
    assert [one["address"] for one in told["found"]] == [CARD]
    assert [told["nearest"], told["events"]] == [[], []]
    beside = Client().get(API, {"q": text}).json()
    assert [[one["code"] for one in beside["found"]], beside["nearest"]] == [[library.ITEM], []]


@pytest.mark.parametrize("text", ["借术证", "皆书症", "jieshuzehng", "libary crad"])
def test_a_slip_finds_nothing_and_is_offered_the_nearest_item_and_the_life_events(found: Library, text: str) -> None:
    told = Client().get(PAGE, {"q": text}).json()
    assert told["found"] == []
    assert [one["address"] for one in told["nearest"]] == [CARD]
    assert "/life/hardship/" in [one["address"] for one in told["events"]]
    assert [one["code"] for one in Client().get(API, {"q": text}).json()["nearest"]] == [library.ITEM]
    page = Client().get("/search/", {"q": text}).content.decode()
    assert f'href="{CARD}"' in page
    assert 'href="/life/hardship/"' in page


@pytest.mark.parametrize("text", ["火星移民", "zzz", "%_'\"\\"])
def test_words_that_resemble_nothing_are_offered_the_life_events_alone(found: Library, text: str) -> None:
    told = Client().get(PAGE, {"q": text}).json()
    assert [told["found"], told["nearest"]] == [[], []]
    assert len(told["events"]) > 4
    page = Client().get("/search/", {"q": text}).content.decode()
    assert CARD not in page
    assert 'href="/life/hardship/"' in page


def test_nothing_typed_is_offered_nothing(found: Library) -> None:
    assert Client().get(PAGE, {"q": "  "}).json() == {"found": [], "nearest": [], "events": []}
    assert Client().get(API).json() == {"found": [], "nearest": []}


def test_titles_are_english_where_the_box_asks_for_it(found: Library) -> None:
    told = Client().get(PAGE, {"q": "jsz", "lang": "en"}).json()
    assert [one["title"] for one in told["found"]] == ["Library card"]
    told = Client().get(PAGE, {"q": "火星移民", "lang": "en"}).json()
    assert "Hardship" in [one["title"] for one in told["events"]]
    english = Client()
    english.cookies["lang"] = "en"
    assert f'data-suggestions="{PAGE}?lang=en"' in english.get("/").content.decode()


def test_an_answer_is_kept_by_browsers_of_nobody_in_particular_only(shelf: Desk) -> None:
    assert Client().get(PAGE, {"q": "借书"})["Cache-Control"] == "public, max-age=300"
    assert shelf.get("reader", f"{PAGE}?q=借书")["Cache-Control"] == "private, no-store"


def test_too_many_keys_of_one_minute_are_refused_and_page_and_api_count_together(found: Library) -> None:
    assert Client().get(PAGE, {"q": "借"}).status_code == 200
    assert RateSlot.objects.filter(scope="suggestions").update(knocks=599) == 1
    assert Client().get(API, {"q": "借"}).status_code == 200
    assert Client().get(PAGE, {"q": "借"}).status_code == 429
    assert Client().get(API, {"q": "借"}).status_code == 429
    assert Client().get("/search/", {"q": "借"}).status_code == 200  # the button still searches


def test_what_was_typed_is_written_down_nowhere(found: Library, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    before = AuditEntry.objects.count()
    for address in (PAGE, API):
        for text in ("王德福低保", "火星移民"):
            Client().get(address, {"q": text})
    assert AuditEntry.objects.count() == before
    RateSlot.objects.filter(scope="suggestions").update(knocks=600)
    Client().get(PAGE, {"q": "王德福低保"})
    Client().get(PAGE, {"q": "王德福\x00低保"})
    written = caplog.text + str(list(AuditEntry.objects.values_list()))
    assert AuditEntry.objects.count() > before
    assert "web.too_many_requests" in written
    assert "王德福" not in written
    assert "%E7%8E%8B" not in written


def test_only_reading_is_answered(found: Library) -> None:
    assert Client().post(reverse("suggestions"), {"q": "借"}).status_code == 405
