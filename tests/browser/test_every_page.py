"""
Every page of the site in a real browser, found by the resolver and not by a list of ours.

What a visitor may open is read from the guard's table, so that a page somebody adds is looked at without anybody
remembering it: it fits a phone and a desk, has no fault of access and one heading, asks nobody outside, and a citizen's
page comes in few and small pieces.
"""

from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from tests.browser.test_pages import faults, overflow
from tests.guard.site import VISITORS, addresses, build
from tests.guard.test_doors import table
from tests.platform.conftest import books
from tests.platform.library import LONG_AGO, Library

__all__ = ["books"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIGHT = 60_000  # bytes on first view of a citizen's page
REQUESTS = 8
CITIZENS = ("anonymous", "applicant")
# Whole elsewhere: what is no page for people, and what a page asks for by itself.
NO_PAGE = ("api/", "oauth/", "manifest.webmanifest", "worker.js", "healthz", "files/", "search/suggestions/")
CODES = "api_codes"  # a page for people all the same, and a long table: for who programs, at a desk
ENDINGS = (".pdf", ".json", ".csv", ".txt", ".yaml", ".zip", ".rss", ".atom", ".webp", ".jpg")


def pages(visitors: tuple[str, ...], *, but: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Return the names of the pages that are served, by the first of the visitors who may open each."""
    found: dict[str, list[str]] = {visitor: [] for visitor in visitors}
    for row, signs in table().items():
        method, name, address = row.split(" ", 2)
        if method != "GET" or (address.startswith(NO_PAGE) and name != CODES) or address.endswith(ENDINGS):
            continue
        served = [visitor for visitor, seen in zip(VISITORS, signs, strict=True) if seen == "+"]
        first = next((visitor for visitor in visitors if visitor in served), None)
        if first is not None and not set(but) & set(served):
            found[first].append(f"{name} {address}")
    return found


@pytest.fixture
def county(
    chromium: Browser, books: Library, live_server: Any, settings: Any
) -> Iterator[Callable[[str], tuple[BrowserContext, dict[str, str]]]]:
    """Return a maker of browsers, each logged in as a visitor of the guard's county, with the address of every page."""
    settings.ALLOWED_HOSTS = ["*"]
    with time_machine.travel(LONG_AGO, tick=False) as traveller:
        objects, browser = build(books, traveller)
        filled = {f"{one.name} {one.pattern}": one.filled(objects) for one in addresses()}
        contexts = []

        def come(visitor: str) -> tuple[BrowserContext, dict[str, str]]:
            context = chromium.new_context(locale="zh-CN", base_url=live_server.url)
            context.set_default_timeout(15_000)
            cookies: SimpleCookie = browser(visitor).cookies
            context.add_cookies(
                [{"name": name, "value": one.value, "url": live_server.url} for name, one in cookies.items()]
            )
            contexts.append(context)
            return context, filled

        yield come
        for context in contexts:
            context.close()


def judged(page: Page, address: str, host: str, *, light: bool) -> list[str]:
    """Open an address on a phone, then on a desk, and say what is wrong with it."""
    answers: list[Response] = []

    def heard(answer: Response) -> None:
        answers.append(answer)

    refused: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            refused.append(f"CSP: {message.text[:200]}")

    page.on("response", heard)
    page.on("console", said)
    page.set_viewport_size({"width": 375, "height": 720})
    answer = page.goto(address)
    page.wait_for_load_state("load")
    page.remove_listener("response", heard)
    page.remove_listener("console", said)
    told = [] if answer is not None and answer.status == 200 else [f"answers {answer and answer.status}"]
    told += [f"asks {one.url}" for one in answers if urlsplit(one.url).netloc != host]
    told += [f"wider than a phone by {overflow(page)} px"] if overflow(page) > 0 else []
    told += [f"{page.locator('h1').count()} headings"] if page.locator("h1").count() != 1 else []
    told += [*refused, *faults(page)]
    if light:
        told += budget(answers)
    for width in (768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        told += [f"wider than {width} px by {overflow(page)}"] if overflow(page) > 0 else []
    return [f"{address}: {one}" for one in told]


def budget(answers: list[Response]) -> list[str]:
    size = sum(answer.request.sizes()["responseBodySize"] for answer in answers)
    told = [f"{len(answers)} requests: {[answer.url for answer in answers]}"] if len(answers) > REQUESTS else []
    return told + ([f"{size} bytes"] if size > LIGHT else [])


def script_free(context: BrowserContext, wanted: set[str], url: str) -> list[str]:
    """Say which pages have no heading or a control that does nothing in a browser without scripts."""
    browser = context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, storage_state=context.storage_state(), base_url=url)
    page, told = plain.new_page(), []
    for address in sorted(wanted):
        page.goto(address)
        told += [f"{address}: nothing to read without scripts"] if page.locator("h1:visible").count() != 1 else []
        # The page of components shows them without their scripts.
        lifeless = address != "/design/" and page.locator("button[type=button]:visible").count()
        told += [f"{address}: {lifeless} buttons that need a script"] if lifeless else []
    plain.close()
    return told


def test_every_page_of_a_citizen(county: Callable[..., Any], live_server: Any) -> None:
    told, host = [], urlsplit(live_server.url).netloc
    for visitor, names in pages(CITIZENS).items():
        context, filled = county(visitor)
        assert len(names) > 10, names
        for name in names:
            page = context.new_page()  # nothing kept from the page before
            told += judged(page, filled[name], host, light=not name.startswith(CODES))
            page.close()
        told += script_free(context, {filled[name] for name in names}, live_server.url)
        large = context.new_page()
        context.add_cookies([{"name": "elder", "value": "on", "url": live_server.url}])
        large.set_viewport_size({"width": 375, "height": 720})
        for name in names:
            large.goto(filled[name])
            told += [f"{filled[name]}: large print is too wide by {overflow(large)} px"] if overflow(large) > 0 else []
    assert not told, "\n".join(told)


def test_every_page_of_an_officer(county: Callable[..., Any], live_server: Any) -> None:
    told, host = [], urlsplit(live_server.url).netloc
    officers = tuple(visitor for visitor in VISITORS if visitor not in (*CITIZENS, "stranger", "elsewhere"))
    for visitor, names in pages(officers, but=CITIZENS).items():
        context, filled = county(visitor)
        page = context.new_page()
        for name in names:
            told += judged(page, filled[name], host, light=False)
    assert not told, "\n".join(told)
