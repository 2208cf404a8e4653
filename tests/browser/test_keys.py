"""A clerk goes along the list by keyboard, and the list is whole without it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_every_page import books, county
from tests.guard.site import NOW
from tests.platform import library
from tests.platform.library import Library

__all__ = ["books", "county"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def several(books: Library) -> Library:
    """Return the library where a reader may have several cases; before the county is filled, so that all are of one version."""
    library.publish(library.item(one_at_a_time=False), valid_from=date(2026, 8, 1))
    return books


def test_a_clerk_moves_along_the_list_and_opens_a_case_by_keyboard(
    several: Library, county: Callable[..., Any]
) -> None:
    context, _ = county("clerk")
    for _ in range(2):
        several.received(NOW)
    page: Page = context.new_page()
    page.goto("/staff/")
    lines = page.locator("main tbody a")
    assert lines.count() >= 2
    page.keyboard.press("j")  # outside the list a letter is a letter
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    page.locator("[data-keys]").focus()
    for key, place in (("k", 0), ("j", 1), ("k", 0), ("k", 0), ("j", 1)):
        page.keyboard.press(key)
        expect(lines.nth(place)).to_be_focused()
    address = lines.nth(1).get_attribute("href")
    page.keyboard.press("o")
    page.wait_for_url(f"**{address}")
