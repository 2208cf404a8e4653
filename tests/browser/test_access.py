"""Every page of a citizen, for poor eyes, hands and screens: enlarged, by keyboard, in large print."""

from collections.abc import Callable
from typing import Any

from tests.browser.access import narrowed, small, walked
from tests.browser.test_every_page import CITIZENS, CODES, books, county, pages, pytestmark

__all__ = ["books", "county", "pytestmark"]


def test_every_page_is_whole_enlarged_and_by_keyboard(county: Callable[..., Any]) -> None:
    told = []
    for visitor, names in pages(CITIZENS).items():
        context, filled = county(visitor)
        page = context.new_page()
        for address in (filled[name] for name in names if not name.startswith(CODES)):
            page.set_viewport_size({"width": 1280, "height": 800})
            page.goto(address)
            told += [f"{address}: {one}" for one in [*walked(page), *narrowed(page)]]
    assert not told, "\n".join(told)


def test_nothing_is_small_in_large_print(county: Callable[..., Any], live_server: Any) -> None:
    told = []
    for visitor, names in pages(CITIZENS).items():
        context, filled = county(visitor)
        context.add_cookies([{"name": "elder", "value": "on", "url": live_server.url}])
        page = context.new_page()
        page.set_viewport_size({"width": 375, "height": 720})
        for address in (filled[name] for name in names if not name.startswith(CODES)):
            page.goto(address)
            if page.locator("html[data-elder=on]").count():  # the page for no network is one and the same for everybody
                told += [f"{address}: {one}" for one in small(page)]
    assert not told, "\n".join(told)
