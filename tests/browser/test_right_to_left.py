"""A language that runs from right to left is a folder of words: the page mirrors, and nothing sticks out on a phone."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from onedoor.platform.kernel import languages
from tests.browser.test_pages import faults, overflow
from tests.platform import library
from tests.platform.conftest import books
from tests.platform.library import Library

__all__ = ["books"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"[:26])
PAGES = ("/", "/search/?q=借书", f"/items/{library.ITEM}/", "/offices/", "/login/", "/early/", "/complaints/")


@pytest.fixture
def mirrored(tmp_path: Path, settings: Any) -> Iterator[str]:
    """Invent a language: the English words in Arabic letters."""
    words = languages.languages()["en"].words
    pack = tmp_path / "xx"
    pack.mkdir()
    (pack / "language.yaml").write_text("{code: ug, name: ئۇيغۇرچە, short: ئۇيغۇرچە, direction: rtl}", encoding="utf-8")
    with (pack / "words.csv").open("w", encoding="utf-8", newline="") as table:
        csv.writer(table).writerows((chinese, _invented(said)) for chinese, said in words.items())
    settings.ONEDOOR_LANGUAGES = [str(pack)]
    languages.languages.cache_clear()
    yield "xx"
    languages.languages.cache_clear()


def _invented(said: str) -> str:
    return "".join(
        part if part.startswith("{") else part.lower().translate(LETTERS) for part in re.split(r"(\{[^}]*\})", said)
    )


def middle(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2


def test_a_language_from_right_to_left_mirrors_the_page(
    chromium: Browser, books: Library, live_server: Any, mirrored: str
) -> None:
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 375, "height": 720})
    context.add_cookies(
        [{"name": k, "value": v, "url": live_server.url} for k, v in (("lang", mirrored), ("place", library.TOWN))]
    )
    page, told = context.new_page(), []
    for address in PAGES:
        page.goto(address)
        assert page.locator("html").get_attribute("dir") == "rtl"
        assert page.locator("html").get_attribute("lang") == "ug"
        told += [f"{address}: {overflow(page)} px too wide"] if overflow(page) > 0 else []
        told += [f"{address}: {fault}" for fault in faults(page)]
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/")
    assert middle(page, ".masthead .mark") > 800 > middle(page, ".masthead .look")
    assert not told, "\n".join(told)
    context.close()
